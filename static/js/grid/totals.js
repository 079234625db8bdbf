// Derived columns and the totals row while typing. The columns are declared once, on the server
// (app/web/derived.py); sums are kept, so that a keystroke costs one row.

import { t } from "../text.js";
import { halfUp, percent, shown } from "./numbers.js";

const NONE = "—";

export class Totals {
  constructor(grid) {
    this.grid = grid;
    const { data, table } = grid;
    this.column = new Map(data.columns.map((key, x) => [key, x]));
    this.parts = [...data.columns.map((key) => [key, null]), ...data.derived.flatMap((column) => column.parts)];
    this.sums = this.parts.map(() => ({ total: 0n, count: 0 }));
    this.foot = [...(table.querySelector("[data-totals]")?.querySelectorAll("td") ?? [])];
    this.close = table.querySelector("[data-close] .stay");
    this.units = grid.rows[0]?.cells.map((cell) => cell.unit) ?? [];
    this.stale = new Set(); // rows whose derived cells are to be written
    for (const row of grid.rows) this.#count(row);
  }

  /** Return the sum of a column. */
  sum(key) {
    return this.sums[this.column.get(key)].total;
  }

  /** Take a row's change into the sums; what hangs on it is written before the next paint. */
  row(row) {
    this.#count(row);
    this.stale.add(row);
  }

  /** Write the derived cells of the rows that changed, and the totals. */
  write() {
    if (!this.stale.size) return;
    for (const row of this.stale) {
      this.grid.data.derived.forEach((column, index) => put(row.derived[index], this.#ofRow(column, row)));
    }
    this.stale.clear();
    this.#write();
  }

  #value(row, [key, paired]) {
    const steps = (name) => {
      const cell = row.cells[this.column.get(name)];
      return this.grid.problems.has(cell) ? null : cell.now.steps;
    };
    return paired && steps(paired) === null ? null : steps(key);
  }

  #count(row) {
    this.parts.forEach((part, index) => {
      const [before, after] = [row.sums[index] ?? null, this.#value(row, part)];
      if (before === after) return;
      const sum = this.sums[index];
      sum.total += (after ?? 0n) - (before ?? 0n);
      sum.count += (after === null ? 0 : 1) - (before === null ? 0 : 1);
      row.sums[index] = after;
    });
  }

  #ofRow(column, row) {
    const values = column.parts.map((part) => this.#value(row, part));
    const cell = row.cells[this.column.get(column.parts[0][0])];
    if (this.grid.problems.has(cell)) return t("待更正", "Error");
    if (column.how === "net" || column.how === "ratio") return combined(column, values);
    if (values[0] === null) return NONE;
    if (column.how === "gap") {
      const stock = this.grid.data.stock?.[column.parts[0][0]];
      return stock === undefined ? NONE : shown(values[0] - BigInt(stock), column.unit, true);
    }
    const week = this.grid.data.weeks[cell.name];
    if (!week || week[0] <= 0) return NONE;
    const [total, days] = week.map(BigInt);
    return percent(values[0] * days - total, total, true);
  }

  #write() {
    const { derived, columns } = this.grid.data;
    const value = (index) => (this.sums[index].count ? this.sums[index].total : null);
    let next = columns.length;
    columns.forEach((_key, x) => put(this.foot[x], value(x) === null ? NONE : shown(value(x), this.units[x])));
    derived.forEach((column, index) => {
      const values = column.parts.map((_part, place) => value(next + place));
      next += column.parts.length;
      const adds = column.how === "net" || column.how === "ratio";
      put(this.foot[columns.length + index], adds ? combined(column, values) : "");
    });
    this.#writeClose();
  }

  #writeClose() {
    const { opening, counted } = this.grid.data;
    if (!this.close || !opening) return;
    const close = counted === null ? BigInt(opening.current) + this.sum("adds") - this.sum("losses") : BigInt(counted);
    put(this.close, close < 0n ? NONE : shown(close, "count"));
  }
}

function combined(column, [one, other]) {
  if (one === null || other === null) return NONE;
  if (column.how === "net") return shown(one - other, column.unit, column.signed);
  if (other <= 0n) return NONE;
  const scaled = one * BigInt(column.scale);
  return column.unit === "rate" ? percent(scaled, other) : shown(halfUp(scaled, other, 0), column.unit);
}

/** Write a text where it differs: an unchanged cell is not laid out again. */
function put(node, text) {
  if (node && node.textContent !== text) node.textContent = text;
}
