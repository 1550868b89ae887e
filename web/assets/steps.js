/*
 * A form of several steps: a few questions a page, then all answers once more, then what came of
 * them. A page gives its steps and its words; the way through them is the same everywhere.
 *
 * Each step has a history entry of its own, so that Back leads to the step before. What was typed
 * stands in this tab until it was sent; what proves who one is stands in its inputs alone.
 */
import { Unreachable } from "./api.js";
import { carryOn, partner } from "./attribution.js";
import * as drafts from "./draft.js";
import { element } from "./element.js";
import { hurdleOf, mark, show } from "./hurdle.js";
import { draw, idOf, read, shown, slip } from "./questions.js";
import { send } from "./send.js";
import { follow, start, text } from "./texts.js";

const find = (selector) => document.querySelector(selector);
const places = ["#way", "#notice", "#trouble", "h1", "form", "#after"];
const [way, notice, box, heading, form, after] = places.map(find);
const progress = element("p", { class: "progress", role: "status" });

/** What was typed, {values: {field: typed}}, and what came of it, {done}. */
export let draft;

let page;
let loaded = false; // whether the page knows its questions
let at = 0;
let busy = false;
let drawing = Promise.resolve(); // one language after the other: the last one chosen stays

/**
 * Begins the form that a page describes:
 *   name: of its draft; title, send: keys of the first heading and of the last button
 *   load(): asks for the questions in the reader's language; redrawn once it is fulfilled
 *   steps(): [{title, questions}]; isAsked(question): whether the answers so far lead to it
 *   complete(): whether all steps are known; last(): what stands under all answers at the end
 *   painted(at, last): after each drawing; changed(target): after each choice, true to draw anew
 *   slips(step): what is wrong besides single values; left(at): before the step after this one
 *   deliver(): sends it; fieldOf(pointer): the question that a pointer of the service is about
 *   result(done): {title, show(place, still)}; cleared(): forgets what the page keeps besides
 */
export async function begin(description) {
  page = description;
  draft = drafts.open(page.name);
  form.addEventListener("submit", onward);
  form.addEventListener("change", changed);
  form.addEventListener("input", remember);
  addEventListener("popstate", () => turn(history.state?.step ?? 0));
  follow(() => (drawing = drawing.then(redraw)));
  if (Object.keys(draft.values).length && !draft.done) say("steps.kept");
  else page.preset?.();
  at = history.state?.step ?? 0;
  carryOn();
  await start();
}

async function redraw() {
  box.hidden = true;
  form.ariaBusy = "true";
  try {
    await page.load();
    loaded = true;
  } catch (error) {
    loaded = false;
    form.replaceChildren(element("button", { class: "button", type: "submit" }, text("steps.again")));
    if (!draft.done) return hurdle(error);
  } finally {
    form.ariaBusy = null;
  }
  paint();
}

const has = (step) => !step || step.questions.some(page.isAsked);
const isLast = () => page.complete() && at >= page.steps().length;

function paint() {
  find("main .aside").hidden = Boolean(draft.done);
  form.hidden = Boolean(draft.done);
  if (draft.done) return paintResult();
  while (!has(page.steps()[at])) at += 1;
  if (at >= page.steps().length && !page.complete()) at = 0;
  const last = isLast();
  const step = page.steps()[at];
  heading.textContent = at === 0 ? text(page.title) : last ? text("steps.check") : step.title;
  document.title = `${heading.textContent} – ${text("insurer.short")}`;
  find(".lede").hidden = at > 0;
  way.replaceChildren(at > 0 ? backButton() : homeLink());
  const open = page.steps().filter(has);
  const steps = open.length + 1;
  const count = { step: last ? steps : open.indexOf(step) + 1, steps };
  form.replaceChildren(
    ...(page.complete() ? [element("p", { class: "step-of" }, text("steps.of", count))] : []),
    ...(at === 0 ? [element("h2", {}, step.title)] : []),
    ...(last ? checkPage() : step.questions.map((one) => draw(one, draft.values[one.field]))),
    element(
      "div",
      { class: "onward" },
      element("button", { class: "button", type: "submit" }, text(last ? page.send : "steps.next")),
      progress,
    ),
    ...(Object.keys(draft.values).length ? [clearButton()] : []),
  );
  after.replaceChildren();
  hideUnasked();
  page.painted?.(at, last);
}

const homeLink = () => element("a", { class: "back", href: "index.html" }, text("ask.back"));

const backButton = () =>
  element(
    "button",
    { class: "back", type: "button", onclick: () => history.back() },
    text("steps.back"),
  );

const clearButton = () =>
  element(
    "p",
    {},
    element("button", { class: "plain", type: "button", onclick: clearAll }, text("steps.clear")),
  );

function clearAll() {
  forget("steps.cleared");
  const back = history.state?.step ?? 0;
  if (back) history.go(-back);
  else turn(0);
}

function forget(key) {
  draft = drafts.clear(draft);
  page.cleared();
  say(key);
}

