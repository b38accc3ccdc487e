// Keys, focus, dialogs and the command palette. Every page works without this file.
// It changes nothing on the server by itself: it presses and focuses what is on the page.

const doc = document;
const one = (selector, root = doc) => root.querySelector(selector);
const all = (selector, root = doc) => [...root.querySelectorAll(selector)];
const shown = (element) => element?.checkVisibility?.() ?? Boolean(element?.offsetParent);
const mac = /mac|iphone|ipad/i.test(navigator.userAgentData?.platform ?? navigator.platform);

if (mac) for (const cap of all("kbd")) cap.textContent = cap.textContent.replace("Ctrl", "⌘");

// --- keys: bound to exactly what the cheat sheet lists -------------------------------------

const table = all("#keys [data-name]").map((line) => ({
  ...line.dataset,
  keys: line.dataset.keys.split(", "),
  says: line.firstElementChild.textContent,
  caps: line.lastElementChild.innerHTML,
}));
const NAMES = { ArrowUp: "Up", ArrowDown: "Down", ArrowLeft: "Left", ArrowRight: "Right", Escape: "Esc", ",": "Comma" };
const BETWEEN_TWO_KEYS_MS = 3000;
let begun = "";
let begunAt = 0;

// "e", "Shift+e", "?", "Down", "Mod+k"; nothing for what belongs to the browser or the system.
function stepOf(event) {
  const typing = event.getModifierState("AltGraph") || (mac && event.altKey);
  if (event.altKey && !typing) return "";
  const key = NAMES[event.key] ?? event.key;
  if ((event.ctrlKey || event.metaKey) && !typing) return event.shiftKey ? "" : `Mod+${key.length === 1 ? key.toLowerCase() : key}`;
  const small = key.toLowerCase();
  if (key.length > 1 || small === key.toUpperCase()) return key;
  return event.shiftKey ? `Shift+${small}` : small;
}

const inField = (target) => target.closest?.("input:not([type=checkbox], [type=button]), textarea, select, [contenteditable]");
const ownBox = () => doc.activeElement?.closest("[data-own-keys]");

function bound(step) {
  const typed = begun && Date.now() - begunAt < BETWEEN_TWO_KEYS_MS ? `${begun} ${step}` : step;
  const fits = table.filter((line) => line.keys.includes(typed));
  const box = ownBox();
  const found = (box && fits.find((line) => "within" in line && one(line.target, box))) || fits.find((line) => !("within" in line));
  begun = !found && typed === step && table.some((line) => line.keys.some((keys) => keys.startsWith(`${step} `))) ? step : "";
  begunAt = Date.now();
  return found;
}

// What an element does with a key of its own is not taken from it.
const OWN = { Enter: "a, button, summary, input", Up: "#detail, .scroll, pre", Down: "#detail, .scroll, pre" };

doc.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || one("dialog[open]")) return;
  const step = stepOf(event);
  if (!step || ["Shift", "Tab"].includes(event.key)) return;
  if (inMenu(event, step) || (step === "Esc" && leave(event))) return event.preventDefault();
  if (!step.startsWith("Mod+") && inField(event.target)) return;
  if (OWN[step] && event.target.closest?.(OWN[step])) return;
  const line = bound(step);
  if (!line || (event.repeat && !["move", "read"].includes(line.does))) return;
  if (verbs[line.does](line) !== false) event.preventDefault();
});

