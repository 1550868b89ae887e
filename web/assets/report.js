/*
 * The report of a loss, one small group of questions per page, as the line's form says.
 *
 * Each step has a history entry of its own, so that Back leads to the step before. What was typed
 * stands in this tab until it was sent; what proves who one is stands in its inputs alone.
 */
import { get } from "./api.js";
import { carryOn, partner } from "./attribution.js";
import { done } from "./done.js";
import * as drafts from "./draft.js";
import { element } from "./element.js";
import { hurdleOf, mark, show } from "./hurdle.js";
import { keep, kept } from "./memory.js";
import { asked, bodyOf, draw, idOf, read, shown, slip } from "./questions.js";
import { send } from "./send.js";
import { follow, start, text } from "./texts.js";

const find = (selector) => document.querySelector(selector);
const [way, notice, box, heading, form, after] = [
  "#way",
  "#notice",
  "#trouble",
  "h1",
  "form",
  "#after",
].map(find);
const progress = element("p", { class: "progress", role: "status" });
const proofs = ["id_no", "insured_name", "serial_no"];

let draft = drafts.open("report");
let lines = [];
let steps = []; // of the line's form
let at = 0;
let busy = false;

form.addEventListener("submit", onward);
form.addEventListener("change", () => hideUnasked());
form.addEventListener("input", remember);
addEventListener("popstate", () => turn(history.state?.step ?? 0));
follow(redraw);

if (Object.keys(draft.values).length && !draft.done) say("report.kept");
else preset();
at = history.state?.step ?? 0;
carryOn();
await start();

/** What the tab knows from a query, and the line that a link names. */
function preset() {
  const line = new URLSearchParams(location.search).get("line") ?? kept("line");
  if (line) draft.values["/line"] = line;
  if (kept("policy_no")) draft.values["/policy_no"] = kept("policy_no");
}

/** Loads what the reader's language says anew, and draws the step. */
async function redraw() {
  try {
    ({ lines } = await get("/v1/lines"));
    await loadSteps();
  } catch (error) {
    lines = [];
    hurdle(hurdleOf(error));
  }
  paint();
}

async function loadSteps() {
  const line = draft.values["/line"];
  steps = line ? (await get(`/v1/lines/${encodeURIComponent(line)}/report-form`)).steps : [];
}

const all = () => [policyStep(), ...steps];
const questions = () => all().flatMap((step) => step.questions);

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

function paint() {
  find("main .aside").hidden = Boolean(draft.done);
  if (draft.done) return paintDone();
  const step = all()[at];
  const last = at >= all().length && steps.length;
  if (!step && !last) at = 0;
  const title = last ? text("report.check") : (step ?? all()[0]).title;
  heading.textContent = at === 0 ? text("report.title") : title;
  document.title = `${heading.textContent} – ${text("insurer.short")}`;
  find(".lede").hidden = at > 0;
  find(".emergency").hidden = at > 1;
  way.replaceChildren(at > 0 ? backButton() : homeLink());
  const count = { step: at + 1, steps: all().length + 1 };
  form.replaceChildren(
    ...(steps.length ? [element("p", { class: "step-of" }, text("report.step", count))] : []),
    ...(at === 0 ? [element("h2", {}, title)] : []),
    ...(last ? checkPage() : drawn(step ?? all()[0])),
    element(
      "button",
      { class: "button", type: "submit" },
      text(last ? "report.send" : "report.next"),
    ),
    progress,
    ...(Object.keys(draft.values).length ? [clearButton()] : []),
  );
  after.replaceChildren();
  hideUnasked();
}

const drawn = (step) => step.questions.map((one) => draw(one, draft.values[one.field]));

const homeLink = () => element("a", { class: "back", href: "index.html" }, text("ask.back"));

const backButton = () =>
  element(
    "button",
    { class: "back", type: "button", onclick: () => history.back() },
    text("report.back"),
  );

const clearButton = () =>
  element(
    "p",
    {},
    element("button", { class: "plain", type: "button", onclick: clearAll }, text("report.clear")),
  );

function clearAll() {
  draft = drafts.clear(draft);
  keep("policy_no", "");
  keep("line", "");
  steps = [];
  const back = history.state?.step ?? 0;
  say("report.cleared");
  if (back) history.go(-back);
  else turn(0);
}

