// The import page. The browser keeps the file and sends it with each step; the server keeps nothing.

import { Mapping } from "./import-map.js";
import { Preview } from "./import-preview.js";
import { Refusal, ask, fetchFile, work } from "./import-send.js";
import { number, plural, t } from "./text.js";

const at = (id) => document.getElementById(id);
const config = JSON.parse(at("import-config").textContent);
const mapping = new Mapping(config);
const preview = new Preview(config);
const STEPS = ["map", "preview", "done"];
const STAGES = { preview: t("正在比对", "Comparing"), commit: t("正在写入", "Writing") };
let file = null;
let running = null;

/** Show one step below the file, and take the focus there. */
function step(name, focus = true) {
  for (const id of STEPS) at(id).hidden = id !== name;
  if (name && focus) at(`${name}-title`).focus();
}

function fail(error) {
  at("failed-text").textContent = error.message;
  at("failed-list").replaceChildren(
    ...(error.issues?.length > 1 ? error.issues : []).map((issue) => {
      const line = document.createElement("li");
      line.textContent = issue.text;
      return line;
    }),
  );
  at("failed").hidden = false;
  at("failed").scrollIntoView({ block: "nearest" });
}

/** Do one thing at a time, with progress and a way to stop it; undefined when it was stopped or failed. */
async function run(text, job) {
  running?.abort();
  const mine = new AbortController();
  running = mine;
  at("failed").hidden = true;
  at("busy").hidden = false;
  at("busy-text").textContent = text;
  at("busy-bar").removeAttribute("value");
  try {
    return await job(mine.signal);
  } catch (error) {
    if (error.name === "AbortError") {
      if (running === mine) fail({ message: t("已取消，没有写入任何数据", "Cancelled; nothing was written") });
    } else if (error instanceof Refusal) fail(error);
    else throw error;
    if (error.issues?.length) mapping.focus(error.issues[0].field);
  } finally {
    if (running === mine) {
      at("busy").hidden = true;
      running = null;
    }
  }
  return undefined;
}

const sizeOf = (bytes) => (bytes < 1048576 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`);

function told({ stage, done, total }) {
  at("busy-bar").max = Math.max(total, 1);
  at("busy-bar").value = done;
  const text = `${STAGES[stage] ?? ""} ${Math.floor((100 * done) / Math.max(total, 1))}%`;
  if (at("busy-text").textContent !== text) at("busy-text").textContent = text;
}

const reading = () => JSON.stringify(mapping.reading);

async function look(asked = {}) {
  const found = await run(t("正在读取", "Reading"), (signal) => ask("/import/inspect", file, asked, signal));
  if (!found) return false;
  mapping.show(found);
  at("map-note").textContent = t(
    `${number(found.rows)} 行；不需要的列选「不导入」，下次同样的表头会记住这里的选择`,
    `${plural(found.rows, "row")}. Leave out the columns you do not need; files with the same header are read like this next time`,
  );
  step("map", !asked.kind && !asked.sheet && !asked.header);
  return found;
}

async function show() {
  const found = await run(t("正在读取", "Reading"), (signal) => work("/import/preview", file, { reading: reading() }, signal, told));
  if (!found) return;
  preview.show(found);
  step("preview");
}

async function choose(chosen) {
  if (!chosen) return;
  file = chosen;
  step("");
  at("file-name").textContent = file.name;
  at("file-note").textContent = t(`${sizeOf(file.size)}，点此换一个`, `${sizeOf(file.size)}; click to choose another`);
  at("drop").classList.add("chosen");
  at("reason").value = "";
  at("reason").placeholder = file.name;
  if (file.size > config.max_mb * 1048576) {
    fail({
      message: t(
        `文件超过 ${config.max_mb} MB，请拆成几个文件，或请管理员用命令行导入`,
        `The file is larger than ${config.max_mb} MB: split it, or ask your admin to import it from the command line`,
      ),
    });
    return;
  }
  const found = await look();
  // A shape that was read before needs no questions.
  if (found?.remembered) await show();
}

async function commit() {
  const fields = { reading: reading(), fingerprint: preview.fingerprint, reason: at("reason").value };
  if (at("skip").checked) fields.skip = "on";
  const done = await run(STAGES.commit, (signal) => work("/import/commit", file, fields, signal, told));
  if (!done) return;
  const { counts } = done;
  const parts = [
    t(`新增 ${counts.new} 条`, `${number(counts.new)} new`),
    t(`改动 ${counts.changed} 条`, `${number(counts.changed)} changed`),
    t(`不变 ${counts.same} 条`, `${number(counts.same)} the same`),
  ];
  if (done.left_out) parts.push(t(`跳过 ${done.left_out} 个问题行`, `${plural(done.left_out, "problem row")} left out`));
  at("done-note").textContent = `${file.name}${t("：", ": ")}${parts.join(t("，", ", "))}`;
  at("history").hidden = !done.history;
  at("history").href = done.history ?? "/history";
  step("done");
}

at("file").addEventListener("change", () => choose(at("file").files[0]));
// The same file once more, after it was corrected, is a choice too.
at("file").addEventListener("click", () => {
  at("file").value = "";
});
at("kind").addEventListener("change", () => look({ ...place(), kind: at("kind").value }));
at("sheet").addEventListener("change", () => look({ sheet: at("sheet").value }));
at("header").addEventListener("change", () => at("header").checkValidity() && look({ ...place(), header: at("header").value }));
const place = () => ({ sheet: at("sheet").value, header: at("header").value });

at("map-form").addEventListener("submit", (event) => {
  event.preventDefault();
  show();
});
at("commit-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (preview.reason === "") commit();
  else at("skip").focus();
});
at("back").addEventListener("click", () => step("map"));
at("cancel").addEventListener("click", () => running?.abort());
at("again").addEventListener("click", () => {
  at("file").value = "";
  step("");
  at("file").focus();
});
at("bad-file").addEventListener("click", async () => {
  const blob = await run(t("正在整理问题行", "Collecting the problem rows"), (signal) => fetchFile("/import/bad", file, { reading: reading() }, signal));
  if (!blob) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${file.name.replace(/\.\w+$/, "")}-${t("问题行", "problems")}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
});

for (const [name, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
  at("drop").addEventListener(name, (event) => {
    event.preventDefault();
    at("drop").classList.toggle("over", over);
    if (name === "drop") choose(event.dataTransfer.files[0]);
  });
}
