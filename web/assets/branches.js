/* Where the outlets are and when they are open, page by page as the service lists them. */
import { element } from "./element.js";
import { offered } from "./offers.js";
import { dial, text } from "./texts.js";

await offered(
  "branches",
  (cursor) => `/v1/branches${cursor ? `?cursor=${encodeURIComponent(cursor)}` : ""}`,
  ({ branches }) => branches.map(outlet),
);

function outlet({ name, level_name: level, address, phone, hours }) {
  return element("section", { class: "card" }, [
    element("h2", {}, element("bdi", {}, name)),
    element("p", { class: "hint" }, level),
    address && element("p", {}, element("bdi", {}, address)),
    phone && element("p", {}, dial(phone)),
    (hours ?? []).map(({ days, from, until }) =>
      element("p", {}, text("offers.hours", { days: named(days), from, until })),
    ),
  ]);
}

/** Days of a week (1 is Monday) as from-to where they follow each other, else one by one. */
function named(days) {
  const names = days.map((day) => text(`offers.day.${day}`));
  const running = days.length > 2 && days.at(-1) - days[0] === days.length - 1;
  const [first, last] = [names[0], names.at(-1)];
  return running ? text("offers.days", { first, last }) : names.join(text("offers.and"));
}
