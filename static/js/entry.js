// The entry grid is a plain form of text inputs. Here: moving with the keyboard, pasting a block from
// a spreadsheet, checks and totals while typing, Ctrl+S, and a guard for what is not saved yet.

const form = document.getElementById("grid-form");
const grid = form.querySelector("table.g");
const rows = [...grid.tBodies]
  .flatMap((body) => [...body.rows])
  .map((row) => [...row.querySelectorAll("td.in input")])
  .filter((row) => row.length);
const cells = rows.flat();
const totals = [...grid.querySelectorAll("[data-total]")];
const save = form.querySelector("[data-save]");
const changed = form.querySelector("[data-changed]");
const reason = form.querySelector("[data-reason]");
const note = document.getElementById("total-note");
const iconOfError = document.getElementById("icon-error");
let leaving = false;

/** Full-width digits and signs, thousands commas and spaces are how people and spreadsheets write. */
function clean(text) {
  return text.normalize("NFKC").replace(/[,，\s%¥元]/g, "");
}

/** Return the number in a cell: null for an empty one, NaN for what is no number of 0 or more. */
function read(cell) {
  const text = clean(cell.value);
  if (text === "") return null;
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
}

/** Say what is wrong with a cell, or "" when nothing is. */
function problem(cell) {
  const value = read(cell);
  if (value === null) return "";
  if (Number.isNaN(value)) return clean(cell.value).startsWith("-") ? "不能小于 0" : "请填写数字";
  if (cell.dataset.unit === "count" && !Number.isInteger(value)) return "请填写整数";
  if (cell.dataset.unit === "yuan" && !/^\d+(\.\d{1,2})?$/.test(clean(cell.value))) return "金额最多两位小数";
  return "";
}

/** Show the state of one cell: changed, wrong, and the sentence below it. */
function mark(cell) {
  const box = cell.closest("td");
  const dirty = cell.value !== cell.defaultValue;
  // What the server refused stays marked until the value is another one.
  const server = dirty ? "" : cell.dataset.error || "";
  const text = problem(cell) || server;
  box.classList.toggle("dirty", dirty);
  box.classList.toggle("err", text !== "");
  if (!dirty) box.classList.remove("paste");
  let line = box.querySelector(".cell-err");
  if (text === "") {
    line?.remove();
    cell.removeAttribute("aria-invalid");
    cell.removeAttribute("aria-describedby");
    return;
  }
  if (!line) {
    line = document.createElement("p");
    line.className = "cell-err";
    line.id = `${cell.id}-err`;
    line.append(iconOfError.content.cloneNode(true), document.createElement("span"));
    box.append(line);
  }
  line.querySelector("span").textContent = text;
  cell.setAttribute("aria-invalid", "true");
  cell.setAttribute("aria-describedby", line.id);
}

const isDirty = (cell) => cell.value !== cell.defaultValue;
// Only what is wrong in itself blocks saving; what the server refused may be right by now, since it
// can hang on another cell.
const blocking = () => cells.filter((cell) => problem(cell) !== "");
const dirtyPicks = () =>
  [...form.querySelectorAll("select[data-pick]")].some((pick) => {
    const first = [...pick.options].find((option) => option.defaultSelected) || pick.options[0];
    return first && pick.value !== first.value;
  });

function sum(column) {
  let total = 0;
  let found = false;
  for (const cell of cells) {
    if (cell.dataset.column !== column || cell.getAttribute("aria-invalid") === "true") continue;
    const value = read(cell);
    if (value === null || Number.isNaN(value)) continue;
    // Fen as integers: 0.1 + 0.2 must not show up as 0.30000000000000004.
    total += Math.round(value * 100);
    found = true;
  }
  return found ? total / 100 : null;
}

