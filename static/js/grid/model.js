// The cells of the grid as objects, indexed once, so that a keystroke never searches the page.

import { read } from "./numbers.js";

const BASE = ".base";
const NEAR = "300px";

/** The table of a form: rows and columns of cells, and which of them differ from what is stored. */
export class Grid {
  constructor(form, data) {
    this.form = form;
    this.data = data;
    this.table = form.querySelector("table.g");
    this.byInput = new Map();
    this.byName = new Map();
    this.dirty = new Set();
    this.problems = new Map(); // cell -> sentence: blocks saving
    this.warnings = new Map(); // cell -> {key, text}: asks once
    this.clashes = new Map(); // cell -> {theirs, by}: to be decided
    this.confirmed = new Set(); // keys of warnings that were answered
    this.rows = [...this.table.tBodies[0].rows].filter((row) => row.querySelector("td.in")).map((tr, y) => this.#row(tr, y));
    this.order = this.rows.flatMap((row) => [...row.picks, ...row.cells.map((cell) => cell.input)]);
    this.writable = this.rows.some((row) => row.cells.some((cell) => !cell.input.readOnly));
    this.current = null;
    this.#describe();
    this.#watch();
  }

  /** Leave out the contents of rows that are far from being seen: a frame then costs what is on screen. */
  #watch() {
    const seen = (entries) => entries.forEach(({ target, isIntersecting }) => target.classList.toggle("far", !isIntersecting));
    const observer = new IntersectionObserver(seen, { rootMargin: NEAR });
    for (const row of this.rows) observer.observe(row.tr);
  }

  #row(tr, y) {
    const row = { y, tr, cells: [], derived: [...tr.querySelectorAll("td.der")], picks: [...tr.querySelectorAll("select")] };
    row.adder = tr.classList.contains("add");
    row.sums = [];
    for (const input of tr.querySelectorAll("td.in input")) row.cells.push(this.#cell(input, row));
    for (const hidden of tr.querySelectorAll('input[type="hidden"]')) {
      const own = row.cells.filter((cell) => cell.prefix + BASE === hidden.name);
      // What was seen is what the hidden field says; a form that came back shows what was typed over it.
      const seen = hidden.value.split("|");
      own.forEach((cell, place) => Object.assign(cell, { hidden, place, base: seen[place] }));
    }
    for (const cell of row.cells) {
      cell.seen = read(cell.base, cell.unit, this.data);
      cell.now = cell.seen;
    }
    return row;
  }

  #cell(input, row) {
    const name = input.name;
    const cell = { input, name, row, x: row.cells.length, box: input.parentElement, unit: input.dataset.unit };
    cell.prefix = name.slice(0, name.lastIndexOf("."));
    cell.label = input.getAttribute("aria-label");
    cell.refusal = this.#refusal(cell);
    cell.text = input.value;
    cell.base = "";
    this.byInput.set(input, cell);
    this.byName.set(name, cell);
    return cell;
  }

  /** What the server refused while scripts were off stands below the cell; here it becomes a check. */
  #refusal(cell) {
    const line = cell.box.querySelector(".cell-err");
    line?.remove();
    cell.box.classList.remove("err");
    return line ? { at: cell.input.value, text: line.textContent.trim() } : null;
  }

  /** Give the table its roles, and the page one tab stop. */
  #describe() {
    const { table } = this;
    const set = (nodes, role) => nodes.forEach((node) => node.setAttribute("role", role));
    table.setAttribute("role", "grid");
    table.setAttribute("aria-rowcount", String(table.rows.length));
    table.setAttribute("aria-colcount", String(table.tHead.rows[0].cells.length));
    table.setAttribute("aria-multiselectable", "true");
    if (!this.writable) table.setAttribute("aria-readonly", "true");
    set([...table.rows], "row");
    set(table.querySelectorAll("thead th"), "columnheader");
    set(table.querySelectorAll("tbody th, tfoot th"), "rowheader");
    set(table.querySelectorAll("td"), "gridcell");
    table.querySelectorAll("td.der, tfoot td").forEach((node) => node.setAttribute("aria-readonly", "true"));
    for (const element of this.order) element.tabIndex = -1;
    if (this.order.length) this.order[0].tabIndex = 0;
  }

  /** Make an input or a choice the one tab stop. */
  stop(element) {
    if (this.stopped) this.stopped.tabIndex = -1;
    else if (this.order.length) this.order[0].tabIndex = -1;
    element.tabIndex = 0;
    this.stopped = element;
  }

  at(y, x) {
    return this.rows[y]?.cells[x];
  }

  /** Read what stands in a cell, and note whether it differs from what is stored. */
  touch(cell) {
    cell.text = cell.input.value;
    cell.now = read(cell.text, cell.unit, this.data);
    const dirty = cell.now.problem !== "" || cell.now.steps !== cell.seen.steps;
    if (dirty) this.dirty.add(cell);
    else this.dirty.delete(cell);
    cell.box.classList.toggle("dirty", dirty);
    if (!dirty) cell.box.classList.remove("paste");
    if (cell.refusal && cell.refusal.at !== cell.text) cell.refusal = null;
  }

  /** Take another text as the one that was seen in a cell; the hidden field of its row says so too. */
  rebase(cell, text) {
    cell.base = text;
    cell.seen = read(text, cell.unit, this.data);
    if (!cell.hidden) return;
    const parts = cell.hidden.value.split("|");
    parts[cell.place] = text;
    cell.hidden.value = parts.join("|");
  }
}
