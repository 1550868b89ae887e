/*
 * The report of a loss, one small group of questions per page, as the line's form says. What proves
 * who one is stands in its inputs alone.
 */
import { get } from "./api.js";
import { done } from "./done.js";
import { element } from "./element.js";
import { keep, kept } from "./memory.js";
import { asked, bodyOf } from "./questions.js";
import { begin, deliver, draft } from "./steps.js";
import { text } from "./texts.js";

const proofs = ["id_no", "insured_name", "serial_no"];

let lines = [];
let steps = []; // of the line's form

const all = () => [policyStep(), ...steps];

await begin({
  name: "report",
  title: "report.title",
  send: "report.send",
  preset,
  async load() {
    ({ lines } = await get("/v1/lines"));
    await loadSteps();
  },
  steps: all,
  isAsked: (one) => asked(one, draft.values),
  complete: () => steps.length > 0,
  last: proofFields,
  painted(at) {
    document.querySelector(".emergency").hidden = at === null || at > 1;
  },
  slips: unnamed,
  async left(at, working) {
    if (at > 0) return;
    keep("policy_no", draft.values["/policy_no"]);
    await working(text("steps.busy"), loadSteps);
  },
  deliver: sends,
  result: (found) => ({
    title: text(found.answer.duplicate ? "done.again" : "done.title"),
    show: (place, { end }) => done(place, found, () => end("steps.cleared")),
  }),
  cleared() {
    for (const name of ["policy_no", "line", "claim_no"]) keep(name, "");
    steps = [];
  },
});

/** What the tab knows from a query, and the line that a link names. */
function preset() {
  const line = new URLSearchParams(location.search).get("line") ?? kept("line");
  if (line) draft.values["/line"] = line;
  if (kept("policy_no")) draft.values["/policy_no"] = kept("policy_no");
}

async function loadSteps() {
  const line = draft.values["/line"];
  steps = line ? (await get(`/v1/lines/${encodeURIComponent(line)}/report-form`)).steps : [];
}

function policyStep() {
  const plain = { hint: null, either: true, max_length: null, when: null, options: [] };
  const options = lines.map(({ line, name }) => ({ code: line, name }));
  const motor = draft.values["/line"] === "motor";
  const hint = text("report.policy_no-hint") + (motor ? text("report.policy_no-or") : "");
  return {
    title: text("report.policy"),
    questions: [
      {
        ...plain,
        field: "/line",
        kind: "choice",
        required: true,
        label: text("report.line"),
        options,
      },
      {
        ...plain,
        field: "/policy_no",
        kind: "code",
        label: text("report.policy_no"),
        hint,
        max_length: 100,
      },
      {
        ...plain,
        field: "/plate_no",
        kind: "code",
        label: text("report.plate_no"),
        hint: text("report.plate_no-hint"),
        max_length: 40,
        when: { field: "/line", is: ["motor"] },
      },
    ],
  };
}

/** The credentials of the line's rule, where there is a policy number that they can confirm. */
function proofFields() {
  const rule = lines.find(({ line }) => line === draft.values["/line"]);
  if (!rule || !draft.values["/policy_no"]) return [];
  const wanted = proofs.filter((name) => rule.verification[0].includes(name));
  return [
    element("h2", {}, text("report.verify")),
    element("p", { class: "hint" }, text("report.verify-why")),
    ...wanted.map((name) =>
      element(
        "div",
        { class: "field" },
        element("label", { for: name }, text(`report.${name}`)),
        element("input", {
          id: name,
          type: "text",
          maxlength: 100,
          autocomplete: "off",
          spellcheck: "false",
          dir: name === "insured_name" ? "auto" : "ltr",
        }),
      ),
    ),
  ];
}

/** A report names a policy, or the vehicle's plate. */
function unnamed(at) {
  const motor = draft.values["/line"] === "motor";
  if (at > 0 || draft.values["/policy_no"] || (motor && draft.values["/plate_no"])) return [];
  const message = text(motor ? "hurdle.policy-or-plate" : "hurdle.policy");
  return [{ field: "/policy_no", message }];
}

async function sends() {
  const questions = all().flatMap((step) => step.questions);
  const body = bodyOf(
    questions.filter(({ field }) => field !== "/line"),
    draft.values,
  );
  if (body.policy_no) delete body.plate_no;
  const given = proofs.map((name) => [name, document.getElementById(name)?.value.trim()]);
  await deliver("/v1/claims", body, {
    proof: Object.fromEntries(given.filter(([, value]) => value)),
    done: (answer) => {
      keep("claim_no", answer.claim_no);
      return { answer, phone: body.reporter.phone };
    },
    refused: "hurdle.refused-report",
  });
}
