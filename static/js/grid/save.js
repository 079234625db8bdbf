// Saving without leaving the page: the rows that were typed in go to the address of the form, and what
// the page shows is taken from the server again.

import { merge } from "./clashes.js";
import { button, line, link, show } from "./notice.js";

const PATIENCE = 30_000;
const KEPT = "填写的内容已保留在本页";
const FAILURES = {
  403: `没有填报权限，未保存；${KEPT}，请联系管理员`,
  404: `单元或页面已不存在，未保存；${KEPT}`,
  409: `数据已被修改，未保存；${KEPT}`,
  413: `内容过大，未保存；${KEPT}`,
  422: `有内容填写有误，未保存；${KEPT}`,
  503: `数据库正忙，未保存；${KEPT}`,
};
const RETRIED = new Set([0, 503]);

/** The fields of the rows that were typed in, with what was seen in them. */
function body(form, grid) {
  const sent = new URLSearchParams();
  const rows = new Set([...grid.dirty].map((cell) => cell.row));
  for (const name of ["unit", "day", "month", "reason"]) {
    const field = form.elements.namedItem(name);
    if (field) sent.set(name, field.value);
  }
  for (const row of rows) {
    for (const field of row.tr.querySelectorAll("input, select")) sent.set(field.name, field.value);
  }
  return sent;
}

/** Send what was typed; resolves when the answer is worked in. */
export async function send(page, form) {
  const { grid } = page.sheet;
  const texts = new Map([...grid.byName.values()].map((cell) => [cell.name, cell.text]));
  page.saving = true;
  page.changed();
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: body(form, grid),
      headers: { Accept: "application/json" },
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE),
    });
    await work(page, form, answer, texts);
  } catch {
    fail(page, 0, `连接失败，未保存；${KEPT}`);
  } finally {
    page.saving = false;
    page.report.plan(false);
  }
}

async function work(page, form, answer, texts) {
  if (answer.type === "opaqueredirect" || answer.status === 401) {
    const back = `/login?next=${encodeURIComponent(page.address.pathname + page.address.search)}`;
    page.draft.store();
    show("bad", line(`登录已过期，未保存；${KEPT}`), link("重新登录", back));
    return;
  }
  const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
  const found = isJson ? await answer.json() : {};
  if (answer.ok && isJson) await saved(page, form, found, texts);
  else if (found.clashes) merge(page, found);
  else if (answer.status === 422 && isJson) refused(page, found);
  else fail(page, answer.status, found.message ? `${found.message}；${KEPT}` : FAILURES[answer.status]);
}

function fail(page, status, text) {
  page.draft.store();
  const parts = [line(text ?? `保存失败（${status}）；${KEPT}`)];
  if (RETRIED.has(status) || status >= 500) parts.push(button("重试", () => page.save()));
  show("bad", ...parts);
}

function refused(page, found) {
  const cells = [];
  for (const [name, text] of Object.entries(found.errors)) {
    const cell = page.sheet.get(name);
    if (!cell) continue;
    cell.refusal = { at: cell.text, text };
    page.sheet.recheck(cell);
    cells.push(cell);
  }
  if (cells.length) page.keys.go(cells[0]);
  else fail(page, 422);
}

async function saved(page, form, found, texts) {
  show("");
  const fresh = await page.load();
  if (!fresh) {
    // It is saved, only what stands around the cells could not be read again.
    location.reload();
    return;
  }
  // What was typed while the answer was on its way is not saved yet.
  const { grid } = page.sheet;
  const later = [...grid.byName.values()].filter((cell) => cell.text !== texts.get(cell.name));
  page.replace(fresh, new Map(later.map((cell) => [cell.name, cell.text])));
  page.draft.store();
  page.report.say(found.written ? `已保存 ${found.written} 格` : "没有改动");
}
