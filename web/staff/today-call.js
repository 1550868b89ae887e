/* Logging a call: what came of it and when to call again, in one request. */
import { element } from "../assets/element.js";
import { text } from "../assets/texts.js";

const OUTCOMES = [
  ...["reached", "no_answer", "appointment", "quoted"],
  ...["converted", "lost", "wrong_number", "do_not_call"],
];
const REASONS = ["price", "other_insurer", "no_need", "not_suitable", "unreachable", "other"];
const FIELDS = ["outcome", "lost_reason", "next_on", "note"];

/**
 * A form that sends `{outcome, next_on?, note?, …more}` to `path`; `done` is called once it is logged.
 * With `reasons` a lost lead is asked why.
 */
export function call(frame, path, { match, more = {}, reasons = false, done }) {
  const outcome = choose("outcome", OUTCOMES);
  const reason = reasons && choose("lost_reason", REASONS);
  const nextOn = field("next_on", element("input", { type: "date", name: "next_on" }));
  const note = field("note", element("textarea", { name: "note", rows: 3, maxlength: 1000 }));
  const key = crypto.randomUUID(); // one form is one call, however often it is sent
  const form = element(
    "form",
    { class: "card", novalidate: true },
    element("h2", {}, text("staff-today.log")),
    outcome,
    reason,
    nextOn,
    note,
    element("p", {}, element("button", { class: "button" }, text("staff-today.send"))),
  );
  const asked = (name) => form.elements[name]?.value.trim();
  const show = () => {
    if (reason) reason.hidden = asked("outcome") !== "lost";
    // Whom nobody may call any more is not planned for.
    nextOn.hidden = asked("outcome") === "do_not_call";
  };
  form.addEventListener("change", show);
  show();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const send = form.querySelector("button");
    if (send.dataset.busy !== undefined) return;
    send.dataset.busy = "";
    const body = { channel: "call", ...more };
    for (const name of FIELDS) {
      const box = form.elements[name]?.closest?.(".field");
      if (asked(name) && !box?.hidden) body[name] = asked(name);
    }
    try {
      frame.clear();
      await frame.ask("POST", path, { body, match, key });
      await done();
      frame.tell("staff-today.logged");
    } catch (error) {
      frame.fail(error, (pointer) => {
        const name = pointer.slice(1);
        return FIELDS.includes(name) ? `call-${name}` : null;
      });
    } finally {
      delete send.dataset.busy;
    }
  });
  return form;
}

function choose(name, codes) {
  const options = codes.map((code) =>
    element("option", { value: code }, text(`staff-today.${name}.${code}`)),
  );
  return field(name, element("select", { name }, options));
}

function field(name, input) {
  input.id = `call-${name}`;
  return element(
    "div",
    { class: "field" },
    element("label", { for: input.id }, text(`staff-today.field.${name}`)),
    input,
  );
}

/** What happened so far, the newest first. */
export function history(events) {
  if (!events.length) return element("p", {}, text("staff-today.no-log"));
  return element("ol", { class: "entries" }, events);
}
