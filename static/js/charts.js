// Draws the figures of a board. Figures and template arrive as plain JSON whose colours are
// "var(--token)" strings; plotly.js does not know CSS variables and would fall back to blue without
// a word, so they are resolved here, again whenever the theme changes. Other scripts are told of clicks on
// points (luopan:drill, from the plot), and ask for charts they brought in to be drawn (luopan:redraw).

import { savePicture } from "./picture.js";

const NARROW = 460; // px of plot width below which a figure's `narrow` layout is laid over it
const NEAR = 200; // px beyond the screen within which a chart is drawn at once
const root = document.documentElement;
const pause = window.requestIdleCallback ? (work) => requestIdleCallback(work, { timeout: 500 }) : setTimeout;

/** Return a copy of `value` with every var(--token) replaced by its value in the current theme. */
function resolve(value, styles) {
  if (typeof value === "string") {
    return value.replace(/var\((--[\w-]+)\)/g, (_, name) => styles.getPropertyValue(name).trim());
  }
  if (Array.isArray(value)) return value.map((item) => resolve(item, styles));
  if (isPlain(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, styles)]));
  }
  return value;
}

/** Return `base` with `patch` laid over it, deeply; lists are replaced, neither source is changed. */
function overlay(base, patch) {
  const out = { ...base };
  for (const [key, item] of Object.entries(patch)) {
    out[key] = isPlain(item) && isPlain(out[key]) ? overlay(out[key], item) : item;
  }
  return out;
}

function isPlain(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

const CONFIG = {
  responsive: true,
  displaylogo: false,
  showSendToCloud: false,
  plotlyServerURL: "",
  displayModeBar: false,
  scrollZoom: false,
  doubleClick: false,
};

/** One plot of the page: its figure, the element it is drawn into, and how wide it was then. */
class Chart {
  constructor(plot) {
    this.plot = plot;
    this.source = "";
    this.width = 0; // as last drawn; 0 asks for a full draw
  }

  /** Take a figure; false where it is the one that is drawn. */
  take(source) {
    if (source === this.source) return false;
    this.source = source;
    this.figure = JSON.parse(source);
    return true;
  }

  draw(template, styles) {
    this.width = this.plot.clientWidth;
    if (!this.width) return; // hidden behind its table: drawn when it comes back
    const { data, layout, narrow } = this.figure;
    const shown = narrow && this.width < NARROW ? overlay(layout, narrow) : layout;
    window.Plotly.react(
      this.plot,
      resolve(data, styles),
      { ...resolve(shown, styles), template: resolve(template, styles), autosize: true },
      CONFIG,
    );
    this.listen();
  }

  /** Tell of clicks on points: the day where the x axis has days, the series, its place in it, and the name where y has names. */
  listen() {
    if (this.listens) return;
    this.listens = true;
    this.plot.on("plotly_click", ({ points: [point] }) => {
      const detail = {
        figure: this.plot.id,
        day: point.xaxis?.type === "date" ? String(point.x).slice(0, 10) : null,
        series: point.data.name ?? null,
        place: point.pointNumber,
        name: point.yaxis?.type === "category" ? String(point.y) : null,
      };
      this.plot.dispatchEvent(new CustomEvent("luopan:drill", { bubbles: true, detail }));
    });
  }

  /** Redraw when the width crosses the border of the narrow layout, or the plot shows again. */
  resized(template, styles) {
    const before = this.width;
    const width = this.plot.clientWidth;
    if (!width || width === before) return;
    if (!before || before < NARROW !== width < NARROW) {
      this.draw(template, styles);
    } else {
      this.width = width;
      window.Plotly.Plots.resize(this.plot);
    }
  }
}

/** Show the data table of a panel in place of its plot, or the plot again. */
function toggleTable(button) {
  const box = document.getElementById(button.getAttribute("aria-controls"));
  const shown = box.classList.toggle("is-table");
  button.setAttribute("aria-pressed", String(shown));
}

/** Say whether a plot stands on the screen, or would after a small turn of the wheel. */
function isSeen(plot) {
  // Its card: asking for what is inside of one off the screen would lay it out.
  const { top, bottom } = (plot.closest(".card") ?? plot).getBoundingClientRect();
  return bottom > -NEAR && top < innerHeight + NEAR;
}

/** The charts of the page that are drawn, and how. */
class Charts {
  constructor() {
    this.template = JSON.parse(document.getElementById("plotly-template").textContent);
    this.styles = getComputedStyle(root);
    this.byPlot = new Map();
    this.waiting = new Set(); // charts to be drawn that nobody sees yet
    this.observer = new ResizeObserver((entries) => {
      // In the next frame: resizing inside the callback would raise "loop completed" errors.
      requestAnimationFrame(() => {
        for (const { target } of entries) this.byPlot.get(target)?.resized(this.template, this.styles);
      });
    });
  }

  /** Draw every chart below `part`, those on the screen first, and forget those that are no longer on the page. */
  draw(part) {
    for (const [plot] of this.byPlot) {
      if (plot.isConnected) continue;
      this.observer.unobserve(plot);
      window.Plotly.purge(plot);
      this.byPlot.delete(plot);
    }
    for (const source of part.querySelectorAll("script[data-fig]")) {
      const plot = document.getElementById(source.dataset.fig);
      const chart = this.byPlot.get(plot) ?? new Chart(plot);
      if (!this.byPlot.has(plot)) {
        this.byPlot.set(plot, chart);
        this.observer.observe(plot);
      }
      if (chart.take(source.textContent) || !chart.width) this.waiting.add(chart);
    }
    const seen = [...this.waiting].filter(({ plot }) => isSeen(plot));
    for (const chart of seen) this.paint(chart);
    this.later();
  }

  /** Draw what waits, one chart in each pause: the page answers meanwhile. */
  later() {
    if (!this.waiting.size) return;
    pause(() => {
      const [next] = this.waiting;
      if (next) this.paint(next);
      this.later();
    });
  }

  paint(chart) {
    this.waiting.delete(chart);
    if (chart.plot.isConnected) chart.draw(this.template, this.styles);
  }

  again() {
    for (const chart of this.byPlot.values()) this.paint(chart);
  }
}

document.addEventListener("click", (event) => {
  const toggle = event.target.closest("[data-table-toggle]");
  if (toggle) toggleTable(toggle);
  const save = event.target.closest("[data-save-picture]");
  if (save && window.Plotly) savePicture(document.getElementById(save.dataset.savePicture));
});

function start() {
  if (!window.Plotly || !document.getElementById("plotly-template")) {
    // The library did not arrive: the numbers are still there.
    for (const button of document.querySelectorAll("[data-table-toggle]")) toggleTable(button);
    return;
  }
  const charts = new Charts();
  charts.draw(document);
  document.addEventListener("luopan:theme", () => charts.again());
  document.addEventListener("luopan:redraw", (event) => charts.draw(event.detail?.root ?? document));
}

start();
