/*
 * The page that asks and answers.
 *
 * The ID number lives in its input and nowhere else; answer and token live in `answer` below. Both go
 * when the page is left, so that Back on a shared computer shows nobody's policy. The policy number,
 * which opens nothing alone, is kept for the tab. The answer has a history entry of its own, so that
 * Back leads to the form with everything typed.
 */
import { render } from "./answer.js";
import { post } from "./api.js";
import { slips } from "./credentials.js";
import { follow, start, text } from "./texts.js";
import { show as showTrouble, troubleOf, wording } from "./trouble.js";

const find = (selector) => document.querySelector(selector);
const [asking, answering, form, box, notice] = [
  "#ask",
  "#answer",
  "form",
  "#trouble",
  "#notice",
].map(find);
const button = form.querySelector("button");
const fields = ["policy_no", "id_no"];

let answer = null;
let trouble = null;
let busy = false;
let stopClock = () => {};

form.addEventListener("submit", submit);
addEventListener("popstate", () => turn());
addEventListener("pagehide", forget);
addEventListener("pageshow", (event) => event.persisted && returned());
follow(redraw);

form.elements.policy_no.value = stored() ?? "";
if (history.state?.view) {
  history.replaceState(null, "");
  returned();
}
await start();

async function submit(event) {
  event.preventDefault();
  if (busy) return;
  if (paused()) return box.focus();
  const typed = Object.fromEntries(new FormData(form));
  store(typed.policy_no);
  tell(null);
  const found = slips(typed);
  if (found.length) return complain({ kind: "slips", slips: found });
  settle();
  work(true);
  try {
    answer = await post("/v1/queries", trimmed(typed));
    history.pushState({ view: "answer" }, "");
    turn();
  } catch (error) {
    answer = null;
    complain(troubleOf(error, fields));
  } finally {
    work(false);
  }
}

const trimmed = (typed) =>
  Object.fromEntries(Object.entries(typed).map(([name, value]) => [name, value.trim()]));

const paused = () => trouble?.kind === "limited" && trouble.until > performance.now();

/** Shows the side that the history entry names, and moves the focus to its heading. */
function turn() {
  redraw();
  scrollTo(0, 0);
  const side = answering.hidden ? asking : answering;
  side.querySelector("h1").focus({ preventScroll: true });
}

function redraw() {
  const answered = history.state?.view === "answer" && answer !== null;
  asking.hidden = answered;
  answering.hidden = !answered;
  if (answered) render(answering, answer, { leave: () => history.back(), end });
  else answering.replaceChildren();
  if (trouble) describe();
  button.textContent = text(busy ? "ask.busy" : "ask.submit");
  if (notice.dataset.key) notice.textContent = text(notice.dataset.key);
  retitle(answered);
}

function retitle(answered) {
  const title = text(answered ? "answer.title" : "ask.title");
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
  stopClock = showTrouble(box, trouble, () => tell("limited.over"));
  for (const field of fields) {
    const slip = trouble.slips?.find((one) => one.field === field);
    mark(field, slip && wording(slip));
  }
}

function settle() {
  stopClock();
  trouble = null;
  box.hidden = true;
  for (const field of fields) mark(field, null);
}

function mark(field, words) {
  const input = form.elements[field];
  const line = document.getElementById(`${field}-wrong`);
  input.closest(".field").classList.toggle("has-wrong", Boolean(words));
  line.textContent = words ? text("wrong.prefix") + words : "";
  if (words) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

function work(now) {
  busy = now;
  button.toggleAttribute("data-busy", now);
  button.textContent = text(now ? "ask.busy" : "ask.submit");
  find("#progress").textContent = now ? text("ask.busy") : "";
}

function tell(key) {
  notice.dataset.key = key ?? "";
  notice.textContent = key ? text(key) : "";
}

/** The reader has finished: nothing that was typed or answered stays. */
function end() {
  forget();
  store("");
  form.reset();
  tell("ask.cleared");
  history.back();
}

function forget() {
  answer = null;
  form.elements.id_no.value = "";
  answering.replaceChildren();
}

function returned() {
  notice.dataset.key = "ask.returned";
  if (document.documentElement.dataset.ready !== undefined) turn();
}

function store(policyNo) {
  try {
    if (policyNo) sessionStorage.setItem("policy_no", policyNo);
    else sessionStorage.removeItem("policy_no");
  } catch {
    // Storage may be forbidden; then a reload asks for the policy number again.
  }
}

function stored() {
  try {
    return sessionStorage.getItem("policy_no");
  } catch {
    return null; // see store()
  }
}
