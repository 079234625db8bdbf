// Saving without leaving the page: the rows that were typed in go to the address of the form, and what
// the page shows is taken from the server again.

import { plural, t } from "../text.js";
import { merge } from "./clashes.js";
import { button, line, link, show } from "./notice.js";

const PATIENCE = 30_000;
const KEPT = t("填写的内容已保留在本页", "what you typed is still here");
const FAILURES = {
  403: t(`没有填报权限，未保存；${KEPT}，请联系管理员`, `Not saved: your role does not allow it; ${KEPT}. Ask your admin`),
  404: t(`单元或页面已不存在，未保存；${KEPT}`, `Not saved: the unit or the page is gone; ${KEPT}`),
  409: t(`数据已被修改，未保存；${KEPT}`, `Not saved: the data has changed; ${KEPT}`),
  413: t(`内容过大，未保存；${KEPT}`, `Not saved: too large; ${KEPT}`),
  422: t(`有内容填写有误，未保存；${KEPT}`, `Not saved: some input is not valid; ${KEPT}`),
  503: t(`数据库正忙，未保存；${KEPT}`, `Not saved: the database is busy; ${KEPT}`),
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
    fail(page, 0, t(`连接失败，未保存；${KEPT}`, `Not saved: no connection; ${KEPT}`));
  } finally {
    page.saving = false;
    page.report.plan(false);
  }
}

async function work(page, form, answer, texts) {
  if (answer.type === "opaqueredirect" || answer.status === 401) {
    const back = `/login?${t("", "lang=en&")}next=${encodeURIComponent(page.address.pathname + page.address.search)}`;
    page.draft.store();
    show("bad", line(t(`登录已过期，未保存；${KEPT}`, `Not saved: your login has ended; ${KEPT}`)), link(t("重新登录", "Log in again"), back));
    return;
  }
  const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
  const found = isJson ? await answer.json() : {};
  if (answer.ok && isJson) await saved(page, form, found, texts);
  else if (found.clashes) merge(page, found);
  else if (answer.status === 422 && isJson) refused(page, found);
  else fail(page, answer.status, found.message ? `${found.message}${t("；", "; ")}${KEPT}` : FAILURES[answer.status]);
}

function fail(page, status, text) {
  page.draft.store();
  const parts = [line(text ?? t(`保存失败（${status}）；${KEPT}`, `Saving failed (${status}); ${KEPT}`))];
  if (RETRIED.has(status) || status >= 500) parts.push(button(t("重试", "Try again"), () => page.save()));
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
  page.report.say(found.written ? t(`已保存 ${found.written} 格`, `${plural(found.written, "cell")} saved`) : t("没有改动", "Nothing has changed"));
}
