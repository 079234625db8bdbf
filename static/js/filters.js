// The filter bar works without this as a plain GET form. Here: a choice applies at once, popovers
// close on Escape or a click outside, Alt+arrows step through days and months, and the old figures
// stay, dimmed, until the next page is there.

const SETTLE = 4000; // ms after which a page that is still here was not left after all
const main = document.getElementById("main");
const forms = document.querySelectorAll("form[data-auto]");

/** Take the dimming off and show again what this page is about. */
function settle() {
  main?.removeAttribute("aria-busy");
  for (const form of forms) {
    for (const field of form.elements) field.disabled = false;
    form.reset();
  }
}

function leave() {
  main?.setAttribute("aria-busy", "true");
  // The guard for unsaved figures may have kept the reader here.
  setTimeout(settle, SETTLE);
}

/** Send the form without its empty fields, so that the address names only what was chosen. */
function send(form) {
  for (const field of form.elements) {
    if (field.name && field.value === "") field.disabled = true;
  }
  form.requestSubmit();
}

for (const form of forms) {
  form.addEventListener("change", (event) => {
    if (event.target.matches("select")) send(form);
  });
  form.addEventListener("submit", leave);
}

for (const first of document.querySelectorAll("input[data-first]")) {
  const last = first.form.querySelector("input[data-last]");
  // The later day cannot be picked before the earlier one.
  const bound = () => {
    last.min = first.value;
  };
  first.addEventListener("change", bound);
  bound();
}

for (const link of document.querySelectorAll("a[data-busy]")) {
  link.addEventListener("click", (event) => {
    if (!event.metaKey && !event.ctrlKey && !event.shiftKey) leave();
  });
}

const popovers = document.querySelectorAll("details[data-popover]");
document.addEventListener("click", (event) => {
  for (const popover of popovers) {
    if (popover.open && !popover.contains(event.target)) popover.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const popover of popovers) {
      if (!popover.open) continue;
      popover.open = false;
      popover.querySelector("summary").focus();
    }
  }
  const way = event.altKey && { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  const link = way && document.querySelector(`a[data-step="${way}"]`);
  if (link) {
    event.preventDefault();
    link.click();
  }
});

// Coming back by the browser's own button shows the page as it was left.
addEventListener("pageshow", (event) => {
  if (event.persisted) settle();
});