const verbs = {
  press(line) {
    const target = "within" in line ? one(line.target, ownBox() ?? doc.createElement("i")) : near(line);
    if (target) return press(target);
    return "ofItem" in line && openFor(line);
  },
  focus(line) {
    const target = near(line);
    return target ? target.focus() : false;
  },
  go(line) {
    const link = one(line.target);
    return link ? link.click() : false;
  },
  move({ target }) {
    const rows = all("[data-row]").filter(shown);
    if (!rows.length) return false;
    const at = rows.indexOf(currentRow());
    stand(rows[at < 0 ? 0 : Math.min(Math.max(at + Number(target), 0), rows.length - 1)]);
  },
  open() {
    return follow(currentRow());
  },
  back() {
    const way = all("[data-act=back]").find(shown);
    const row = one("[data-row].on");
    if (!way && shown(row) && doc.activeElement?.closest("#detail")) return stand(row);
    if (!way) return false;
    return cameFromAList() ? history.back() : way.click();
  },
  read({ target }) {
    const way = all(`[data-act=${target > 0 ? "next" : "prev"}]`).find(shown);
    if (way) return way.click();
    const rows = all("#rows [data-row]");
    const to = rows[rows.indexOf(currentRow()) + Number(target)];
    if (!to || !currentRow()) return false;
    mark(to.dataset.row);
    if (shown(to)) stand(to);
    return follow(to);
  },
  select() {
    const box = boxOf(currentRow());
    if (!box) return false;
    box.click();
    from = currentRow().id;
  },
  range() {
    const rows = all("[data-row]").filter(shown);
    const [first, last] = [rows.findIndex((row) => row.id === from), rows.indexOf(currentRow())].sort((a, b) => a - b);
    if (last < 0) return false;
    for (const row of rows.slice(Math.max(first, 0), last + 1)) pick(boxOf(row), true);
  },
  page() {
    const own = all("[data-act=select-page]").find(shown);
    if (own) return press(own);
    if (!all(".pick input").length) return false;
    for (const box of all(".pick input")) pick(box, true);
  },
  none() {
    for (const box of all(".pick :checked")) pick(box, false);
  },
  // The toast's own button, or, when the toast is gone, the last act that one did.
  undo() {
    const button = all("[data-act=undo]").find(shown) ?? one("#undo-last button");
    return button ? button.click() : false;
  },
  submit() {
    const form = doc.activeElement?.form ?? doc.activeElement?.closest("form");
    const button = form && inField(doc.activeElement) && all("button, [type=submit]", form).find((one) => one.type === "submit" && shown(one));
    return button ? button.click() : false;
  },
  palette() {
    openPalette();
  },
  help() {
    one("#keys").showModal();
  },
};

function press(target) {
  if (inField(target)) {
    target.focus();
    return target.select?.();
  }
  target.click();
  if (target.matches("summary") && target.parentElement.open) menuItems(target.parentElement)[0]?.focus();
}

function follow(row) {
  const link = row && one("a", row);
  return link ? link.click() : false;
}

function stand(row) {
  one("a", row)?.focus();
  row.scrollIntoView({ block: "nearest" });
}

const currentRow = () => doc.activeElement?.closest("[data-row]") ?? one("[data-row].on");
const boxOf = (row) => row && one(".pick input, input[type=checkbox]", row);
let from = "";

