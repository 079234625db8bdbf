// The checks of a row and of the day. Every rule comes from the server as data (app/web/checks.py).

import { t } from "../text.js";
import { percent, shown } from "./numbers.js";

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);

/** Checks one grid; `row` after a change of a row, `day` for what hangs on all rows. */
export class Rules {
  constructor(grid) {
    this.grid = grid;
    const { data } = grid;
    this.column = new Map(data.columns.map((key, x) => [key, x]));
    this.silent = new Set(data.silent?.rows);
    const [whole, part = ""] = data.ratio.split(".");
    this.ratio = { times: BigInt(whole + part), per: 10n ** BigInt(part.length) };
    this.short = null; // the cell at which a stock below zero is said
    this.flows = { adds: 0n, losses: 0n }; // of the day, cells with a day's error included
    if (grid.data.opening?.counted) grid.rows.forEach((row) => this.#flow(row));
  }

  /** Check the cells of a row; returns nothing, the grid holds what was found. */
  row(row) {
    const found = new Map();
    for (const cell of row.cells) {
      const text = cell.now.problem || cell.refusal?.text;
      if (text) found.set(cell, text);
    }
    this.#atMost(row, found);
    this.#whole(row, found);
    for (const cell of row.cells) this.#mark(cell, found.get(cell) ?? "");
    for (const cell of row.cells) this.#ask(cell, found.has(cell) ? null : this.#week(cell));
    this.#silent(row);
    this.#together(row);
  }

  #atMost(row, found) {
    for (const [low, high, name] of this.grid.data.at_most) {
      const [small, large] = [low, high].map((key) => row.cells[this.column.get(key)]);
      if (small.now.steps === null || large.now.steps === null || found.has(small)) continue;
      if (small.now.steps > large.now.steps) {
        const value = shown(large.now.steps, large.unit).replaceAll(",", "");
        found.set(small, fill(this.grid.data.exceeds, { zh: name, en: name, value }));
      }
    }
  }

  #whole(row, found) {
    const { whole } = this.grid.data;
    if (!whole || !row.cells.some((cell) => this.grid.dirty.has(cell))) return;
    for (const cell of row.cells) {
      if (cell.now.steps === null && !found.has(cell)) found.set(cell, whole);
    }
  }

  #week(cell) {
    const week = this.grid.data.weeks[cell.name];
    if (!week || cell.now.steps === null || !this.grid.dirty.has(cell)) return null;
    const [total, days] = week.map(BigInt);
    if (days < BigInt(this.grid.data.enough) || total <= 0n) return null;
    const off = cell.now.steps * days - total;
    const change = percent(off, total, true);
    if ((off < 0n ? -off : off) * this.ratio.per <= this.ratio.times * total) return null;
    return { key: `${cell.name}=${cell.now.steps}`, text: t(`较近7日均值 ${change}，请确认`, `${change} against the 7-day mean, please check`) };
  }

  #silent(row) {
    const { silent } = this.grid.data;
    if (!silent) return;
    const [given, missing] = [silent.given, silent.missing].map((key) => row.cells[this.column.get(key)]);
    const asks = this.silent.has(given.prefix) && this.grid.dirty.has(given) && given.now.steps > 0n;
    if (asks && missing.now.steps === null && !missing.now.problem) {
      this.#ask(missing, { key: `${missing.name}=`, text: silent.question });
    }
  }

  #together(row) {
    for (const [given, missing, question] of this.grid.data.together) {
      const [one, other] = [given, missing].map((key) => row.cells[this.column.get(key)]);
      const touched = this.grid.dirty.has(one) || this.grid.dirty.has(other);
      if (touched && one.now.steps > 0n && other.now.steps === null && !other.now.problem) {
        this.#ask(other, { key: `${other.name}=`, text: question });
      }
    }
  }

  /** Refuse losses that leave nobody, at the largest changed ones; returns the rows whose checks that moved. */
  day(row) {
    const { opening, below_zero: sentence } = this.grid.data;
    if (!opening?.counted) return [];
    this.#flow(row);
    const current = BigInt(opening.current);
    const before = this.short;
    this.short = null;
    if (current + this.flows.adds - this.flows.losses < 0n) {
      for (const cell of this.grid.dirty) {
        if (this.#counts(cell) && (!this.short || rank(cell) > rank(this.short))) this.short = cell;
      }
    }
    if (before && before !== this.short) this.#mark(before, before.now.problem);
    if (this.short) {
      const values = Object.entries({ ...this.flows, opening: current });
      this.#mark(this.short, fill(sentence, Object.fromEntries(values.map(([name, value]) => [name, shown(value, "count")]))));
    }
    return [before, this.short].filter(Boolean).map((cell) => cell.row);
  }

  #flow(row) {
    row.flows ??= { adds: 0n, losses: 0n };
    for (const key of Object.keys(row.flows)) {
      const steps = row.cells[this.column.get(key)].now.steps ?? 0n;
      this.flows[key] += steps - row.flows[key];
      row.flows[key] = steps;
    }
  }

  #counts(cell) {
    return this.grid.data.columns[cell.x] in this.flows && !cell.now.problem;
  }

  #mark(cell, text) {
    const { problems } = this.grid;
    if ((problems.get(cell) ?? "") === text) return;
    if (text) problems.set(cell, text);
    else problems.delete(cell);
    cell.box.classList.toggle("err", text !== "");
    if (text) cell.input.setAttribute("aria-invalid", "true");
    else cell.input.removeAttribute("aria-invalid");
  }

  #ask(cell, warning) {
    const { warnings, confirmed } = this.grid;
    const asked = warning && !confirmed.has(warning.key) ? warning : null;
    if (!asked && !warnings.has(cell)) return;
    if (asked) warnings.set(cell, asked);
    else warnings.delete(cell);
    cell.box.classList.toggle("wrn", asked !== null);
  }
}

/** Losses before adds, the larger number first. */
function rank(cell) {
  return (cell.name.endsWith(".losses") ? 10n ** 15n : 0n) + (cell.now.steps ?? 0n);
}
