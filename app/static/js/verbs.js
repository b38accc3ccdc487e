// What a key, a line of the palette, or a button with data-does does. False: nothing here to do it
// to.

import { all, doc, inField, one, shown } from "./page.js";
import { mark, openFor } from "./focus.js";
import { ownButton, press } from "./menus.js";
import { boxOf, currentRow, follow, near, pick, shownRows, stand } from "./rows.js";

// The box with keys of its own that the focus is in, and what such a key means there.
export const ownBox = () => doc.activeElement?.closest("[data-own-keys]");
export const inOwnBox = (line) => ownBox() && one(line.target, ownBox());

let rangeFrom = "";

export const verbs = {
  press(line) {
    const target = "within" in line ? inOwnBox(line) : near(line);
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
    const rows = shownRows();
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
    rangeFrom = currentRow().id;
  },
  range() {
    const rows = shownRows();
    const [first, last] = [rows.findIndex((row) => row.id === rangeFrom), rows.indexOf(currentRow())].sort((a, b) => a - b);
    if (last < 0) return false;
    for (const row of rows.slice(Math.max(first, 0), last + 1)) pick(boxOf(row), true);
  },
  page() {
    const own = all("[data-act=select-page]").find(shown);
    if (own) return press(own);
    if (!all(".pick input").length) return false;
    for (const box of all(".pick input")) pick(box, true);
  },
  // Of all pages: the bar's own way there, which is out of sight while nothing is chosen.
  matching({ target }) {
    const way = one(target);
    return way ? way.click() : verbs.page();
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
    const field = doc.activeElement;
    const form = field?.form ?? field?.closest("form");
    const button = form && inField(field) && (ownButton(field) ?? all("button, [type=submit]", form).find((each) => each.type === "submit" && shown(each)));
    return button ? button.click() : false;
  },
  help() {
    one("#keys").showModal();
  },
};

function cameFromAList() {
  if (history.length < 2 || !doc.referrer || !location.pathname.startsWith("/items/")) return false;
  const before = new URL(doc.referrer);
  return before.origin === location.origin && !before.pathname.startsWith("/items/");
}
