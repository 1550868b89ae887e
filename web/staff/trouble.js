/* What went wrong at a desk, said on top of the page in the service's words, with what to do next. */
import { Problem, Unreachable } from "../assets/api.js";
import { element } from "../assets/element.js";
import { parts, text } from "../assets/texts.js";

/** Fills the box and focuses it. `idOf(pointer)` is the id of the field that a slip belongs to. */
export function show(box, error, idOf = () => null) {
  const [heading, ...body] = told(error, idOf);
  box.replaceChildren(element("h2", { id: "trouble-heading" }, heading), ...body.filter(Boolean));
  box.hidden = false;
  box.focus();
}

export function clear(box) {
  box.hidden = true;
  box.replaceChildren();
}

function told(error, idOf) {
  if (error.heading) return [text(error.heading)];
  if (error instanceof Unreachable) return [text("staff.outage"), paragraph("staff.outage-next")];
  if (!(error instanceof Problem)) {
    reportError(error);
    return [text("staff.broken")];
  }
  if (error.errors.length) {
    return [text("staff.slips"), element("ul", {}, error.errors.map((slip) => item(slip, idOf)))];
  }
  const id = element("code", {}, error.requestId);
  return [
    error.title || text("staff.broken"),
    error.detail && element("p", {}, error.detail),
    error.status >= 500 && element("p", {}, parts("staff.request", { id })),
  ];
}

const paragraph = (key) => element("p", {}, text(key));

function item({ pointer, detail }, idOf) {
  const id = idOf(pointer);
  if (!id || !document.getElementById(id)) return element("li", {}, detail);
  const go = (event) => {
    event.preventDefault(); // the fragment names the desk, and the focus goes into the field
    document.getElementById(id).focus();
  };
  return element("li", {}, element("a", { href: `#${id}`, onclick: go }, detail));
}
