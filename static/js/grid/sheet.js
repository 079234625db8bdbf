// One filled form: its cells, checks, totals and undo, and the one way in which a cell changes.

import { Grid } from "./model.js";
import { Rules } from "./rules.js";
import { Totals } from "./totals.js";

export class Sheet {
  /** `changed` is called once after each step of changes. */
  constructor(form, changed) {
    const data = JSON.parse(document.getElementById("grid-data").textContent);
    this.form = form;
    this.grid = new Grid(form, data);
    this.rules = new Rules(this.grid);
    this.totals = new Totals(this.grid);
    this.changed = changed;
    this.done = [];
    this.undone = [];
    this.editing = null; // {cell, before, inPlace} while somebody types
    const refused = this.grid.rows.filter((row) => row.cells.some((cell) => cell.refusal || cell.text !== cell.base));
    for (const row of refused) {
      row.cells.forEach((cell) => this.grid.touch(cell));
      this.#check(row);
    }
  }

  get(name) {
    return this.grid.byName.get(name);
  }

  /** Note what was typed into a cell, character by character. */
  typed(cell) {
    if (this.editing?.cell !== cell) this.editing = { cell, before: cell.text, inPlace: false };
    this.#touch(cell);
    this.changed();
  }

  /** End the typing in a cell: what was understood is written plainly, and becomes a step to undo. */
  commit() {
    const { editing } = this;
    if (!editing) return;
    this.editing = null;
    const { cell, before } = editing;
    if (!cell.now.problem && cell.input.value !== cell.now.text) {
      cell.input.value = cell.now.text;
      cell.text = cell.now.text;
    }
    if (cell.text !== before) this.#remember([{ name: cell.name, before, after: cell.text }]);
    this.changed();
  }

  /** Put a cell back: to what it was before the typing, or else to what is stored. */
  restore(cell) {
    const { editing } = this;
    this.editing = null;
    if (editing?.cell === cell) {
      this.#put(cell, editing.before);
      this.changed();
    } else if (this.grid.dirty.has(cell)) {
      this.fill([[cell, cell.base]]);
    }
  }

  /** Set several cells as one step: pairs of a cell and its text. */
  fill(pairs, pasted = false) {
    this.commit();
    const steps = [];
    for (const [cell, text] of pairs) {
      const before = cell.text;
      this.#put(cell, text);
      if (!cell.now.problem && cell.text !== cell.now.text) this.#put(cell, cell.now.text);
      if (cell.text !== before) steps.push({ name: cell.name, before, after: cell.text });
      if (pasted) cell.box.classList.add("paste");
    }
    if (steps.length) this.#remember(steps);
    this.changed();
    return steps.length;
  }

  undo() {
    this.commit();
    return this.#step(this.done, this.undone, "before");
  }

  redo() {
    this.commit();
    return this.#step(this.undone, this.done, "after");
  }

  /** Forget the steps: what they changed is saved. */
  forget() {
    this.done = [];
    this.undone = [];
  }

  #remember(steps) {
    this.done.push(steps);
    this.undone = [];
  }

  #step(from, to, side) {
    const steps = from.pop();
    if (!steps) return null;
    to.push(steps);
    const cells = steps.map((step) => [this.get(step.name), step[side]]).filter(([cell]) => cell);
    for (const [cell, text] of cells) this.#put(cell, text);
    this.changed();
    return cells[0]?.[0] ?? null;
  }

  #put(cell, text) {
    cell.input.value = text;
    this.#touch(cell);
  }

  #touch(cell) {
    this.grid.touch(cell);
    this.#check(cell.row);
  }

  /** Check a cell's row again, after something else about it changed than its text. */
  recheck(cell) {
    this.#touch(cell);
  }

  #check(row) {
    this.rules.row(row);
    for (const moved of new Set([row, ...this.rules.day(row)])) this.totals.row(moved);
  }
}
