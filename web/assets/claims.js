/* Claims as one follows a parcel: where it is, who has it, what is wanted from me, and when. */
import { coded } from "./codes.js";
import { data, element } from "./element.js";
import { limit, money, time } from "./format.js";
import { pairs, section } from "./sections.js";
import { parts, text } from "./texts.js";

/** Claims of a policy; line: what it insures, which the report of a further one begins with. */
export function claims(list, line) {
  const link = (page, key) => element("a", { href: page }, text(key));
  const report = element("p", {}, link(`report.html?line=${line}`, "claim.report"));
  if (!list.length) {
    return section("claims", text("gist.none"), false, element("p", {}, text("gist.none")), report);
  }
  const gist = text("gist.claims", { count: list.length });
  const follow = element("p", {}, link("track.html", "claim.follow"));
  return section("claims", gist, true, list.map(item), follow, report);
}

const item = (one, at) => claim(one, `/claims/${at}`);

/** One claim, where it stands and how it got there; pointer: where it stands in an answer. */
export function claim(one, pointer) {
  const item = (key) => pointer && `${pointer}/${key}`;
  const field = (key, value, as) => [
    text(`field.${key}`),
    value ? as(value) : null,
    item(key === "claim_paid_amount" ? "paid_amount" : key),
  ];
  return element("article", { class: "claim" }, [
    element(
      "h3",
      {},
      parts("claim.heading", { number: data(one.claim_no, { dir: "ltr" }) }),
      " ",
      element(
        "span",
        { class: "badge", "data-item": item("status"), "data-label": text("claim.timeline") },
        coded("stage", one.status, one.status_name),
      ),
    ),
    one.overdue && element("p", { class: "overdue" }, parts("claim.overdue")),
    needs(one.needs),
    pairs([
      field("expected_by", one.expected_by, limit),
      field("promised_by", one.promised_by, limit),
      field("occurred_at", one.occurred_at, time),
      field("reported_at", one.reported_at, time),
      field("cause", one.cause_name ?? one.cause, data),
      field("assessed_amount", one.assessed_amount, money),
      field("claim_paid_amount", one.paid_amount, money),
      field("paid_at", one.paid_at, time),
      field("closed_at", one.closed_at, time),
      field("refusal_reason", one.refusal_reason, data),
    ]),
    papers("claim.missing-documents", one.documents?.missing),
    papers("claim.received-documents", one.documents?.received),
    timeline(one.timeline),
  ]);
}

function needs(list) {
  if (!list) return null;
  if (!list.length) return element("p", { class: "needs" }, text("claim.needs-nothing"));
  return element(
    "div",
    { class: "needs needs-some" },
    element("h4", {}, text("claim.needs")),
    bullets(list),
  );
}

function papers(key, list) {
  return list?.length ? [element("h4", {}, text(key)), bullets(list)] : null;
}

const bullets = (list) =>
  element(
    "ul",
    {},
    list.map((one) => element("li", {}, data(one.name ?? one))),
  );

/** Newest stop first, as a parcel's. */
function timeline(stops) {
  if (!stops?.length) return null;
  const here = stops.findLast((stop) => !stop.left_at);
  const items = stops.toReversed().map((stop) => stopItem(stop, stop === here));
  return [element("h4", {}, text("claim.timeline")), element("ol", { class: "timeline" }, items)];
}

function stopItem(stop, here) {
  const moments = [
    stop.accepted_at
      ? text("claim.accepted", { time: time(stop.accepted_at) })
      : text("claim.waiting"),
    stop.left_at && text("claim.left", { time: time(stop.left_at) }),
  ];
  return element("li", { class: here && "here", "aria-current": here && "step" }, [
    element(
      "p",
      { class: "stop" },
      element("strong", {}, coded("stage", stop.stage, stop.stage_name)),
      " ",
      here && element("span", { class: "badge" }, text("claim.now")),
    ),
    element(
      "p",
      {},
      stop.department && data(stop.department),
      " ",
      stop.handler && parts("claim.handler", { name: data(stop.handler) }),
    ),
    element("p", { class: "moments" }, text("claim.arrived", { time: time(stop.arrived_at) })),
    moments.filter(Boolean).map((words) => element("p", { class: "moments" }, words)),
    stop.message && element("p", {}, data(stop.message)),
  ]);
}
