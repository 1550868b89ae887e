/* How a quarterly report stands: signatures, submission, and how near its last day is. */
import { data, element } from "../assets/element.js";
import { daysUntil } from "../assets/format.js";
import { text } from "../assets/texts.js";
import { mark } from "./shown.js";

/** The way to a report, by quarter and organisation. */
export function reportLink({ period, organisation, name }) {
  const words = element("span", {}, [data(period), " · ", data(name ?? organisation)]);
  return element("a", { class: "open", href: `#reports/${period}/${organisation}` }, words);
}

const KINDS = { unsigned: "open", signed_once: "open", signed: "open", submitted: "still" };

/** The state as a mark; a version that was submitted counts although a newer one has come since. */
export function state({ state: code, submissions, version }) {
  const shown = [mark(text(`staff-reports.state.${code}`), KINDS[code])];
  if (submissions.length && !submissions.some((one) => one.version === version)) {
    shown.push(" ", mark(text("staff-reports.state.older"), "bad"));
  }
  return shown;
}

/** How many days are left, for what nobody has submitted yet. */
export function due({ due_on: day, submissions }) {
  if (submissions.length) return "";
  const days = daysUntil(day);
  if (days < 0) return mark(text("staff-reports.late", { days: -days }), "bad");
  return mark(text("staff-reports.left", { days }), days <= 5 ? "bad" : "still");
}
