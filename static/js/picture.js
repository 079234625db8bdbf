// A chart as a PNG that can be read without the board: with its title, what it is about, and its legend.

const SCALE = 2; // pixels of the picture for each of the page
const EDGE = 16;
const HEAD = 52;
const KEYS = 24;
const root = document.documentElement;

/** Return the entries of a plot's legend: their words, and what their marks look like. */
function legend(plot) {
  return [...plot.parentElement.querySelectorAll(".keys li")].map((entry) => {
    const mark = entry.querySelector(".sw");
    const style = getComputedStyle(mark);
    return {
      word: entry.textContent.trim(),
      line: mark.matches(".line, .dash"),
      color: mark.matches(".dash") ? style.borderTopColor : style.backgroundColor,
    };
  });
}

/** Return the drawn plot as an image. */
async function drawn(plot, width, height) {
  // The svg comes as a data: address; Plotly's own PNG export goes through blob:, which the
  // content security policy rightly refuses as an image source.
  const image = new Image();
  image.src = await window.Plotly.toImage(plot, { format: "svg", width, height });
  await image.decode();
  return image;
}

/** Save the plot as a PNG on the card's own colour; a transparent one is unreadable in a chat. */
export async function savePicture(plot) {
  const width = plot.clientWidth || 640; // behind its table a plot has no size
  const height = plot.clientHeight || 320;
  const keys = legend(plot);
  const top = HEAD + (keys.length ? KEYS : 0);
  const image = await drawn(plot, width, height);
  const styles = getComputedStyle(root);
  const color = (name) => styles.getPropertyValue(name).trim();
  const font = styles.getPropertyValue("--font");
  const canvas = document.createElement("canvas");
  canvas.width = (width + 2 * EDGE) * SCALE;
  canvas.height = (top + height + EDGE) * SCALE;
  const pen = canvas.getContext("2d");
  pen.scale(SCALE, SCALE);
  pen.fillStyle = color("--surface");
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.textBaseline = "top";
  pen.fillStyle = color("--text");
  pen.font = `600 15px ${font}`;
  const board = document.querySelector("h1")?.textContent.trim();
  pen.fillText([board, plot.dataset.title].filter(Boolean).join(" · "), EDGE, EDGE - 4, width);
  pen.fillStyle = color("--text-2");
  pen.font = `12px ${font}`;
  pen.fillText(plot.dataset.scope ?? "", EDGE, EDGE + 17, width);
  let x = EDGE;
  for (const key of keys) {
    pen.fillStyle = key.color;
    pen.fillRect(x, HEAD + (key.line ? 6 : 2), key.line ? 14 : 10, key.line ? 2 : 10);
    pen.fillStyle = color("--text-2");
    pen.fillText(key.word, x + 19, HEAD + 1);
    x += 19 + pen.measureText(key.word).width + 14;
  }
  pen.drawImage(image, EDGE, top, width, height);
  const link = document.createElement("a");
  link.download = `${[plot.dataset.title, plot.dataset.scope].filter(Boolean).join(" ").replace(/[\\/:*?"<>|]+/g, "-") || "luopan"}.png`;
  link.href = canvas.toDataURL("image/png");
  link.click();
}
