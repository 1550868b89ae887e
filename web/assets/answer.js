/* The answer: is the policy in force, what can I do, and the whole record below. */
import { claims } from "./claims.js";
import { coded } from "./codes.js";
import { download } from "./document.js";
import { data, element } from "./element.js";
import { beginning, daysUntil, ending, time } from "./format.js";
import { objecting } from "./objecting.js";
import { others } from "./others.js";
import { agreements, channel, covers, endorsements, facts, payments, subject } from "./sections.js";
import { dial, has, parts, text } from "./texts.js";
import { watch } from "./views.js";

/**
 * Draws the answer into the container. steps: {leave, end}, what the two ways out do; first, whether
 * the form is behind it; more, back to the form to give the ID number; opened, another policy's answer.
 */
export function render(container, answer, steps) {
  const open = [...container.querySelectorAll("details")].map((one) => [
    one.dataset.section,
    one.open,
  ]);
  const back = element(
    "button",
    { type: "button", class: "back", onclick: steps.leave },
    text(steps.first ? "answer.back" : "answer.back-before"),
  );
  const whole = answer.policy ? policyAnswer(container, answer, steps) : leadAnswer(answer, steps);
  container.replaceChildren(back, ...whole.filter(Boolean), ways(steps));
  for (const [section, was] of open) {
    const again = container.querySelector(`details[data-section="${section}"]`);
    if (again) again.open = was;
  }
  watch(container, answer);
}

function policyAnswer(container, answer, steps) {
  const { policy } = answer;
  // The weak rule holds things back: an empty list of it does not mean that there is nothing.
  const told = (list) => answer.assurance === "id" || list?.length;
  const record = [
    claims(answer.claims ?? [], policy.line),
    facts(policy),
    covers(policy),
    subject(policy),
    told(policy.payments) && payments(policy.payments ?? []),
    told(policy.endorsements) && endorsements(policy.endorsements ?? []),
    channel(policy.channel),
    agreements(policy.special_agreements),
    others(answer, steps.opened),
  ];
  return [
    verdict(answer),
    answer.assurance === "weak" && little(steps),
    element(
      "div",
      { class: "answer-columns" },
      actions(container, answer),
      element("div", { class: "record" }, record),
    ),
  ];
}

/** Said when a name or serial number alone opened the policy. */
function little({ more }) {
  return element("div", { class: "little" }, [
    element("p", {}, text("answer.weak")),
    element(
      "p",
      {},
      element(
        "button",
        { type: "button", class: "button button-quiet", onclick: more },
        text("answer.weak-more"),
      ),
    ),
  ]);
}

function verdict({ policy, data_as_of: asOf }) {
  const kind = policy.motor_kind && coded("motor_kind", policy.motor_kind, policy.motor_kind_name);
  const line = coded("line", policy.line, policy.line_name);
  return element("header", { class: `verdict status-${policy.status}` }, [
    element("h1", { tabindex: -1 }, [
      element("span", { class: "eyebrow" }, text("answer.title")),
      " ",
      data(policy.product ?? line),
    ]),
    element("p", { class: "verdict-no" }, [
      [line, kind].filter(Boolean).join(" · "),
      " ",
      element("span", { class: "number" }, data(policy.policy_no, { dir: "ltr" })),
    ]),
    status(policy),
    period(policy),
    element(
      "p",
      { class: "fresh" },
      asOf ? text("answer.fresh", { time: time(asOf) }) : text("answer.fresh-unknown"),
    ),
  ]);
}

function status(policy) {
  const means = `status-means.${policy.status}`;
  return element("p", { class: "status" }, [
    element(
      "strong",
      { "data-item": "/policy/status" },
      coded("status", policy.status, policy.status_name),
    ),
    " ",
    has(means) && text(means),
    " ",
    remaining(policy),
  ]);
}

function period(policy) {
  const edge = (key, value) =>
    element(
      "div",
      {},
      element("dt", {}, text(`field.${key}`)),
      element("dd", { "data-item": `/policy/${key}_on` }, value),
    );
  return element("dl", { class: "period" }, [
    edge("starts", beginning(policy.starts_at, policy.starts_on)),
    edge("ends", ending(policy.ends_at, policy.ends_on)),
  ]);
}

/** How long cover still lasts, once its end is near enough to think of renewal. */
function remaining(policy) {
  const days = daysUntil(policy.ends_on);
  if (policy.status !== "in_force" || days < 0 || days > 60) return null;
  return element(
    "strong",
    {},
    days ? text("answer.days-left", { days }) : text("answer.ends-today"),
  );
}

function actions(container, answer) {
  const { handler } = answer.policy;
  const number =
    handler?.phone && dial(handler.phone, text("handler.call", { phone: handler.phone }));
  number?.classList.add("button", "button-quiet");
  return element("aside", { class: "actions", "aria-label": text("answer.actions") }, [
    element("section", {}, element("h2", {}, text("document.title")), download(answer)),
    element("section", {}, [
      element("h2", {}, text("handler.title")),
      handler?.name && element("p", { class: "handler" }, data(handler.name)),
      number || element("p", {}, parts("handler.none")),
    ]),
    element("section", {}, [
      element("p", { class: "hint" }, parts("answer.differs")),
      objecting(container, answer),
    ]),
  ]);
}

function ways(steps) {
  return element("div", { class: "ways" }, [
    element(
      "button",
      { type: "button", class: "button button-quiet", onclick: () => print() },
      text("answer.print"),
    ),
    element(
      "button",
      {
        type: "button",
        class: "button button-quiet",
        onclick: steps.end,
        "aria-describedby": "end-why",
      },
      text("answer.end"),
    ),
    element("p", { class: "hint", id: "end-why" }, text("answer.end-why")),
  ]);
}

function leadAnswer(answer, steps) {
  const { name, url } = answer.lead_insurer;
  return [
    element("header", { class: "verdict" }, [
      element("h1", { tabindex: -1 }, text("lead.title")),
      element("p", {}, parts("lead.body", { name: data(name) })),
      url?.startsWith("https://") &&
        element(
          "p",
          {},
          element("a", { class: "button", href: url }, parts("lead.go", { name: data(name) })),
        ),
    ]),
    others(answer, steps.opened),
  ];
}
