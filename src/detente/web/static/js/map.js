// The tile map: one square a region, placed roughly where it lies, its code and value inside. Tiles are buttons: one tab
// stop, arrow keys move to the nearest tile in that direction, Enter or Space chooses the region.

import { h } from "./dom.js";
import { points } from "./words.js";
import { niceEnd, step, textOn } from "./colours.js";

/** {node, update(values: Map code → number, {end, say(code, value)}), choose(code)}. */
export function tileMap(regions, onPick) {
  const placed = regions.filter((r) => Array.isArray(r.tile));
  const columns = placed.map((r) => r.tile[0]);
  const rows = placed.map((r) => r.tile[1]);
  const [left, top] = [Math.min(...columns), Math.min(...rows)];
  const tiles = new Map();
  const grid = h("div", { class: "tiles", role: "group", "aria-label": "Map: one square a region; arrow keys move, Enter chooses" });
  grid.style.setProperty("--columns", String(Math.max(...columns) - left + 1));
  for (const region of placed) {
    const value = h("span", { class: "value" });
    const node = h("button", {
      type: "button", class: "tile", tabindex: "-1", "aria-pressed": "false", data: { region: region.code },
      on: { click: () => onPick(region.code), focus: () => rove(region.code) },
    }, h("span", { class: "code" }, region.code), value);
    node.style.gridColumn = String(region.tile[0] - left + 1);
    node.style.gridRow = String(region.tile[1] - top + 1);
    tiles.set(region.code, { node, value, region });
    grid.append(node);
  }
  let stop = placed[0]?.code;
  function rove(code) {
    if (tiles.has(stop)) tiles.get(stop).node.tabIndex = -1;
    stop = code;
    tiles.get(code).node.tabIndex = 0;
  }
  if (stop) rove(stop);

  grid.addEventListener("keydown", (event) => {
    const way = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
    const from = tiles.get(event.target.dataset?.region);
    if (!way || !from) return;
    event.preventDefault();
    let best = null;
    for (const { node, region } of tiles.values()) {
      const dx = region.tile[0] - from.region.tile[0];
      const dy = region.tile[1] - from.region.tile[1];
      const ahead = dx * way[0] + dy * way[1];
      if (ahead <= 0) continue;
      const cost = ahead + 2.5 * Math.abs(way[0] ? dy : dx);
      if (!best || cost < best.cost) best = { cost, node };
    }
    best?.node.focus();
  });

  const scale = h("div", { class: "scale" });
  const node = h("div", { class: "map" }, grid, scale);

  return {
    node,
    update(values, { format = points, say, open = () => false }) {
      const end = niceEnd([...values.values()]);
      for (const [code, { node: tile, value, region }] of tiles) {
        const v = values.get(code);
        const shade = open(code) ? "z0" : step(v, end);
        tile.style.setProperty("--tile", `var(--${shade})`);
        tile.style.setProperty("--on", textOn(shade));
        value.textContent = !Number.isFinite(v) ? "" : open(code) ? "±" : format(v);
        tile.title = say(region, v); // what the three letters stand for
        tile.setAttribute("aria-label", say(region, v));
      }
      scale.replaceChildren(h("span", null, format(-end)), ...["n4", "n3", "n2", "n1", "z0", "p1", "p2", "p3", "p4"].map((c) => {
        const box = h("i");
        box.style.setProperty("background", `var(--${c})`);
        return box;
      }), h("span", null, format(end)));
      scale.setAttribute("aria-hidden", "true");
    },
    choose(code) {
      for (const [own, { node: tile }] of tiles) tile.setAttribute("aria-pressed", String(own === code));
      if (tiles.has(code)) rove(code);
    },
  };
}
