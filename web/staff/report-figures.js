/* What a report says: figures beside those of earlier quarters, forms A3 to A6, differences. */
import { data, element } from "../assets/element.js";
import { date } from "../assets/format.js";
import { has, text } from "../assets/texts.js";
import { daily, days } from "./report-days.js";
import { part, table } from "./shown.js";
import { worded } from "./values.js";

const word = (key, values) => text(`staff-reports.${key}`, values);
const MOST = 200; // differences on the page; the file has all
const NOTHING = "–";
const COLUMNS = {
  A3: ["queries", "person_times", "failed", "refused"],
  A4: [
    ...["opening", "received", "moved", "closed", "closing"],
    ...["on_time", "on_time_rate", "average_days"],
  ],
  A5: [
    ...["corrected", "unfounded", "violation", "misunderstanding", "complaint", "escalated"],
    ...["reviewed", "returned", "overdue", "extended", "urged", "correction_ordered"],
    ...["correction_seen", "held_responsible"],
  ],
};
const SUMMED = COLUMNS.A3;

const figure = (value) => (value === null || value === undefined ? NOTHING : String(value));

/** Main figures with the quarter and the year before, and the days as a chart. */
export function figures({ comparison, totals, days: found, period, organisation }) {
  const columns = ["figure", "now", "previous_quarter", "year_before"];
  const compared = new Set(comparison.rows.map((row) => row.figure));
  const rows = comparison.rows.map((row) => [
    nameOf(row.figure),
    figure(row.now),
    change(row.previous_quarter, row.previous_quarter_change),
    change(row.year_before, row.year_before_change),
  ]);
  const rest = Object.entries(totals).filter(([code]) => !compared.has(code));
  rows.push(...rest.map(([code, number]) => [nameOf(code), figure(number), NOTHING, NOTHING]));
  return part(
    word("figures"),
    table(word("figures"), columns.map((code) => word(`column.${code}`)), rows),
    days(found),
    found.length > 0 && daily(found, { period, organisation: organisation.code }),
  );
}

/** What it was then, and by how much it is more or less now. */
function change(then, percent) {
  if (then === null) return NOTHING;
  return percent === null ? String(then) : `${then} (${percent > 0 ? "+" : ""}${percent}%)`;
}

/** `queries/motor` as the queries of a group of lines. */
function nameOf(code) {
  const [name, group] = code.split("/");
  return group ? `${word(`total.${name}`)} · ${groupName(group)}` : word(`total.${name}`);
}

const groupName = (code) => (has(`staff-reports.group.${code}`) ? word(`group.${code}`) : code);

/** The four forms, each by group of lines. */
export function forms({ forms: { A3, A4, A5, A6 } }) {
  return part(
    word("forms"),
    form("A3", byGroup(A3.rows), A3.total),
    form("A4", A4.by_line_group, A4.total),
    form("A5", A5.rows, A5.total),
    cases(A6),
  );
}

function form(name, rows, total) {
  const groups = rows.map((one) => groupName(one.line_group));
  const columns = [word("column.figure"), ...groups, word("total")];
  const lines = COLUMNS[name].map((code) => [
    word(`${name}.${code}`),
    ...rows.map((one) => figure(one[code])),
    figure(total[code]),
  ]);
  return opened(name, table(word(`form.${name}`), columns, lines));
}

const opened = (name, ...content) =>
  element("details", { class: "section" }, [
    element("summary", {}, element("h3", {}, `${name} ${word(`form.${name}`)}`)),
    element("div", { class: "section-body" }, content),
  ]);

/** Form A3 has a row for each group and channel: here the channels are added up. */
function byGroup(rows) {
  const sums = new Map();
  for (const row of rows) {
    const sum = sums.get(row.line_group) ?? { line_group: row.line_group };
    for (const code of SUMMED) sum[code] = (sum[code] ?? 0) + row[code];
    sums.set(row.line_group, sum);
  }
  return [...sums.values()];
}

function cases({ nil, cases: found }) {
  if (nil) return opened("A6", element("p", {}, word("nil")));
  const one = (row) =>
    element("li", {}, [
      element("p", {}, [element("strong", {}, data(row.case_no)), " · ", date(row.discovered_on)]),
      element("p", {}, [
        element("a", { href: `#objections/${row.objection_no}` }, data(row.objection_no)),
        row.amount !== null && ` · ${worded({ amount: row.amount, currency: "CNY" })}`,
      ]),
      row.facts && element("p", {}, data(row.facts)),
      row.rule && element("p", { class: "hint" }, data(row.rule)),
      row.persons.length > 0 && element("p", {}, row.persons.flatMap(responsible)),
    ]);
  return opened("A6", element("ul", { class: "entries" }, found.map(one)));
}

const responsible = ({ name, measure }, at) => [
  at ? " · " : "",
  data(name),
  ` ${word(`measure.${measure}`)}`,
];

/** What this version says otherwise than the one before. */
export function differences({ previous, differences: found }) {
  const columns = ["pointer", "before", "after"].map((code) => word(`column.${code}`));
  const rows = found
    .slice(0, MOST)
    .map((one) => [one.pointer, ...[one.before, one.after].map((value) => worded(value ?? null))]);
  return part(
    word("differences"),
    element("p", {}, word("differs", { number: previous.version, count: found.length })),
    rows.length > 0 && table(word("differences"), columns, rows),
  );
}
