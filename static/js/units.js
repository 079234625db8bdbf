// Where there are more units than a list can hold: a search that puts what it finds into the list and
// chooses it there. The list next to it works without this, one step at a time.

const PAUSE = 200; // ms without a key after which the server is asked

for (const box of document.querySelectorAll("input[data-unit-search]")) watch(box);

function watch(box) {
  const select = box.form.elements[box.dataset.unitFor];
  const status = box.parentElement.querySelector("[role=status]");
  let found = [];
  let timer = 0;

  /** Choose a unit in the list, as if it had been picked there. */
  function choose(unit) {
    if (![...select.options].some((option) => option.value === unit.code)) {
      select.append(new Option(unit.label, unit.code));
    }
    select.value = unit.code;
    box.value = "";
    status.textContent = `已选择 ${unit.label}`;
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** Ask the server for what is typed; an answer that comes after more was typed is dropped. */
  async function ask() {
    const text = box.value.trim();
    found = [];
    if (!text) return;
    try {
      const answer = await fetch(`${box.dataset.unitSearch}&q=${encodeURIComponent(text)}`, { redirect: "manual" });
      if (!answer.ok) throw new Error(String(answer.status));
      const { units } = await answer.json();
      if (text !== box.value.trim()) return;
      found = units;
      box.list.replaceChildren(...units.map((unit) => new Option(unit.label, unit.label)));
      status.textContent = units.length ? `找到 ${units.length} 个单元` : "没有找到单元";
    } catch {
      status.textContent = "没有连上服务器，请稍后再试";
    }
  }

  box.addEventListener("input", () => {
    clearTimeout(timer);
    const unit = found.find((one) => one.label === box.value);
    if (unit) choose(unit);
    else timer = setTimeout(ask, PAUSE);
  });

  // Enter takes the first that fits; it must not send the form with another unit in it.
  box.addEventListener("keydown", async (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    clearTimeout(timer);
    await ask();
    if (found.length) choose(found[0]);
  });
}
