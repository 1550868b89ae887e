/* The record of a policy, one section for each thing that the regulator wants shown. */
import { coded } from "./codes.js";
import { data, element } from "./element.js";
import { date, money } from "./format.js";
import { has, text } from "./texts.js";

/** A section that opens and closes; the gist beside its heading says what is inside. */
export function section(name, gist, open, ...content) {
  return element(
    "details",
    { class: "section", "data-section": name, open },
    element(
      "summary",
      {},
      element("h2", {}, text(`section.${name}`)),
      gist && element("span", { class: "gist" }, gist),
    ),
    element("div", { class: "section-body" }, content),
  );
}

/** Pairs of label and value; values that are missing are left out with their labels. */
export function pairs(rows) {
  const kept = rows.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return element(
    "dl",
    { class: "pairs" },
    kept.map(([label, value]) =>
      element("div", {}, element("dt", {}, label), element("dd", {}, value)),
    ),
  );
}

const field = (key, value) => [text(`field.${key}`), value];
const given = (value, as = data) => (value === null || value === undefined ? null : as(value));

export function facts(policy) {
  const rows = [
    field("policyholder", given(policy.policyholder?.name)),
    field("insured", given(policy.insured?.name)),
    field(
      "insured_id",
      given(policy.insured?.id_no, (id) => data(id, { dir: "ltr" })),
    ),
    field("sum_insured", given(policy.sum_insured, money)),
    field("premium", given(policy.premium, money)),
    field("issued_on", given(policy.issued_on, date)),
    field("organisation", given(policy.organisation?.name)),
  ];
  return section("facts", null, true, pairs(rows));
}

export function covers({ covers: list }) {
  if (!list?.length) return null;
  const columns = ["cover", "sum_insured", "premium", "deductible"];
  const row = (cover) => [
    data(cover.name),
    given(cover.sum_insured, money),
    given(cover.premium, money),
    given(cover.deductible),
  ];
  const gist = text("gist.covers", { count: list.length });
  return section("covers", gist, true, table(text("section.covers"), columns, list.map(row)));
}

/** The subject as the line has it; labels for fields the page does not know come with the answer. */
export function subject({ line, subject: values, subject_names: names }) {
  const motor = line === "motor";
  // A name of a coded value stands beside its code; a name that stands alone is a field itself.
  const shown = Object.entries(values ?? {}).filter(
    ([key]) => !(key.endsWith("_name") && key.slice(0, -"_name".length) in values),
  );
  if (!shown.length) return null;
  const label = (key) =>
    motor && has(`field.${key}`) ? text(`field.${key}`) : data(names?.[key] ?? key);
  const rows = shown.map(([key, value]) => [
    label(key),
    subjectValue(motor && key, values[`${key}_name`] ?? value),
  ]);
  const gist = values.plate_no && data(values.plate_no);
  return section(motor ? "subject" : "insured-subject", gist, false, pairs(rows));
}

function subjectValue(key, value) {
  if (key && has(`unit.${key}`)) return text(`unit.${key}`, { value });
  if (typeof value === "boolean") return text(value ? "answer.yes" : "answer.no");
  return given(value, /^\d{4}-\d\d-\d\d$/.test(value) ? date : data);
}

export function payments(list) {
  if (!list.length) return section("payments", text("gist.none"), false, none());
  const entry = (one) =>
    pairs([
      field("instalment", given(one.instalment)),
      field("due_on", given(one.due_on, date)),
      field("due_amount", given(one.due_amount, money)),
      field("paid_amount", given(one.paid_amount, money)),
      field("paid_on", given(one.paid_on, date)),
      field("method", given(one.method_name ?? one.method)),
      field("receipt_no", given(one.receipt_no)),
    ]);
  return section("payments", paid(list), false, entries(list.map(entry)));
}

function paid(list) {
  const amounts = list.map((payment) => payment.paid_amount).filter(Boolean);
  if (!amounts.length) return text("gist.count", { count: list.length });
  const amount = amounts.reduce((sum, one) => sum + one.amount, 0);
  return text("gist.payments-paid", { amount: money({ ...amounts[0], amount }) });
}

export function endorsements(list) {
  if (!list.length) return section("endorsements", text("gist.none"), false, none());
  const entry = (one) =>
    pairs([
      field("endorsement_no", given(one.endorsement_no)),
      field("kind", given(one.kind_name ?? one.kind)),
      field("applied_on", given(one.applied_on, date)),
      field("effective_on", given(one.effective_on, date)),
      field("reason", given(one.reason)),
      field("premium_change", given(one.premium_change, money)),
      field("summary", given(one.summary)),
    ]);
  const gist = text("gist.count", { count: list.length });
  return section("endorsements", gist, false, entries(list.map(entry)));
}

export function channel(sold) {
  if (!sold?.type && !sold?.name) return null;
  const type = coded("channel", sold.type, sold.type_name);
  const rows = [
    field("channel_type", type),
    field("channel_name", given(sold.name)),
    field("channel_code", given(sold.code)),
    field("payment_method", given(sold.payment_method_name ?? sold.payment_method)),
  ];
  return section("channel", type, false, pairs(rows));
}

export function agreements(list) {
  if (!list?.length) return null;
  const gist = text("gist.count", { count: list.length });
  return section("agreements", gist, false, entries(list.map((one) => data(one))));
}

const entries = (list) =>
  element(
    "ol",
    { class: "entries" },
    list.map((one) => element("li", {}, one)),
  );
const none = () => element("p", {}, text("gist.none"));

/**
 * A table that becomes a stack of cards on a phone. The roles are written out because a browser
 * drops a table's meaning with display: block.
 */
function table(caption, columns, rows) {
  const labels = columns.map((column) => text(`field.${column}`));
  const head = labels.map((label) => element("th", { scope: "col", role: "columnheader" }, label));
  const cell = (value, index) =>
    index === 0
      ? element(
          "th",
          { scope: "row", role: "rowheader", "data-label": labels[0] },
          value ?? missing(),
        )
      : element("td", { role: "cell", "data-label": labels[index] }, value ?? missing());
  return element(
    "table",
    { class: "cards", role: "table" },
    element("caption", { class: "unseen" }, caption),
    element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, head)),
    element(
      "tbody",
      { role: "rowgroup" },
      rows.map((cells) => element("tr", { role: "row" }, cells.map(cell))),
    ),
  );
}

const missing = () => [
  element("span", { "aria-hidden": "true" }, "–"),
  element("span", { class: "unseen" }, text("answer.missing")),
];
