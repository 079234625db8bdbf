// A board on paper: before the browser prints, the page takes the width of A4 and the light theme, and
// charts are drawn anew for both; afterwards everything is as it was.

const root = document.documentElement;
let theme; // what was chosen before; undefined while nothing is printed

function prepare() {
  if (theme !== undefined) return;
  theme = root.dataset.theme ?? null;
  root.dataset.theme = "light";
  root.classList.add("printing");
  // By the clock that the numbers' days go by, not the reader's.
  const { zone } = document.getElementById("main").dataset;
  const now = new Date().toLocaleString(root.lang, { dateStyle: "medium", timeStyle: "short", timeZone: zone });
  for (const place of document.querySelectorAll("[data-printed]")) place.textContent = now;
  document.dispatchEvent(new CustomEvent("luopan:theme", { detail: "light" }));
}

function restore() {
  if (theme === undefined) return;
  if (theme === null) delete root.dataset.theme;
  else root.dataset.theme = theme;
  theme = undefined;
  root.classList.remove("printing");
  document.dispatchEvent(new CustomEvent("luopan:theme", { detail: root.dataset.theme }));
}

addEventListener("beforeprint", prepare);
addEventListener("afterprint", restore);
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-print]")) return;
  prepare(); // well before the browser's own event, which leaves no time to draw
  requestAnimationFrame(() => print());
});
