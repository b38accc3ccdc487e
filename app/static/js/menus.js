// Menus: the browser opens them; here they are walked with keys, and close when one looks elsewhere.

import { all, doc, inField, one, shown } from "./page.js";

const openMenus = () => all("details.menu[open]");
const menuItems = (menu) => all("button, a, select, textarea, input:not([type=hidden])", menu.lastElementChild).filter(shown);

// As a click would, but a field gets the focus, in its menu too, and an opened menu its first line.
export function press(target) {
  if (inField(target)) {
    const menu = target.closest("details.menu");
    if (menu) menu.open = true;
    target.focus();
    return target.select?.();
  }
  target.click();
  if (target.matches("summary") && target.parentElement.open) menuItems(target.parentElement)[0]?.focus();
}

export function moveInMenu(target, step) {
  const menu = target.closest?.("details.menu[open]");
  if (!menu || !["Up", "Down"].includes(step) || target.matches("select, textarea, [type=date], [type=radio]")) return false;
  const items = menuItems(menu);
  const at = items.indexOf(target) + (step === "Down" ? 1 : -1);
  items[(at + items.length) % items.length]?.focus();
  return true;
}

// The button that stands beside a field, where one form has several.
export const ownButton = (field) => field.closest(".menu .inline")?.querySelector("button");

doc.addEventListener("keydown", (event) => {
  const button = event.key === "Enter" && !event.isComposing && event.target.closest("#bulk input, #bulk select") && ownButton(event.target);
  if (!button) return;
  event.preventDefault();
  button.click();
});

export function closeMenu() {
  const [menu] = openMenus();
  if (!menu) return false;
  menu.open = false;
  one("summary", menu).focus();
  return true;
}

doc.addEventListener("click", ({ target }) => {
  for (const menu of openMenus()) if (!menu.contains(target)) menu.open = false;
});
