// A classic script in <head>, before the style sheets: it must run before the first paint, or a page
// in the chosen theme would flash in the other one. It also marks that scripts run (see base.css).
(() => {
  const KEY = "luopan-theme";
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");

  const stored = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // storage is off: follow the system
    }
  };
  const store = (theme) => {
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // The choice then lasts for this page only.
    }
  };
  const current = () => root.dataset.theme || (system.matches ? "dark" : "light");
  const announce = () => document.dispatchEvent(new CustomEvent("luopan:theme", { detail: current() }));
  const apply = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  };

  root.classList.add("js");
  apply(stored());

  system.addEventListener("change", announce);
  // Another tab of ours changed the theme.
  addEventListener("storage", (event) => {
    if (event.key !== KEY) return;
    apply(event.newValue);
    announce();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-toggle]")) return;
    apply(current() === "dark" ? "light" : "dark");
    store(root.dataset.theme);
    announce();
  });
})();
