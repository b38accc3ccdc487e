// Who can be named in a comment, offered as one types an @: the people of "Tell …" beside the field.
// Down, Up, Enter and Esc are the list's while it is there; without it they are the field's own.

import { all, doc, make, one } from "./page.js";

const FIELD = "textarea[data-act=note]";
const BEGUN = /(?:^|[^\w@.])@([^@\n]{0,60})$/;
const MOST = 8;

let list = null;
let leftAt = -1; // the @ behind which Esc was pressed

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

// The name that is being typed: where its @ stands, and what it begins with so far.
function begun(field) {
  const [, name] = BEGUN.exec(field.value.slice(0, field.selectionStart)) ?? [];
  return name !== undefined && { at: field.selectionStart - name.length - 1, starts: plain(name) };
}

function fitting(field, starts) {
  const people = all(".tell label", field.form).map((label) => label.textContent.trim());
  const fits = (name) => [name, ...name.split(" ")].some((part) => plain(part).startsWith(starts));
  return people.filter(fits).slice(0, MOST);
}

function offer(field) {
  const typed = field.selectionStart === field.selectionEnd && begun(field);
  if (typed?.at !== leftAt) leftAt = -1;
  const names = typed && leftAt < 0 ? fitting(field, typed.starts) : [];
  close(field);
  if (!names.length) return;
  list = make("ul", { id: "names", role: "listbox", ariaLabel: "People to name", className: "names" });
  for (const [at, name] of names.entries()) list.append(make("li", { id: `name-${at}`, role: "option", textContent: name }));
  field.after(list);
  field.setAttribute("aria-controls", list.id);
  choose(field, list.firstElementChild);
}

function choose(field, line) {
  for (const each of list.children) each.ariaSelected = String(each === line);
  field.setAttribute("aria-activedescendant", line.id);
  line.scrollIntoView({ block: "nearest" });
}

function close(field) {
  list?.remove();
  list = null;
  for (const name of ["aria-controls", "aria-activedescendant"]) field.removeAttribute(name);
}

function take(field, line) {
  field.setRangeText(`@${line.textContent} `, begun(field).at, field.selectionStart, "end");
  close(field);
}

const open = (field) => list?.isConnected && field.matches?.(FIELD);

const DOES = {
  ArrowDown: (field, now) => choose(field, now.nextElementSibling ?? list.firstElementChild),
  ArrowUp: (field, now) => choose(field, now.previousElementSibling ?? list.lastElementChild),
  Enter: take,
  Escape(field) {
    leftAt = begun(field).at;
    close(field);
  },
};

// Before the keys of the page: what the list takes is none of theirs.
function onKey(event) {
  const does = open(event.target) && !event.isComposing && !event.ctrlKey && !event.metaKey && DOES[event.key];
  if (!does) return;
  event.preventDefault();
  does(event.target, one("[aria-selected=true]", list));
}

doc.addEventListener("keydown", onKey, true);
for (const moved of ["input", "click"]) doc.addEventListener(moved, ({ target }) => target.matches(FIELD) && offer(target));
doc.addEventListener("focusout", ({ target }) => open(target) && close(target));
doc.addEventListener("pointerdown", (event) => {
  const line = event.target.closest(".names [role=option]");
  if (!line) return;
  event.preventDefault(); // the field keeps the focus
  take(one(FIELD, line.closest(".field")), line);
});
