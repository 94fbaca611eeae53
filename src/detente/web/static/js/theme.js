// Light, dark, or as the system has it. A classic script in the head, so that the page never flashes in the wrong colours.
"use strict";
(() => {
  const KEY = "detente-theme";
  const root = document.documentElement;
  let chosen = null;
  try { chosen = localStorage.getItem(KEY); } catch { /* private windows may refuse */ }
  const apply = () => {
    if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
    else delete root.dataset.theme;
  };
  apply();
  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    const label = () => {
      const now = chosen === "light" || chosen === "dark" ? chosen : "auto";
      button.textContent = { auto: "Light / dark", light: "Light", dark: "Dark" }[now];
      button.setAttribute("aria-label", `Colours: ${now === "auto" ? "as the system has them" : now}. Change.`);
    };
    button.addEventListener("click", () => {
      const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
      const order = dark ? [null, "light", "dark"] : [null, "dark", "light"];
      chosen = order[(order.indexOf(chosen === "light" || chosen === "dark" ? chosen : null) + 1) % 3];
      try {
        if (chosen) localStorage.setItem(KEY, chosen);
        else localStorage.removeItem(KEY);
      } catch { /* it then lasts for this page only */ }
      apply();
      label();
    });
    label();
  });
})();
