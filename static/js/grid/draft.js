// What is typed and not saved yet, kept in this browser for the person, the form and the day.

import { t } from "../text.js";

const PREFIX = "luopan-draft:";
const DELAY = 300;
const KEPT = 30 * 86400e3;

export class Draft {
  constructor(page, form) {
    this.page = page;
    this.key = PREFIX + form.dataset.draft;
    this.timer = 0;
    this.failed = false; // storage is off or full: then leaving must ask
    addEventListener("pagehide", () => this.store());
    document.addEventListener("visibilitychange", () => this.store());
    addEventListener("beforeunload", (event) => {
      this.store();
      if (this.failed && page.sheet.grid.dirty.size) event.preventDefault();
    });
    this.#sweep();
  }

  plan() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.store(), DELAY);
  }

  /** Keep every cell that differs, with what it was typed over. */
  store() {
    clearTimeout(this.timer);
    const { grid } = this.page.sheet;
    if (!grid.writable) return;
    const cells = Object.fromEntries([...grid.dirty].map((cell) => [cell.name, [cell.text, cell.base]]));
    const added = [...grid.dirty].filter((cell) => cell.row.adder).flatMap((cell) => cell.row.picks);
    const picks = Object.fromEntries(added.map((pick) => [pick.name, pick.value]));
    try {
      if (grid.dirty.size) localStorage.setItem(this.key, JSON.stringify({ at: Date.now(), cells, picks }));
      else localStorage.removeItem(this.key);
      this.failed = false;
    } catch {
      this.failed = true;
    }
  }

  drop() {
    clearTimeout(this.timer);
    try {
      localStorage.removeItem(this.key);
    } catch {
      // Storage is off: there is nothing to drop.
    }
  }

  /** Put a kept draft back into the cells; say how many, and when they were typed. */
  restore() {
    const draft = this.#read();
    const found = Object.entries(draft?.cells ?? {});
    const { sheet } = this.page;
    if (!found.length || !sheet.grid.writable) return found.length ? { count: found.length, locked: true } : null;
    for (const [name, value] of Object.entries(draft.picks)) {
      const pick = sheet.form.elements.namedItem(name);
      if (pick) pick.value = value;
    }
    const pairs = found.map(([name, [text, base]]) => [sheet.get(name), text, base]).filter(([cell]) => cell);
    for (const [cell, , base] of pairs) if (!cell.row.adder && base !== cell.base) sheet.grid.rebase(cell, base);
    sheet.fill(pairs.map(([cell, text]) => [cell, text]));
    sheet.forget();
    const at = new Date(draft.at);
    const time = `${at.getHours()}:${String(at.getMinutes()).padStart(2, "0")}`;
    const today = at.toDateString() === new Date().toDateString();
    const month = at.toLocaleString("en-US", { month: "short" });
    const when = today ? time : t(`${at.getMonth() + 1}月${at.getDate()}日 ${time}`, `${month} ${at.getDate()} ${time}`);
    return { count: sheet.grid.dirty.size, lost: found.length - pairs.length, when };
  }

  #read() {
    try {
      return JSON.parse(localStorage.getItem(this.key));
    } catch {
      return null;
    }
  }

  /** Drop drafts that nobody came back to for a month. */
  #sweep() {
    try {
      for (const key of Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))) {
        if (!(JSON.parse(localStorage.getItem(key)).at > Date.now() - KEPT)) localStorage.removeItem(key);
      }
    } catch {
      // Storage is off, or what is in it is not ours.
    }
  }
}
