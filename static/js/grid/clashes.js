// Cells that somebody else changed meanwhile: theirs beside mine, decided one by one or all at once.

import { plural, t } from "../text.js";
import { button, line, show } from "./notice.js";

const MINE = t("用我的", "Keep mine");
const THEIRS = t("用对方的", "Take theirs");

/** Take in what is stored by now: cells nobody typed in here follow it, typed ones stay. */
export function merge(page, answer) {
  const { sheet } = page;
  const { grid } = sheet;
  const clashing = new Map(answer.clashes.map((clash) => [clash.name, clash]));
  for (const cell of grid.byName.values()) {
    if (!cell.hidden || !(cell.hidden.name in answer.bases)) continue;
    const stored = answer.bases[cell.hidden.name].split("|")[cell.place];
    if (clashing.has(cell.name)) {
      grid.clashes.set(cell, { ...clashing.get(cell.name), value: stored });
      cell.box.classList.add("clash");
      continue;
    }
    const typed = grid.dirty.has(cell);
    grid.rebase(cell, stored);
    if (!typed) cell.input.value = stored;
    sheet.recheck(cell);
  }
  ask(page);
  page.changed();
}

/** Show what is still to be decided. */
function ask(page) {
  const { clashes } = page.sheet.grid;
  if (!clashes.size) {
    show("");
    return;
  }
  const head = document.createElement("b");
  head.textContent = t(
    `${clashes.size} 格已被他人修改，选择用谁的后再保存`,
    `Somebody else changed ${plural(clashes.size, "cell")}; choose whose to keep, then save`,
  );
  const list = document.createElement("ul");
  for (const [cell, clash] of clashes) {
    const item = document.createElement("li");
    const by = clash.by && t(`（${clash.by}）`, ` (${clash.by})`);
    const words = t(
      `${clash.label}：我填 ${clash.mine}，对方改为 ${clash.theirs}${by}`,
      `${clash.label}: mine ${clash.mine}, theirs ${clash.theirs}${by}`,
    );
    const mine = button(MINE, () => decide(page, [cell], true));
    const theirs = button(THEIRS, () => decide(page, [cell], false));
    for (const [choice, name] of [[mine, MINE], [theirs, THEIRS]]) {
      choice.setAttribute("aria-label", `${clash.label}${t("，", ", ")}${name}`);
    }
    item.append(line(words), mine, theirs);
    list.append(item);
  }
  const parts = [head, list];
  if (clashes.size > 1) {
    const all = () => [...clashes.keys()];
    parts.push(button(t("全部用我的", "Keep all mine"), () => decide(page, all(), true)));
    parts.push(button(t("全部用对方的", "Take all theirs"), () => decide(page, all(), false)));
  }
  show("warn", ...parts);
}

function decide(page, cells, mine) {
  const { sheet } = page;
  const { grid } = sheet;
  sheet.commit();
  for (const cell of cells) {
    const { value } = grid.clashes.get(cell);
    grid.clashes.delete(cell);
    cell.box.classList.remove("clash");
    grid.rebase(cell, value);
    if (!mine) cell.input.value = value;
    sheet.recheck(cell);
  }
  ask(page);
  page.changed();
  if (!grid.clashes.size) page.keys.go(cells.at(-1));
}
