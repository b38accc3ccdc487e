// What a page asks of somebody's eyes, fingers and screen reader; gives its faults as sentences.
(wide) => {
  const faults = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const told = (element) => element.outerHTML.slice(0, 110).replace(/\s+/g, " ");
  const hushed = (element) => element.closest(".hush, .skip, template");
  const seen = (element) => element.checkVisibility({ visibilityProperty: true }) && !hushed(element);

  // Every control has a name, every picture one or none at all.
  const words = (element) => [...element.childNodes].map((node) =>
    node.nodeType === 3 ? node.data : node.getAttribute?.("aria-hidden") === "true" ? "" : node.childNodes ? words(node) : "").join("").trim();
  const named = (element) =>
    element.getAttribute("aria-label") || element.labels?.length && words(element.labels[0]) || words(element) ||
    element.getAttribute("aria-labelledby")?.split(" ").every((id) => document.getElementById(id)?.textContent.trim());
  const controls = all("a[href], button, input:not([type=hidden], [aria-hidden]), select, textarea, summary");
  for (const control of controls) if (!named(control)) faults.push(`no name: ${told(control)}`);
  for (const picture of all("svg")) if (picture.getAttribute("aria-hidden") !== "true" && !named(picture)) faults.push(`no name: ${told(picture)}`);
  for (const table of all("table")) if (!table.querySelector("th")) faults.push(`no heads: ${told(table)}`);

  // One h1, no level skipped, landmarks, ids.
  const levels = all("h1, h2, h3, h4").filter((head) => head.checkVisibility()).map((head) => Number(head.tagName[1]));
  if (all("h1").length !== 1) faults.push(`not one h1 but ${all("h1").length}`);
  levels.forEach((level, at) => { if (level > (levels[at - 1] ?? level) + 1) faults.push(`a level is skipped: ${levels}`); });
  if (all("main").length !== 1) faults.push("not one main");
  for (const way of all("nav, aside, dialog")) if (!named(way)) faults.push(`no name: ${told(way)}`);
  if (!document.documentElement.lang || !document.title.trim()) faults.push("no language or title");
  const ids = all("[id]").map((element) => element.id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) faults.push(`twice the id ${id}`);
  for (const element of all("[aria-describedby]"))
    for (const id of element.getAttribute("aria-describedby").split(" ")) if (!ids.includes(id)) faults.push(`described by nothing: ${told(element)}`);

  // Text stands out from what is behind it: 4.5 to 1, large text 3 to 1.
  const rgba = (text) => { const n = text.match(/[\d.]+/g).map(Number); return [n[0], n[1], n[2], n[3] ?? 1]; };
  const over = (top, under) => top.slice(0, 3).map((part, at) => part * top[3] + under[at] * (1 - top[3])).concat(1);
  const behind = (element) => {
    if (!element) return matchMedia("(prefers-color-scheme: dark)").matches ? [0, 0, 0, 1] : [255, 255, 255, 1];
    const own = rgba(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own : over(own, behind(element.parentElement));
  };
  const light = (colour) => {
    const [red, green, blue] = colour.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const weak = (element, style) => {
    const ground = behind(element);
    const [dark, bright] = [light(over(rgba(style.color), ground)), light(ground)].sort((a, b) => a - b);
    const size = parseFloat(style.fontSize);
    const enough = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    return (bright + 0.05) / (dark + 0.05) < enough;
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const holder = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !seen(holder) || holder.closest("svg, option, script, [disabled]")) continue;
    if (weak(holder, getComputedStyle(holder))) faults.push(`weak text: ${told(holder)}`);
  }
  for (const field of all("[placeholder]")) if (seen(field) && weak(field, getComputedStyle(field, "::placeholder"))) faults.push(`weak placeholder: ${told(field)}`);

  // What can be pressed is 24 pixels high and wide, or stands in the middle of a text.
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
  return faults;
}
