// A board changes in place. A choice in the filter bar, a step or a row that leads deeper asks for the
// page of its address and puts in the parts that differ; what stays the same is not touched. Without
// this, every one of them is a plain link or form.

import { t } from "./text.js";
import { enhance } from "./units.js";

const DIM = 300; // ms for which the old figures stay, dimmed; then skeletons of their size
const main = document.getElementById("main");
const said = document.getElementById("board-said");
const shown = new Map(); // what the server sent of each part and panel, by its key
let asking = null; // the AbortController of what is on its way
let links = JSON.parse(document.getElementById("drill").textContent);

const parts = (root) => [...root.querySelectorAll("#main > [data-part]")];
const cards = (root) => [...root.querySelectorAll('[data-part="panels"] > .grid > .card')];
const keyOf = (card) => card.getAttribute("aria-labelledby");

/** Remember what the server sent, before anything here has changed it. */
function remember(root) {
  shown.clear();
  for (const part of parts(root)) shown.set(part.dataset.part, part.innerHTML);
  for (const card of cards(root)) shown.set(keyOf(card), card.outerHTML);
}

/** Keep where the reader is with the address, for when they come back to it. */
function note() {
  const tables = [...main.querySelectorAll(".plot-box.is-table")].map((box) => box.id);
  history.replaceState({ scroll: scrollY, tables }, "");
}

