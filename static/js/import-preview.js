// What writing a file would do: rows that are new, changed, the same or bad, each on its own page.

import { el } from "./import-send.js";

const at = (id) => document.getElementById(id);
const STATES = { new: "新增", changed: "改动", same: "不变", bad: "有问题" };
const number = (value) => value.toLocaleString("zh-CN");

export class Preview {
  constructor(config) {
    this.config = config;
    at("skip").addEventListener("change", () => this.refresh());
  }

  /** Draw what the server says; the rows that matter most are shown first. */
  show(found) {
    this.found = found;
    const { counts, skipped } = found;
    at("skip").checked = false;
    at("skip-row").hidden = counts.bad === 0;
    at("bad-file").hidden = counts.bad === 0;
    at("skip-text").textContent = `跳过 ${number(counts.bad)} 个问题行，其余照常导入`;
    const left = [
      skipped.totals ? `${number(skipped.totals)} 行合计` : "",
      skipped.blank ? `${number(skipped.blank)} 行没有数字` : "",
    ].filter(Boolean);
    at("preview-note").textContent = `还没有写入任何数据${left.length ? `；已略过 ${left.join("、")}` : ""}`;
    at("totals").textContent = found.totals.length
      ? `合计 ${found.totals.map((total) => `${total.name} ${total.text}`).join("，")}`
      : "";
    const first = ["bad", "changed", "new", "same"].find((state) => counts[state] > 0) ?? "new";
    this.#draw(first);
    this.refresh();
  }

  get fingerprint() {
    return this.found.fingerprint;
  }

  /** Facts that would be written, and why they cannot be. */
  refresh() {
    const { counts } = this.found;
    const facts = counts.new + counts.changed;
    const blocked = counts.bad > 0 && !at("skip").checked;
    this.reason = blocked
      ? `有 ${number(counts.bad)} 个问题行，更正文件后重新选择，或勾选跳过`
      : facts === 0
        ? "没有要写入的内容"
        : "";
    at("why-not").textContent = this.reason;
    at("commit").setAttribute("aria-disabled", String(this.reason !== ""));
    at("commit-text").textContent = `导入 ${number(facts)} 条`;
  }

  #draw(state) {
    const { counts } = this.found;
    at("states").replaceChildren(
      ...Object.entries(STATES).map(([key, name]) => {
        const button = el("button", { type: "button", className: "btn sm" }, `${name} `, el("b", { textContent: number(counts[key]) }));
        button.setAttribute("aria-pressed", String(key === state));
        button.addEventListener("click", () => {
          this.#draw(key);
          at("states").querySelector('[aria-pressed="true"]').focus();
        });
        return button;
      }),
    );
    const rows = state === "bad" ? this.found.bad : this.found.rows[state];
    at("preview-head").replaceChildren(this.#head(state));
    at("preview-body").replaceChildren(...rows.map((row) => (state === "bad" ? this.#bad(row) : this.#row(row))));
    at("preview-more").textContent =
      rows.length < counts[state]
        ? `只列出前 ${number(rows.length)} 条，共 ${number(counts[state])} 条`
        : rows.length === 0
          ? "没有这样的行"
          : "";
  }

  #head(state) {
    const cell = (textContent, className = "") => el("th", { scope: "col", textContent, className });
    if (state === "bad") return el("tr", {}, cell("行"), cell("问题"));
    const { keys, measures } = this.found;
    return el("tr", {}, cell("行"), ...keys.map((key) => cell(key)), ...measures.map((name) => cell(name, "num")));
  }

  #row(row) {
    const cells = row.cells.map((cell) =>
      el(
        "td",
        { className: cell.old === undefined ? "num" : "num changed" },
        cell.old === undefined ? null : el("s", { textContent: cell.old }),
        cell.old === undefined ? null : el("span", { className: "sr", textContent: "改为 " }),
        cell.text,
      ),
    );
    const keys = row.key.map((textContent) => el("td", { textContent }));
    return el("tr", {}, el("th", { scope: "row", textContent: row.row }), ...keys, ...cells);
  }

  #bad(row) {
    const why = el("td", { className: "why" }, ...row.texts.flatMap((text, index) => (index ? [el("br"), text] : [text])));
    return el("tr", {}, el("th", { scope: "row", textContent: row.row }), why);
  }
}
