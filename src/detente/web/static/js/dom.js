// Building blocks: elements made by hand, so that text from anywhere stays text. Nothing here parses HTML.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, props, children) {
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "on") for (const [name, listener] of Object.entries(value)) node.addEventListener(name, listener);
    else if (key === "css") for (const [name, text] of Object.entries(value)) node.style.setProperty(name, text);
    else if (key === "data") for (const [name, text] of Object.entries(value)) node.dataset[name] = text;
    else if (key === "value" || key === "checked" || key === "disabled" || key === "selected") node[key] = value;
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return node;
}

/** An HTML element: h("p", {class: "note", on: {click}}, "text", child …). */
export const h = (tag, props, ...children) => fill(document.createElement(tag), props, children);

/** An SVG element. */
export const s = (tag, props, ...children) => fill(document.createElementNS(SVG, tag), props, children);

/** Put these children in place of what was there. */
export function replace(node, ...children) {
  node.replaceChildren(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return node;
}

export const $ = (id) => document.getElementById(id);

/** A link to a source; anything but http(s) is shown as text. */
export function sourceLink(source) {
  const title = source.title || source.url || "";
  let safe = false;
  try {
    safe = ["https:", "http:"].includes(new URL(source.url).protocol);
  } catch {
    safe = false;
  }
  return safe ? h("a", { href: source.url, rel: "noreferrer noopener", target: "_blank" }, title) : h("span", null, title);
}

/** Hand the reader a file. */
export function saveFile(name, content, type = "text/plain;charset=utf-8") {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = h("a", { href: url, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

let spoken = 0;
/** Say something to a screen reader, politely; repeated calls within half a second keep only the last. */
export function announce(text) {
  clearTimeout(spoken);
  spoken = setTimeout(() => { $("live").textContent = text; }, 500);
}

let counter = 0;
/** An id that no other element has. */
export const uid = (prefix) => `${prefix}-${(counter += 1)}`;
