// After a swap or on the way back: mark the open row, and never lose the keyboard.

import { all, doc, one, shown } from "./page.js";
import { press } from "./menus.js";
import { follow, near, shownRows, stand } from "./rows.js";

let lastRow = 0;
let lastOwn = -1;
let wasOnRow = false;

doc.addEventListener("focusin", () => {
  lastOwn = all("#detail [data-own-keys]").indexOf(doc.activeElement.closest("[data-own-keys]"));
  const at = all("[data-row]").indexOf(doc.activeElement.closest("[data-row]"));
  wasOnRow = at >= 0;
  if (wasOnRow) lastRow = at;
});

doc.addEventListener("click", ({ target }) => {
  if (target.closest("[data-more]")) lastRow = all("[data-row]").length;
  const row = target.closest("a")?.closest("[data-row]");
  if (row) sessionStorage.setItem("row", row.id);
});

// The row of the item that is open, or, where the list is not in sight, the item itself.
export function standOnOpen() {
  const row = one("[data-row].on");
  if (shown(row)) return stand(row);
  all("[data-heading]").findLast(shown)?.focus();
}

export function mark(open) {
  for (const row of all("#rows [data-row]")) {
    if (row.dataset.row === open && !row.classList.contains("on")) row.classList.add("read");
    row.classList.toggle("on", row.dataset.row === open);
  }
  const at = all("[data-row]").findIndex((row) => row.classList.contains("on"));
  if (at >= 0 && !wasOnRow) lastRow = at;
}

// The act has no button in the list: open the item, then press it there.
let awaited = null;

export function openFor(line) {
  const row = doc.activeElement?.closest("[data-row]:not(.on)");
  if (!row || !one("a[hx-get]", row)) return false;
  awaited = line;
  return follow(row);
}

function settle() {
  mark(one("#detail")?.dataset.item);
  const target = awaited && near(awaited);
  awaited = null;
  if (target) return press(target);
  if (doc.activeElement && doc.activeElement !== doc.body && shown(doc.activeElement)) return;
  const boxes = lastOwn < 0 ? [] : all("#detail [data-own-keys]").filter(shown);
  if (boxes.length) return one("button", boxes[Math.min(lastOwn, boxes.length - 1)]).focus();
  if (lastOwn >= 0) return one("#detail [data-heading]")?.focus();
  const rows = shownRows();
  if (!rows.length || (!wasOnRow && shown(one("[data-row].on")))) return standOnOpen();
  one("a", rows[Math.min(lastRow, rows.length - 1)])?.focus();
}

// At once, not with the next frame: a key may come sooner, and it means a row.
doc.addEventListener("htmx:after:swap", settle);

// Back from an item, the list is where one left it. After load: the jump to the row takes the focus.
const cameBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
const left = /^#row-\d+$/.test(location.hash) ? location.hash.slice(1) : cameBack && sessionStorage.getItem("row");
if (left) addEventListener("load", () => requestAnimationFrame(() => one(`#${left} a`)?.focus()));
mark(one("#detail")?.dataset.item);

// On a narrow screen the tabs scroll: the one that is open is in sight.
const tab = one(".tabs [aria-current]");
if (tab) tab.parentElement.scrollLeft = tab.offsetLeft - 40;
