// The rectangle of chosen cells: from the cell that has the focus to the farthest one.

export class Selection {
  constructor() {
    this.painted = new Set();
    this.clear();
  }

  clear() {
    this.anchor = null;
    this.head = null;
  }

  /** Choose one cell. */
  one(cell) {
    this.anchor = cell;
    this.head = cell;
    this.#paint(null);
  }

  /** Stretch the rectangle to a cell. */
  to(grid, cell) {
    this.head = cell;
    this.#paint(grid);
    cell.box.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  get isRange() {
    return this.anchor !== this.head;
  }

  /** Return the chosen cells by rows. */
  rows(grid) {
    if (!this.anchor) return [];
    const [top, bottom] = ordered(this.anchor.row.y, this.head.row.y);
    const [left, right] = ordered(this.anchor.x, this.head.x);
    return grid.rows.slice(top, bottom + 1).map((row) => row.cells.slice(left, right + 1));
  }

  #paint(grid) {
    const chosen = new Set(grid && this.isRange ? this.rows(grid).flat() : []);
    for (const cell of this.painted) if (!chosen.has(cell)) choose(cell, false);
    for (const cell of chosen) if (!this.painted.has(cell)) choose(cell, true);
    this.painted = chosen;
  }
}

function choose(cell, on) {
  cell.box.classList.toggle("sel", on);
  cell.box.setAttribute("aria-selected", String(on));
}

function ordered(one, other) {
  return one < other ? [one, other] : [other, one];
}
