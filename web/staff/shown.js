/* What desks show things in: pairs, tables that are cards on a phone, marks. */
import { data, element } from "../assets/element.js";

/** Pairs of words and what there is; a pair without anything is left out. */
export function pairs(found) {
  const shown = found.filter(([, value]) => value || value === 0);
  return element(
    "dl",
    { class: "pairs" },
    shown.map(([name, value]) =>
      element("div", {}, [element("dt", {}, name), element("dd", {}, worded(value))]),
    ),
  );
}

/** A table of rows of cells; the first cell of a row is its heading. */
export function table(caption, columns, rows) {
  // A phone shows rows as cards: without the roles the table would be none for who listens to it.
  const head = columns.map((words) => element("th", { role: "columnheader", scope: "col" }, words));
  const row = ([first, ...cells]) =>
    element("tr", { role: "row" }, [
      element("th", { role: "rowheader", scope: "row" }, worded(first)),
      ...cells.map((cell, at) =>
        element("td", { role: "cell", "data-label": columns[at + 1] }, [
          element("span", {}, worded(cell)),
        ]),
      ),
    ]);
  return element("table", { class: "cards list", role: "table" }, [
    element("caption", { class: "unseen" }, caption),
    element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, head)),
    element("tbody", { role: "rowgroup" }, rows.map(row)),
  ]);
}

/** An organisation by its name, with its code; by the code alone where no file gave a name. */
export const organisation = (code, name) =>
  name ? [data(name), " ", data(code, { dir: "ltr" })] : [data(code, { dir: "ltr" })];

/** A mark beside a thing: `bad`, `open` or `still`. */
export const mark = (words, kind) => element("span", { class: `badge badge-${kind}` }, words);

/** Nodes stay what they are, everything else is data. */
const worded = (value) =>
  value instanceof Node || Array.isArray(value) ? value : data(value);

/** A section with a heading. */
export const part = (heading, ...content) =>
  element("section", { class: "part" }, [element("h2", {}, heading), ...content]);

/** What somebody wrote, its lines kept. */
export const written = (words) => element("p", { class: "written" }, data(words));
