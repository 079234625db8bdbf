// Sends the file and reads the answer line by line: progress while the server works, then its result.

import { t } from "./text.js";

export class Refusal extends Error {
  constructor(error) {
    super(error.message);
    this.issues = error.issues ?? [];
    this.stale = error.stale ?? false;
  }
}

const form = (file, fields) => {
  const body = new FormData();
  // The fields first: the server reads them while the file is still on its way.
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) body.append(name, value);
  body.append("file", file, file.name);
  return body;
};

async function post(path, file, fields, signal) {
  let answer;
  try {
    answer = await fetch(path, { method: "POST", body: form(file, fields), signal, redirect: "manual" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal({ message: t(
        "没有连上服务器，或文件在选择后被改动；请重新选择文件再试",
        "The server does not answer, or the file has changed since it was chosen: choose it again",
      ) });
  }
  if (answer.type === "opaqueredirect") throw new Refusal({ message: t("登录已过期，请重新登录后再试", "Your login has ended: log in, then try again") });
  // Only what stands before the page itself answers with a page: the role, or a proxy.
  if (answer.headers.get("Content-Type")?.startsWith("text/html")) {
    const known = { 403: t("没有权限", "Not allowed"), 413: t("文件过大", "The file is too large") };
    throw new Refusal({ message: known[answer.status] ?? t(`服务器没有接受（${answer.status}），请稍后再试`, `The server refused it (${answer.status}); try again later`) });
  }
  return answer;
}

/** Send the file for an answer in one piece. */
export async function ask(path, file, fields, signal) {
  const answer = await post(path, file, fields, signal);
  const said = await answer.json();
  if (said.error) throw new Refusal(said.error);
  return said;
}

/** Send the file for an answer that is saved as a file. */
export async function fetchFile(path, file, fields, signal) {
  const answer = await post(path, file, fields, signal);
  if (!answer.ok) throw new Refusal((await answer.json()).error);
  return answer.blob();
}

/** Send the file for work that takes long; `told` hears {stage, done, total}. */
export async function work(path, file, fields, signal, told) {
  const answer = await post(path, file, fields, signal);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    rest += value ?? "";
    const lines = rest.split("\n");
    rest = done ? "" : lines.pop();
    for (const line of lines.filter(Boolean)) {
      const said = JSON.parse(line);
      if (said.error) throw new Refusal(said.error);
      if (said.result) return said.result;
      told(said);
    }
    if (done) throw new Refusal({ message: t("服务器没有答完，请重试", "The answer broke off: try again") });
  }
}

/** Make an element; text never becomes markup. */
export function el(tag, attributes = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name in made && name !== "list") made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...inside.filter((part) => part !== null && part !== undefined));
  return made;
}
