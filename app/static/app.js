// Keys, focus and dialogs. Every page works without this file.
// It changes nothing on the server by itself: it only clicks and focuses what is on the page.

const doc = document;
const one = (selector, root = doc) => root.querySelector(selector);
const all = (selector, root = doc) => [...root.querySelectorAll(selector)];
const shown = (element) => element?.checkVisibility?.() ?? Boolean(element?.offsetParent);

doc.documentElement.classList.add("js");

// --- keys: bound to exactly what the cheat sheet lists -------------------------------------

const TWO_KEYS_MS = 1200;
let first = "";
let firstAt = 0;

function shortcuts() {
  return new Map(all("#keys [data-keys]").map((line) => [line.dataset.keys, line.dataset]));
}

const inField = (target) => target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");

doc.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape") return leave(event);
  if (inField(event.target) || one("dialog[open]")) return;
  const bound = shortcuts();
  const key = event.shiftKey && event.key.length === 1 && /[A-Z]/.test(event.key) ? `Shift+${event.key.toLowerCase()}` : event.key;
  const own = bound.size && one(`[data-key="${CSS.escape(key)}"]`, doc.activeElement?.closest("[data-own-keys]") ?? doc.createElement("i"));
  if (own) {
    event.preventDefault();
    return own.click();
  }
  const pair = Date.now() - firstAt < TWO_KEYS_MS ? `${first} ${key}` : "";
  const found = bound.get(pair) ?? bound.get(key);
  const begins = !found && [...bound.keys()].some((keys) => keys.startsWith(`${key} `));
  first = begins ? key : "";
  firstAt = begins ? Date.now() : 0;
  if (!found) return;
  if (acts[found.act](found.target) !== false) event.preventDefault();
});

const acts = {
  click(selector) {
    const target = near(selector);
    if (!target) return false;
    target.click();
    if (target.matches("summary")) one("button, select, input:not([type=hidden])", target.parentElement.lastElementChild)?.focus();
  },
  focus(selector) {
    const target = near(selector);
    if (!target) return false;
    target.focus();
    target.select?.();
  },
  move(step) {
    const rows = all("[data-row]").filter(shown);
    if (!rows.length) return false;
    const at = rows.indexOf(currentRow());
    const to = at < 0 ? 0 : Math.min(Math.max(at + Number(step), 0), rows.length - 1);
    one("a", rows[to])?.focus();
    rows[to].scrollIntoView({ block: "nearest" });
  },
  open() {
    const link = one("a", currentRow() ?? doc.createElement("i"));
    if (!link) return false;
    link.click();
  },
  select() {
    const box = one("[type=checkbox]", currentRow() ?? doc.createElement("i"));
    if (!box) return false;
    box.click();
  },
  help() {
    one("#keys")?.showModal();
  },
};

const OF_AN_ITEM = /=(done|reopen|snooze|assign|take|note|propose|source)\]/;

// Within the current row if it has one; never in a row that is not the current one, nor in the
// detail of another item than the row that has the focus.
function near(selector) {
  const row = currentRow();
  const inRow = row && all(selector, row).find(shown);
  if (inRow) return inRow;
  if (row && !row.classList.contains("on") && OF_AN_ITEM.test(selector)) return inBulk(row, selector);
  return all(selector).find((found) => shown(found) && !found.closest("[data-row]"));
}

// The bar for selected items; without a selection the row is selected for this one act.
function inBulk(row, selector) {
  const bulk = one("#bulk");
  const box = one(".pick input", row);
  if (!box || !bulk || !one(selector, bulk)) return null;
  if (!one(".pick :checked")) box.checked = true;
  return all(selector, bulk).find(shown);
}

function currentRow() {
  return doc.activeElement?.closest("[data-row]") ?? one("[data-row].on");
}

function leave(event) {
  const menu = event.target.closest?.("details.menu[open]");
  if (menu) {
    menu.open = false;
    one("summary", menu).focus();
  } else if (event.target.matches?.("[type=search]")) {
    event.target.blur();
  }
}

