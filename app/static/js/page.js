// How all the others look at the page.

export const doc = document;
export const one = (selector, root = doc) => root.querySelector(selector);
export const all = (selector, root = doc) => [...root.querySelectorAll(selector)];
export const shown = (element) => element?.checkVisibility?.() ?? Boolean(element?.offsetParent);

export const inField = (target) => target.closest?.("input:not([type=checkbox], [type=button]), textarea, select, [contenteditable]");

// A new element with these properties: make("input", { type: "hidden", name, value }).
export const make = (tag, properties = {}) => Object.assign(doc.createElement(tag), properties);
