// Forms: what they can guess, where they begin, what a slider's step is called.

import { all, doc, one } from "./page.js";

for (const field of all("[data-guess=zone]")) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (all("option", field).some((option) => option.value === zone)) field.value = zone;
}

one("[aria-invalid=true]")?.focus(); // a refused form begins at its fault
one("form[data-auto]")?.requestSubmit();

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