function checkPage() {
  const groups = all().map((step, place) => {
    const rows = step.questions
      .filter((one) => draft.values[one.field] && asked(one, draft.values))
      .map((one) =>
        element("div", {}, [
          element("dt", {}, one.label),
          element("dd", {}, element("bdi", {}, shown(one, draft.values[one.field]))),
        ]),
      );
    const change = element(
      "button",
      {
        type: "button",
        class: "plain",
        "aria-label": text("report.change-step", { title: step.title }),
        onclick: () => goTo(place),
      },
      text("report.change"),
    );
    return [
      element("div", { class: "answers-head" }, element("h2", {}, step.title), change),
      rows.length
        ? element("dl", { class: "answers" }, rows)
        : element("p", { class: "hint" }, text("report.nothing")),
    ];
  });
  return [...groups.flat(), ...proofFields()];
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

function hideUnasked() {
  const values = { ...draft.values, ...read(form) };
  for (const one of questions()) {
    const place = form.querySelector(`[data-field="${one.field}"]`);
    if (place) place.hidden = !asked(one, values);
  }
}

/** Every key that is pressed is kept: the next moment may be without network or battery. */
function remember() {
  Object.assign(draft.values, read(form));
  drafts.keep(draft);
}

async function onward(event) {
  event.preventDefault();
  if (busy) return;
  remember();
  say(null);
  box.hidden = true;
  const step = all()[at];
  if (!step) return deliver();
  const slips = slipsOf(step);
  for (const one of step.questions) {
    mark(idOf(one.field), slips.find(({ field }) => field === one.field)?.message);
  }
  if (slips.length) return hurdle({ kind: "slips", slips });
  if (at === 0) {
    keep("policy_no", draft.values["/policy_no"]);
    try {
      await working(text("track.busy"), loadSteps);
    } catch (error) {
      return hurdle(hurdleOf(error));
    }
  }
  goTo(at + 1);
}

function slipsOf(step) {
  const slips = step.questions
    .filter((one) => asked(one, draft.values))
    .map((one) => ({ field: one.field, message: slip(one, draft.values[one.field]) }))
    .filter(({ message }) => message);
  const motor = draft.values["/line"] === "motor";
  const named = draft.values["/policy_no"] || (motor && draft.values["/plate_no"]);
  if (at === 0 && !slips.length && !named) {
    const message = text(motor ? "hurdle.policy-or-plate" : "hurdle.policy");
    slips.push({ field: "/policy_no", message });
  }
  return slips;
}

function goTo(step) {
  history.pushState({ step }, "");
  turn(step);
}

function turn(step) {
  at = step;
  box.hidden = true;
  paint();
  scrollTo(0, 0);
  find("h1").focus({ preventScroll: true });
}

async function deliver() {
  const body = bodyOf(
    questions().filter(({ field }) => field !== "/line"),
    draft.values,
  );
  if (body.policy_no) delete body.plate_no;
  // Made before the proof is added: who one is makes no other report, and is kept nowhere.
  const key = drafts.keyFor(draft, body);
  const given = proofs.map((name) => [name, document.getElementById(name)?.value.trim()]);
  const proof = Object.fromEntries(given.filter(([, value]) => value));
  if (Object.keys(proof).length) body.verification = proof;
  if (partner) body.partner = partner;
  const telling = {
    waiting: (seconds) => tell(text("report.retrying", { seconds })),
    solving: () => tell(text("report.solving")),
  };
  try {
    const answer = await working(text("report.sending"), () =>
      send("/v1/claims", body, key, telling),
    );
    const { phone } = body.reporter;
    draft = { ...drafts.clear(draft), done: { answer, phone } };
    drafts.keep(draft);
    keep("claim_no", answer.claim_no);
    history.replaceState({ step: 0 }, "");
    turn(0);
  } catch (error) {
    refused(hurdleOf(error, "hurdle.refused-report"));
  }
}

/** What the service found wrong is shown on the step that asks for it. */
function refused(found) {
  const wrong = found.slips?.[0]?.field;
  const place = all().findIndex((step) => step.questions.some(({ field }) => field === wrong));
  if (place >= 0) goTo(place);
  hurdle(found);
  for (const { field, message } of found.slips ?? []) mark(idOf(field), message);
}

async function working(words, work) {
  busy = true;
  const button = form.querySelector("button[type=submit]");
  button.toggleAttribute("data-busy", true);
  tell(words);
  try {
    return await work();
  } finally {
    busy = false;
    button.toggleAttribute("data-busy", false);
    tell("");
  }
}

function tell(words) {
  progress.textContent = words;
}

const hurdle = (found) => show(box, found, idOf);

function say(key) {
  notice.dataset.text = key ?? "";
  if (!key) notice.removeAttribute("data-text");
  notice.textContent = key && document.documentElement.dataset.ready !== undefined ? text(key) : "";
}

function paintDone() {
  find(".lede").hidden = true;
  find(".emergency").hidden = true;
  way.replaceChildren();
  form.hidden = true;
  heading.textContent = text(draft.done.answer.duplicate ? "done.again" : "done.title");
  document.title = `${heading.textContent} – ${text("insurer.short")}`;
  done(after, draft.done, () => {
    draft = drafts.clear(draft);
    keep("claim_no", "");
    form.hidden = false;
    say("report.cleared");
    turn(0);
  });
}
