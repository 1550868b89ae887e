/*
 * Questions as the service describes them (GET /v1/lines/{line}/report-form, and needs.js): drawn,
 * read, checked. A value is kept as it was typed, several choices as their codes with commas
 * between; what the service wants is made of it when it is sent.
 */
import { element } from "./element.js";
import { text } from "./texts.js";

const PHONE = /^[+0-9(（＋０-９][0-9０-９ ()（）－-]{4,28}$/;
const MONEY = /^\d{1,12}(\.\d{1,2})?$/;
const WHOLE = /^\d{1,9}$/;
const FILLED_IN = {
  "/reporter/name": "name",
  "/reporter/phone": "tel",
  "/contact/name": "name",
  "/contact/phone": "tel",
};
const MANY = 8; // more choices than that are a list that opens

export const idOf = (field) => `q${field.replaceAll("/", "-")}`;

/** One question with its label, hint, place for what is wrong, and control. */
export function draw(question, value) {
  const id = idOf(question.field);
  const ids = [question.hint && `${id}-hint`, `${id}-wrong`].filter(Boolean).join(" ");
  // Not to know is an answer there already, and of two numbers either will do.
  const plain = question.required || question.either || question.kind === "yes_no_unknown";
  const label = plain ? question.label : text("steps.optional", { label: question.label });
  const hint = question.hint && element("p", { class: "hint", id: `${id}-hint` }, question.hint);
  const wrong = element("p", { class: "wrong", id: `${id}-wrong` });
  const options = choices(question);
  const several = question.kind === "choices";
  if (options && (several || options.length <= MANY)) {
    const chosen = (value ?? "").split(several ? "," : undefined);
    return element(
      "fieldset",
      { class: "field", "data-field": question.field, "aria-describedby": ids },
      element("legend", {}, label),
      hint,
      wrong,
      options.map(([code, name], place) =>
        element(
          "label",
          { class: "choice" },
          element("input", {
            type: several ? "checkbox" : "radio",
            id: place ? `${id}-${code}` : id,
            name: id,
            value: code,
            checked: chosen.includes(code),
          }),
          name,
        ),
      ),
    );
  }
  return element(
    "div",
    { class: "field", "data-field": question.field },
    element("label", { for: id }, label),
    hint,
    wrong,
    control(question, options, value, {
      id,
      name: id,
      "aria-describedby": question.unit ? `${id}-unit ${ids}` : ids,
      required: question.required,
    }),
    question.unit && element("span", { class: "measure", id: `${id}-unit` }, question.unit),
  );
}

function choices({ kind, options }) {
  if (kind === "yes_no_unknown") {
    return ["true", "false", "unknown"].map((code, place) => [
      code,
      text(["steps.yes", "steps.no", "steps.unknown"][place]),
    ]);
  }
  if (kind === "yes_no") {
    return [
      ["true", text("steps.yes")],
      ["false", text("steps.no")],
    ];
  }
  return options?.length ? options.map(({ code, name }) => [code, name]) : null;
}

function control(question, options, value = "", shared) {
  const { kind, field, max_length: maxlength } = question;
  if (options) {
    const all = [["", text("steps.choose")], ...options];
    const option = ([code, name]) =>
      element("option", { value: code, selected: code === value }, name);
    return element("select", shared, all.map(option));
  }
  if (kind === "long_text") {
    return element("textarea", { ...shared, maxlength, dir: "auto", rows: 4 }, value);
  }
  const kinds = {
    phone: { type: "tel", dir: "ltr" },
    instant: { type: "datetime-local", max: inBeijing(new Date()) },
    money: { type: "text", inputmode: "decimal", dir: "ltr" },
    number: { type: "text", inputmode: "numeric", dir: "ltr" },
    code: { type: "text", dir: "ltr", autocapitalize: "characters", spellcheck: "false" },
    text: { type: "text", dir: "auto" },
  };
  const autocomplete = FILLED_IN[field] ?? "off";
  return element("input", { ...shared, ...kinds[kind], maxlength, autocomplete, value });
}

/** What is typed into the questions that are on the page, by field. */
export function read(form) {
  const typed = {};
  for (const place of form.querySelectorAll("[data-field]")) {
    const all = place.querySelector("[type=radio], [type=checkbox]")
      ? place.querySelectorAll("input:checked")
      : place.querySelectorAll("input, select, textarea");
    typed[place.dataset.field] = Array.from(all, (one) => one.value.trim()).join();
  }
  return typed;
}

/** Whether a question is asked after what was answered before. */
export const asked = ({ when }, values) =>
  !when || when.is.some((value) => (values[when.field] ?? "").split(",").includes(String(value)));

/** What is wrong with a value; null if nothing is. */
export function slip(question, value) {
  if (!value) {
    if (!question.required) return null;
    const key = choices(question) ? "hurdle.choose" : "hurdle.missing";
    return text(key, { label: question.label });
  }
  if (question.kind === "phone" && !PHONE.test(value)) return text("hurdle.phone");
  if (question.kind === "money" && !MONEY.test(value)) return text("hurdle.money");
  const { minimum, maximum } = question;
  if (question.kind === "number" && !(WHOLE.test(value) && value >= minimum && value <= maximum)) {
    return text("hurdle.number", { minimum, maximum });
  }
  if (question.kind === "instant" && value > inBeijing(new Date())) return text("hurdle.future");
  return null;
}

/** A value as people read it. */
export function shown(question, value) {
  const options = choices(question);
  if (!options) return `${value.replace("T", " ")} ${question.unit ?? ""}`.trim();
  const names = value.split(",").map((code) => options.find(([one]) => one === code)?.[1]);
  return names.filter(Boolean).join(text("steps.list")) || value;
}

/** The body to send from what was typed into the questions that were asked. */
export function bodyOf(questions, values) {
  const body = {};
  for (const question of questions) {
    const value = values[question.field];
    if (!value || !asked(question, values)) continue;
    const [, name, inner] = question.field.split("/");
    if (inner) (body[name] ??= {})[inner] = sent(question.kind, value);
    else body[name] = sent(question.kind, value);
  }
  return body;
}

function sent(kind, value) {
  if (kind === "choices") return value.split(",");
  if (kind === "number") return Number(value);
  if (kind === "yes_no") return value === "true";
  if (kind === "yes_no_unknown" && value !== "unknown") return value === "true";
  if (kind === "instant") return `${value}:00+08:00`;
  if (kind === "money") return { amount: Math.round(Number(value) * 100), currency: "CNY" };
  return value;
}

/** An instant as a field for local times wants it, by Beijing's clock. */
const inBeijing = (instant) =>
  new Date(instant.getTime() + 8 * 3_600_000).toISOString().slice(0, 16);
