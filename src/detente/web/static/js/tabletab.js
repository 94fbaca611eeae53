// The tab "At the table": the exercise in the frame of the page.

import { registerTab } from "./tabs.js";
import { onPlace, setPlace } from "./state.js";
import { mountTable, seatsOf } from "./table.js";

let table;

/** Whether the address is that of a seat. */
export const seated = () => seatsOf(location.hash) !== null;

onPlace((place) => document.body.classList.toggle("at-table", place.tab === "table")); // what the page asks and answers steps back

registerTab({
  id: "table",
  title: "At the table",
  render(root, app) {
    table = mountTable(root, {
      view: () => app.view,
      place: () => app.place,
      regionName: (code) => app.regionName(code),
      show: () => setPlace({ tab: "table" }, "none"),
      shown: () => app.place.tab === "table",
    });
  },
  onState(app, what) {
    if (what.has("view") || what.has("open")) table.update();
  },
});
