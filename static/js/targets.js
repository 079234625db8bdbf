// Opens and closes the parts under a target. Without scripts all of them are open. What is open stays
// so for the next month: it is kept for as long as the tab is. A click on a figure leads where its row does.
// A year that is wider than the screen opens at the running month, and where it was left on the way back.

import { t } from "./text.js";

const KEPT = "luopan.targets.open";
const toggles = [...document.querySelectorAll("[data-expand]")];
const all = document.querySelector("[data-expand-all]");

const bodyOf = (toggle) => toggle.closest("tbody");
const isOpen = (toggle) => toggle.getAttribute("aria-expanded") === "true";

/** Return the metrics that were open; none where the browser keeps nothing. */
function remembered() {
  try {
    return new Set(JSON.parse(sessionStorage.getItem(KEPT)) ?? []);
  } catch {
    return new Set();
  }
}

/** Keep what is open; metrics that this month does not have stay as they were. */
function remember() {
  const open = remembered();
  for (const toggle of toggles) {
    const { metric } = bodyOf(toggle).dataset;
    if (isOpen(toggle)) open.add(metric);
    else open.delete(metric);
  }
  try {
    sessionStorage.setItem(KEPT, JSON.stringify([...open]));
  } catch {
    // Then the next month begins closed.
  }
}

function show(toggle, open) {
  toggle.setAttribute("aria-expanded", String(open));
  bodyOf(toggle).dataset.open = String(open);
}

function nameAll() {
  if (all) all.textContent = toggles.every(isOpen) ? t("全部收起", "Collapse all") : t("全部展开", "Expand all");
}

for (const toggle of toggles) {
  toggle.addEventListener("click", () => {
    show(toggle, !isOpen(toggle));
    remember();
    nameAll();
  });
}
all?.addEventListener("click", () => {
  const open = !toggles.every(isOpen);
  toggles.forEach((toggle) => show(toggle, open));
  remember();
  nameAll();
});

const before = remembered();
for (const toggle of toggles) if (before.has(bodyOf(toggle).dataset.metric)) show(toggle, true);
nameAll();

const clicks = JSON.parse(document.getElementById("clicks").textContent);
document.addEventListener("luopan:drill", ({ detail }) => {
  const address = clicks[detail.figure]?.[detail.place];
  if (address) location.assign(address);
});

const months = document.querySelector(".t.months");
const now = months?.querySelector("thead .now");

/** Turn the months to the place where they were left, else until the running one stands at the right edge. */
function turn(box) {
  const { right } = box.getBoundingClientRect();
  box.scrollLeft = history.state?.months ?? (now ? Math.ceil(now.getBoundingClientRect().right - right) : 0);
}

if (months) {
  const box = months.closest(".tw");
  turn(box);
  let resting = 0;
  const note = () => history.replaceState({ ...history.state, months: box.scrollLeft }, "");
  box.addEventListener("scroll", () => {
    clearTimeout(resting);
    resting = setTimeout(note, 150);
  });
  addEventListener("pagehide", note);
}
