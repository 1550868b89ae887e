/* One lead: who it is, what was answered, what happened, and the form to log a call. */
import { element } from "../assets/element.js";
import { date, limit, time } from "../assets/format.js";
import { dial, has, text } from "../assets/texts.js";
import { written } from "./shown.js";
import { call, history } from "./today-call.js";

export async function lead(frame, number, current) {
  const path = `/v1/staff/leads/${encodeURIComponent(number)}`;
  const { answer, etag } = await frame.ask("GET", path);
  if (!current()) return;
  const over = answer.status === "withdrawn";
  const again = () => lead(frame, number, current);
  frame.draw(
    element("p", {}, element("a", { class: "back", href: "#today" }, text("staff-today.back"))),
    element("h1", { tabindex: "-1" }, element("bdi", {}, answer.name ?? number)),
    element("p", {}, [
      element("span", { class: "badge" }, answer.status_name),
      " ",
      element("bdi", {}, answer.line_name),
    ]),
    number_of(answer),
    pairs([
      ["first_contact", answer.first_contact_due_at && limit(answer.first_contact_due_at)],
      ["next_on", answer.next_on && date(answer.next_on)],
      ["received", time(answer.received_at)],
      ["consent", text(answer.marketing_consent ? "staff-today.yes" : "staff-today.no")],
    ]),
    ...planned(answer.plan),
    !over &&
      call(frame, `${path}/contacts`, { match: etag ?? answer.etag, reasons: true, done: again }),
    element("h2", {}, text("staff-today.answers")),
    answer.visits.map(visit),
    element("h2", {}, text("staff-today.history")),
    history(answer.events.toReversed().map(event)),
  );
}

function number_of(answer) {
  if (answer.do_not_call) return element("p", {}, text("staff-today.no-calls"));
  return answer.phone && element("p", {}, dial(answer.phone));
}

/** What an assessor proposes to say to the person. */
const planned = (plan) =>
  plan
    ? [element("h2", {}, text("staff-today.plan")), element("div", { class: "card" }, written(plan))]
    : [];

function visit({ at, answers }) {
  return element("section", { class: "card" }, [
    element("h3", {}, time(at)),
    pairs_of(answers.map((one) => [one.label ?? one.question, one.answer ?? one.text])),
  ]);
}

function event({ at, kind, outcome, note, next_on }) {
  const named = outcome ? `staff-today.outcome.${outcome}` : `staff-today.event.${kind}`;
  return element("li", {}, [
    element("p", {}, [element("strong", {}, has(named) ? text(named) : kind), " · ", time(at)]),
    next_on && element("p", {}, text("staff-today.next", { day: date(next_on) })),
    note && element("p", {}, element("bdi", {}, note)),
  ]);
}

/** Pairs of a word of ours and what there is; without it a pair is left out. */
export const pairs = (found) =>
  pairs_of(found.map(([name, value]) => [text(`staff-today.pair.${name}`), value]));

function pairs_of(found) {
  const shown = found.filter(([, value]) => value || value === 0);
  if (!shown.length) return null;
  return element(
    "dl",
    { class: "pairs" },
    shown.map(([name, value]) =>
      element("div", {}, element("dt", {}, name), element("dd", {}, element("bdi", {}, value))),
    ),
  );
}
