// Putting the page together: what is loaded when, and who is told when something changes.

// The tabs register themselves, in this order.
import "./answer.js";
import { lateDrawer, lateReader } from "./later.js";
import { $ } from "./dom.js";
import { get } from "./api.js";
import { app } from "./app.js";
import { startAnswering } from "./answering.js";
import { createFront } from "./front.js";
import { createSettings } from "./settings.js";
import { go, listDossiers, openDossier } from "./dossiers.js";
import { notice } from "./notices.js";
import { followAddress, onPlace, placeFromAddress, seatsOf, setPlace } from "./state.js";
import { buildTabs, showTab } from "./tabs.js";

const parts = []; // what stands beside the tabs and follows every change: {onState(app, what)}

function tell(...what) {
  const news = new Set(what);
  for (const part of parts) part.onState(app, news);
  if (news.size > 1 || !news.has("levers")) showTab(app.place.tab, app, news); // tabs wait for the answer to a lever
}

// at the table, what the page asks and answers steps back
onPlace((place) => document.body.classList.toggle("at-table", place.tab === "table"));
window.addEventListener("hashchange", () => { if (app.view && seatsOf(location.hash)) setPlace({ tab: "table" }, "none"); });

onPlace((place, changed) => {
  const has = (...keys) => keys.some((k) => changed.includes(k));
  if (has("dossier", "content")) {
    listDossiers();
    tell("view", "place");
  } else tell(...(has("levers") ? ["levers"] : []), ...(!has("levers") || has("scenario", "tab") ? ["place"] : []));
});

function bar() {
  $("dossier").addEventListener("change", (event) => {
    const id = event.target.value;
    if (id && id !== app.place.dossier) openDossier(id).catch((error) => notice(error.message));
  });
  const more = (on) => {
    $("tools").classList.toggle("open", on);
    $("more").setAttribute("aria-expanded", String(on));
  };
  $("more").addEventListener("click", () => more(!$("tools").classList.contains("open")));
  document.addEventListener("click", (event) => { if (!event.target.closest("#more")) more(false); });
  window.addEventListener("beforeprint", () => { for (const d of document.querySelectorAll("#panels details")) d.open = true; });
}

async function start() {
  try {
    app.know(await get("/catalogue"));
  } catch (error) {
    notice(error.message);
    return;
  }
  parts.push(createFront(app), createSettings(app),
    lateDrawer("measures-open", async () => (await import("./measures.js")).createMeasures(app)),
    lateDrawer("share", async () => (await import("./share.js")).createShare(app)));
  lateReader(app);
  buildTabs((id) => setPlace({ tab: id }, "push"));
  bar();
  startAnswering(tell);

  const refuse = (message) => notice(`This link cannot be shown. ${message} Ask for it again, or go on from here.`);
  const wanted = await placeFromAddress(refuse);
  let there = false;
  if (wanted) {
    try {
      there = await go(wanted, "none");
    } catch (error) {
      refuse(error.message);
    }
  }
  const first = app.catalogue.dossiers[0];
  if (!there && !first) { notice("This server has no dossier; bring your own with “Your own text”."); return; }
  if (!there) {
    const seated = seatsOf(location.hash) !== null;
    await openDossier(first.id, seated ? "none" : "replace");
    if (seated) setPlace({ tab: "table" }, "none");
  }
  followAddress(async (place) => {
    try {
      await go(place, "none");
    } catch (error) {
      refuse(error.message);
    }
  }, refuse);
  document.body.classList.add("ready");
}

start();
