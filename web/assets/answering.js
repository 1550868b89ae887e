/*
 * What only an answer needs: fetched when somebody begins to fill in the form, so that the form is
 * there at once on a slow line, and before the query is sent, so that no answer comes in vain.
 */
import { Unreachable } from "./api.js";

const STYLES = ["answer.css", "record.css"];
let fetched = null;

/** Draws answers: `render` of answer.js, once it is there; Unreachable if it does not come. */
export function drawing() {
  fetched ??= Promise.all([import("./answer.js"), ...STYLES.map(style)]).catch(() => {
    fetched = null;
    throw new Unreachable();
  });
  return fetched.then(([{ render }]) => render);
}

/** Adds a style before the one for printing, which has the last word. */
export function style(name) {
  const { href } = new URL(name, import.meta.url);
  return new Promise((onload, onerror) => {
    const link = document.createElement("link");
    Object.assign(link, { rel: "stylesheet", href, onload, onerror });
    document.querySelector('link[media="print"]').before(link);
  });
}
