// The line above the save bar: a restored draft, a save that failed, cells that both sides changed.

/** Return a button that does something. */
export function button(text, act, kind = "btn sm") {
  const made = document.createElement("button");
  made.type = "button";
  made.className = kind;
  made.textContent = text;
  made.addEventListener("click", act);
  return made;
}

/** Return a link. */
export function link(text, href) {
  const made = document.createElement("a");
  made.href = href;
  made.className = "btn sm";
  made.textContent = text;
  return made;
}

/** Return a line of text. */
export function line(text) {
  const made = document.createElement("p");
  made.textContent = text;
  return made;
}

/** Show a notice of a tone: its parts one after the other; nothing hides it. */
export function show(tone, ...parts) {
  const box = document.getElementById("grid-notice");
  box.className = `notice ${tone}`;
  box.replaceChildren(...parts);
  box.hidden = parts.length === 0;
}
