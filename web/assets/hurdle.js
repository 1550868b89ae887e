/* What stands in the way, said on top of the page: slips, a refusal, a pause, an outage. */
import { Problem, Unreachable } from "./api.js";
import { element } from "./element.js";
import { duration } from "./format.js";
import { parts, text } from "./texts.js";
import { Unsolved } from "./unsolved.js";

/** What an error means here; `refused` is the key of the words for wrong credentials. */
export function hurdleOf(error, refused) {
  if (error instanceof Unreachable) return { kind: "outage" };
  if (!(error instanceof Problem)) {
    if (!(error instanceof Unsolved)) reportError(error);
    return { kind: "broken" };
  }
  if (error.status === 400 && error.errors.length) {
    const slips = error.errors.map(({ pointer, detail }) => ({ field: pointer, message: detail }));
    return { kind: "slips", slips };
  }
  if (error.code === "verification-failed") return { kind: "refused", refused };
  if (error.status === 401 || error.status === 404) return { kind: "expired" };
  if (error.status === 429) return { kind: "limited", seconds: error.retryAfter };
  return { kind: "broken", requestId: error.requestId };
}

/** Fills the box and focuses it; `idOf` gives the id of a field's input, null for none here. */
export function show(box, hurdle, idOf = () => null) {
  const [heading, ...body] = bodies[hurdle.kind](hurdle, idOf);
  box.replaceChildren(element("h2", { id: "trouble-heading" }, heading), ...body.filter(Boolean));
  box.dataset.kind = hurdle.kind;
  box.hidden = false;
  box.focus();
}

const paragraph = (key, values) => element("p", {}, parts(key, values));

const bodies = {
  slips: ({ slips }, idOf) => [
    text("hurdle.slips"),
    element(
      "ul",
      {},
      slips.map((slip) => element("li", {}, link(slip.message, idOf(slip.field)))),
    ),
  ],
  refused: ({ refused }) => [text("hurdle.refused"), paragraph(refused), paragraph("hurdle.help")],
  limited: ({ seconds }) => [
    text("hurdle.limited"),
    seconds > 0 && paragraph("hurdle.limited-wait", { time: duration(seconds) }),
    paragraph("hurdle.help"),
  ],
  outage: () => [text("hurdle.outage"), paragraph("hurdle.outage-kept"), paragraph("hurdle.help")],
  expired: () => [text("hurdle.expired"), paragraph("hurdle.help")],
  broken: ({ requestId }) => [
    text("hurdle.broken"),
    paragraph("hurdle.broken-kept"),
    paragraph("hurdle.help"),
    requestId && paragraph("hurdle.request", { id: element("code", {}, requestId) }),
  ],
};

function link(words, id) {
  if (!id || !document.getElementById(id)) return words;
  const go = (event) => {
    event.preventDefault(); // no #fragment in the address, and the focus goes into the field
    document.getElementById(id).focus();
  };
  return element("a", { href: `#${id}`, onclick: go }, words);
}

/** Marks a field as wrong with the words beside it, or as right without them. */
export function mark(id, words) {
  const input = document.getElementById(id);
  const line = document.getElementById(`${id}-wrong`);
  if (!input || !line) return;
  line.closest(".field").classList.toggle("has-wrong", Boolean(words));
  line.textContent = words ? text("hurdle.slip") + words : "";
  if (words) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}
