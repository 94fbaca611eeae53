// The tab "At the table": the exercise in the frame of the page.

import { openDossier } from "./dossiers.js";
import { notice } from "./notices.js";
import { getPlace, setPlace } from "./state.js";
import { mountTable } from "./table.js";

let table;

/** Bring the page to the negotiation that a room is about; one that the room's maker brought is not on this page. */
async function about(dossier) {
  if (dossier === null || dossier === getPlace().dossier) return;
  try {
    await openDossier(dossier, "none");
  } catch (error) {
    notice(error.message);
  }
}

/** The tab, as tabs.js takes it. */
export const tab = {
  render(root, app) {
    table = mountTable(root, {
      view: () => app.view,
      place: () => app.place,
      regionName: (code) => app.regionName(code),
      about,
      show: () => setPlace({ tab: "table" }, "none"),
      shown: () => app.place.tab === "table",
    });
  },
  onState(app, what) {
    if (what.has("view") || what.has("open")) table.update();
  },
};
