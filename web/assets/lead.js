/*
 * From a need to an agent: a few questions at a time, as the questionnaire's data say, then how to
 * reach the visitor, then his consent, then the result.
 *
 * Each step has a history entry of its own, so that Back leads to the step before. What was typed
 * stands in this tab until it was sent; a consent is given on the page alone and never kept.
 */
import { get, Problem, Unreachable } from "./api.js";
import { carryOn, partner } from "./attribution.js";
import * as drafts from "./draft.js";
import { element } from "./element.js";
import { hurdleOf, mark, show } from "./hurdle.js";
import { answersOf, isAsked, stepsOf } from "./needs.js";
import { draw, idOf, read, shown, slip } from "./questions.js";
import { PROVINCES } from "./regions.js";
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

let draft = drafts.open("lead");
let asking = null; // the questionnaire in the reader's language
let needs = []; // its steps
let branches = []; // of the province that was chosen
let at = 0;
let busy = false;

form.addEventListener("submit", onward);
form.addEventListener("change", changed);
form.addEventListener("input", remember);
addEventListener("popstate", () => turn(history.state?.step ?? 0));
follow(redraw);

if (Object.keys(draft.values).length && !draft.done) say("report.kept");
at = history.state?.step ?? 0;
carryOn();
await start();

/** Asks for the questions in the reader's language, and draws the step. */
async function redraw() {
  box.hidden = true;
  try {
    asking = await get("/v1/questionnaires/current");
    needs = stepsOf(asking.schema);
    await loadBranches();
    paint();
  } catch (error) {
    form.replaceChildren(element("button", { class: "button", type: "submit" }, text("lead.again")));
    if (draft.done) paint();
    else hurdle(hurdleOf(error));
  }
}

const all = () => [...needs, contactStep()];
const questions = () => all().flatMap((step) => step.questions);
const isShown = (one) => isAsked(one, questions(), draft.values);
const has = (step) => !step || step.questions.some(isShown);

function contactStep() {
  const plain = { kind: "text", required: true, max_length: 40, options: [] };
  const provinces = PROVINCES.map((code) => ({ code, name: text(`region.${code}`) }));
  const near = branches.map(({ region, name }) => ({ code: region, name }));
  const nearest = { field: "/nearest", label: text("lead.nearest"), options: near, kind: "choice" };
  return {
    title: text("lead.contact"),
    questions: [
      { ...plain, field: "/contact/name", label: text("lead.name"), max_length: 200 },
      {
        ...plain,
        field: "/contact/phone",
        kind: "phone",
        label: text("lead.phone"),
        hint: text("lead.phone-why"),
      },
      {
        ...plain,
        field: "/contact/region",
        kind: "choice",
        label: text("lead.region"),
        hint: text("lead.region-why"),
        options: provinces,
      },
      ...(near.length > 1 ? [nearest] : []),
    ],
  };
}

/** The branches of the province; without them the province alone decides. */
async function loadBranches() {
  const province = draft.values["/contact/region"];
  branches = [];
  if (!province) return;
  const path = `/v1/branches?level=city&limit=100&region=${province.slice(0, 2)}`;
  try {
    branches = (await get(path)).branches.filter(({ region }) => region);
  } catch (error) {
    // A refinement only: whoever cannot choose a branch is served by the province's.
    if (!(error instanceof Problem || error instanceof Unreachable)) throw error;
  }
}

function paint() {
  find("main .aside").hidden = Boolean(draft.done);
  if (draft.done) return paintDone();
  form.hidden = false;
  while (!has(all()[at])) at += 1;
  const step = all()[at];
  const last = !step;
  heading.textContent = at === 0 ? text("lead.title") : last ? text("lead.check") : step.title;
  document.title = `${heading.textContent} – ${text("insurer.short")}`;
  find(".lede").hidden = at > 0;
  way.replaceChildren(at > 0 ? backButton() : homeLink());
  const open = all().filter(has);
  const count = { step: last ? open.length + 1 : open.indexOf(step) + 1, steps: open.length + 1 };
  form.replaceChildren(
    element("p", { class: "step-of" }, text("report.step", count)),
    ...(at === 0 ? [element("h2", {}, step.title)] : []),
    ...(last ? checkPage() : step.questions.map((one) => draw(one, draft.values[one.field]))),
    element(
      "div",
      { class: "onward" },
      element("button", { class: "button", type: "submit" }, text(last ? "lead.send" : "report.next")),
      progress,
    ),
    ...(Object.keys(draft.values).length ? [clearButton()] : []),
  );
  after.replaceChildren();
  hideUnasked();
  // What only a result needs comes while the visitor still writes.
  if (last) drawing().catch(() => {}); // asked for again, and then told, when it is sent
}

/** What draws the result. It is there before anything is sent: a result nobody sees helps nobody. */
async function drawing() {
  try {
    return await import("./advice.js");
  } catch (error) {
    throw new Unreachable(error.message, { cause: error });
  }
}

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
  branches = [];
  const back = history.state?.step ?? 0;
  say("report.cleared");
  if (back) history.go(-back);
  else turn(0);
}