function refresh() {
  for (const cell of totals) {
    const value = sum(cell.dataset.total);
    const digits = cell.dataset.unit === "yuan" && !Number.isInteger(value) ? 2 : 0;
    cell.textContent =
      value === null ? "—" : value.toLocaleString("zh-CN", { minimumFractionDigits: digits, maximumFractionDigits: 2 });
  }
  const bad = blocking().length;
  const dirty = cells.filter(isDirty).length;
  if (note) note.hidden = !cells.some((cell) => cell.getAttribute("aria-invalid") === "true");
  if (changed) changed.textContent = dirty ? `之后改动 ${dirty} 格` : "";
  if (reason) reason.textContent = bad ? `更正 ${bad} 处错误后可保存` : "";
  if (save) save.setAttribute("aria-disabled", String(bad > 0));
}

const unsaved = () => !leaving && (form.hasAttribute("data-unsaved") || cells.some(isDirty) || dirtyPicks());

/** Move to the cell `down` rows and `right` columns away, if there is one. */
function move(cell, down, right) {
  const y = rows.findIndex((row) => row.includes(cell));
  const x = rows[y].indexOf(cell);
  const next = rows[y + down]?.[x + right];
  next?.focus();
  return Boolean(next);
}

/** Fill a block from a spreadsheet; one that does not fit is refused as a whole. */
function paste(cell, text) {
  const block = text.replace(/\r/g, "").replace(/\n$/, "").split("\n").map((line) => line.split("\t"));
  if (block.length === 1 && block[0].length === 1) return false;
  const y = rows.findIndex((row) => row.includes(cell));
  const x = rows[y].indexOf(cell);
  if (block.some((line, down) => line.length > (rows[y + down]?.length ?? 0) - x)) {
    reason.textContent = "粘贴的内容超出表格，未填入";
    return true;
  }
  block.forEach((line, down) => {
    line.forEach((value, right) => {
      const target = rows[y + down][x + right];
      target.value = clean(value);
      target.closest("td").classList.add("paste");
      mark(target);
    });
  });
  refresh();
  return true;
}

for (const cell of cells) {
  // The refusal of the server, kept so that undoing a change brings it back.
  cell.dataset.error = cell.closest("td").querySelector(".cell-err span")?.textContent.trim() ?? "";
  cell.addEventListener("focus", () => cell.select());
  cell.addEventListener("input", () => {
    mark(cell);
    refresh();
  });
  cell.addEventListener("change", () => {
    if (read(cell) !== null && !Number.isNaN(read(cell))) cell.value = clean(cell.value);
    mark(cell);
    refresh();
  });
  cell.addEventListener("paste", (event) => {
    if (!cell.readOnly && paste(cell, event.clipboardData.getData("text/plain"))) event.preventDefault();
  });
}

grid.addEventListener("keydown", (event) => {
  const cell = event.target;
  if (!cells.includes(cell) || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const atStart = cell.selectionStart === 0;
  const atEnd = cell.selectionEnd === cell.value.length;
  const steps = {
    Enter: () => move(cell, event.shiftKey ? -1 : 1, 0) || true, // never sends the form by accident
    ArrowDown: () => move(cell, 1, 0),
    ArrowUp: () => move(cell, -1, 0),
    ArrowLeft: () => atStart && move(cell, 0, -1),
    ArrowRight: () => atEnd && move(cell, 0, 1),
    Escape: () => {
      cell.value = cell.defaultValue;
      mark(cell);
      refresh();
      return true;
    },
  };
  if (Object.hasOwn(steps, event.key) && steps[event.key]()) event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
    event.preventDefault();
    if (save) form.requestSubmit(save);
  }
});

form.addEventListener("submit", (event) => {
  const [first] = blocking();
  if (first) {
    event.preventDefault();
    first.focus();
    return;
  }
  leaving = true;
});
form.addEventListener("reset", () => {
  // The values are back only after this event.
  setTimeout(() => {
    cells.forEach(mark);
    refresh();
  });
});
addEventListener("beforeunload", (event) => {
  if (unsaved()) event.preventDefault();
});
addEventListener("pageshow", () => {
  leaving = false;
});

refresh();