function checkPage() {
  const groups = page.steps().map((step, place) => {
    if (!has(step)) return [];
    const rows = step.questions
      .filter((one) => page.isAsked(one) && draft.values[one.field])
      .map((one) =>
        element(
          "div",
          {},
          element("dt", {}, one.label),
          element("dd", {}, element("bdi", {}, shown(one, draft.values[one.field]))),
        ),
      );
    const change = element(
      "button",
      {
        type: "button",
        class: "plain",
        "aria-label": text("steps.change-step", { title: step.title }),
        onclick: () => goTo(place),
      },
      text("steps.change"),
    );
    return [
      element("div", { class: "answers-head" }, element("h2", {}, step.title), change),
      rows.length
        ? element("dl", { class: "answers" }, rows)
        : element("p", { class: "hint" }, text("steps.nothing")),
    ];
  });
  return [...groups.flat(), ...page.last()];
}

function hideUnasked() {
  for (const one of page.steps().flatMap((step) => step.questions)) {
    const place = form.querySelector(`[data-field="${one.field}"]`);
    if (place) place.hidden = !page.isAsked(one);
  }
}

/** Every key that is pressed is kept: the next moment may be without network or battery. */
function remember() {
  Object.assign(draft.values, read(form));
  drafts.keep(draft);
}

async function changed({ target }) {
  remember();
  if (!(await page.changed?.(target))) return hideUnasked();
  paint();
  document.getElementById(target.id)?.focus();
}

async function onward(event) {
  event.preventDefault();
  if (busy) return;
  if (!loaded) return redraw();
  remember();
  say(null);
  box.hidden = true;
  if (isLast()) return page.deliver();
  const step = page.steps()[at];
  const slips = step.questions
    .filter(page.isAsked)
    .map((one) => ({ field: one.field, message: slip(one, draft.values[one.field]) }))
    .filter(({ message }) => message);
  if (!slips.length && page.slips) slips.push(...page.slips(at));
  for (const one of step.questions) {
    mark(idOf(one.field), slips.find(({ field }) => field === one.field)?.message);
  }
  if (slips.length) return refuse(slips);
  try {
    await page.left?.(at, working);
  } catch (error) {
    return hurdle(error);
  }
  let next = at + 1;
  while (!has(page.steps()[next])) next += 1;
  goTo(next);
}

function goTo(step) {
  history.pushState({ step }, "");
  turn(step);
}

function turn(step) {
  at = step;
  box.hidden = true;
  if (!loaded && !draft.done) return;
  paint();
  scrollTo(0, 0);
  heading.focus({ preventScroll: true });
}

/**
 * Sends a body, once however often it is tried, and shows the result or what is wrong. `proof` goes
 * with it but makes no other request of it; `first` is done before; `done` is what a result keeps.
 */
export async function deliver(path, body, { proof = {}, first, done, refused } = {}) {
  const key = drafts.keyFor(draft, body);
  if (Object.keys(proof).length) body.verification = proof;
  if (partner) body.partner = partner;
  const telling = {
    waiting: (seconds) => tell(text("steps.retrying", { seconds })),
    solving: () => tell(text("steps.solving")),
  };
  try {
    const answer = await working(text("steps.sending"), async () => {
      await first?.();
      return send(path, body, key, telling);
    });
    draft = { ...drafts.clear(draft), done: done(answer) };
    drafts.keep(draft);
    history.replaceState({ step: 0 }, "");
    turn(0);
  } catch (error) {
    whereItIsAsked(hurdleOf(error, refused));
  }
}

/** What the service found wrong is shown on the step that asks for it. */
function whereItIsAsked(found) {
  const fieldOf = page.fieldOf ?? ((pointer) => pointer);
  const slips = found.slips?.map((one) => ({ ...one, field: fieldOf(one.field) }));
  const wrong = slips?.[0]?.field;
  const asks = ({ questions }) => questions.some(({ field }) => field === wrong);
  const place = page.steps().findIndex(asks);
  if (place >= 0) goTo(place);
  show(box, { ...found, slips }, idOf);
  for (const { field, message } of slips ?? []) mark(idOf(field), message);
}

/** Says which fields are wrong: [{field, message}]. */
export function refuse(slips) {
  for (const { field, message } of slips) mark(idOf(field), message);
  show(box, { kind: "slips", slips }, idOf);
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

function hurdle(error) {
  show(box, hurdleOf(error), idOf);
}

function say(key) {
  notice.dataset.text = key ?? "";
  if (!key) notice.removeAttribute("data-text");
  notice.textContent = key && document.documentElement.dataset.ready !== undefined ? text(key) : "";
}

async function paintResult() {
  find(".lede").hidden = true;
  way.replaceChildren();
  page.painted?.(null, false);
  const { title, show: shows } = page.result(draft.done);
  heading.textContent = title;
  document.title = `${title} – ${text("insurer.short")}`;
  await shows(after, {
    isOpen: () => Boolean(draft.done),
    hurdle,
    end: (key) => {
      forget(key);
      after.replaceChildren();
      if (loaded) turn(0);
      else redraw();
    },
  });
}

/** A module that comes later, so that one without a connection is told, like any request. */
export async function later(loading) {
  try {
    return await loading;
  } catch (error) {
    throw new Unreachable(error.message, { cause: error });
  }
}
