// The entry grid. Without this it is a plain form of text inputs that saves; here it becomes a
// spreadsheet: keyboard, selection, clipboard, undo, checks and totals while typing, drafts, and saving
// without leaving the page.

import { plural, t } from "../text.js";
import { Draft } from "./draft.js";
import { Keys } from "./keys.js";
import { button, line, show } from "./notice.js";
import { Panel } from "./panel.js";
import { Report } from "./report.js";
import { Selection } from "./selection.js";
import { send } from "./save.js";
import { Sheet } from "./sheet.js";

const SWAPPED = ["#grid-days .week", "#grid-state", "#grid-tabs", "#grid-mark", "#grid-form .tw", "#grid-data", ".savebar"];

class Page {
  constructor(form) {
    this.form = form;
    this.saving = false;
    this.asking = false; // the next save answers the warnings
    this.selection = new Selection();
    this.report = new Report(this, form);
    this.panel = new Panel();
    this.keys = new Keys(this, form);
    this.sheet = new Sheet(form, () => this.changed());
    this.draft = new Draft(this, form);
    form.addEventListener("submit", (event) => this.#submit(event));
    form.addEventListener("click", (event) => this.#click(event));
    form.addEventListener("change", (event) => {
      if (event.target.matches("select[data-pick]")) this.draft.plan();
    });
    document.addEventListener("keydown", (event) => this.#saveKey(event));
    this.#restore();
    this.report.plan();
    this.keys.go(this.#linked());
  }

  /** The cell that the address names, as links from elsewhere do. */
  #linked() {
    try {
      return this.sheet.get(decodeURIComponent(location.hash.slice(1)));
    } catch {
      return undefined; // what stands there is no name at all
    }
  }

  say(text, bad = false) {
    this.report.say(text, bad);
  }

  notice(text) {
    show("info", line(text));
  }

  /** Something changed: write it before the next paint, and keep a draft. */
  changed() {
    this.asking &&= this.#unanswered().some((warning) => this.asked.has(warning.key));
    this.report.plan();
    this.draft?.plan();
  }

  focused(cell) {
    this.report.plan(false);
    this.panel.show(cell);
  }

  left() {
    this.report.plan(false);
  }

  #unanswered() {
    return [...this.sheet.grid.warnings.values()];
  }

  /** Save, or say what is in the way. */
  save() {
    this.sheet.commit();
    const { problems, clashes, confirmed, dirty } = this.sheet.grid;
    if (this.saving) return;
    if (problems.size || clashes.size) {
      this.keys.go((problems.size ? problems : clashes).keys().next().value);
      this.report.plan();
      return;
    }
    if (!dirty.size) {
      this.say(t("没有改动", "Nothing has changed"));
      return;
    }
    const warnings = this.#unanswered();
    if (warnings.length && !(this.asking && warnings.every((warning) => this.asked.has(warning.key)))) {
      this.asking = true;
      this.asked = new Set(warnings.map((warning) => warning.key));
      this.report.plan();
      return;
    }
    for (const warning of warnings) confirmed.add(warning.key);
    this.asking = false;
    send(this, this.form);
  }

  /** The address of this very form: one without a day would be another one tomorrow. */
  get address() {
    const address = new URL(this.form.action);
    for (const name of ["unit", "day", "month"]) {
      const field = this.form.elements.namedItem(name);
      if (field) address.searchParams.set(name, field.value);
    }
    return address;
  }

  /** Read the page again. */
  async load() {
    const answer = await fetch(this.address, { redirect: "manual" });
    if (!answer.ok) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.getElementById("grid-form") ? page : null;
  }

  /** Take the cells and what stands around them from a fresh page; `later` holds what is typed since. */
  replace(fresh, later) {
    const at = document.activeElement;
    const cell = this.sheet.grid.byInput.get(at);
    const wasSave = at?.matches("[data-save]");
    const { confirmed } = this.sheet.grid;
    for (const place of SWAPPED) {
      const [old, made] = [document.querySelector(place), fresh.querySelector(place)];
      if (old && made) old.replaceWith(document.adoptNode(made));
    }
    this.selection.clear();
    this.sheet = new Sheet(this.form, () => this.changed());
    this.sheet.grid.confirmed = confirmed;
    const pairs = [...later].map(([name, text]) => [this.sheet.get(name), text]).filter(([found]) => found);
    if (pairs.length) this.sheet.fill(pairs);
    this.panel.forget();
    if (cell) this.keys.go(this.sheet.get(cell.name) ?? this.sheet.grid.at(0, 0));
    else if (wasSave) this.form.querySelector("[data-save]")?.focus();
  }

  #submit(event) {
    event.preventDefault();
    this.save();
  }

  #click(event) {
    if (event.target.closest("[data-undo]")) {
      const cell = this.sheet.undo();
      if (!cell) this.say(t("没有可撤销的改动", "Nothing to undo"));
      else this.keys.go(cell);
    } else if (event.target.closest("[data-fill]")) {
      this.keys.fillDown();
      this.sheet.grid.current?.input.focus();
    }
  }

  #saveKey(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    if (this.form.querySelector("[data-save]")) this.save();
  }

  #restore() {
    const found = this.draft.restore();
    if (!found) return;
    const drop = button(t("放弃草稿", "Drop the draft"), () => {
      this.sheet.fill([...this.sheet.grid.dirty].map((cell) => [cell, cell.base]));
      this.sheet.forget();
      this.draft.drop();
      show("");
    });
    const cells = plural(found.count, "cell");
    const gone = t(`，另有 ${found.lost} 格所在的行已不在表中`, `; the rows of ${plural(found.lost ?? 0, "other cell")} are gone`);
    const lost = found.lost ? gone : "";
    const text = found.locked
      ? t(
          `本机有 ${found.count} 格未保存的草稿，这一天现在只读，没有填入`,
          `This browser keeps a draft of ${cells}; the day is read only now, so it was not filled in`,
        )
      : t(
          `已恢复 ${found.when} 未保存的 ${found.count} 格${lost}`,
          `Unsaved draft from ${found.when}: ${cells} restored${lost}`,
        );
    if (found.count) show("info", line(text), drop);
    else this.draft.drop();
  }
}

const form = document.getElementById("grid-form");
if (form) new Page(form);
