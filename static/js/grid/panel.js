// The record of the cell that has the focus, read from the server when the focus rests.

import { t } from "../text.js";

const DELAY = 250;

export class Panel {
  constructor() {
    this.box = document.getElementById("cell-panel");
    this.asked = "";
    this.timer = 0;
    this.stop = null;
  }

  /** Show the record of a cell; an older request that is still on its way is given up. */
  show(cell) {
    if (!this.box || cell.row.adder) return;
    if (cell.name === this.asked) {
      this.#now(cell);
      return;
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#load(cell), DELAY);
  }

  /** Forget what is shown, so that it is read again. */
  forget() {
    this.asked = "";
  }

  async #load(cell) {
    this.stop?.abort();
    this.stop = new AbortController();
    this.asked = cell.name;
    this.box.setAttribute("aria-busy", "true");
    try {
      const address = `${this.box.dataset.href}&cell=${encodeURIComponent(cell.name)}`;
      const answer = await fetch(address, { signal: this.stop.signal });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      this.box.replaceChildren(...page.body.firstElementChild.childNodes);
      this.#now(cell);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.asked = "";
      this.#failed();
    }
    this.box.removeAttribute("aria-busy");
  }

  #failed() {
    const text = document.createElement("p");
    text.className = "none mut";
    text.textContent = t("记录没有加载成功，重新选中这一格可重试", "The record did not load; choose the cell again to retry");
    this.box.replaceChildren(text);
  }

  /** What is typed now, before it is saved. */
  #now(cell) {
    const value = this.box.querySelector("[data-now]");
    if (!value) return;
    value.dataset.stored ??= value.textContent;
    const typed = cell.input.value !== cell.base;
    value.textContent = typed ? `${cell.text || t("未填", "Empty")} ${t("未保存", "not saved")}` : value.dataset.stored;
  }
}
