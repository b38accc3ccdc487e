// Nothing is sent twice: what is on its way is not sent again.

import { all, doc } from "./page.js";

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
