// Numbers are links to what stands behind them. Here they open it in a drawer beside the board, and the
// links of a table are one tab stop: arrow keys go from number to number.

import { t } from "./text.js";

const dialog = document.createElement("dialog");
dialog.className = "drawer";
dialog.setAttribute("aria-labelledby", "explain-title");
const bar = document.createElement("form");
bar.method = "dialog";
bar.className = "drawer-bar";
const close = document.createElement("button");
close.className = "btn sm";
close.textContent = t("关闭 Esc", "Close Esc");
bar.append(close);
const body = document.createElement("div");
dialog.append(bar, body);
document.body.append(dialog);

let asked = ""; // the address whose answer is wanted; an answer to another comes too late

/** Show what stands behind a number; without an answer its page opens instead. */
async function open(href) {
  asked = href;
  body.setAttribute("aria-busy", "true");
  if (!dialog.open) {
    body.replaceChildren();
    dialog.showModal();
  }
  try {
    const answer = await fetch(`${href}&fragment=1`, { redirect: "manual" });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (asked !== href || !dialog.open) return;
    body.replaceChildren(...page.body.childNodes);
    body.removeAttribute("aria-busy");
    dialog.scrollTop = 0;
    body.querySelector("#explain-title")?.focus();
  } catch {
    location.assign(href);
  }
}

document.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close(); // the backdrop
  const link = event.target.closest("a[data-explain]");
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  open(link.getAttribute("href"));
});

const LINKS = "td a.num-link";

/** Let the first number of each table that is seen be its tab stop. */
function rove(root) {
  for (const table of root.querySelectorAll("table.t")) {
    const links = [...table.querySelectorAll(LINKS)];
    const first = links.find((link) => link.checkVisibility()) ?? links[0];
    for (const link of links) link.tabIndex = link === first ? 0 : -1;
  }
}

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/** Return the next number in a direction; cells without one, headings and closed rows are passed over. */
function next(cell, [down, right]) {
  const rows = cell.closest("table").rows;
  let row = cell.parentElement.rowIndex + down;
  let column = cell.cellIndex + right;
  while (rows[row] && (down || rows[row].cells[column])) {
    const link = rows[row].cells[column]?.querySelector("a.num-link");
    if (link?.checkVisibility()) return link;
    row += down;
    column += right;
  }
  return null;
}

document.addEventListener("keydown", (event) => {
  const link = event.target.closest?.(LINKS);
  const step = STEPS[event.key];
  if (!link || !step || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const to = next(link.closest("td"), step);
  if (!to) return;
  // A click may have come to a number that is not the table's tab stop.
  for (const stop of to.closest("table").querySelectorAll('a.num-link[tabindex="0"]')) stop.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
});

rove(document);
document.addEventListener("luopan:redraw", (event) => rove(event.detail?.root ?? document));
