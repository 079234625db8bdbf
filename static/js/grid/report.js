// What the page says about the cells: the list of checks, the sentence beside a cell, and the save bar.

import { plural, t } from "../text.js";

const LISTED = 12;
const GAP = 8;

const icon = (name) => document.getElementById(`icon-${name}`).content.cloneNode(true);

export class Report {
  constructor(page, form) {
    this.page = page;
    this.form = form;
    this.bar = document.getElementById("grid-check");
    this.pop = document.createElement("div");
    this.pop.className = "pop";
    this.pop.id = "grid-pop";
    this.pop.hidden = true;
    form.append(this.pop);
    this.planned = false;
    this.listed = "";
    this.said = null;
    this.bar.addEventListener("click", (event) => this.#follow(event));
    addEventListener("scroll", () => this.place(), { capture: true, passive: true });
    addEventListener("resize", () => this.place());
  }

  get grid() {
    return this.page.sheet.grid;
  }

  /** Say something once; the next change takes it away. */
  say(text, bad = false) {
    this.said = { text, bad };
    this.plan(false);
  }

  /** Write everything before the next paint, once for all changes until then. */
  plan(changed = true) {
    if (changed) this.said = null;
    if (this.planned) return;
    this.planned = true;
    requestAnimationFrame(() => {
      this.planned = false;
      this.page.sheet.totals.write();
      this.#write();
    });
  }

  #write() {
    const { problems, warnings, dirty } = this.grid;
    this.#list(problems, warnings);
    this.place();
    if (!this.parts?.save?.isConnected) this.parts = this.#find();
    const { changed, reason, save, word } = this.parts;
    if (!save) {
      if (this.said) this.page.notice(this.said.text);
      return;
    }
    put(changed, dirty.size ? t(`之后改动 ${dirty.size} 格`, `${plural(dirty.size, "cell")} changed since`) : "");
    const blocked = this.#blocked();
    put(reason, this.said?.text ?? blocked);
    reason.classList.toggle("bad", this.said ? this.said.bad : blocked !== "" && !this.page.asking);
    save.setAttribute("aria-disabled", String(problems.size + this.grid.clashes.size > 0 || this.page.saving));
    put(word, this.#word());
  }

  /** Find the parts of the save bar; a save brings new ones. */
  #find() {
    const part = (name) => this.form.querySelector(`[data-${name}]`);
    return { changed: part("changed"), reason: part("reason"), save: part("save"), word: part("word") };
  }

  #word() {
    if (this.page.saving) return t("正在保存", "Saving");
    return this.page.asking ? t("确认并保存", "Confirm and save") : t("保存", "Save");
  }

  #blocked() {
    const { problems, clashes } = this.grid;
    if (clashes.size) return t(`先决定 ${clashes.size} 格用谁的`, `Choose whose to keep in ${plural(clashes.size, "cell")}`);
    if (problems.size) return t(`更正 ${problems.size} 处错误后可保存`, `Correct ${plural(problems.size, "error")} to save`);
    return this.page.asking ? t("确认提醒无误后再次保存", "Check the warnings, then save again") : "";
  }

  #list(problems, all) {
    const warnings = new Map([...all].filter(([cell]) => !problems.has(cell)));
    const names = (found, text) => [...found].map(([cell, what]) => `${cell.name} ${text(what)}`);
    const key = [...names(problems, () => ""), "", ...names(warnings, (warning) => warning.text)].join("\n");
    // A list that says the same stays: a link that is replaced under the pointer is never clicked.
    if (key === this.listed) return;
    this.listed = key;
    this.bar.hidden = problems.size + warnings.size === 0;
    const parts = [];
    if (problems.size) parts.push(listed("bad", "error", t(`${problems.size} 个错误：`, `${plural(problems.size, "error")}: `), problems, (cell) => cell.label));
    if (warnings.size) {
      const head = t(`${warnings.size} 个提醒：`, `${plural(warnings.size, "warning")}: `);
      parts.push(listed("warn", "warn", head, warnings, (cell, { text }) => `${cell.label} ${text}`));
    }
    if (problems.size) {
      const note = document.createElement("span");
      note.className = "mut";
      note.textContent = t("合计暂不含错误格", "Totals leave out cells with errors");
      parts.push(note);
    }
    this.bar.replaceChildren(...parts);
  }

  #follow(event) {
    const link = event.target.closest("a");
    const cell = link && this.page.sheet.get(decodeURIComponent(link.hash.slice(1)));
    if (!cell) return;
    event.preventDefault();
    this.page.keys.go(cell);
  }

  /** Show the sentence of the cell that has the focus: right of the cells, over the derived columns. */
  place() {
    const cell = document.activeElement && this.grid.byInput.get(document.activeElement);
    const text = cell && (this.grid.problems.get(cell) ?? this.grid.warnings.get(cell)?.text);
    if (this.described && this.described !== cell) this.described.input.removeAttribute("aria-describedby");
    this.described = text ? cell : null;
    this.pop.hidden = !text;
    if (!text) return;
    const bad = this.grid.problems.has(cell);
    const line = document.createElement("b");
    line.className = bad ? "bad" : "warn";
    const words = document.createElement("span");
    words.textContent = text;
    line.append(icon(bad ? "error" : "warn"), words);
    this.pop.replaceChildren(line);
    cell.input.setAttribute("aria-describedby", this.pop.id);
    this.#move(cell);
  }

  #move(cell) {
    const box = cell.box.getBoundingClientRect();
    const end = cell.row.cells.at(-1).box.getBoundingClientRect().right;
    const { offsetWidth: width, offsetHeight: height } = this.pop;
    const beside = end + GAP + width <= innerWidth;
    const left = beside ? end + GAP : Math.min(Math.max(GAP, box.right - width), innerWidth - width - GAP);
    const top = beside ? box.top + box.height / 2 - height / 2 : box.bottom + GAP;
    this.pop.classList.toggle("below", !beside);
    this.pop.style.left = `${left}px`;
    this.pop.style.top = `${top}px`;
  }
}

function listed(tone, glyph, head, found, name) {
  const part = document.createElement("span");
  part.className = tone;
  part.append(icon(glyph), ` ${head}`);
  [...found].slice(0, LISTED).forEach(([cell, what], index) => {
    const link = document.createElement("a");
    link.href = `#${cell.name}`;
    link.textContent = name(cell, what);
    part.append(...(index ? [t("、", ", "), link] : [link]));
  });
  if (found.size > LISTED) part.append(t(` 等 ${found.size} 处`, ` and ${found.size - LISTED} more`));
  return part;
}

function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
