// The form of the cards: buttons move a line up or down. Without scripts the numbers say the order.

import { t } from "./text.js";

const form = document.querySelector("[data-picks]");
const list = form?.querySelector(".picks");
const status = form?.querySelector("[data-moved]");

/** Number the lines as they stand. */
function number() {
  [...list.children].forEach((line, at) => {
    line.querySelector("input[type=number]").value = at + 1;
  });
}

/** Move a line by one; the button that did it keeps the focus. */
function move(button) {
  const line = button.closest("li");
  const up = button.dataset.move === "-1";
  const other = up ? line.previousElementSibling : line.nextElementSibling;
  if (!other) return;
  if (up) other.before(line);
  else other.after(line);
  number();
  button.focus();
  const place = [...list.children].indexOf(line) + 1;
  status.textContent = t(`第 ${place} 位`, `place ${place}`);
}

/** Bring what was just ticked behind the others that are shown. */
function join(box) {
  const line = box.closest("li");
  const shown = [...list.children].filter((one) => one !== line && one.querySelector("input[type=checkbox]").checked);
  if (shown.length) shown.at(-1).after(line);
  else list.prepend(line);
  number();
  box.focus();
}

form?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-move]");
  if (button) move(button);
});
form?.addEventListener("change", (event) => {
  if (event.target.matches("input[type=checkbox]")) join(event.target);
});
