// The filter bar works without this as a plain GET form. Here: a choice applies at once, popovers
// close on Escape or a click outside, the keys that their links name step through days and months, and the old figures
// stay, dimmed, until the next page is there. Everything listens on the document: the bar itself is
// put in anew where a board changes in place (board.js).

const SETTLE = 4000; // ms after which a page that is still here was not left after all
const main = document.getElementById("main");
const AUTO = "form[data-auto]";

/** Take the dimming off and show again what this page is about. */
function settle() {
  main?.removeAttribute("aria-busy");
  for (const form of document.querySelectorAll(AUTO)) {
    for (const field of form.elements) field.disabled = false;
    form.reset();
  }
}

function leave() {
  main?.setAttribute("aria-busy", "true");
  // The guard for unsaved figures may have kept the reader here.
  setTimeout(settle, SETTLE);
}

/** Send the form; fields that name nothing are left out of the address meanwhile. */
function send(form) {
  const empty = [...form.elements].filter((field) => field.name && field.value === "" && !field.disabled);
  for (const field of empty) field.disabled = true;
  form.requestSubmit();
  // Where the page stays, because the board changes in place, they can be used at once.
  if (!main?.hasAttribute("aria-busy") || main.dataset.inPlace) for (const field of empty) field.disabled = false;
}

/** The later day of a range cannot be picked before the earlier one. */
function bound(first) {
  first.form.querySelector("input[data-last]").min = first.value;
}

document.addEventListener("change", (event) => {
  if (event.target.matches(`${AUTO} select`)) send(event.target.form);
  else if (event.target.matches("input[data-first]")) bound(event.target);
});
for (const first of document.querySelectorAll("input[data-first]")) bound(first);

// A preset goes by its name unless other days were typed over it: then by them alone.
document.addEventListener("formdata", ({ target: form, formData }) => {
  if (!form.matches(AUTO) || !formData.has("range")) return;
  const days = [...form.querySelectorAll("input[data-first], input[data-last]")];
  const typed = days.some((day) => day.value !== day.defaultValue);
  for (const name of typed ? ["range"] : days.map((day) => day.name)) formData.delete(name);
});

// On the window, behind all others: what somebody else has taken care of does not leave the page.
addEventListener("submit", (event) => {
  if (!event.defaultPrevented && event.target.matches(AUTO)) leave();
});
addEventListener("click", (event) => {
  const link = event.target.closest("a[data-busy]");
  if (link && !event.defaultPrevented && !event.metaKey && !event.ctrlKey && !event.shiftKey) leave();
});

const popovers = () => document.querySelectorAll("details[data-popover][open]");
document.addEventListener("click", (event) => {
  for (const popover of popovers()) {
    if (!popover.contains(event.target)) popover.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const popover of popovers()) {
      popover.open = false;
      popover.querySelector("summary").focus();
    }
  }
  const alone = event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  const link = alone && document.querySelector(`a[aria-keyshortcuts="Alt+${CSS.escape(event.key)}"]`);
  if (link) {
    event.preventDefault();
    link.click();
  }
});

// Coming back by the browser's own button shows the page as it was left.
addEventListener("pageshow", (event) => {
  if (event.persisted) settle();
});
