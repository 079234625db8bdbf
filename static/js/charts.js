// Draws the figures of a board. Figures and template arrive as plain JSON whose colours are
// "var(--token)" strings; plotly.js does not know CSS variables and would fall back to blue without
// a word, so they are resolved here, again whenever the theme changes.

const NARROW = 460; // px of plot width below which a figure's `narrow` layout is laid over it
const root = document.documentElement;

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

/** Save the plot as a PNG on the card's own colour; a transparent one is unreadable in a chat. */
async function savePicture(plot) {
  const { width, height } = plot.getBoundingClientRect();
  const scale = 2;
  // The svg comes as a data: address; Plotly's own PNG export goes through blob:, which the
  // content security policy rightly refuses as an image source.
  const svg = await window.Plotly.toImage(plot, { format: "svg", width, height });
  const image = new Image();
  image.src = svg;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = width * scale;
  canvas.height = height * scale;
  const pen = canvas.getContext("2d");
  pen.fillStyle = getComputedStyle(root).getPropertyValue("--surface").trim();
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  const link = document.createElement("a");
  link.download = `${plot.dataset.title || "luopan"}.png`;
  link.href = canvas.toDataURL("image/png");
  link.click();
}

const SAVE = {
  name: "savePicture",
  title: "存图",
  icon: { width: 24, height: 24, path: "M11 3h2v9l3.5-3.5 1.4 1.4L12 15.8 6.1 9.9l1.4-1.4L11 12zM4 18h16v2H4z" },
  click: savePicture,
};
const CONFIG = {
  responsive: true,
  displaylogo: false,
  showSendToCloud: false,
  plotlyServerURL: "",
  displayModeBar: "hover",
  modeBarButtons: [[SAVE]],
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
    if (this.heard) return;
    this.heard = true;
    this.plot.on("plotly_click", ({ points: [point] }) => {
      const detail = { figure: this.plot.id, day: String(point.x), series: point.data.name };
      document.dispatchEvent(new CustomEvent("luopan:drill", { detail }));
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

function start() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-table-toggle]");
    if (button) toggleTable(button);
  });
  if (!window.Plotly) {
    // The library did not arrive: the numbers are still there.
    for (const button of document.querySelectorAll("[data-table-toggle]")) toggleTable(button);
    return;
  }
  const template = JSON.parse(document.getElementById("plotly-template").textContent);
  const styles = getComputedStyle(root);
  const byPlot = new Map();
  const observer = new ResizeObserver((entries) => {
    // In the next frame: resizing inside the callback would raise "loop completed" errors.
    requestAnimationFrame(() => entries.forEach(({ target }) => byPlot.get(target)?.resized(template, styles)));
  });

  /** Draw what is on the page now; a plot that stayed takes its new figure, one that went is let go. */
  const drawAll = () => {
    const there = new Set();
    for (const source of document.querySelectorAll("script[data-fig]")) {
      const plot = document.getElementById(source.dataset.fig);
      const chart = byPlot.get(plot) ?? new Chart(plot);
      there.add(plot);
      if (!byPlot.has(plot)) {
        byPlot.set(plot, chart);
        observer.observe(plot);
      }
      if (chart.take(source.textContent) || !chart.width) chart.draw(template, styles);
    }
    for (const plot of byPlot.keys()) {
      if (there.has(plot)) continue;
      observer.unobserve(plot);
      window.Plotly.purge(plot);
      byPlot.delete(plot);
    }
  };

  drawAll();
  document.addEventListener("luopan:redraw", drawAll);
  document.addEventListener("luopan:theme", () => byPlot.forEach((chart) => chart.draw(template, styles)));
}

start();