/** All answers once more, and the boxes of consent, none of them ticked, each to itself. */
function checkPage() {
  const groups = all().map((step, place) => {
    const rows = step.questions
      .filter((one) => isShown(one) && draft.values[one.field])
      .map((one) =>
        element(
          "div",
          {},
          element("dt", {}, one.label),
          element("dd", {}, element("bdi", {}, shown(one, draft.values[one.field]))),
        ),
      );
    if (!rows.length) return [];
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
      element("dl", { class: "answers" }, rows),
    ];
  });
  return [
    ...groups.flat(),
    element("h2", {}, text("lead.consent")),
    consentBox("contact", asking.consent.text),
    consentBox("marketing", text("report.optional", { label: asking.consent.marketing })),
  ];
}

function consentBox(name, words) {
  const id = idOf(`/consent/${name}`);
  return element(
    "div",
    { class: "field" },
    element("p", { class: "wrong", id: `${id}-wrong` }),
    element(
      "label",
      { class: "choice consent" },
      element("input", { type: "checkbox", id, "aria-describedby": `${id}-wrong` }),
      element("span", {}, words),
    ),
  );
}

const ticked = (name) => document.getElementById(idOf(`/consent/${name}`)).checked;

function hideUnasked() {
  for (const one of questions()) {
    const place = form.querySelector(`[data-field="${one.field}"]`);
    if (place) place.hidden = !isShown(one);
  }
}

/** Every key that is pressed is kept: the next moment may be without network or battery. */
function remember() {
  Object.assign(draft.values, read(form));
  drafts.keep(draft);
}

async function changed({ target }) {
  remember();
  if (target.id === idOf("/contact/region")) {
    draft.values["/nearest"] = "";
    await loadBranches();
    if (all()[at]?.questions.some(({ field }) => field === "/contact/region")) {
      paint();
      document.getElementById(target.id).focus();
    }
  } else hideUnasked();
}

async function onward(event) {
  event.preventDefault();
  if (busy) return;
  if (!asking) return redraw();
  remember();
  say(null);
  box.hidden = true;
  const step = all()[at];
  if (!step) return deliver();
  const slips = step.questions
    .filter(isShown)
    .map((one) => ({ field: one.field, message: slip(one, draft.values[one.field]) }))
    .filter(({ message }) => message);
  for (const one of step.questions) {
    mark(idOf(one.field), slips.find(({ field }) => field === one.field)?.message);
  }
  if (slips.length) return hurdle({ kind: "slips", slips });
  let next = at + 1;
  while (!has(all()[next])) next += 1;
  goTo(next);
}

function goTo(step) {
  history.pushState({ step }, "");
  turn(step);
}

function turn(step) {
  at = step;
  box.hidden = true;
  if (!asking && !draft.done) return;
  paint();
  scrollTo(0, 0);
  heading.focus({ preventScroll: true });
}

async function deliver() {
  if (!ticked("contact")) {
    const message = text("lead.consent-missing");
    mark(idOf("/consent/contact"), message);
    return hurdle({ kind: "slips", slips: [{ field: "/consent/contact", message }] });
  }
  const body = bodyOfLead();
  const key = drafts.keyFor(draft, body);
  if (partner) body.partner = partner;
  const telling = {
    waiting: (seconds) => tell(text("report.retrying", { seconds })),
    solving: () => tell(text("report.solving")),
  };
  try {
    const answer = await working(text("report.sending"), async () => {
      await drawing();
      return send("/v1/leads", body, key, telling);
    });
    const { lang } = document.documentElement;
    draft = { ...drafts.clear(draft), done: { answer, lang } };
    drafts.keep(draft);
    history.replaceState({ step: 0 }, "");
    turn(0);
  } catch (error) {
    refused(hurdleOf(error));
  }
}

function bodyOfLead() {
  const { values } = draft;
  const asked = needs.flatMap((step) => step.questions).filter(isShown);
  const near = branches.some(({ region }) => region === values["/nearest"]);
  return {
    questionnaire: { id: asking.id, version: asking.version },
    answers: answersOf(asked, values),
    contact: {
      name: values["/contact/name"],
      phone: values["/contact/phone"],
      region: near ? values["/nearest"] : values["/contact/region"],
    },
    consent: {
      contact: true,
      marketing: ticked("marketing"),
      text_version: asking.consent.text_version,
    },
  };
}

/** What the service found wrong is shown on the step that asks for it. */
function refused(found) {
  const slips = (found.slips ?? []).map((one) => ({ ...one, field: fieldOf(one.field) }));
  const place = all().findIndex((step) => step.questions.some(({ field }) => field === slips[0]?.field));
  if (place >= 0) goTo(place);
  hurdle({ ...found, slips });
  for (const { field, message } of slips) mark(idOf(field), message);
}

/** The question that a pointer of the service is about: /answers/protect/0 is /protect. */
const fieldOf = (pointer) => pointer.replace(/^\/answers(\/[^/]+).*$/, "$1");

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

async function paintDone() {
  find(".lede").hidden = true;
  way.replaceChildren();
  form.hidden = true;
  heading.textContent = text("advice.title");
  document.title = `${heading.textContent} – ${text("insurer.short")}`;
  const { advice } = await drawing();
  if (!draft.done) return;
  advice(after, draft.done, {
    hurdle: (error) => hurdle(hurdleOf(error)),
    end: (key) => {
      draft = drafts.clear(draft);
      after.replaceChildren();
      say(key);
      if (asking) turn(0);
      else redraw();
    },
  });
}
