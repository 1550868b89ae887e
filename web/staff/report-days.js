/* The queries of each day of a quarter as bars; the table of the days stands in the files. */
import { element } from "../assets/element.js";
import { date } from "../assets/format.js";
import { text } from "../assets/texts.js";

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

function shape(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}
