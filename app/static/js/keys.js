// Keys, bound to exactly what the cheat sheet lists: app/web/keys.py writes both.

import { all, doc, inField, one, shown } from "./page.js";
import { standOnOpen } from "./focus.js";
import { closeMenu, moveInMenu } from "./menus.js";
import { stand } from "./rows.js";
import { ownBox, verbs } from "./verbs.js";

const mac = /mac|iphone|ipad/i.test(navigator.userAgentData?.platform ?? navigator.platform);

function nameCaps() {
  if (mac) for (const cap of all("kbd")) cap.textContent = cap.textContent.replace("Ctrl", "⌘");
}

nameCaps();
doc.addEventListener("htmx:after:swap", nameCaps);

export const table = all("#keys [data-name]").map((line) => ({
  ...line.dataset,
  keys: line.dataset.keys.split(", "),
  says: line.firstElementChild.textContent,
  caps: line.lastElementChild.innerHTML,
}));

const NAMES = { ArrowUp: "Up", ArrowDown: "Down", ArrowLeft: "Left", ArrowRight: "Right", Escape: "Esc", ",": "Comma" };

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

const BETWEEN_TWO_KEYS_MS = 3000;
let begun = "";
let begunAt = 0;

// The line of the table that this step, with the one before it, is bound to.
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

// htmx begins only after the page has loaded; a key that came before would load a whole page.
window.htmx?.process(doc.body);

doc.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || one("dialog[open]")) return;
  const step = stepOf(event);
  if (!step || ["Shift", "Tab"].includes(event.key)) return;
  if (moveInMenu(event.target, step) || (step === "Esc" && leave(event.target))) return event.preventDefault();
  if (!step.startsWith("Mod+") && inField(event.target)) return;
  if (OWN[step] && event.target.closest?.(OWN[step])) return;
  const line = bound(step);
  if (!line || (event.repeat && !["move", "read"].includes(line.does))) return;
  if (verbs[line.does](line) !== false) event.preventDefault();
});

doc.addEventListener("click", ({ target }) => verbs[target.closest("button[data-does]")?.dataset.does]?.());

// Escape: true where it closed or left something.
function leave(target) {
  if (closeMenu()) return true;
  if (inField(target) && target.closest("#detail")) {
    standOnOpen();
    return true;
  }
  if (!target.matches?.("[type=search]") || target.value) return false; // the browser empties it
  const row = all("[data-row]").find(shown);
  if (row) stand(row);
  else target.blur();
  return false;
}
