/*
 * The page that asks and answers, for motor and for the other lines.
 *
 * The ID number and the name live in their inputs and nowhere else; answers and tokens live in
 * `answers` below. All go when the page is left, so that Back on a shared computer shows nobody's
 * policy. The policy number, which opens nothing alone, is kept for the tab. Each answer has a history
 * entry of its own, so that Back leads to the answer before it and to the form with everything typed.
 */
import { drawing } from "./answering.js";
import { carryOn } from "./attribution.js";
import { slips } from "./credentials.js";
import { keep, kept } from "./memory.js";
import { ask } from "./question.js";
import { Rule } from "./rule.js";
import { follow, ready, start, text } from "./texts.js";
import { show as showTrouble, troubleOf, wording } from "./trouble.js";

const SLOW = 6_000; // milliseconds until we say that it takes longer than usual

const find = (selector) => document.querySelector(selector);
const [asking, answering, form, box, notice, progress] = [
  "#ask",
  "#answer",
  "form",
  "#trouble",
  "#notice",
  "#progress",
].map(find);
const button = form.querySelector("button[type=submit]");
const rule = new Rule(form);
const unused = rule.motor ? ".for-others" : ".for-motor";
for (const one of document.querySelectorAll(unused)) one.remove();

let render = null; // draws answers; there before the first of them
let answers = [];
let trouble = null;
let busy = null; // the key of what is being done
let stopClock = () => {};

form.addEventListener("submit", submit);
// Whoever begins to type will want an answer; if it cannot be fetched now, submitting says so.
form.addEventListener("focusin", () => drawing().catch(() => {}), { once: true });
addEventListener("popstate", () => turn());
addEventListener("pagehide", forget);
addEventListener("pageshow", (event) => event.persisted && returned());
follow(redraw);
follow(offerLines);

form.elements.policy_no.value = kept("policy_no");
carryOn();
if (history.state?.view) {
  history.replaceState(null, "");
  returned();
}
await start();

/** The lines and their rules, in the language of the page; without them nothing else is lost. */
async function offerLines() {
  try {
    await rule.load();
    if (trouble?.lines) settle();
    if (trouble) describe();
  } catch (error) {
    complain({ ...troubleOf(error, []), lines: true });
  }
}

async function submit(event) {
  event.preventDefault();
  await ready;
  if (busy) return;
  if (paused()) return box.focus();
  const typed = read();
  keep("policy_no", typed.policy_no);
  tell(null);
  if (trouble?.lines) return offerLines();
  const found = slips(typed, rule.optional);
  if (found.length) return complain({ kind: "slips", slips: found });
  settle();
  work("ask.busy");
  try {
    const { line, ...credentials } = typed;
    render = await drawing();
    opened(await ask(credentials, { solving: () => work("challenge.busy") }));
  } catch (error) {
    answers = [];
    complain(troubleOf(error, rule.fields));
  } finally {
    work(null);
  }
}

/** What was typed into the fields that are asked for now. */
function read() {
  return Object.fromEntries(rule.fields.map((name) => [name, form.elements[name].value.trim()]));
}

function paused() {
  return trouble?.kind === "limited" && trouble.until > performance.now();
}

/** One more answer, on top of the one that is shown. */
function opened(answer) {
  const at = shown() ? history.state.at + 1 : 0;
  answers = [...answers.slice(0, at), answer];
  history.pushState({ view: "answer", at }, "");
  turn();
}

function shown() {
  return history.state?.view === "answer" ? (answers[history.state.at] ?? null) : null;
}

/** Shows the side that the history entry names, and moves the focus to its heading. */
function turn() {
  redraw();
  scrollTo(0, 0);
  const side = answering.hidden ? asking : answering;
  side.querySelector("h1").focus({ preventScroll: true });
}

function redraw() {
  const answer = shown();
  asking.hidden = answer !== null;
  answering.hidden = answer === null;
  const steps = { first: history.state?.at === 0, leave: () => history.back(), more, end, opened };
  if (answer) render(answering, answer, steps);
  else answering.replaceChildren();
  if (trouble) describe();
  button.textContent = text(busy ?? "ask.submit");
  if (notice.dataset.key) notice.textContent = text(notice.dataset.key);
  retitle(answer !== null);
}

function retitle(answered) {
  const title = answered ? text("answer.title") : find("#ask h1").textContent;
  const told = trouble && !answered ? text("page.error-title", { title }) : title;
  document.title = `${told} – ${text("insurer.short")}`;
}

function complain(found) {
  trouble = found;
  redraw();
  box.focus();
}

function describe() {
  stopClock();
  stopClock = showTrouble(box, { ...trouble, motor: rule.motor }, () => tell("limited.over"));
  for (const field of rule.fields) {
    const slip = trouble.slips?.find((one) => one.field === field);
    mark(field, slip && wording(slip));
  }
}

function settle() {
  stopClock();
  trouble = null;
  box.hidden = true;
  for (const field of rule.fields) mark(field, null);
  retitle(false);
}

function mark(field, words) {
  const input = form.elements[field];
  const line = document.getElementById(`${field}-wrong`);
  input.closest(".field").classList.toggle("has-wrong", Boolean(words));
  line.textContent = words ? text("wrong.prefix") + words : "";
  if (words) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

/** Says what is being done, and that it goes on when it takes long; null when it is over. */
function work(key) {
  clearTimeout(work.slow);
  busy = key;
  button.toggleAttribute("data-busy", key !== null);
  button.textContent = text(key ?? "ask.submit");
  progress.textContent = key ? text(key) : "";
  if (key === "ask.busy") work.slow = setTimeout(() => work("ask.slow"), SLOW);
}

function tell(key) {
  notice.dataset.key = key ?? "";
  notice.textContent = key ? text(key) : "";
}

/** From an answer that shows little to the form, at the number that shows more. */
function more() {
  addEventListener("popstate", () => form.elements.id_no.focus(), { once: true });
  history.back();
}

/** The reader has finished: nothing that was typed or answered stays. */
function end() {
  const steps = history.state.at + 1;
  forget();
  keep("policy_no", "");
  keep("line", "");
  form.reset();
  rule.choose();
  tell("ask.cleared");
  history.go(-steps);
}

function forget() {
  answers = [];
  for (const name of ["id_no", "insured_name", "serial_no"]) {
    if (form.elements[name]) form.elements[name].value = "";
  }
  answering.replaceChildren();
}

function returned() {
  notice.dataset.key = rule.motor ? "ask.returned" : "ask.returned-others";
  if (document.documentElement.dataset.ready !== undefined) turn();
}
