// Blocks of cells as spreadsheets copy them: tabs between cells, quotes around what holds tabs or line ends.

/** Read a block; a line end at its end closes the last row, as spreadsheets write it. */
export function parse(text) {
  const rows = [[]];
  let cell = "";
  let quoted = false;
  const plain = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let at = 0; at < plain.length; at += 1) {
    const char = plain[at];
    if (quoted) {
      if (char !== '"') cell += char;
      else if (plain[at + 1] === '"') cell += plain[(at += 1)];
      else quoted = false;
    } else if (char === '"' && cell === "") {
      quoted = true;
    } else if (char === "\t" || char === "\n") {
      rows.at(-1).push(cell);
      cell = "";
      if (char === "\n") rows.push([]);
    } else {
      cell += char;
    }
  }
  rows.at(-1).push(cell);
  return rows;
}

/** Write cells by rows as a block. */
export function block(rows) {
  return rows.map((cells) => cells.map((cell) => cell.text).join("\t")).join("\n");
}

/** Pair a block with the cells it falls on; null when it does not fit as a whole. */
export function placed(grid, first, rows) {
  const pairs = [];
  for (const [down, texts] of rows.entries()) {
    for (const [right, text] of texts.entries()) {
      const cell = grid.at(first.row.y + down, first.x + right);
      // A row that is still to be chosen does not continue the rows above it.
      if (!cell || cell.input.readOnly || cell.row.adder !== first.row.adder) return null;
      pairs.push([cell, text.trim()]);
    }
  }
  return pairs;
}
