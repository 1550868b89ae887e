/* Figures for decisions of an organisation and all below: tables with bars, nothing personal. */
import { Problem } from "../assets/api.js";
import { data, element } from "../assets/element.js";
import { date } from "../assets/format.js";
import { text } from "../assets/texts.js";
import { field, line } from "./fields.js";
import { part, table } from "./shown.js";
import { worded } from "./values.js";

/** Hidden rows that are listed; more are said in one line. */
const FOLDED = 10;
const SVG = "http://www.w3.org/2000/svg";
const COLUMNS = ["people", "policies", "premium", "claims", "paid", "times", "hours"];
const word = (key, values) => text(`staff-analysis.${key}`, values);

export const desk = (frame) => ({
  /** `#analysis/<organisation>/<day>`; without them the person's own, as of the newest day. */
  async enter([organisation = frame.person.organisation, day = ""], { current }) {
    const found = await asked(frame, organisation, day);
    if (!current()) return;
    frame.draw(
      element("h1", { tabindex: "-1" }, text("staff.desk.analysis")),
      element("p", { class: "lede" }, word("lede")),
      filter(frame, organisation, day),
      found ? drawn(found) : element("p", {}, word("none")),
    );
  },
});

/** The tables; null where there are none, or none within reach. */
async function asked(frame, organisation, day) {
  const path = `/v1/staff/analysis/${encodeURIComponent(organisation)}`;
  const query = day ? `?${new URLSearchParams({ day })}` : "";
  try {
    return (await frame.ask("GET", path + query)).answer;
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return null;
    throw error;
  }
}

function filter(frame, organisation, day) {
  const unit = line("filter-organisation", { maxlength: 40, dir: "ltr" });
  const until = line("filter-day", { type: "date" });
  unit.value = organisation;
  until.value = day;
  const apply = (event) => {
    event.preventDefault();
    const wanted = unit.value.trim() || frame.person.organisation;
    frame.go(...["analysis", wanted, until.value].filter(Boolean));
  };
  return element("form", { class: "filters", novalidate: true, onsubmit: apply }, [
    field(word("field.organisation"), unit),
    field(word("field.day"), until),
    element("button", { class: "button button-quiet" }, word("show")),
  ]);
}

function drawn({ organisation, day, populations }) {
  const told = element("p", {}, [data(organisation), " · ", date(day)]);
  return [told, populations.map(population)].flat();
}

function population({ name, people, tables }) {
  const heading = [data(name), " · ", people === null ? word("few") : word("people", { people })];
  return part(
    heading,
    tables.flatMap(({ name: of, left_out: hidden, rows }) => [
      element("h3", {}, data(of)),
      ...(hidden || !rows.length
        ? [element("p", { class: "hint" }, word(hidden ? "hidden" : "none"))]
        : counted(of, rows)),
    ]),
  );
}

function counted(name, all) {
  const hidden = all.filter((row) => row.people === null).length;
  const folded = hidden > FOLDED ? hidden : 0;
  const rows = folded ? all.filter((row) => row.people !== null) : all;
  const columns = COLUMNS.filter((code) => rows.some((row) => code in row));
  const most = Math.max(...rows.map((row) => row.people ?? 0), 1);
  const cell = (row, code) =>
    code === "people"
      ? [number(row.people), " ", row.people !== null && bar(row.people / most)].filter(Boolean)
      : number(row[code]);
  const shown = table(
    name,
    [word("column.category"), ...columns.map((code) => word(`column.${code}`))],
    rows.map((row) => [data(row.name), ...columns.map((code) => cell(row, code))]),
  );
  const told = folded && element("p", { class: "hint" }, word("folded", { folded }));
  return [rows.length && shown, told].filter(Boolean);
}

const number = (value) => (value === null ? word("hidden-cell") : worded(value));

/** A bar beside its number, for whoever would rather look than read. */
function bar(share) {
  const picture = document.createElementNS(SVG, "svg");
  const filled = document.createElementNS(SVG, "rect");
  const attributes = { width: 80, height: 10, "aria-hidden": "true", class: "bar" };
  for (const [key, value] of Object.entries(attributes)) picture.setAttribute(key, value);
  filled.setAttribute("width", Math.round(80 * share));
  filled.setAttribute("height", 10);
  picture.append(filled);
  return picture;
}
