/*
 * Chooses the language before the first paint: the address, then the last choice, then the browser.
 * A classic script on purpose: a module would run after the page had been painted in Chinese.
 */

// What schemas/data/languages.json says; `python -m infra.pages` writes this line anew.
globalThis.languages = [["zh-CN", "中文", "ltr"], ["en", "English", "ltr"]];

(() => {
  const root = document.documentElement;
  const offered = globalThis.languages.map(([tag]) => tag);
  const closest = (tag) =>
    offered.find((one) => one === tag) ??
    offered.find((one) => one.split("-")[0] === (tag ?? "").split("-")[0]);

  let chosen = null;
  try {
    chosen = localStorage.getItem("language");
  } catch {
    // Storage may be forbidden; then the address and the browser decide on every page.
  }
  const asked = new URLSearchParams(location.search).get("lang");
  const wishes = [asked, chosen, ...navigator.languages];
  root.lang = wishes.map(closest).find(Boolean) ?? offered[0];
  root.toggleAttribute("data-translating", root.lang !== offered[0]);
})();
