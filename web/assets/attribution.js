/*
 * Which partner's link brought the visitor. It travels in the address, from page to page and into
 * the query, without a cookie and without anything kept in the browser.
 */
const LONGEST = 512; // what is longer is no attribution of ours

/** The attribution as it came, or undefined. */
export const partner = (() => {
  const given = new URLSearchParams(location.search).get("partner");
  return given && given.length <= LONGEST ? given : undefined;
})();

/** Makes the page's links to our own pages carry it on. */
export function carryOn() {
  if (!partner) return;
  for (const link of document.querySelectorAll("a[href]")) {
    const target = new URL(link.href);
    if (target.origin !== location.origin || !target.pathname.endsWith(".html")) continue;
    target.searchParams.set("partner", partner);
    link.href = target;
  }
}
