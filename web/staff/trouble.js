/* What went wrong at a desk, said on top in the service's words, with what to do next. */
import { Problem, Unreachable } from "../assets/api.js";
import { element } from "../assets/element.js";
import { parts, text } from "../assets/texts.js";

/** When the page itself sees what is wrong; `errors` as the service's: [{pointer, detail}]. */
export class Slips extends Error {
  constructor(errors) {
    super("slips");
    this.errors = errors;
  }
}

/**
 * Fills the box and focuses it. `idOf(pointer)` is the id of the field that a slip belongs to,
 * which says it too. An error with a `heading` (and `next`) is told in those words.
 */
export function show(box, error, idOf = () => null) {
  clear(box);
  const [heading, ...body] = told(error, idOf);
  for (const slip of error.errors ?? []) mark(slip, document.getElementById(idOf(slip.pointer)));
  box.replaceChildren(element("h2", { id: "trouble-heading" }, heading), ...body.filter(Boolean));
  box.hidden = false;
  box.focus();
}

export function clear(box) {
  box.hidden = true;
  box.replaceChildren();
  for (const one of document.querySelectorAll(".wrong")) one.remove();
  for (const field of document.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    describe(field, (ids) => ids.filter((id) => !id.endsWith("-wrong")));
    field.closest(".field")?.classList.remove("has-wrong");
  }
}

function mark({ detail }, field) {
  if (!field || field.hasAttribute("aria-invalid")) return;
  const words = element("p", { class: "wrong", id: `${field.id}-wrong` }, detail);
  field.before(words);
  field.setAttribute("aria-invalid", "true");
  describe(field, (ids) => [words.id, ...ids]);
  field.closest(".field")?.classList.add("has-wrong");
}

/** A field may have its hint beside what is wrong with it. */
function describe(field, change) {
  const ids = change((field.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
  if (ids.length) field.setAttribute("aria-describedby", ids.join(" "));
  else field.removeAttribute("aria-describedby");
}

function told(error, idOf) {
  if (error.heading) return [text(error.heading), error.next && paragraph(error.next)];
  if (error instanceof Unreachable) return [text("staff.outage"), paragraph("staff.outage-next")];
  if (!(error instanceof Problem || error instanceof Slips)) {
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
  const label = document.querySelector(`label[for="${CSS.escape(id)}"]`)?.textContent;
  const words = label ? text("staff.slip", { label, detail }) : detail;
  const go = (event) => {
    event.preventDefault(); // the fragment names the desk, and the focus goes into the field
    document.getElementById(id).focus();
  };
  return element("li", {}, element("a", { href: `#${id}`, onclick: go }, words));
}
