// What axe does not see: the ring of what has the keyboard, what runs over, what cannot be hit.
(wide) => {
  const faults = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const told = (element) => element.outerHTML.slice(0, 110).replace(/\s+/g, " ");
  const hushed = (element) => element.closest(".hush, .skip, template");
  const seen = (element) => element.checkVisibility({ visibilityProperty: true }) && !hushed(element);
  const controls = all("a[href], button, input:not([type=hidden], [aria-hidden]), select, textarea, summary");

  // What can be pressed is 24 pixels high and wide, or stands in the middle of a text. (axe lets
  // pass what is small with room around it; a thumb does not.)
  const words = (element) => element.textContent.trim();
  const whole = (control) => getComputedStyle(control, "::after").position === "absolute" && control.closest("li, .row");
  const inText = (control) => getComputedStyle(control).display === "inline" && words(control.parentElement) !== words(control);
  for (const control of controls) {
    if (!seen(control) || inText(control)) continue;
    const box = (whole(control) || (control.matches("[type=checkbox], [type=radio]") && control.labels[0]) || control).getBoundingClientRect();
    if (box.width < 23.5 || box.height < 23.5) faults.push(`${box.width.toFixed()} x ${box.height.toFixed()} is small: ${told(control)}`);
  }

  // Whatever has the keyboard shows it.
  const ringed = (element, pseudo) => { const style = getComputedStyle(element, pseudo); return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2; };
  for (const control of controls) {
    if (!control.checkVisibility()) continue;
    control.focus({ preventScroll: true });
    if (document.activeElement !== control) continue;
    if (!ringed(control) && !ringed(control, "::after") && !ringed(control.parentElement)) faults.push(`no ring: ${told(control)}`);
  }
  document.activeElement.blur();

  // Nothing is wider than the window or than what holds it.
  if (document.documentElement.scrollWidth > wide) faults.push(`${document.documentElement.scrollWidth} pixels wide`);
  for (const element of all(".money, .due, .badge, .end, .said, .subject, .btn, .counts dd")) {
    if (!seen(element)) continue;
    const box = element.getBoundingClientRect();
    const next = element.nextElementSibling?.getBoundingClientRect();
    const runs = element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== "inline";
    if (runs || box.right > wide + 0.5 || (next && box.right > next.left + 0.5 && box.left < next.left && Math.abs(box.top - next.top) < 4)) faults.push(`runs over: ${told(element)}`);
  }

  // A menu opens within the window: what is beside it to the left nobody can scroll to.
  for (const menu of all("details.menu")) {
    if (!seen(menu)) continue;
    menu.open = true;
    const box = menu.lastElementChild.getBoundingClientRect();
    if (box.left < 0 || box.right > wide) faults.push(`opens from ${box.left.toFixed()} to ${box.right.toFixed()}: ${told(menu)}`);
    menu.open = false;
  }
  return faults;
}
