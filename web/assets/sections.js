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

/**
 * Pairs of label and value; values that are missing are left out with their labels. The third is
 * where the value stands in the answer (RFC 6901), for who objects to it; null where nobody can.
 */
export function pairs(rows) {
  const kept = rows.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return element(
    "dl",
    { class: "pairs" },
    kept.map(([label, value, item]) =>
      element("div", {}, element("dt", {}, label), element("dd", { "data-item": item }, value)),
    ),
  );
}

const field = (key, value, item) => [text(`field.${key}`), value, item];
const given = (value, as = data) => (value === null || value === undefined ? null : as(value));

/** The fields of one of a list, each by its own name under the pointer. */
const pairsAt = (pointer, rows) =>
  pairs(rows.map(([key, value]) => [text(`field.${key}`), value, `${pointer}/${key}`]));

export function facts(policy) {
  const rows = [
    field("policyholder", given(policy.policyholder?.name), "/policy/policyholder/name"),
    field("insured", given(policy.insured?.name), "/policy/insured/name"),
    field(
      "insured_id",
      given(policy.insured?.id_no, (id) => data(id, { dir: "ltr" })),
      "/policy/insured/id_no",
    ),
    field("sum_insured", given(policy.sum_insured, money), "/policy/sum_insured"),
    field("premium", given(policy.premium, money), "/policy/premium"),
    field("issued_on", given(policy.issued_on, date), "/policy/issued_on"),
    field("organisation", given(policy.organisation?.name), "/policy/organisation/name"),
  ];
  return section("facts", null, true, pairs(rows));
}

export function covers({ covers: list }) {
  if (!list?.length) return null;
  const columns = ["cover", "sum_insured", "premium", "deductible"];
  const items = (cover, at) =>
    ["name", ...columns.slice(1)].map((key) => key in cover && `/policy/covers/${at}/${key}`);
  const row = (cover) => [
    data(cover.name),
    given(cover.sum_insured, money),
    given(cover.premium, money),
    given(cover.deductible),
  ];
  const gist = text("gist.covers", { count: list.length });
  const drawn = table(text("section.covers"), columns, list.map(row), list.map(items));
  return section("covers", gist, true, drawn);
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
    `/policy/subject/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`,
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
  const entry = (one, at) =>
    pairsAt(`/policy/payments/${at}`, [
      ["instalment", given(one.instalment)],
      ["due_on", given(one.due_on, date)],
      ["due_amount", given(one.due_amount, money)],
      ["paid_amount", given(one.paid_amount, money)],
      ["paid_on", given(one.paid_on, date)],
      ["method", given(one.method_name ?? one.method)],
      ["receipt_no", given(one.receipt_no)],
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
  const entry = (one, at) =>
    pairsAt(`/policy/endorsements/${at}`, [
      ["endorsement_no", given(one.endorsement_no)],
      ["kind", given(one.kind_name ?? one.kind)],
      ["applied_on", given(one.applied_on, date)],
      ["effective_on", given(one.effective_on, date)],
      ["reason", given(one.reason)],
      ["premium_change", given(one.premium_change, money)],
      ["summary", given(one.summary)],
    ]);
  const gist = text("gist.count", { count: list.length });
  return section("endorsements", gist, false, entries(list.map(entry)));
}

export function channel(sold) {
  if (!sold?.type && !sold?.name) return null;
  const type = coded("channel", sold.type, sold.type_name);
  const rows = [
    field("channel_type", type, "/policy/channel/type"),
    field("channel_name", given(sold.name), "/policy/channel/name"),
    field("channel_code", given(sold.code), "/policy/channel/code"),
    field(
      "payment_method",
      given(sold.payment_method_name ?? sold.payment_method),
      "/policy/channel/payment_method",
    ),
  ];
  return section("channel", type, false, pairs(rows));
}

export function agreements(list) {
  if (!list?.length) return null;
  const gist = text("gist.count", { count: list.length });
  const item = (_, at) => ({
    "data-item": `/policy/special_agreements/${at}`,
    "data-label": text("section.agreements"),
  });
  return section("agreements", gist, false, entries(list.map((one) => data(one)), item));
}

const entries = (list, attributes = () => ({})) =>
  element(
    "ol",
    { class: "entries" },
    list.map((one, at) => element("li", attributes(one, at), one)),
  );
const none = () => element("p", {}, text("gist.none"));

/**
 * A table that becomes a stack of cards on a phone. The roles are written out because a browser
 * drops a table's meaning with display: block.
 */
function table(caption, columns, rows, items) {
  const labels = columns.map((column) => text(`field.${column}`));
  const head = labels.map((label) => element("th", { scope: "col", role: "columnheader" }, label));
  const cell = (value, index, item) => {
    const attributes = { "data-label": labels[index], "data-item": item };
    return index === 0
      ? element("th", { scope: "row", role: "rowheader", ...attributes }, value ?? missing())
      : element("td", { role: "cell", ...attributes }, value ?? missing());
  };
  return element(
    "table",
    { class: "cards", role: "table" },
    element("caption", { class: "unseen" }, caption),
    element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, head)),
    element(
      "tbody",
      { role: "rowgroup" },
      rows.map((cells, row) =>
        element(
          "tr",
          { role: "row" },
          cells.map((value, index) => cell(value, index, items[row][index])),
        ),
      ),
    ),
  );
}

const missing = () => [
  element("span", { "aria-hidden": "true" }, "–"),
  element("span", { class: "unseen" }, text("answer.missing")),
];
