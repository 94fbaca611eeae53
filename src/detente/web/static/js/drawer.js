// A drawer: a panel at the side of the page (at the foot of a phone) that leaves the answer in sight. It takes the focus when it
// opens and gives it back when it closes; Escape closes the one opened last. A second one on the same side takes its place.

import { h, replace } from "./dom.js";

const open = []; // the last one opened at the end
const narrow = window.matchMedia("(max-width: 899px)");

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog:modal")) return;
  open.at(-1)?.close();
});

/**
 * {node, body, show(title?), close(), toggle(), shown()}. `side` is "left" or "right"; `wide` for figures; `opened` is called each time it is
 * shown, `closed` each time it goes.
 */
export function drawer({ id, title, side = "right", wide = false, opened = () => undefined, closed = () => undefined }) {
  const heading = h("h2", { id: `${id}-title`, tabindex: "-1" }, title);
  const body = h("div", { class: "drawer-body" });
  const shut = h("button", { type: "button", class: "small", on: { click: () => self.close() } }, "Close");
  const node = h("dialog", { id, class: `drawer ${side}${wide ? " wide" : ""}`, "aria-labelledby": heading.id }, h("div", { class: "dialog-head" }, heading, shut), body);
  document.getElementById("drawers").append(node);
  let back = null; // what had the focus before

  const self = {
    node, body, side,
    shown: () => node.open,
    toggle: () => (node.open ? self.close() : self.show()),
    show(words = title) {
      replace(heading, words);
      if (!node.open) {
        for (const other of [...open]) if (other.side === side || narrow.matches) other.close();
        back = document.activeElement;
        node.show();
        node.style.setProperty("z-index", String(12 + open.length)); // the one opened last lies on top
        open.push(self);
        document.body.classList.add(`drawer-${side}`);
      }
      heading.focus({ preventScroll: true });
      node.scrollTop = 0;
      opened();
    },
    close() {
      if (!node.open) return;
      const inside = node.contains(document.activeElement);
      node.close();
      open.splice(open.indexOf(self), 1);
      document.body.classList.remove(`drawer-${side}`);
      if (inside && back?.isConnected) back.focus({ preventScroll: true });
      closed();
    },
  };
  return self;
}
