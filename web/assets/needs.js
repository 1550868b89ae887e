/*
 * The questionnaire of the needs assessment (GET /v1/questionnaires/current) as questions.js draws
 * them: which steps there are, what is asked where, all of it as the service's data say.
 */
import { bodyOf } from "./questions.js";

/** The steps with their questions, from the JSON Schema of the answers. */
export const stepsOf = (schema) =>
  schema["x-steps"].map(({ title, questions }) => ({
    title,
    questions: questions.map((name) => question(name, schema)),
  }));

function question(name, { properties, required, allOf }) {
  const one = properties[name];
  const when = one["x-when"];
  const branch = allOf.some(({ then }) => then.required.includes(name));
  return {
    field: `/${name}`,
    kind: kindOf(one),
    label: one.title,
    hint: one.description,
    required: required.includes(name) || branch,
    options: one["x-options"] ?? [],
    unit: one["x-unit"],
    minimum: one.minimum,
    maximum: one.maximum,
    when: when && { field: `/${when.question}`, is: when.is },
  };
}

const kindOf = ({ type }) =>
  ({ string: "choice", array: "choices", integer: "number", boolean: "yes_no" })[type];

/** What was answered of these questions, as the service wants it under `answers`. */
export const answersOf = (questions, values) => bodyOf(questions, values);

/** Whether a question is asked: one of a branch that was left opens no branch of its own. */
export function isAsked(one, questions, values) {
  if (!one.when) return true;
  const parent = questions.find(({ field }) => field === one.when.field);
  const given = (values[one.when.field] ?? "").split(",");
  return isAsked(parent, questions, values) && one.when.is.some((is) => given.includes(String(is)));
}
