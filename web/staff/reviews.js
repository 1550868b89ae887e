/* What waits for a second person: objections, quarterly reports, and whatever else needs two. */
import { data, element } from "../assets/element.js";
import { date, limit, time } from "../assets/format.js";
import { has, text } from "../assets/texts.js";
import { field, line } from "./fields.js";
import { reportLink } from "./report-state.js";
import { sends } from "./sending.js";
import { mark, pairs, part, table } from "./shown.js";

const word = (key, values) => text(`staff-reviews.${key}`, values);
const OPEN = ["unsigned", "signed_once", "signed"];

export const desk = (frame) => ({
  async enter(_path, { current }) {
    const parts = [
      ["GET /v1/staff/objections", "?state=to_review", objections],
      ["GET /v1/staff/reports", "", reports],
      ["GET /v1/staff/approvals", "", approvals],
    ].filter(([route]) => frame.may(route));
    const found = await Promise.all(
      parts.map(([route, query]) => frame.ask("GET", route.slice("GET ".length) + query)),
    );
    if (!current()) return;
    frame.draw(
      element("h1", { tabindex: "-1" }, text("staff.desk.reviews")),
      element("p", { class: "lede" }, word("lede")),
      parts.map(([, , drawn], at) => drawn(frame, found[at].answer)),
    );
  },
});

const more = (href) => element("p", {}, element("a", { href }, text("staff.more")));
const nothing = () => element("p", {}, word("nothing"));

function objections(frame, { items, cursor }) {
  const columns = ["number", "about", "what", "due_at"].map((code) => word(`column.${code}`));
  const opens = frame.may("GET /v1/staff/objections/{objection_no}");
  const row = (one) => [
    opens
      ? element("a", { class: "open", href: `#objections/${one.objection_no}` }, one.objection_no)
      : one.objection_no,
    [data(one.subject_name ?? one.subject), " · ", data(one.handled_at)],
    [
      one.status === "proposed" && mark(word("result"), "open"),
      " ",
      one.extension_asked && mark(word("extension"), "open"),
      " ",
      one.overdue && mark(word("overdue"), "bad"),
    ].filter(Boolean),
    limit(one.due_at),
  ];
  return part(
    word("objections"),
    items.length > 0 && table(word("objections"), columns, items.map(row)),
    !items.length && !cursor && nothing(),
    cursor && more("#objections/list/to_review"),
  );
}

function reports(_frame, { items, cursor }) {
  const columns = ["report", "state", "signed", "due_on"].map((code) => word(`column.${code}`));
  const waiting = items.filter(({ state }) => OPEN.includes(state));
  const row = (one) => [
    reportLink(one),
    word(`state.${one.state}`),
    one.signatures.map(({ signed_by: who }) => who).join(", ") || word("nobody"),
    date(one.due_on),
  ];
  return part(
    word("reports"),
    waiting.length > 0 && table(word("reports"), columns, waiting.map(row)),
    !waiting.length && !cursor && nothing(),
    cursor && more("#reports"),
  );
}

function approvals(frame, { items }) {
  const drawn = items.map((one) => approval(frame, one));
  return part(word("approvals"), items.length ? drawn : nothing());
}

function approval(frame, one) {
  const reason = line(`reason-${one.approval_id}`, { maxlength: 200 });
  const verdict = (value, kind) =>
    element("button", { class: `button ${kind}`, value }, [
      word(value),
      element("span", { class: "unseen" }, ` ${one.action_name}`),
    ]);
  const form = element("form", { class: "one", novalidate: true }, [
    element("h3", {}, data(one.action_name)),
    pairs([
      [word("pair.organisation"), one.organisation],
      [word("pair.asked_by"), one.asked_by],
      [word("pair.asked_at"), time(one.asked_at)],
      [word("pair.expires_at"), limit(one.expires_at)],
      ...Object.entries(one.content).map(([name, value]) => [nameOf(name), shown(value)]),
    ]),
    field(word("field.reason"), reason),
    element("p", { class: "row" }, [verdict("approve", ""), verdict("refuse", "button-quiet")]),
  ]);
  return sends(frame, form, {
    request: (submitter) => {
      const said = reason.value.trim();
      const decision = submitter?.value ?? "approve";
      const body = { decision, ...(said && { reason: said }) };
      return { path: `/v1/staff/approvals/${encodeURIComponent(one.approval_id)}`, body };
    },
    done: async (answer) => {
      await frame.refresh();
      frame.tell(`staff-reviews.decided.${answer.state === "refused" ? "refuse" : "approve"}`);
      document.querySelector("#desk h1").focus();
    },
    words: "staff-reviews",
    idOf: () => reason.id,
  });
}

/** Parts of what is asked for, in words where there are some. */
const nameOf = (name) => (has(`staff-reviews.content.${name}`) ? word(`content.${name}`) : name);
const shown = (value) =>
  value !== null && typeof value === "object" ? JSON.stringify(value) : String(value ?? "");
