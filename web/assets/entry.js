/* Motor or not, from the address, before the first paint: a module would run after it. */
(() => {
  const asked = new URLSearchParams(location.search).get("entry");
  document.documentElement.dataset.entry = asked === "non-motor" ? "non-motor" : "motor";
})();
