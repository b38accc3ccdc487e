// A toast leaves by itself, but not while somebody is on it.

import { all, doc, one } from "./page.js";

const TOAST_MS = 10_000;
const busy = (element) => element.matches(":hover") || element.contains(doc.activeElement);

function fade(toast) {
  setTimeout(() => (busy(toast) ? fade(toast) : toast.remove()), TOAST_MS);
}

const watched = new WeakSet();

function watch() {
  for (const toast of all("#toast .toast:not([data-stays])")) {
    if (!watched.has(toast)) fade(toast);
    watched.add(toast);
  }
}

// A failed request must not look like a saved one.
doc.addEventListener("htmx:error", () => {
  const toast = one("#offline")?.content.cloneNode(true);
  if (toast) one("#toast").replaceChildren(toast);
  watch();
});

doc.addEventListener("click", ({ target }) => target.closest("[data-close]")?.closest(".toast")?.remove());
doc.addEventListener("htmx:after:swap", () => requestAnimationFrame(watch));
watch();
