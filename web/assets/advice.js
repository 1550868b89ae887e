/* The result of the assessment: what fits and why, who will call and when, and the way back. */
import { post } from "./api.js";
import { data, element } from "./element.js";
import { dial, text } from "./texts.js";
import { limit } from "./format.js";

/** Fills the node; `end(words)` is called when the reader has finished or withdrawn. */
export function advice(node, { answer, lang }, { hurdle, end }) {
  node.lang = lang; // the service's words were said once, in the language of that moment
  node.replaceChildren(
    ...[
      answer.stop_advice && remark("advice.stop", [answer.stop_advice], "stop"),
      whoCalls(answer),
      element("h2", {}, text("advice.lines")),
      answer.recommendations.map(line),
      answer.affordability && remark("advice.affordability", [answer.affordability.text]),
      answer.care.length && remark("advice.care", answer.care.map((one) => one.text)),
      element("p", { class: "hint" }, text("advice.free")),
      numbers(answer),
      withdrawal(answer, hurdle, end),
      button("advice.end", () => end("steps.cleared")),
    ]
      .flat()
      .filter(Boolean),
  );
}

const paragraph = (words, attributes) => element("p", attributes, words);

const button = (key, onclick) =>
  paragraph(element("button", { class: "plain", type: "button", onclick }, text(key)));

function remark(key, texts, kind = "remark") {
  const heading = element("h2", {}, text(key));
  return element("section", { class: kind }, heading, texts.map((one) => paragraph(one)));
}

/** The agent with his registration number, as the customer must be told. */
function whoCalls({ agent, contact_by: by }) {
  const heading = element("h2", {}, text("advice.agent"));
  const when = by && paragraph(text("advice.by", { time: limit(by) }));
  if (!agent) return element("section", { class: "received" }, heading, text("advice.no-agent"));
  const row = (key, value) =>
    value && element("div", {}, element("dt", {}, text(key)), element("dd", {}, value));
  return element(
    "section",
    { class: "received" },
    heading,
    element(
      "dl",
      { class: "answers" },
      row("advice.agent-name", agent.name && data(agent.name)),
      row("advice.agent-no", data(agent.registration_no, { dir: "ltr", translate: "no" })),
      row("advice.agent-place", agent.organisation_name && data(agent.organisation_name)),
      row("advice.agent-phone", agent.phone && dial(agent.phone)),
    ),
    when,
    paragraph(text("advice.agent-check"), { class: "hint" }),
  );
}

function line({ line_name: name, fit, fit_name: fitName, reasons }) {
  return element(
    "article",
    { class: "fit", "data-fit": fit },
    element("h3", {}, data(name), " ", element("span", { class: "badge" }, fitName)),
    element("ul", {}, reasons.map(reason)),
  );
}

/** Why, and which answers that comes from. */
const reason = ({ text: words, answers }) =>
  element(
    "li",
    {},
    words,
    answers.map(({ label, answer }) =>
      element("span", { class: "because" }, text("advice.because", { label, answer })),
    ),
  );

function numbers({ lead_no: leadNo, manage_token: token }) {
  const shown = (key, value) =>
    element(
      "div",
      {},
      element("dt", {}, text(key)),
      element("dd", { class: "claim-no", translate: "no" }, element("bdi", { dir: "ltr" }, value)),
    );
  return element(
    "section",
    { class: "card" },
    element("h2", {}, text("advice.keep")),
    element("dl", {}, shown("advice.number", leadNo), shown("advice.token", token)),
    paragraph(text("advice.keep-why"), { class: "hint" }),
  );
}

/** Asked once more before it is done: there is no way back from it. */
function withdrawal({ lead_no: leadNo, manage_token: token }, hurdle, end) {
  const sure = element("div", { hidden: true });
  const first = element(
    "button",
    { class: "plain", type: "button", "aria-expanded": "false", onclick: open },
    text("advice.withdraw-first"),
  );
  sure.append(
    paragraph(text("advice.withdraw-what")),
    element(
      "button",
      { class: "button button-quiet", type: "button", onclick: go },
      text("advice.withdraw"),
    ),
  );
  return element("section", {}, paragraph(first), sure);

  function open() {
    sure.hidden = !sure.hidden;
    first.setAttribute("aria-expanded", String(!sure.hidden));
  }

  async function go() {
    try {
      await withdraw(leadNo, token);
      end("withdraw.done");
    } catch (error) {
      hurdle(error);
    }
  }
}

/** Takes the consent back and has the data deleted. */
export const withdraw = (leadNo, token) =>
  post(`/v1/leads/${encodeURIComponent(leadNo)}/withdrawal`, null, token);
