// What each column of the file holds, as the server suggests it and as people correct it.

import { el } from "./import-send.js";
import { list, t } from "./text.js";

const at = (id) => document.getElementById(id);
const option = (value, label, selected) => el("option", { value, textContent: label, selected });

export class Mapping {
  constructor(config) {
    this.config = config;
    this.rows = [];
    at("wide").addEventListener("change", () => this.#setWide(at("wide").value));
  }

  /** Draw what the server found in a file. */
  show(found) {
    this.found = found;
    const { reading, sheets } = found;
    this.kind = this.config.kinds.find((kind) => kind.kind === reading.kind);
    at("kind").replaceChildren(
      ...this.config.kinds.map((kind) => option(kind.kind, kind.name, kind.kind === reading.kind)),
    );
    at("sheet").replaceChildren(...sheets.map((name) => option(name, name, name === reading.sheet)));
    at("sheet-row").hidden = sheets.length < 2;
    at("header").value = reading.header;
    this.#also();
    at("columns").replaceChildren();
    this.rows = found.headers.map((text, index) => this.#row(text, index));
    at("columns").append(...this.rows.map((row) => row.line));
    this.#constants(reading.constants);
    this.#refresh();
  }

  /** Return the mapping as the server reads it. */
  get reading() {
    const constants = {};
    for (const box of at("constants").querySelectorAll("[data-key]")) {
      if (box.value && !box.closest("label").hidden) constants[box.dataset.key] = box.value;
    }
    return {
      kind: this.kind.kind,
      sheet: this.found.reading.sheet,
      header: Number(at("header").value),
      columns: this.rows.map((row) => ({ field: row.field.value, at: row.at.hidden ? "" : row.at.value, wan: row.wan })),
      constants,
    };
  }

  /** Put the focus where a message points, if it points anywhere. */
  focus(field) {
    at("constants").querySelector(`[data-key="${CSS.escape(field)}"]`)?.focus();
  }

  #also() {
    const others = this.config.kinds.filter((kind) => this.found.beside[kind.kind] && kind !== this.kind);
    at("also").hidden = others.length === 0;
    const listed = others.map((kind) => {
      const columns = list(this.found.beside[kind.kind]);
      return t(`「${kind.name}」的列（${columns}）`, `${kind.name} (${columns})`);
    });
    const both = listed.join(t("和", " and "));
    at("also").textContent = t(
      `文件里还有${both}，这次导完后换一种内容再导一次`,
      `The file also has columns of ${both}: import it once more as that`,
    );
  }

  #row(text, index) {
    const { field: chosen, at: place, wan } = this.found.reading.columns[index] ?? { field: "", at: "", wan: false };
    const name = text || t(`第 ${index + 1} 列`, `Column ${index + 1}`);
    const field = el("select", { className: "inp", ariaLabel: t(`「${name}」对应`, `“${name}” is`) });
    field.append(option("", t("不导入", "Leave out"), chosen === ""));
    const group = (label, items) => {
      const made = el("optgroup", { label });
      made.append(...items.map((item) => option(item.key, item.name, item.key === chosen)));
      field.append(made);
    };
    group(t("属于哪一条", "Belongs to"), this.kind.keys);
    group(t("数字", "Numbers"), this.kind.measures);
    const whole = el("select", { className: "inp", ariaLabel: t(`「${name}」整列都属于`, `All of “${name}” belongs to`) });
    whole.append(option("", "—", place === ""));
    for (const key of this.kind.keys.filter((item) => item.wide)) {
      const made = el("optgroup", { label: key.name });
      made.append(
        ...key.options.map((item) => option(`${key.key}:${item.value}`, item.label, `${key.key}:${item.value}` === place)),
      );
      whole.append(made);
    }
    const samples = list(this.found.samples.map((cells) => cells[index]).filter(Boolean));
    const line = el("tr", {});
    const row = { line, field, at: whole, wan };
    line.append(
      el("th", { scope: "row" }, name, wan ? el("span", { className: "tag acc", textContent: t("按万读取", "in 10,000s") }) : null),
      el("td", { className: "samples", textContent: samples }),
      el("td", {}, field),
      el("td", {}, whole),
    );
    field.addEventListener("change", () => this.#refresh());
    whole.addEventListener("change", () => this.#refresh());
    return row;
  }

  #constants(given) {
    const labelled = (name, box) => el("label", {}, name, box);
    const boxes = this.kind.keys.map((key) => {
      if (key.type !== "select") {
        const box = el("input", { className: "inp", type: key.type, value: given[key.key] ?? "" });
        box.dataset.key = key.key;
        return labelled(key.name, box);
      }
      const box = el("select", { className: "inp" });
      box.dataset.key = key.key;
      box.append(option("", key.optional ? t("不分", "All together") : t("请选择", "Choose"), !given[key.key]));
      box.append(...key.options.map((item) => option(item.value, item.label, item.value === given[key.key])));
      return labelled(key.name, box);
    });
    const year = el("input", { className: "inp", type: "number", min: 2000, max: 2199, value: given.year ?? "" });
    year.dataset.key = "year";
    at("constants").replaceChildren(...boxes, labelled(t("年份（日期没写年份时）", "Year (where days have none)"), year));
  }

  /** Show only what the choices leave open. */
  #refresh() {
    const measures = new Set(this.kind.measures.map((measure) => measure.key));
    const taken = new Set();
    for (const row of this.rows) {
      row.at.hidden = !measures.has(row.field.value);
      row.line.classList.toggle("unread", row.field.value === "");
      if (!measures.has(row.field.value)) taken.add(row.field.value);
    }
    const numbers = this.rows.filter((row) => !row.at.hidden);
    for (const box of at("constants").querySelectorAll("[data-key]")) {
      const key = box.dataset.key;
      const everywhere = numbers.length > 0 && numbers.every((row) => row.at.value.startsWith(`${key}:`));
      const dated = this.kind.keys.some((item) => item.type !== "select" && taken.has(item.key));
      box.closest("label").hidden = key === "year" ? !dated : taken.has(key) || everywhere;
    }
    at("constants-box").hidden = [...at("constants").children].every((label) => label.hidden);
    const wide = numbers.filter((row) => row.at.value);
    at("wide-row").hidden = wide.length < 2 || this.kind.measures.length < 2;
    at("wide").replaceChildren(
      ...this.kind.measures.map((item) => option(item.key, item.name, item.key === wide[0]?.field.value)),
    );
  }

  #setWide(measure) {
    for (const row of this.rows) if (!row.at.hidden && row.at.value) row.field.value = measure;
    this.#refresh();
  }
}
