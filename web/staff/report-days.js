/* The days of a quarter: their queries as bars, their figures with the way to what is behind. */
import { element } from "../assets/element.js";
import { date } from "../assets/format.js";
import { text } from "../assets/texts.js";
import { table } from "./shown.js";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [920, 120];

/** A picture with a sentence that says what it shows; nothing without days. */
export function days(found) {
  if (!found.length) return null;
  const most = Math.max(...found.map((one) => one.queries), 1);
  const peak = found.find((one) => one.queries === most) ?? found[0];
  const told = text("staff-reports.days", {
    first: date(found[0].day),
    last: date(found.at(-1).day),
    most: peak.queries,
    day: date(peak.day),
  });
  const step = WIDTH / found.length;
  const width = Math.min(step * 0.8, 16);
  const bars = found.map(({ queries }, at) => {
    const height = (queries / most) * HEIGHT;
    return shape("rect", { x: at * step, y: HEIGHT - height, width, height });
  });
  const picture = shape("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    role: "img",
    "aria-labelledby": "days-told",
    class: "days",
    preserveAspectRatio: "none",
  });
  picture.append(...bars);
  return element("figure", { class: "days-shown" }, [
    picture,
    element("figcaption", { class: "hint", id: "days-told" }, told),
  ]);
}

const COLUMNS = [
  ...["queries", "queries_verified", "views"],
  ...["objections_received", "objections_closed"],
];

/** The main figures of each day; its name leads to the rows and events behind them. */
export function daily(found, { period, organisation }) {
  const words = (key) => text(`staff-reports.${key}`);
  const link = (day) =>
    element("a", { href: `#reports/${period}/${organisation}/day/${day}` }, date(day));
  const columns = [words("day"), ...COLUMNS.map((code) => words(`total.${code}`))];
  const rows = found.map((one) => [link(one.day), ...COLUMNS.map((code) => String(one[code]))]);
  return element("details", { class: "section" }, [
    element("summary", {}, element("h3", {}, words("daily"))),
    element("div", { class: "section-body" }, table(words("daily"), columns, rows)),
  ]);
}

function shape(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}
