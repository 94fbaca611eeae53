// What the reader holds down stays under the finger: a page redrawn between press and release would lose the click.

const LONGEST = 3000; // ms; what is held longer is no click, and of a scroll bar the release is not always told

let free = Promise.resolve();
let release = () => undefined;

/** Resolves at once where nothing is pressed, else when the press is over and its click has been heard. */
export const handsOff = () => free;

document.addEventListener("pointerdown", (event) => {
  release();
  // the page follows a lever while it is dragged; the list of a select swallows the release
  if (event.target.closest?.("input[type=range], select")) return;
  free = new Promise((done) => { release = done; });
  setTimeout(release, LONGEST);
}, true);
const over = () => setTimeout(release); // a click comes after its release
for (const end of ["pointerup", "pointercancel", "dragend"]) document.addEventListener(end, over, true);
window.addEventListener("blur", over);