/** Show a page of this board; `back` is what was kept with an address that is come back to. */
async function go(address, { back = null, from = null } = {}) {
  asking?.abort();
  const turn = (asking = new AbortController());
  main.setAttribute("aria-busy", "true");
  const slow = setTimeout(() => main.classList.add("slow"), DIM);
  try {
    const answer = await fetch(address, { redirect: "manual", signal: turn.signal });
    if (answer.type === "opaqueredirect") {
      location.assign(address); // the login has ended: its page brings the reader back here
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (turn !== asking) return;
    if (!answer.ok) {
      fail(address, sentence(page));
      return;
    }
    if (!back) {
      note();
      if (address !== location.href) history.pushState({}, "", address);
    }
    put(page, back, from);
  } catch {
    if (turn === asking) fail(address, t("没有连上服务器", "The server did not answer"));
  } finally {
    clearTimeout(slow);
    if (turn === asking) {
      asking = null;
      main.removeAttribute("aria-busy");
      main.classList.remove("slow");
    }
  }
}

/** Return what an error page says. */
function sentence(page) {
  const state = page.querySelector("#main .state, .state");
  const words = state && [...state.querySelectorAll("h2, b, span")].map((one) => one.textContent.trim());
  const number = page.querySelector("#main .foot-note")?.textContent.trim();
  return [...new Set(words ?? []), number].filter(Boolean).join(t("，", ", ")) || t("没有取到数据", "No answer");
}

/** Say above the figures what failed; they and the choices stay. */
function fail(address, words) {
  main.querySelector("[data-failed]")?.remove();
  const banner = document.createElement("div");
  banner.className = "banner bad";
  banner.setAttribute("role", "alert");
  banner.dataset.failed = "";
  const text = document.createElement("p");
  text.textContent = `${t("没有更新", "Not updated")}${t("：", ": ")}${words}`;
  const again = document.createElement("button");
  again.className = "btn sm";
  again.type = "button";
  again.textContent = t("重试", "Try again");
  again.addEventListener("click", () => go(address, { from: address }));
  banner.append(text, again);
  main.querySelector('[data-part="notices"]').before(banner);
}

/** Put in what differs, and leave the reader where they were. */
function put(page, back, from) {
  main.querySelector("[data-failed]")?.remove();
  const held = heldFocus(from);
  const tables = back?.tables ?? [...main.querySelectorAll(".plot-box.is-table")].map((box) => box.id);
  for (const part of parts(page)) {
    const here = main.querySelector(`:scope > [data-part="${part.dataset.part}"]`);
    if (part.dataset.said) here.dataset.said = part.dataset.said;
    if (part.dataset.part === "panels") putPanels(here, part);
    else if (shown.get(part.dataset.part) !== part.innerHTML) {
      shown.set(part.dataset.part, part.innerHTML);
      here.replaceChildren(...part.childNodes);
      enhance(here);
    }
  }
  putShell(page);
  links = JSON.parse(page.getElementById("drill").textContent);
  for (const box of main.querySelectorAll(".plot-box")) openTable(box, tables.includes(box.id));
  restoreFocus(held);
  if (back) scrollTo(0, back.scroll ?? 0);
  said.textContent = `${t("已显示", "Shown")} ${main.querySelector("[data-said]").dataset.said}`;
  // The numbers are painted first, which comes after a frame's own work; the charts follow.
  const redraw = () => document.dispatchEvent(new CustomEvent("luopan:redraw", { detail: { root: main } }));
  requestAnimationFrame(() => setTimeout(redraw));
}

/** Put in the panels that differ. A chart that stays keeps its element, so that it is drawn into it again. */
function putPanels(here, there) {
  const old = new Map(cards(document).map((card) => [keyOf(card), card]));
  const fresh = [...there.querySelectorAll(":scope > .grid > .card")];
  const kept = fresh.map((card) => {
    const key = keyOf(card);
    const before = old.get(key);
    const source = card.outerHTML;
    if (before && shown.get(key) === source) return before;
    shown.set(key, source);
    if (before) keepPlot(before, card);
    return card;
  });
  for (const key of old.keys()) if (!fresh.some((card) => keyOf(card) === key)) shown.delete(key);
  const grid = here.querySelector(":scope > .grid");
  if (!grid) {
    here.replaceChildren(...there.childNodes);
    return;
  }
  // Cards that stay are not taken out: that would scroll their tables back.
  for (const card of [...grid.children]) if (!kept.includes(card) && !fresh.some((one) => keyOf(one) === keyOf(card))) card.remove();
  kept.forEach((card, place) => {
    const at = grid.children[place];
    if (at === card) return;
    if (at && keyOf(at) === keyOf(card)) at.replaceWith(card);
    else grid.insertBefore(card, at ?? null);
  });
  while (grid.children.length > kept.length) grid.lastElementChild.remove();
}

/** Take the drawn element of a chart over into its new card. */
function keepPlot(before, card) {
  const [plot, place] = [before.querySelector(".plot"), card.querySelector(".plot")];
  if (!plot || !place) return;
  for (const name of ["aria-label", "data-title"]) plot.setAttribute(name, place.getAttribute(name) ?? "");
  place.replaceWith(plot);
}

function openTable(box, open) {
  if (box.classList.toggle("is-table", open) || !open) {
    main.querySelector(`[aria-controls="${box.id}"]`)?.setAttribute("aria-pressed", String(open));
  }
}

/** What stands outside of the parts: title, unit, freshness, and where the language switch comes back to. */
function putShell(page) {
  document.title = page.title;
  for (const place of [".top .sub", ".top .fresh"]) {
    const [now, then] = [document.querySelector(place), page.querySelector(place)];
    if (now && then) now.replaceChildren(...then.childNodes);
    else if (now) now.replaceChildren();
  }
  const [now, then] = [document, page].map((one) => one.querySelector(".top input[name=back]"));
  if (now && then) now.value = then.value;
}

/** Return how the control that is used is found again: by its key, its name, or its panel. */
function heldFocus(from) {
  const used = from instanceof Element ? from : document.activeElement;
  if (!used || used === document.body || !main.contains(used)) return null;
  const key = used.closest("[data-key]")?.dataset.key;
  return { used, key, panel: used.closest(".card") && keyOf(used.closest(".card")) };
}

function restoreFocus(held) {
  if (!held || (held.used.isConnected && document.activeElement === held.used)) return;
  const control = held.key && main.querySelector(`[data-key="${CSS.escape(held.key)}"]`);
  if (control) {
    control.focus({ preventScroll: true });
    if (document.activeElement === control) return;
  }
  const title = held.panel && document.getElementById(held.panel);
  const place = title ?? main;
  if (title) title.tabIndex = -1;
  place.focus({ preventScroll: true });
}

/** Say whether an address is of this very board. */
const isHere = (address) => address.origin === location.origin && address.pathname === location.pathname;

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || !main.contains(link) || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || link.target || link.hasAttribute("download")) return;
  const address = new URL(link.href);
  if (!isHere(address) || address.hash) return;
  event.preventDefault();
  go(address.href, { from: link });
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "get" || !main.contains(form)) return;
  const address = new URL(form.action);
  if (!isHere(address)) return;
  event.preventDefault();
  const given = [...new FormData(form)].filter(([, value]) => value !== "");
  address.search = new URLSearchParams(given).toString();
  for (const popover of main.querySelectorAll("details[data-popover][open]")) popover.open = false;
  go(address.href, { from: document.activeElement });
});

// A click on a chart: what a series stands for, or the days of a bar. Charts say where it was.
document.addEventListener("luopan:drill", (event) => {
  const { figure, day, series, name } = event.detail;
  const of = links.series[figure];
  const address = of?.[name] ?? of?.[series] ?? of?.[day] ?? links.days[String(day).slice(0, 10)];
  if (address) go(new URL(address, location.href).href, { from: document.getElementById(figure) });
});

// Where the reader is, is kept while they are there: an address that is left cannot be written to any more.
let resting = 0;
addEventListener("scroll", () => {
  clearTimeout(resting);
  resting = setTimeout(() => asking || note(), 150);
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-table-toggle]")) setTimeout(note);
});

addEventListener("popstate", (event) => {
  if (isHere(new URL(location.href))) go(location.href, { back: event.state ?? {} });
});
addEventListener("pagehide", note);

history.scrollRestoration = "manual";
main.dataset.inPlace = "true";
remember(document);
if (history.state?.scroll) scrollTo(0, history.state.scroll);
for (const id of history.state?.tables ?? []) {
  const box = document.getElementById(id);
  if (box) openTable(box, true);
}
