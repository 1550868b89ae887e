/* What is decided, item by item: the one that was objected to, and others that turned out wrong. */
import { text } from "../assets/texts.js";
import { choice, field, line, several } from "./fields.js";
import { Slips } from "./trouble.js";
import { kindOf, read, typed, worded } from "./values.js";

const word = (key, values) => text(`staff-objections.${key}`, values);
const KINDS = ["words", "money", "number"];

/** A field for each item; the first is the one of the objection, as it was shown. */
export function decisionFields({ objection: told, items = [] }, id) {
  const others = items.filter(({ item }) => item !== told.item);
  const one = (at) =>
    at === 0 ? objected(told, `${id}-items-0`) : further(others, `${id}-items-${at}`);
  return several(`${id}-items`, one, {
    words: word("another-item"),
    legend: (at) => (at === 1 ? told.item_name : word("item", { at })),
  });
}

function objected(told, id) {
  const kind = kindOf(told.shown);
  const label = word(kind === "money" ? "field.decided-yuan" : "field.decided");
  const said = word("shown-and-claimed", {
    shown: worded(told.shown),
    claimed: worded(told.claimed),
  });
  const input =
    kind === "yes_no"
      ? choice(
          `${id}-decided`,
          ["yes", "no"].map((code) => [code, text(`staff.value.${code}`)]),
          typed(told.shown),
        )
      : line(`${id}-decided`, {
          value: typed(told.shown),
          maxlength: 1000,
          inputmode: kind === "words" ? undefined : "decimal",
        });
  return [field(label, input, said)];
}

/** One of the other items of the answer, and how what is decided of it is typed. */
function further(others, id) {
  const kinds = KINDS.map((code) => [code, word(`kind.${code}`)]);
  const kind = choice(`${id}-kind`, kinds);
  const named = others.map(({ item, item_name: name, value, value_name: words }) => [
    item,
    word("item-and-value", { item: name, value: words ?? worded(value) }),
  ]);
  const item = choice(`${id}-item`, [["", word("item-choose")], ...named]);
  // Where what was typed is put back, the kind that was chosen comes after this one.
  item.addEventListener("change", () => {
    const fits = kindOf(others.find((one) => one.item === item.value)?.value);
    kind.value = KINDS.includes(fits) ? fits : "words";
  });
  return [
    field(word("field.item"), item, word("item-what")),
    field(word("field.kind"), kind),
    field(word("field.decided"), line(`${id}-decided`, { maxlength: 1000 })),
  ];
}

/** What was typed, as the service takes it; Slips for what is no value of its kind. */
export function decisions(said, { objection: told, items = [] }) {
  const slips = [];
  const wrong = (at, name, key) =>
    slips.push({ pointer: `/items/${at}/${name}`, detail: word(key) });
  const found = Array.from({ length: Number(said.at("items-count").value) }, (_, at) => {
    const one = (name) => said.at(`items-${at}-${name}`)?.value.trim();
    const kind = at === 0 ? kindOf(told.shown) : one("kind");
    const decided = read(kind, one("decided"));
    if (decided === undefined) {
      wrong(at, "decided", kind === "words" ? "slip.missing" : "slip.amount");
    }
    if (at === 0) return { item: told.item, old: told.shown, claimed: told.claimed, decided };
    if (!one("item")) wrong(at, "item", "slip.item");
    const old = items.find(({ item }) => item === one("item"))?.value ?? null;
    return { item: one("item"), old, decided };
  });
  if (slips.length) throw new Slips(slips);
  return found;
}
