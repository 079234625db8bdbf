// What writing a file would do: rows that are new, changed, the same or bad, each on its own page.

import { el } from "./import-send.js";
import { list, number, plural, t } from "./text.js";

const at = (id) => document.getElementById(id);
const STATES = {
  new: t("新增", "New"),
  changed: t("改动", "Changed"),
  same: t("不变", "Same"),
  bad: t("有问题", "Problems"),
};

const ROW = t("行", "Row");

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
    at("skip-text").textContent = t(
      `跳过 ${number(counts.bad)} 个问题行，其余照常导入`,
      `Leave out ${plural(counts.bad, "problem row")} and import the rest`,
    );
    const left = [
      skipped.totals ? t(`${number(skipped.totals)} 行合计`, `${plural(skipped.totals, "total row")}`) : "",
      skipped.blank ? t(`${number(skipped.blank)} 行没有数字`, `${plural(skipped.blank, "row")} without numbers`) : "",
    ].filter(Boolean);
    const passed = left.length ? t(`；已略过 ${list(left)}`, `; passed over: ${list(left)}`) : "";
    at("preview-note").textContent = t("还没有写入任何数据", "Nothing is written yet") + passed;
    at("totals").textContent = found.totals.length
      ? `${t("合计", "Total")} ${found.totals.map((total) => `${total.name} ${total.text}`).join(t("，", ", "))}`
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
      ? t(
          `有 ${number(counts.bad)} 个问题行，更正文件后重新选择，或勾选跳过`,
          `${plural(counts.bad, "problem row")}: correct the file and choose it again, or leave them out`,
        )
      : facts === 0
        ? t("没有要写入的内容", "There is nothing to write")
        : "";
    at("why-not").textContent = this.reason;
    at("commit").setAttribute("aria-disabled", String(this.reason !== ""));
    at("commit-text").textContent = t(`导入 ${number(facts)} 条`, `Import ${plural(facts, "row")}`);
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
        ? t(
            `只列出前 ${number(rows.length)} 条，共 ${number(counts[state])} 条`,
            `The first ${number(rows.length)} of ${number(counts[state])} are listed`,
          )
        : rows.length === 0
          ? t("没有这样的行", "There are no such rows")
          : "";
  }

  #head(state) {
    const cell = (textContent, className = "") => el("th", { scope: "col", textContent, className });
    if (state === "bad") return el("tr", {}, cell(ROW), cell(t("问题", "Problem")));
    const { keys, measures } = this.found;
    return el("tr", {}, cell(ROW), ...keys.map((key) => cell(key)), ...measures.map((name) => cell(name, "num")));
  }

  #row(row) {
    const cells = row.cells.map((cell) =>
      el(
        "td",
        { className: cell.old === undefined ? "num" : "num changed" },
        cell.old === undefined ? null : el("s", { textContent: cell.old }),
        cell.old === undefined ? null : el("span", { className: "sr", textContent: t("改为 ", "changed to ") }),
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
