// What is shown once: the full address of a path, and a button that copies it.

import { t } from "./text.js";

for (const code of document.querySelectorAll("[data-path]")) {
  code.textContent = new URL(code.textContent, location.origin).href;
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const code = document.getElementById(button.dataset.copy);
    const label = button.querySelector("span");
    try {
      await navigator.clipboard.writeText(code.textContent);
      label.textContent = t("已复制", "Copied");
    } catch {
      // Over plain http browsers give no clipboard: select it, and the keyboard copies.
      getSelection().selectAllChildren(code);
      label.textContent = t("已选中", "Selected");
    }
  });
}
