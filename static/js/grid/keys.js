// The keyboard and the pointer of the grid. A cell that was moved to is chosen as a whole: typing
// replaces it and arrows leave it. F2 or a double click edits in place: then arrows move the caret.

import { plural, t } from "../text.js";
import { block, parse, placed } from "./clipboard.js";

const ARROWS = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class Keys {
  /** `page` gives the sheet, the selection, `say` and `save`. */
  constructor(page, form) {
    this.page = page;
    this.dragging = false;
    form.addEventListener("keydown", (event) => this.#key(event));
    form.addEventListener("input", (event) => this.#input(event));
    form.addEventListener("compositionend", (event) => this.#input(event));
    form.addEventListener("focusin", (event) => this.#focus(event));
    form.addEventListener("focusout", (event) => this.#leave(event));
    form.addEventListener("mousedown", (event) => this.#press(event));
    form.addEventListener("mouseover", (event) => this.#drag(event));
    form.addEventListener("dblclick", (event) => this.#double(event));
    for (const kind of ["copy", "cut", "paste"]) form.addEventListener(kind, (event) => this.#clip(event, kind));
    addEventListener("mouseup", () => (this.dragging = false));
  }

  get sheet() {
    return this.page.sheet;
  }

  get grid() {
    return this.page.sheet.grid;
  }

  /** Go to a cell and choose it. */
  go(cell) {
    if (!cell) return false;
    this.sheet.commit();
    cell.input.focus();
    cell.input.select();
    this.page.selection.one(cell);
    return true;
  }

  #cell(event) {
    return this.grid.byInput.get(event.target);
  }

  #focus(event) {
    const cell = this.#cell(event);
    if (cell) {
      this.grid.stop(cell.input);
      this.grid.current = cell;
      if (!this.sheet.editing) {
        cell.input.select();
        this.page.selection.one(cell);
      }
      this.page.focused(cell);
    } else if (event.target.matches("select[data-pick]")) {
      this.grid.stop(event.target);
    }
  }

  #leave(event) {
    const cell = this.#cell(event);
    if (!cell) return;
    delete cell.input.dataset.editing;
    if (this.sheet.editing?.cell === cell) this.sheet.commit();
    if (!event.relatedTarget || !this.grid.byInput.has(event.relatedTarget)) this.page.left();
  }

  #input(event) {
    const cell = this.#cell(event);
    // While an input method composes, the text is not what was meant yet.
    if (!cell || (event.isComposing && event.type === "input")) return;
    if (!cell.input.readOnly) this.sheet.typed(cell);
    if (this.page.selection.isRange) this.page.selection.one(cell);
    this.page.focused(cell);
  }

  #key(event) {
    if (event.isComposing || event.keyCode === 229 || event.altKey) return;
    const cell = this.#cell(event);
    if (!cell) {
      if (event.target.matches("select[data-pick]")) this.#pickKey(event);
      return;
    }
    const done = event.ctrlKey || event.metaKey ? this.#command(event, cell) : this.#plain(event, cell);
    if (done) event.preventDefault();
  }

  #command(event, cell) {
    const key = event.key.toLowerCase();
    if (key === "z") return this.#back(event.shiftKey);
    if (key === "y") return this.#back(true);
    if (key === "d") return this.fillDown();
    if (this.sheet.editing?.inPlace) return false;
    if (key === "home") return this.go(this.grid.at(0, 0));
    if (key === "end") return this.go(this.grid.rows.at(-1).cells.at(-1));
    return ARROWS[event.key] ? this.go(this.#edge(cell, ARROWS[event.key])) : false;
  }

  #back(forward) {
    const cell = forward ? this.sheet.redo() : this.sheet.undo();
    if (cell) this.go(cell);
    else this.page.say(forward ? t("没有可重做的改动", "Nothing to redo") : t("没有可撤销的改动", "Nothing to undo"));
    return true;
  }

  /** The last cell in a direction. */
  #edge(cell, [down, right]) {
    const { rows } = this.grid;
    if (down) return rows[down > 0 ? rows.length - 1 : 0].cells[cell.x];
    return cell.row.cells.at(right > 0 ? -1 : 0);
  }

  #plain(event, cell) {
    const { key, shiftKey } = event;
    if (key === "Enter") return this.go(this.grid.at(cell.row.y + (shiftKey ? -1 : 1), cell.x)) || this.#stay(cell);
    if (key === "Tab") return this.#tab(event.target, shiftKey ? -1 : 1);
    if (key === "Escape") return this.#escape(cell);
    if (key === "F2") return this.#edit(cell);
    if (this.sheet.editing?.inPlace) return false;
    if (ARROWS[key]) return this.#arrow(cell, ARROWS[key], shiftKey);
    if (key === "Home" || key === "End") return this.go(cell.row.cells.at(key === "Home" ? 0 : -1));
    const typing = this.sheet.editing !== null;
    if (key === "Delete" || (key === "Backspace" && !typing)) return this.clear();
    return false;
  }

  #stay(cell) {
    this.sheet.commit();
    cell.input.select();
    return true;
  }

  #escape(cell) {
    delete cell.input.dataset.editing;
    this.sheet.restore(cell);
    cell.input.select();
    this.page.selection.one(cell);
    this.page.focused(cell);
    return true;
  }

  #edit(cell) {
    if (cell.input.readOnly) return true;
    this.sheet.editing ??= { cell, before: cell.text, inPlace: true };
    this.sheet.editing.inPlace = true;
    cell.input.dataset.editing = "";
    cell.input.setSelectionRange(cell.input.value.length, cell.input.value.length);
    return true;
  }

  #arrow(cell, [down, right], extend) {
    if (extend) {
      const { head } = this.page.selection;
      const next = this.grid.at(head.row.y + down, head.x + right);
      this.sheet.commit();
      if (next) this.page.selection.to(this.grid, next);
      return true;
    }
    const next = this.grid.at(cell.row.y + down, cell.x + right);
    // Left of a row that is to be added stand the choices of its key.
    if (!next && right < 0 && cell.row.picks.length) cell.row.picks.at(-1).focus();
    return this.go(next) || true;
  }

  /** Go on to the next cell that can be filled; after the last one the key leaves the grid. */
  #tab(from, step) {
    this.sheet.commit();
    const { order } = this.grid;
    let at = order.indexOf(from) + step;
    while (order[at]?.readOnly) at += step;
    if (!order[at]) return false;
    const cell = this.grid.byInput.get(order[at]);
    if (cell) return this.go(cell);
    order[at].focus();
    return true;
  }

  #pickKey(event) {
    const at = this.grid.order.indexOf(event.target);
    const way = { ArrowLeft: -1, ArrowRight: 1, Tab: event.shiftKey ? -1 : 1 }[event.key];
    if (way && !event.ctrlKey && !event.metaKey && this.#tab(this.grid.order[at], way)) event.preventDefault();
  }

  /** Empty the chosen cells: not recorded, which is not zero. */
  clear() {
    const cells = this.#chosen();
    const count = this.sheet.fill(cells.map((cell) => [cell, ""]));
    this.grid.current?.input.select();
    if (cells.length > 1) this.page.say(t(`已清空 ${count} 格`, `${plural(count, "cell")} emptied`));
    return true;
  }

  /** Copy the first chosen row into those below it; a single cell takes the one above. */
  fillDown() {
    const { grid } = this;
    const rows = this.page.selection.rows(grid);
    if (!rows.length || !grid.writable) return true;
    if (rows.length === 1) rows.unshift(rows[0].map((cell) => grid.at(cell.row.y - 1, cell.x)));
    const [first, ...below] = rows;
    if (first.includes(undefined)) return true;
    this.sheet.commit();
    const pairs = below.flatMap((cells) => cells.map((cell, index) => [cell, first[index].text]));
    const count = this.sheet.fill(pairs);
    this.page.say(t(`已填充 ${count} 格`, `${plural(count, "cell")} filled`));
    grid.current?.input.select();
    return true;
  }

  #chosen() {
    return this.page.selection.rows(this.grid).flat().filter((cell) => !cell.input.readOnly);
  }

  #clip(event, kind) {
    const cell = this.#cell(event);
    if (!cell || (this.sheet.editing && kind !== "paste")) return;
    if (kind === "paste") {
      if (this.#paste(cell, event.clipboardData.getData("text/plain"))) event.preventDefault();
      return;
    }
    event.clipboardData.setData("text/plain", block(this.page.selection.rows(this.grid)));
    event.preventDefault();
    if (kind === "cut") this.clear();
  }

  #paste(cell, text) {
    if (cell.input.readOnly) return true;
    const rows = parse(text);
    const single = rows.length === 1 && rows[0].length === 1;
    if (single && this.sheet.editing) return false;
    const chosen = this.page.selection.rows(this.grid);
    const first = chosen[0]?.[0] ?? cell;
    const pairs = single ? this.#chosen().map((each) => [each, rows[0][0].trim()]) : placed(this.grid, first, rows);
    if (!pairs) {
      const width = Math.max(...rows.map((row) => row.length));
      const refused = t(
        `粘贴的内容（${rows.length} 行 ${width} 列）超出表格，未填入`,
        `Nothing pasted: ${plural(rows.length, "row")} by ${plural(width, "column")} do not fit the table`,
      );
      this.page.say(refused, true);
      return true;
    }
    this.sheet.fill(pairs, true);
    this.page.say(t(`已粘贴 ${pairs.length} 格`, `${plural(pairs.length, "cell")} pasted`));
    cell.input.select();
    this.page.focused(cell);
    return true;
  }

  #press(event) {
    const cell = this.grid.byInput.get(event.target.closest("td.in")?.querySelector("input"));
    if (!cell || event.button !== 0 || event.detail > 1 || this.sheet.editing?.cell === cell) return;
    event.preventDefault();
    if (event.shiftKey && this.page.selection.anchor) {
      this.page.selection.to(this.grid, cell);
    } else {
      this.dragging = true;
      this.go(cell);
    }
  }

  #drag(event) {
    if (!this.dragging || !(event.buttons & 1)) return;
    const cell = this.grid.byInput.get(event.target.closest("td.in")?.querySelector("input"));
    if (cell && cell !== this.page.selection.head) this.page.selection.to(this.grid, cell);
  }

  #double(event) {
    const cell = this.#cell(event);
    if (cell) this.#edit(cell);
  }
}
