// What the reader holds down stays under the finger: a page redrawn between press and release would lose the click.

let free = Promise.resolve();
let release = () => undefined;

/** Resolves at once where nothing is pressed, else when the press is over and its click has been heard. */
export const handsOff = () => free;

document.addEventListener("pointerdown", (event) => {
  if (event.target.closest?.("input[type=range]")) return; // the page follows a lever while it is dragged
  release();
  free = new Promise((done) => { release = done; });
}, true);
const over = () => setTimeout(release); // a click comes after its release
for (const end of ["pointerup", "pointercancel", "dragend"]) document.addEventListener(end, over, true);
window.addEventListener("blur", over);
