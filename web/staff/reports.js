/* Quarterly reports: how each stands, by when it is due. One is a place: `#reports/2026Q4/44/2`, as is
   a day of it: `#reports/2026Q4/44/day/2026-11-22`. */
import { data, element } from "../assets/element.js";
import { date, time } from "../assets/format.js";
import { text } from "../assets/texts.js";
import { button, field, line } from "./fields.js";
import { report } from "./report.js";
import { day } from "./report-day.js";
import { due, reportLink, state } from "./report-state.js";
import { table } from "./shown.js";

const word = (key, values) => text(`staff-reports.${key}`, values);

export const desk = (frame) => ({
  enter([period, organisation, version, when], { current }) {
    if (period === "list" || !organisation) return list(frame, organisation ?? "", current);
    if (version === "day") return day(frame, { period, organisation, when }, current);
    return report(frame, { period, organisation, version }, current);
  },
});

async function list(frame, period, current) {
  const rows = [];
  const found = element("div");
  const rest = element("p");
  const page = async (cursor) => {
    const asked = new URLSearchParams({ ...(period && { period }), ...(cursor && { cursor }) });
    const { answer } = await frame.ask("GET", `/v1/staff/reports${asked.size ? `?${asked}` : ""}`);
    rows.push(...answer.items);
    found.replaceChildren(rows.length ? drawn(rows) : element("p", {}, word("nothing")));
    const more = () => page(answer.cursor).catch((error) => frame.fail(error));
    rest.replaceChildren(...(answer.cursor ? [button(text("staff.more"), more)] : []));
  };
  await page(null);
  if (!current()) return;
  frame.draw(
    element("h1", { tabindex: "-1" }, text("staff.desk.reports")),
    element("p", { class: "lede" }, word("lede")),
    filter(frame, period),
    found,
    rest,
  );
}

function filter(frame, period) {
  const input = line("filter-period", { maxlength: 6, dir: "ltr", placeholder: "2026Q4" });
  input.value = period;
  const apply = (event) => {
    event.preventDefault();
    const wanted = input.value.normalize("NFKC").trim().toUpperCase();
    frame.go(...["reports", ...(wanted ? ["list", wanted] : [])]);
  };
  return element("form", { class: "filters", novalidate: true, onsubmit: apply }, [
    field(word("field.period"), input),
    element("button", { class: "button button-quiet" }, word("filter")),
  ]);
}

function drawn(rows) {
  const columns = ["report", "version", "state", "due_on", "submitted"];
  const row = (one) => [
    reportLink(one),
    [
      word("version", { number: one.version, time: time(one.made_at) }),
      one.missing_days > 0 && ` · ${word("missing", { count: one.missing_days })}`,
    ].filter(Boolean),
    state(one),
    [date(one.due_on), " ", due(one)],
    submitted(one),
  ];
  const named = columns.map((code) => word(`column.${code}`));
  return table(text("staff.desk.reports"), named, rows.map(row));
}

function submitted({ submissions }) {
  const last = submissions.at(-1);
  if (!last) return word("not-submitted");
  const { submitted_at: at, recipient, receipt } = last;
  return [time(at), " · ", data(recipient), " · ", data(receipt)];
}
