/*
 * What a day adds to a report (追溯): rows of queries, what happened to objections, and the attempts
 * behind them one by one. Nothing personal is known of an attempt.
 */
import { data, element } from "../assets/element.js";
import { date, time } from "../assets/format.js";
import { has, text } from "../assets/texts.js";
import { button } from "./fields.js";
import { pairs, part, table } from "./shown.js";

const ROUTE = "GET /v1/staff/objections/{objection_no}";
const word = (key, values) => text(`staff-reports.${key}`, values);
const NOTHING = "–";

export async function day(frame, { period, organisation, when }, current) {
  const place = [period, organisation].map(encodeURIComponent).join("/");
  const path = `/v1/staff/reports/${place}/days/${encodeURIComponent(when)}`;
  const { answer } = await frame.ask("GET", path);
  if (!current()) return;
  const told = { queries: answer.events.queries, views: answer.events.views };
  frame.draw(
    element("p", {}, element("a", { class: "back", href: `#reports/${place}` }, word("to-report"))),
    element("h1", { tabindex: "-1" }, [data(period), " · ", date(answer.day)]),
    part(
      word("day.source"),
      pairs([
        [word("day.rollup"), element("code", {}, answer.rollup)],
        [word("day.counted"), word("day.events", told)],
      ]),
    ),
    part(word("day.rows"), ...pages(frame, path, answer, rows)),
    part(word("day.objections"), objections(frame, answer.objections)),
    part(word("day.each"), asked(frame, `${path}/events`)),
  );
}

/** What came, and the button for more of it. */
function pages(frame, path, answer, drawn) {
  const found = [...answer.items];
  const shown = element("div", {}, drawn(found));
  const rest = element("p");
  const further = (cursor) => {
    const more = async () => {
      try {
        const { answer: next } = await frame.ask("GET", `${path}?${new URLSearchParams({ cursor })}`);
        found.push(...next.items);
        shown.replaceChildren(drawn(found));
        further(next.cursor);
      } catch (error) {
        frame.fail(error);
      }
    };
    rest.replaceChildren(...(cursor ? [button(text("staff.more"), more)] : []));
  };
  further(answer.cursor);
  return [shown, rest];
}

/** The attempts come when somebody wants them. */
function asked(frame, path) {
  const place = element("div");
  const show = async () => {
    try {
      const { answer } = await frame.ask("GET", path);
      place.replaceChildren(...pages(frame, path, answer, attempts));
    } catch (error) {
      frame.fail(error);
    }
  };
  place.append(button(word("day.show"), show));
  return place;
}

const named = (family, code) => {
  if (code === null || code === undefined) return NOTHING;
  const key = `staff-reports.${family}.${code}`;
  return has(key) ? text(key) : data(code);
};

const KNOWN = ["organisation", "line", "channel", "partner", "outcome", "language"];
const known = (one) => [
  one.organisation ? data(one.organisation) : word("day.nowhere"),
  ...KNOWN.slice(1).map((name) => named(name, one[name])),
];

function rows(found) {
  if (!found.length) return element("p", {}, word("day.none"));
  const columns = [...KNOWN, "attempts", "views"].map((code) => word(`day.${code}`));
  const views = (of) =>
    Object.entries(of).map(([code, number]) => `${word(`section.${code}`)} ${number}`);
  return table(
    word("day.rows"),
    columns,
    found.map((one) => [...known(one), one.attempts, views(one.views).join(", ") || NOTHING]),
  );
}

function attempts(found) {
  if (!found.length) return element("p", {}, word("day.none"));
  const columns = ["at", ...KNOWN, "query_id"].map((code) => word(`day.${code}`));
  return table(
    word("day.each"),
    columns,
    found.map((one) => [time(one.at), ...known(one), element("code", {}, one.query_id)]),
  );
}

function objections(frame, found) {
  if (!found.length) return element("p", {}, word("day.none"));
  const columns = ["objection", "kind", "organisation", "event"].map((code) => word(`day.${code}`));
  const link = (number) =>
    frame.may(ROUTE) ? element("a", { href: `#objections/${number}` }, data(number)) : data(number);
  const row = (one) => [
    link(one.objection_no),
    [kind(one), ...said(one).flatMap((words) => [" · ", words])],
    data(one.organisation),
    element("code", {}, one.event_id),
  ];
  return table(word("day.objections"), columns, found.map(row));
}

/** What a form tells it apart by: the result and whether in time, how many persons. */
const said = ({ result, on_time: inTime, persons }) =>
  [
    result && named("A5", result),
    inTime !== undefined && word(inTime ? "day.in-time" : "day.late"),
    persons !== undefined && String(persons),
  ].filter(Boolean);

/** A result that was sent back is no review that was passed. */
function kind({ kind: found, approve }) {
  const code = found === "reviewed" && approve === false ? "returned" : found;
  const key = ["A4", "A5"].map((form) => `staff-reports.${form}.${code}`).find(has);
  return key ? text(key) : data(code);
}
