// Choosing a unit: a tree with a search in place of a list. The list stays in its form, holds the choice,
// and works without this. The tree asks the server for each level that is opened, so that an
// organisation of thousands is as quick as a small one.
//
// It is a combobox whose popup is a tree: the focus stays in the search, the arrow keys move the active row.

import { t } from "./text.js";

const PAUSE = 150; // ms without a key after which the server is asked
let count = 0;

/** Put a tree in place of each list of units below `root`. */
export function enhance(root = document) {
  for (const mark of root.querySelectorAll("[data-unit-tree]")) {
    const form = mark.closest("form");
    const select = form?.elements[mark.dataset.unitFor];
    if (select && !select.dataset.tree) new Picker(select, mark.dataset.unitTree);
  }
}

function make(tag, given = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

class Picker {
  constructor(select, address) {
    this.select = select;
    this.address = address;
    this.rows = []; // as shown: {code, name, path, kind, level, inner, open}
    this.active = -1;
    this.timer = 0;
    this.turn = 0;
    this.id = `units-${++count}`;
    this.build();
    this.listen();
  }

  build() {
    const { select, id } = this;
    const name = select.getAttribute("aria-label") || select.labels?.[0]?.textContent || t("单元", "Unit");
    this.button =
      select.parentElement.querySelector("[data-unit-button]") ??
      make("button", { type: "button", class: "unit-button", "aria-haspopup": "dialog", "aria-expanded": "false" });
    this.button.dataset.key = select.dataset.key ?? "";
    delete select.dataset.key;
    select.dataset.tree = id;
    this.name = name;
    this.box = make("input", {
      type: "search",
      class: "inp",
      role: "combobox",
      autocomplete: "off",
      "aria-expanded": "true",
      "aria-controls": `${id}-tree`,
      "aria-autocomplete": "list",
      "aria-label": t("按名称或编码搜索单元", "Search units by name or code"),
      placeholder: t("搜索名称或编码", "Name or code"),
    });
    this.list = make("ul", { role: "tree", id: `${id}-tree`, "aria-label": name });
    this.status = make("p", { role: "status", class: "unit-status" });
    this.pop = make("div", { class: "popover unit-pop", role: "dialog", "aria-label": name }, this.box, this.list, this.status);
    this.pop.hidden = true;
    select.hidden = true;
    if (!this.button.isConnected) select.after(this.button);
    this.button.after(this.pop);
    this.named();
  }

  /** Show the name of what is chosen. */
  named() {
    const chosen = this.select.selectedOptions[0];
    const word = chosen?.textContent.trim() ?? "";
    this.button.textContent = word || "—";
    this.button.setAttribute("aria-label", `${this.name}${t("：", ": ")}${word}`);
  }

  listen() {
    this.button.addEventListener("click", () => (this.pop.hidden ? this.open() : this.close()));
    this.button.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" && this.pop.hidden) {
        event.preventDefault();
        this.open();
      }
    });
    this.box.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.ask(), this.box.value ? PAUSE : 0);
    });
    // It is no field of the form: what is typed must not look like a choice.
    this.box.addEventListener("change", (event) => event.stopPropagation());
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays in the search
    this.list.addEventListener("click", (event) => this.clicked(event));
    this.select.form.addEventListener("reset", () => setTimeout(() => this.named()));
    document.addEventListener("click", (event) => {
      if (!this.pop.hidden && !this.pop.contains(event.target) && !this.button.contains(event.target)) this.close(false);
    });
  }

  async open() {
    for (const other of document.querySelectorAll("details[data-popover][open]")) other.open = false;
    this.pop.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    this.box.value = "";
    this.box.focus();
    await this.ask();
  }

  close(focus = true) {
    this.pop.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
    clearTimeout(this.timer);
    if (focus) this.button.focus();
  }

  /** Return the units of an answer; null where another question was asked since, or the server did not answer. */
  async fetched(query) {
    const turn = ++this.turn;
    const slow = setTimeout(() => (this.status.textContent = t("正在查找", "Searching")), 300);
    try {
      const answer = await fetch(`${this.address}&${new URLSearchParams(query)}`, { redirect: "manual" });
      if (answer.type === "opaqueredirect") location.reload(); // the login has ended
      if (!answer.ok) throw new Error(String(answer.status));
      const { units } = await answer.json();
      return turn === this.turn ? units : null;
    } catch {
      if (turn === this.turn) this.status.textContent = t("没有连上服务器，请稍后再试", "The server did not answer; try again later");
      return null;
    } finally {
      clearTimeout(slow);
    }
  }

  /** Show what is typed, or the tree opened down to what is chosen. */
  async ask() {
    const text = this.box.value.trim();
    const units = await this.fetched(text ? { q: text } : { at: this.select.value });
    if (!units) return;
    this.rows = units.map((unit) => ({ level: 1, inner: false, open: false, ...unit }));
    this.active = text ? (units.length ? 0 : -1) : this.rows.findIndex((row) => row.code === this.select.value);
    this.draw();
    this.status.textContent = text
      ? units.length ? t(`找到 ${units.length} 个单元`, `${units.length} found`) : t("没有找到单元", "No unit found")
      : "";
  }

  draw() {
    const sizes = this.sizes();
    this.list.replaceChildren(...this.rows.map((row, place) => this.row(row, place, sizes[place])));
    this.mark();
  }

  /** Return for each row its place among its siblings and how many these are. */
  sizes() {
    const groups = [];
    const open = [];
    return this.rows.map((row) => {
      open.length = row.level;
      const group = (open[row.level - 1] ??= groups[groups.push({ count: 0 }) - 1]);
      return { place: ++group.count, group };
    });
  }

  row(row, place, size) {
    const given = { role: "treeitem", id: `${this.id}-${place}`, "aria-level": row.level, "aria-posinset": size.place, "aria-setsize": size.group.count };
    const item = make("li", { ...given, "aria-selected": String(row.code === this.select.value) });
    item.dataset.place = place;
    item.style.setProperty("--depth", row.level - 1);
    if (row.inner) item.setAttribute("aria-expanded", String(row.open));
    if (!row.code) item.setAttribute("aria-disabled", "true");
    const lead = make("span", { class: row.inner ? "twist" : "lead", "aria-hidden": "true" });
    item.append(lead, make("span", { class: "unit-name" }, row.name));
    const beside = row.path || row.kind;
    if (beside) item.append(make("small", {}, beside));
    return item;
  }

  mark() {
    this.list.querySelector(".on")?.classList.remove("on");
    const item = this.list.children[this.active];
    if (!item) {
      this.box.removeAttribute("aria-activedescendant");
      return;
    }
    item.classList.add("on");
    this.box.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  }

  move(to) {
    if (!this.rows.length) return;
    this.active = Math.max(0, Math.min(this.rows.length - 1, to));
    this.mark();
  }

  /** Open a row: what stands below it comes from the server. */
  async expand(place) {
    const row = this.rows[place];
    if (!row?.inner || row.open) return;
    const below = await this.fetched({ under: row.code });
    if (!below || this.rows[place] !== row) return;
    row.open = true;
    this.rows.splice(place + 1, 0, ...below.map((unit) => ({ ...unit, level: row.level + 1 })));
    this.draw();
  }

  collapse(place) {
    const row = this.rows[place];
    const after = this.rows.findIndex((other, index) => index > place && other.level <= row.level);
    this.rows.splice(place + 1, (after < 0 ? this.rows.length : after) - place - 1);
    row.open = false;
    this.active = Math.min(this.active, place);
    this.draw();
  }

  async key(event) {
    if (event.isComposing) return;
    const row = this.rows[this.active];
    const isTree = !this.box.value;
    const keys = {
      ArrowDown: () => this.move(this.active + 1),
      ArrowUp: () => this.move(this.active - 1),
      Escape: () => this.close(),
      Enter: () => this.enter(),
    };
    if (isTree) {
      keys.ArrowRight = () => (row?.open ? this.move(this.active + 1) : this.expand(this.active));
      keys.ArrowLeft = () => (row?.open ? this.collapse(this.active) : this.move(this.above(this.active)));
      keys.Home = () => this.move(0);
      keys.End = () => this.move(this.rows.length - 1);
    }
    if (event.key === "Tab") this.close(false);
    if (event.altKey || event.ctrlKey || event.metaKey || !keys[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    await keys[event.key]();
  }

  /** Enter takes the active row; what was typed and not asked for yet is asked for first. */
  async enter() {
    if (this.timer && this.box.value.trim()) {
      clearTimeout(this.timer);
      this.timer = 0;
      const before = this.rows[this.active]?.code;
      const moved = this.active > 0;
      await this.ask();
      const again = moved ? this.rows.findIndex((row) => row.code === before) : -1;
      if (again >= 0) this.active = again;
    }
    this.choose(this.rows[this.active]);
  }

  /** Return the place of what a row stands under. */
  above(place) {
    const level = this.rows[place]?.level ?? 1;
    for (let at = place - 1; at >= 0; at--) if (this.rows[at].level < level) return at;
    return place;
  }

  clicked(event) {
    const item = event.target.closest("[data-place]");
    if (!item) return;
    const place = Number(item.dataset.place);
    if (event.target.closest(".twist")) {
      if (this.rows[place].open) this.collapse(place);
      else this.expand(place);
    } else this.choose(this.rows[place]);
  }

  /** Choose a unit in the list, as if it had been picked there. */
  choose(row) {
    if (!row?.code) return;
    this.close();
    const { select } = this;
    if (row.code === select.value) return;
    if (![...select.options].some((option) => option.value === row.code)) select.append(new Option(row.name, row.code));
    select.value = row.code;
    this.named();
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

enhance();
