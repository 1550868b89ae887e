/* One objection: its clocks, what was shown, claimed and decided, what happened, and what to do. */
import { data, element } from "../assets/element.js";
import { limit, time } from "../assets/format.js";
import { dial, has, text } from "../assets/texts.js";
import { evidence } from "./objection-evidence.js";
import { marks, stateName } from "./objection-marks.js";
import { steps } from "./objection-steps.js";
import { organisation, pairs, part, table, written } from "./shown.js";
import { worded } from "./values.js";

const word = (key, values) => text(`staff-objections.${key}`, values);

export async function objection(frame, number, current) {
  const path = `/v1/staff/objections/${encodeURIComponent(number)}`;
  const { answer, etag } = await frame.ask("GET", path);
  if (current()) draw(frame, path, answer, etag, current);
}

function draw(frame, path, found, etag, current) {
  const { desk } = found;
  const after = (answer, newer) => {
    if (!current()) return;
    draw(frame, path, answer, newer, current);
    frame.tell("staff-objections.done");
    document.querySelector("#desk h1").focus();
  };
  frame.draw(
    element("p", {}, element("a", { class: "back", href: "#objections" }, word("back"))),
    element("h1", { tabindex: "-1" }, [word("one"), " ", data(desk.objection_no, { dir: "ltr" })]),
    element("p", { class: "marks" }, element("strong", {}, stateName(desk)), " ", marks(desk)),
    clocks(found),
    part(word("claim"), items(found), facts(found)),
    evidence(frame, path, found),
    steps(frame, path, found, etag ?? desk.etag, after),
    part(word("events"), timeline(found.events)),
  );
}

function clocks({ clocks: running, standard, desk }) {
  const rows = running.map((one) => [
    word(`clock.${one.code}`),
    [
      limit(one.due_at),
      one.paused && ` · ${word("clock.paused")}`,
      one.overdue && ` · ${word("mark.overdue")}`,
    ].filter(Boolean),
  ]);
  if (!rows.length) rows.push([word("column.due_at"), limit(desk.due_at)]);
  return part(word("clocks"), pairs(rows), element("p", { class: "hint" }, data(standard)));
}

/** Per item what was shown, claimed and decided; the last once somebody has proposed it. */
function items({ objection: told, events }) {
  const proposed = events.findLast(({ event }) => event === "proposed")?.words;
  const columns = ["item", "shown", "claimed", "decided"].map((code) => word(`column.${code}`));
  const found = proposed?.items ?? [];
  const rows = found.map((one) => {
    const filed = one.item === told.item;
    return [
      one.item_name ?? one.item,
      worded(one.old ?? (filed ? told.shown : null)),
      worded(one.claimed ?? (filed ? told.claimed : null)),
      worded(one.decided),
    ];
  });
  if (!found.some(({ item }) => item === told.item)) {
    rows.unshift([told.item_name, worded(told.shown), worded(told.claimed), word("undecided")]);
  }
  return [table(word("claim"), columns, rows), proposed?.reasons && proposal(proposed, events)];
}

function proposal({ reasons }, events) {
  const { facts, by } = events.findLast(({ event }) => event === "proposed");
  return element("div", { class: "card" }, [
    element("h3", {}, [word("proposed-by"), " ", data(by)]),
    pairs([
      [word("field.result"), word(`result.${facts.result}`)],
      [word("field.reasons"), written(reasons)],
    ]),
  ]);
}

function facts({ desk, policy_no: policy, objection: told, events: [filed] }) {
  const { phone, evidence, claim_no: claim } = filed?.words ?? {};
  const pair = (code, value) => [word(`pair.${code}`), value];
  return pairs([
    pair("description", told.description && written(told.description)),
    pair("evidence", evidence && written(evidence)),
    pair("phone", phone && dial(phone)),
    pair("policy_no", policy),
    pair("claim_no", claim),
    pair("line", desk.line_name ?? desk.line),
    pair("subject", desk.subject_name ?? desk.subject),
    pair("filed_at", time(desk.filed_at)),
    pair("organisation", organisation(desk.organisation, desk.organisation_name)),
    pair("handled_at", organisation(desk.handled_at, desk.handled_at_name)),
    pair("handler", desk.handler ? handled(desk) : word("nobody")),
    pair("question", told.question && written(told.question)),
  ]);
}

/** Who has it and why, as far as it was noted. */
const handled = ({ handler, cause_name: cause }) =>
  [data(handler), cause && " · ", cause && data(cause)].filter(Boolean);

function timeline(events) {
  return element("ol", { class: "timeline" }, events.toReversed().map(event));
}

function event({ event: code, event_name: name, at, by, facts: told, words, cause_name: cause }) {
  const key = `event.${code}`;
  const title = has(`staff-objections.${key}`) ? word(key) : (name ?? code);
  return element("li", {}, [
    element("p", {}, [
      element("strong", {}, title),
      ...[...summary(told), cause && data(cause)].flatMap((one) => (one ? [" · ", one] : [])),
    ]),
    element("p", { class: "moments" }, [time(at), " · ", by ? data(by) : word("by-service")]),
    ...["note", "message", "reasons"].map((field) => words[field] && written(words[field])),
    words.persons && element("ul", {}, words.persons.map(person)),
  ]);
}

/** What an event says in a word: passed or sent back, the result, who it went to, which clock. */
const summary = ({ approve, result, complaint_no: complaint, handler, clock }) =>
  [
    approve !== undefined && word(approve ? "approved" : "refused"),
    result && word(`result.${result}`),
    complaint && data(complaint),
    handler && data(handler),
    clock && word(`clock.${clock}`),
  ].filter(Boolean);

function person({ name, measure, rule, facts: did, amount, reported_to_police: police }) {
  const yuan = amount !== undefined && worded({ amount, currency: "CNY" });
  const told = [word(`measure.${measure}`), rule, did, yuan, police && word("field.police")];
  return element("li", {}, [
    data(name),
    ...told.filter(Boolean).flatMap((one) => [" · ", data(one)]),
  ]);
}
