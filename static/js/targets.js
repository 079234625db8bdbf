// Opens and closes the channel rows under a target. Without scripts all of them are open.

const toggles = [...document.querySelectorAll("[data-expand]")];
const all = document.querySelector("[data-expand-all]");

function show(toggle, open) {
  toggle.setAttribute("aria-expanded", String(open));
  toggle.closest("tbody").dataset.open = String(open);
}

const isOpen = (toggle) => toggle.getAttribute("aria-expanded") === "true";

function nameAll() {
  if (all) all.textContent = toggles.every(isOpen) ? "全部收起" : "全部展开";
}

for (const toggle of toggles) {
  toggle.addEventListener("click", () => {
    show(toggle, !isOpen(toggle));
    nameAll();
  });
}
all?.addEventListener("click", () => {
  const open = !toggles.every(isOpen);
  toggles.forEach((toggle) => show(toggle, open));
  nameAll();
});
nameAll();
