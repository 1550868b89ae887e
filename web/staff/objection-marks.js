/* What stands out about an objection: late, urged, suspected, waiting. */
import { has, text } from "../assets/texts.js";
import { mark } from "./shown.js";

/** The state in the words of who works on it; a new one keeps the service's name. */
export function stateName({ status, status_name: name }) {
  const key = `staff-objections.state.${status}`;
  return has(key) ? text(key) : (name ?? status);
}

/** The marks of an objection as lists have it. */
export function marks(one) {
  const words = (code) => text(`staff-objections.mark.${code}`);
  // Whoever reads that it is overdue now need not read that the same clock has run out.
  const ran = one.overdue ? one.breached.filter((code) => code === "acknowledge") : one.breached;
  const near = one.warned.filter((code) => !one.breached.includes(code));
  const open = one.status !== "replied";
  return [
    one.overdue && mark(words("overdue"), "bad"),
    ...ran.map((code) => mark(words(`breached.${code}`), "bad")),
    open && !one.overdue && near.length > 0 && mark(words("warned"), "open"),
    one.urged_at && mark(words("urged"), "bad"),
    one.violation && mark(words("violation"), "bad"),
    one.paused && one.status !== "waiting" && mark(words("paused"), "still"),
    one.extension_asked && mark(words("extension_asked"), "open"),
    one.extended && mark(words("extended"), "still"),
    one.correction && mark(words(`correction.${one.correction}`), "still"),
  ]
    .filter(Boolean)
    .flatMap((node) => [node, " "]);
}
