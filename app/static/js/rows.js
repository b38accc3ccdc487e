// The rows of a list: which one is meant, and acting on one without opening it.

import { all, doc, make, one, shown } from "./page.js";

export const shownRows = () => all("[data-row]").filter(shown);
export const currentRow = () => doc.activeElement?.closest("[data-row]") ?? one("[data-row].on");
export const boxOf = (row) => row && one(".pick input, input[type=checkbox]", row);

export function stand(row) {
  one("a", row)?.focus();
  row.scrollIntoView({ block: "nearest" });
}

export function follow(row) {
  const link = row && one("a", row);
  return link ? link.click() : false;
}

export function pick(box, on) {
  if (!box || box.checked === on) return;
  box.checked = on;
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

// What a line of the table of keys means here: all that is chosen, or else the current row; never in a
// row that is not the current one, nor in the detail of another item than the row that has the
// focus.
export function near(line) {
  const row = currentRow();
  const inRow = row && !one(".pick :checked") && all(line.target, row).find(inReach);
  if (inRow) return inRow;
  if (row && !row.classList.contains("on") && "ofItem" in line) return inBulk(row, line.target);
  return all(line.target).find((found) => inReach(found) && !found.closest("[data-row]"));
}

// What stands in a closed menu is in reach, too.
const inReach = (found) => shown(found.closest("details.menu") ?? found);

// The bar for selected items; without a selection the row is acted on by itself.
function inBulk(row, selector) {
  const bulk = one("#bulk");
  const button = boxOf(row) && bulk && one(selector, bulk);
  if (!button || button.closest("#bulk") !== bulk) return null;
  const chosen = one(".pick :checked");
  if (!chosen && button.matches("button[formaction]")) return alone(row, button);
  if (!chosen) pick(boxOf(row), true);
  return button;
}

// A form of its own for one row, so that one may go on while the last act is on its way.
function alone(row, button) {
  const form = make("form", { hidden: true });
  const sent = { item: row.dataset.row, was: one("[name=was]", row).value, next: location.pathname + location.search };
  if (button.name) sent[button.name] = button.value;
  for (const [name, value] of Object.entries(sent)) form.append(make("input", { type: "hidden", name, value }));
  const to = button.getAttribute("formaction");
  const told = { method: "post", action: to, "hx-post": to, "hx-swap": "none", "hx-sync": "body:queue all" };
  for (const [name, value] of Object.entries(told)) form.setAttribute(name, value);
  form.append(make("button"));
  doc.body.append(form);
  window.htmx?.process(form);
  if (button.dataset.act === "done") leaveRow(row, form);
  return form.lastElementChild;
}

// The row goes at once and the next one has the focus; if the act fails the row comes back.
function leaveRow(row, form) {
  const rows = shownRows();
  const next = rows[rows.indexOf(row) + 1] ?? rows[rows.indexOf(row) - 1];
  row.classList.add("leaving");
  if (next) stand(next);
  form.addEventListener("htmx:finally:request", () => {
    requestAnimationFrame(() => row.classList.remove("leaving"));
    form.remove();
  });
}
