/*
 * What went wrong, said on top of the form: slips with links to their fields, a refusal, a pause,
 * an outage. Shown again in the other language when the reader changes it.
 */
import { Problem, Unreachable } from "./api.js";
import { countDown } from "./countdown.js";
import { element } from "./element.js";
import { duration } from "./format.js";
import { parts, text } from "./texts.js";
import { Unsolved } from "./unsolved.js";

/** The trouble that an error means. What is no answer of the service is a defect of ours: reported. */
export function troubleOf(error, fields) {
  if (error instanceof Unreachable) return { kind: "outage" };
  if (error instanceof Unsolved) return { kind: "unsolved" };
  if (!(error instanceof Problem)) {
    reportError(error);
    return { kind: "broken" };
  }
  if (error.status === 400) {
    const slips = error.errors.map(({ pointer, detail }) =>
      slipAt(pointer.slice(1), detail, fields),
    );
    if (slips.length) return { kind: "slips", slips };
  }
  if (error.code === "verification-failed") return { kind: "refused" };
  if (error.code === "challenge-required") return { kind: "unsolved" };
  if (error.status === 429) {
    return { kind: "limited", until: performance.now() + error.retryAfter * 1000 };
  }
  return { kind: "broken", requestId: error.requestId };
}

const slipAt = (name, message, fields) => ({ field: fields.includes(name) ? name : null, message });

/** The words of one slip: our own by key, the service's as they came. */
export const wording = (slip) => slip.message ?? text(slip.key);

/** Fills the box; over() is called when a pause has passed. Returns what stops its clock. */
export function show(box, trouble, over) {
  const [heading, ...body] = bodies[trouble.kind](trouble);
  box.replaceChildren(element("h2", { id: "trouble-heading" }, heading), ...body.filter(Boolean));
  box.dataset.kind = trouble.kind;
  box.hidden = false;
  const pause = box.querySelector(".pause");
  return pause ? watch(pause, trouble.until, over) : () => {};
}

const paragraph = (key, values) => element("p", {}, parts(key, values));

const bodies = {
  slips: ({ slips }) => [text("wrong.heading"), element("ul", {}, slips.map(slipItem))],
  refused: ({ motor }) => [
    text(motor ? "refused.heading" : "refused.heading-others"),
    paragraph("refused.lede"),
    element(
      "ul",
      {},
      (motor ? ["policy", "insured", "two", "fresh"] : ["policy", "name", "line", "fresh"]).map(
        (hint) => element("li", {}, text(`refused.${hint}`)),
      ),
    ),
    paragraph("refused.help"),
  ],
  unsolved: () => [
    text("challenge.unsolved"),
    paragraph("challenge.unsolved-lede"),
    paragraph("limited.help"),
  ],
  limited: ({ until }) => [
    text("limited.heading"),
    paragraph("limited.lede"),
    until > performance.now()
      ? element("p", { class: "pause", role: "timer" })
      : paragraph("limited.later"),
    paragraph("limited.help"),
  ],
  outage: () => [text("outage.heading"), paragraph("outage.lede"), paragraph("outage.help")],
  broken: ({ requestId }) => [
    text("broken.heading"),
    paragraph("broken.lede"),
    paragraph("broken.help"),
    requestId && element("p", {}, parts("broken.request", { id: element("code", {}, requestId) })),
  ],
};

function slipItem(slip) {
  const words = wording(slip);
  if (!slip.field) return element("li", {}, words);
  const toField = (event) => {
    event.preventDefault(); // no #fragment in the address, and the focus goes into the field
    document.getElementById(slip.field).focus();
  };
  return element("li", {}, element("a", { href: `#${slip.field}`, onclick: toField }, words));
}

function watch(pause, until, over) {
  const left = Math.ceil((until - performance.now()) / 1000);
  return countDown(
    left,
    (seconds) => pause.replaceChildren(...parts("limited.wait", { time: duration(seconds) })),
    () => {
      pause.replaceChildren(text("limited.over"));
      over();
    },
  );
}