function pick(box, on) {
  if (!box || box.checked === on) return;
  box.checked = on;
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

// Within the current row if it has one; never in a row that is not the current one, nor in the
// detail of another item than the row that has the focus.
function near(line) {
  const row = currentRow();
  const inRow = row && all(line.target, row).find(shown);
  if (inRow) return inRow;
  if (row && !row.classList.contains("on") && "ofItem" in line) return inBulk(row, line.target);
  return all(line.target).find((found) => shown(found) && !found.closest("[data-row]"));
}

// The bar for selected items; without a selection the row is acted on by itself.
function inBulk(row, selector) {
  const bulk = one("#bulk");
  const button = boxOf(row) && bulk && one(selector, bulk);
  if (!button || button.closest("#bulk") !== bulk) return null;
  const chosen = one(".pick :checked");
  if (!chosen && button.matches("button[formaction]")) return alone(row, button);
  if (!chosen) pick(boxOf(row), true);
  return all(selector, bulk).find(shown);
}

// A form of its own for one row, so that one may go on while the last act is on its way.
function alone(row, button) {
  const form = doc.createElement("form");
  const sent = { item: row.dataset.row, next: location.pathname + location.search };
  if (button.name) sent[button.name] = button.value;
  for (const [name, value] of Object.entries(sent)) form.append(Object.assign(doc.createElement("input"), { type: "hidden", name, value }));
  const to = button.getAttribute("formaction");
  for (const [name, value] of [["method", "post"], ["action", to], ["hx-post", to], ["hx-swap", "none"], ["hx-sync", "body:queue all"]]) form.setAttribute(name, value);
  form.hidden = true;
  form.append(doc.createElement("button"));
  doc.body.append(form);
  window.htmx?.process(form);
  if (button.dataset.act === "done") leaveRow(row, form);
  return form.lastElementChild;
}

// The row goes at once and the next one has the focus; if the act fails the row comes back.
function leaveRow(row, form) {
  const rows = all("[data-row]").filter(shown);
  const next = rows[rows.indexOf(row) + 1] ?? rows[rows.indexOf(row) - 1];
  row.classList.add("leaving");
  if (next) stand(next);
  form.addEventListener("htmx:finally:request", () => {
    requestAnimationFrame(() => row.classList.remove("leaving"));
    form.remove();
  });
}

// The act has no button in the list: open the item, then press it there.
let awaited = null;

function openFor(line) {
  const row = doc.activeElement?.closest("[data-row]:not(.on)");
  if (!row || !one("a[hx-get]", row)) return false;
  awaited = line;
  return follow(row);
}

function cameFromAList() {
  if (history.length < 2 || !doc.referrer || !location.pathname.startsWith("/items/")) return false;
  const before = new URL(doc.referrer);
  return before.origin === location.origin && !before.pathname.startsWith("/items/");
}

// True when Escape closed or left something.
function leave(event) {
  const menu = one("details.menu[open]");
  if (menu) {
    menu.open = false;
    one("summary", menu).focus();
    return true;
  }
  if (inField(event.target) && event.target.closest("#detail")) {
    standOnOpen();
    return true;
  }
  if (!event.target.matches?.("[type=search]")) return false;
  const row = all("[data-row]").find(shown);
  if (row && !event.target.value) stand(row);
  else if (!event.target.value) event.target.blur();
  return false;
}

// --- menus and dialogs ----------------------------------------------------------------------

const menuItems = (menu) => all("button, a, select, textarea, input:not([type=hidden])", menu.lastElementChild).filter(shown);

function inMenu(event, step) {
  const menu = event.target.closest?.("details.menu[open]");
  if (!menu || !["Up", "Down"].includes(step) || event.target.matches("select, textarea, [type=date], [type=radio]")) return false;
  const items = menuItems(menu);
  const at = items.indexOf(event.target) + (step === "Down" ? 1 : -1);
  items[(at + items.length) % items.length]?.focus();
  return true;
}

doc.addEventListener("click", (event) => {
  for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  const opener = event.target.closest("[data-opens]");
  if (opener?.dataset.opens === "#palette") openPalette();
  else if (opener) one(opener.dataset.opens)?.showModal();
  if (event.target.closest("[data-close]")) event.target.closest("dialog, .toast")?.[event.target.closest("dialog") ? "close" : "remove"]();
});

// --- the command palette: what can be done here, places, and items as one types ----------------

const palette = one("#palette");
const asked = one("#palette-q");
const TYPING_MS = 150;
let offers = [];
let searching;

const can = {
  press: (line) => ("within" in line ? one(line.target, ownBox() ?? doc.createElement("i")) : "ofItem" in line && one("[data-row]") && !currentRow() ? false : all(line.target).some(shown) || ("ofItem" in line && Boolean(one(line.target)))),
  focus: (line) => all(line.target).some(shown),
  go: () => false, // places come from the navigation itself, with those that have no key
  move: () => false,
  open: () => Boolean(currentRow()),
  back: () => all("[data-act=back]").some(shown),
  read: () => Boolean(one("#rows [data-row].on")),
  select: () => Boolean(boxOf(currentRow())),
  range: () => false,
  page: () => all(".pick input").length > 0,
  none: () => Boolean(one(".pick :checked")),
  undo: () => true,
  submit: () => false,
  palette: () => false,
  help: () => true,
};

function openPalette() {
  if (!palette) return;
  const commands = table.filter((line) => can[line.does](line)).map((line) => ({ group: "Here", says: line.says, caps: line.caps, run: () => verbs[line.does](line) }));
  const places = all("#nav a[href]:not(.brand)").map((link) => {
    const keys = table.find((line) => line.target === `[data-go=${link.dataset.go}]`);
    return { group: "Go to", says: link.firstElementChild.textContent, caps: keys?.caps ?? "", run: () => link.click() };
  });
  offers = [...commands, ...places];
  asked.value = "";
  show(offers);
  palette.showModal();
}

function show(options) {
  const list = one("#palette-list");
  list.replaceChildren();
  for (const [at, option] of options.entries()) {
    let group = list.lastElementChild;
    if (group?.getAttribute("aria-label") !== option.group) {
      group = Object.assign(doc.createElement("ul"), { role: "group", ariaLabel: option.group });
      group.append(Object.assign(doc.createElement("li"), { role: "presentation", className: "mute", textContent: option.group }));
      list.append(group);
    }
    const line = Object.assign(doc.createElement("li"), { role: "option", id: `offer-${at}`, ariaSelected: "false" });
    const said = doc.createElement("span");
    said.append(option.says, ...(option.more ? [Object.assign(doc.createElement("small"), { textContent: option.more })] : []));
    line.append(said);
    if (option.caps) line.append(Object.assign(doc.createElement("span"), { innerHTML: option.caps }));
    line.addEventListener("click", () => take(option));
    line.addEventListener("pointermove", () => choose(line));
    line.option = option;
    group.append(line);
  }
  choose(one("[role=option]", list));
  one("#palette-count").textContent = `${options.length} found`;
}

function choose(line) {
  for (const other of all("#palette-list [aria-selected=true]")) other.ariaSelected = "false";
  if (!line) return asked.removeAttribute("aria-activedescendant");
  line.ariaSelected = "true";
  asked.setAttribute("aria-activedescendant", line.id);
  line.scrollIntoView({ block: "nearest" });
}

function take(option) {
  palette.close(); // gives the focus back to where it was, so the act means that item
  option.run();
}

asked?.addEventListener("keydown", (event) => {
  const lines = all("#palette-list [role=option]");
  const at = lines.findIndex((line) => line.ariaSelected === "true");
  const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
  if (to !== undefined) choose(lines[(to + lines.length) % lines.length]);
  else if (event.key === "Enter" && !event.isComposing && lines[at]) take(lines[at].option);
  else return;
  event.preventDefault();
});

asked?.addEventListener("input", () => {
  const words = asked.value.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = offers.filter((offer) => words.every((word) => offer.says.toLowerCase().includes(word)));
  const typed = asked.value.trim();
  const to = `/inbox?q=${encodeURIComponent(typed)}`;
  const search = typed && { group: "Search", says: `Search the inbox for “${typed}”`, run: () => location.assign(to) };
  show(search ? [...fits, search] : fits);
  clearTimeout(searching);
  if (typed.length > 1) searching = setTimeout(() => items(to, typed, [...fits, search]), TYPING_MS);
});

// The inbox's own answer to a search; its lines become offers.
async function items(address, typed, before) {
  const headers = { "HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "div#results" };
  const answer = await fetch(address, { headers }).catch(() => null);
  if (!answer?.ok || asked.value.trim() !== typed) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const hushed of all(".hush", page)) hushed.remove();
  const found = all("[data-row]", page).slice(0, 8).map((row) => ({
    group: "Items",
    says: one(".what b", row).textContent,
    more: one(".what small", row)?.textContent,
    run: () => location.assign(`/items/${row.dataset.row}`),
  }));
  const chosen = all("#palette-list [role=option]").findIndex((line) => line.ariaSelected === "true");
  show([...before, ...found]);
  choose(one(`#offer-${Math.max(chosen, 0)}`));
}

// --- nothing is sent twice: what is on its way is not sent again ---------------------------------

const sent = new WeakMap();
const SENDING_MS = 10_000;

function onceOnly(event) {
  const source = event.type === "submit" ? event.target : event.target.closest("button[hx-post]");
  const form = source?.form ?? source;
  if (form?.method !== "post") return;
  const what = `${event.submitter?.formAction ?? source.formAction ?? form.action} ${new URLSearchParams(new FormData(form, event.submitter))}`;
  if (sent.get(source) === what) {
    event.preventDefault();
    return event.stopImmediatePropagation();
  }
  sent.set(source, what);
  setTimeout(() => sent.delete(source), SENDING_MS);
}

doc.addEventListener("submit", onceOnly, true);
doc.addEventListener("click", onceOnly, true);
doc.addEventListener("htmx:finally:request", (event) => sent.delete(event.target));
addEventListener("pageshow", (event) => event.persisted && all("form").forEach((form) => sent.delete(form)));

// --- toast: leaves by itself, but not while somebody is on it -------------------------------

const TOAST_MS = 10_000;
const busy = (element) => element.matches(":hover") || element.contains(doc.activeElement);

function fade(toast) {
  setTimeout(() => (busy(toast) ? fade(toast) : toast.remove()), TOAST_MS);
}

const watched = new WeakSet();

function watchToast() {
  for (const toast of all("#toast .toast:not([data-stays])")) {
    if (!watched.has(toast)) fade(toast);
    watched.add(toast);
  }
}

// --- after a swap: mark the open row, and never lose the keyboard ----------------------------

let lastRow = 0;
let lastOwn = -1;
let wasOnRow = false;

doc.addEventListener("focusin", () => {
  lastOwn = all("#detail [data-own-keys]").indexOf(doc.activeElement.closest("[data-own-keys]"));
  const at = all("[data-row]").indexOf(doc.activeElement.closest("[data-row]"));
  wasOnRow = at >= 0;
  if (wasOnRow) lastRow = at;
});

doc.addEventListener("click", (event) => {
  if (event.target.closest("[data-more]")) lastRow = all("[data-row]").length;
  const row = event.target.closest("a")?.closest("[data-row]");
  if (row) sessionStorage.setItem("row", row.id);
});

// The row of the item that is open, or, where the list is not in sight, the item itself.
function standOnOpen() {
  const row = one("[data-row].on");
  if (shown(row)) return stand(row);
  all("[data-heading]").findLast(shown)?.focus();
}

function mark(open) {
  for (const row of all("#rows [data-row]")) {
    if (row.dataset.row === open && !row.classList.contains("on")) row.classList.add("read");
    row.classList.toggle("on", row.dataset.row === open);
  }
  const at = all("[data-row]").findIndex((row) => row.classList.contains("on"));
  if (at >= 0 && !wasOnRow) lastRow = at;
}

function settle() {
  watchToast();
  mark(one("#detail")?.dataset.item);
  const target = awaited && near(awaited);
  awaited = null;
  if (target) return press(target);
  if (doc.activeElement && doc.activeElement !== doc.body && shown(doc.activeElement)) return;
  const left = lastOwn < 0 ? [] : all("#detail [data-own-keys]").filter(shown);
  if (left.length) return one("button", left[Math.min(lastOwn, left.length - 1)]).focus();
  if (lastOwn >= 0) return one("#detail [data-heading]")?.focus();
  const rows = all("[data-row]").filter(shown);
  if (!rows.length || (!wasOnRow && shown(one("[data-row].on")))) return standOnOpen();
  one("a", rows[Math.min(lastRow, rows.length - 1)])?.focus();
}

doc.addEventListener("htmx:after:swap", () => requestAnimationFrame(settle));

// A failed request must not look like a saved one.
doc.addEventListener("htmx:error", () => {
  const toast = one("#offline")?.content.cloneNode(true);
  if (toast) one("#toast").replaceChildren(toast);
  watchToast();
});

// --- forms: guess the time zone where a form asks for it; a refused one begins at its fault ------

for (const field of all("[data-guess=zone]")) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (all("option", field).some((option) => option.value === zone)) field.value = zone;
}
one("[aria-invalid=true]")?.focus();

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
const cameBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
const left = /^#row-\d+$/.test(location.hash) ? location.hash.slice(1) : cameBack && sessionStorage.getItem("row");
if (left) addEventListener("load", () => requestAnimationFrame(() => one("a", doc.getElementById(left) ?? doc.createElement("i"))?.focus()));
one("form[data-auto]")?.requestSubmit();
mark(one("#detail")?.dataset.item);
watchToast();
