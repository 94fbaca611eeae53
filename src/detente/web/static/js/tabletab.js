// The tab "At the table": the exercise in the frame of the page.

import { setPlace } from "./state.js";
import { mountTable } from "./table.js";

let table;

/** The tab, as tabs.js takes it. */
export const tab = {
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
};