// --- menus and dialogs ----------------------------------------------------------------------

doc.addEventListener("click", (event) => {
  for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  const opener = event.target.closest("[data-opens]");
  if (opener) one(opener.dataset.opens)?.showModal();
  if (event.target.closest("[data-close]")) event.target.closest("dialog, .toast")?.[event.target.closest("dialog") ? "close" : "remove"]();
});

// --- toast: leaves by itself, but not while somebody is on it -------------------------------

const TOAST_MS = 10_000;
const busy = (element) => element.matches(":hover") || element.contains(doc.activeElement);

function fade(toast) {
  setTimeout(() => (busy(toast) ? fade(toast) : toast.remove()), TOAST_MS);
}

const awaited = new WeakSet();

function watchToast() {
  for (const toast of all("#toast .toast:not([data-stays])")) {
    if (!awaited.has(toast)) fade(toast);
    awaited.add(toast);
  }
}

// --- after a swap: mark the open row, and never lose the keyboard ----------------------------

let lastRow = 0;
let lastOwn = -1;

doc.addEventListener("focusin", () => {
  lastOwn = all("#detail [data-own-keys]").indexOf(doc.activeElement.closest("[data-own-keys]"));
  const at = all("[data-row]").indexOf(doc.activeElement.closest("[data-row]"));
  if (at >= 0) lastRow = at;
});

doc.addEventListener("click", (event) => {
  if (event.target.closest("[data-more]")) lastRow = all("[data-row]").length;
});

function settle() {
  watchToast();
  const open = one("#detail")?.dataset.item;
  for (const row of all("#rows [data-row]")) {
    row.classList.toggle("on", row.dataset.row === open);
    if (row.dataset.row === open) row.classList.add("read");
  }
  if (doc.activeElement && doc.activeElement !== doc.body && shown(doc.activeElement)) return;
  const left = lastOwn < 0 ? [] : all("#detail [data-own-keys]").filter(shown);
  if (left.length) return one("button", left[Math.min(lastOwn, left.length - 1)]).focus();
  if (lastOwn >= 0) return one("#detail [data-heading]")?.focus();
  const rows = all("[data-row]").filter(shown);
  const next = rows.length ? one("a", rows[Math.min(lastRow, rows.length - 1)]) : all("[data-heading]").find(shown);
  next?.focus();
}

doc.addEventListener("htmx:after:swap", () => requestAnimationFrame(settle));

// A failed request must not look like a saved one.
doc.addEventListener("htmx:error", () => {
  const toast = one("#offline")?.content.cloneNode(true);
  if (toast) one("#toast").replaceChildren(toast);
  watchToast();
});

// --- forms: guess the time zone where a form asks for it --------------------------------------

for (const field of all("[data-guess=zone]")) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (all("option", field).some((option) => option.value === zone)) field.value = zone;
}

// --- sliders: say their step in words, and take those along that follow ------------------------

function tell(slider) {
  const words = [...slider.list.options].find((option) => option.value === slider.value)?.label;
  slider.setAttribute("aria-valuetext", words);
  one("b", slider.parentElement).textContent = words;
}

doc.addEventListener("input", ({ target }) => {
  if (!target.matches("[type=range][list]")) return;
  tell(target);
  for (const follower of all(`[data-follows="${target.id}"]`)) {
    follower.value = one("[type=hidden]", follower.parentElement).value = target.value;
    tell(follower);
  }
  delete target.dataset.follows;
});

for (const slider of all("[type=range][list]")) tell(slider);

// On a narrow screen the tabs scroll: the one that is open is in sight.
const tab = one(".tabs [aria-current]");
if (tab) tab.parentElement.scrollLeft = tab.offsetLeft - 40;

// Back from an item, the list is where one left it. After load: the jump to the row takes the focus.
if (/^#row-\d+$/.test(location.hash)) {
  addEventListener("load", () => requestAnimationFrame(() => one(`${location.hash} a`)?.focus()));
}
one("form[data-auto]")?.requestSubmit();
watchToast();
