// The command palette: what can be done here, places, and items as one types.

import { table } from "./keys.js";
import { all, doc, make, one, shown } from "./page.js";
import { boxOf, currentRow } from "./rows.js";
import { inOwnBox, verbs } from "./verbs.js";

const palette = one("#palette");
const asked = one("#palette-q");
const list = one("#palette-list");
const TYPING_MS = 150;
let offers = [];
let searching;

// Whether a verb is worth an offer now. Places come from the navigation itself, with those that
// have no key.
const can = {
  press(line) {
    if ("within" in line) return inOwnBox(line);
    if (!("ofItem" in line)) return all(line.target).some(shown);
    return (currentRow() || !one("[data-row]")) && one(line.target);
  },
  focus: (line) => all(line.target).some(shown),
  open: currentRow,
  back: () => all("[data-act=back]").some(shown),
  read: () => one("#rows [data-row].on"),
  select: () => boxOf(currentRow()),
  page: () => one(".pick input"),
  matching: () => one(".pick input"),
  none: () => one(".pick :checked"),
  undo: () => true,
  help: () => true,
};

function offered() {
  const here = table.filter((line) => can[line.does]?.(line)).map((line) => ({ group: "Here", says: line.says, caps: line.caps, run: () => verbs[line.does](line) }));
  const places = all("#nav a[href]:not(.brand)").map((link) => {
    const keys = table.find((line) => line.target === `[data-go=${link.dataset.go}]`);
    return { group: "Go to", says: link.firstElementChild.textContent, caps: keys?.caps, run: () => link.click() };
  });
  return [...here, ...places];
}

function show(options) {
  list.replaceChildren();
  for (const [at, option] of options.entries()) {
    const group = list.lastElementChild?.ariaLabel === option.group ? list.lastElementChild : list.appendChild(headed(option.group));
    group.append(lineOf(option, at));
  }
  choose(one("[role=option]", list));
  one("#palette-count").textContent = `${options.length} found`;
}

function headed(name) {
  const group = make("ul", { role: "group", ariaLabel: name });
  group.append(make("li", { role: "presentation", className: "mute", textContent: name }));
  return group;
}

function lineOf(option, at) {
  const line = make("li", { role: "option", id: `offer-${at}`, ariaSelected: "false", option });
  const said = make("span");
  said.append(option.says);
  if (option.more) said.append(make("small", { textContent: option.more }));
  line.append(said);
  if (option.caps) line.append(make("span", { innerHTML: option.caps }));
  line.addEventListener("click", () => take(option));
  line.addEventListener("pointermove", () => choose(line));
  return line;
}

const lines = () => all("[role=option]", list);
const chosenAt = () => lines().findIndex((line) => line.ariaSelected === "true");

function choose(line) {
  for (const other of all("[aria-selected=true]", list)) other.ariaSelected = "false";
  if (!line) return asked.removeAttribute("aria-activedescendant");
  line.ariaSelected = "true";
  asked.setAttribute("aria-activedescendant", line.id);
  line.scrollIntoView({ block: "nearest" });
}

function take(option) {
  palette.close(); // gives the focus back to where it was, so the act means that item
  option.run();
}

verbs.palette = () => {
  offers = offered();
  asked.value = "";
  show(offers);
  palette.showModal();
};

asked?.addEventListener("keydown", (event) => {
  const at = chosenAt();
  const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
  if (to !== undefined) choose(lines().at(to % lines().length));
  else if (event.key === "Enter" && !event.isComposing && lines()[at]) take(lines()[at].option);
  else return;
  event.preventDefault();
});

asked?.addEventListener("input", () => {
  const words = asked.value.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = offers.filter((offer) => words.every((word) => offer.says.toLowerCase().includes(word)));
  const typed = asked.value.trim();
  const to = `/inbox?q=${encodeURIComponent(typed)}`;
  const found = typed ? [...fits, { group: "Search", says: `Search the inbox for “${typed}”`, run: () => location.assign(to) }] : fits;
  show(found);
  clearTimeout(searching);
  if (typed.length > 1) searching = setTimeout(() => addItems(to, typed, found), TYPING_MS);
});

// The inbox's own answer to a search; its lines become offers.
async function addItems(address, typed, before) {
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
  const at = Math.max(chosenAt(), 0);
  show([...before, ...found]);
  choose(lines()[at]);
}
