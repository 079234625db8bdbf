// Narrows the metric dictionary to what is typed. The whole page is there without it.

import { plural, t } from "./text.js";

const box = document.getElementById("dictionary-search");
const count = document.getElementById("dictionary-count");
const none = document.getElementById("dictionary-none");
const groups = [...document.querySelectorAll("[data-group]")].map((group) => ({
  group,
  entries: [...group.querySelectorAll("[data-words]")].map((entry) => ({
    entry,
    words: entry.dataset.words.toLowerCase(),
  })),
}));

function narrow() {
  const asked = box.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const { group, entries } of groups) {
    let here = 0;
    for (const { entry, words } of entries) {
      const fits = asked.every((word) => words.includes(word));
      entry.hidden = !fits;
      if (fits) here += 1;
    }
    group.hidden = here === 0;
    shown += here;
  }
  count.textContent = t(`${shown} 项`, `${plural(shown, "metric")}`);
  none.hidden = shown > 0;
}

/** Follow a link to an entry even while the search hides it. */
function reveal() {
  const entry = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!entry || !entry.hidden) return;
  box.value = "";
  narrow();
  entry.scrollIntoView();
}

box.addEventListener("input", narrow);
addEventListener("hashchange", reveal);
narrow();
