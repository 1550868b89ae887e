/* What is decided, item by item: the one that was objected to, and others that turned out wrong. */
import { text } from "../assets/texts.js";
import { choice, field, line, several } from "./fields.js";
import { Slips } from "./trouble.js";
import { kindOf, read, typed, worded } from "./values.js";

const word = (key, values) => text(`staff-objections.${key}`, values);
const KINDS = ["words", "money", "number"];

/** A field for each item; the first is the one of the objection, as it was shown. */
export function decisionFields({ objection: told }, id) {
  const one = (at) => (at === 0 ? objected(told, `${id}-items-0`) : further(`${id}-items-${at}`));
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

function further(id) {
  const kinds = KINDS.map((code) => [code, word(`kind.${code}`)]);
  return [
    field(
      word("field.item"),
      line(`${id}-item`, { maxlength: 300, dir: "ltr" }),
      word("item-what"),
    ),
    field(word("field.kind"), choice(`${id}-kind`, kinds)),
    field(word("field.decided"), line(`${id}-decided`, { maxlength: 1000 })),
  ];
}

/** What was typed, as the service takes it; Slips for what is no value of its kind. */
export function decisions(said, { objection: told }) {
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
    if (!/^(\/[^/]*)+$/.test(one("item"))) wrong(at, "item", "slip.pointer");
    return { item: one("item"), decided };
  });
  if (slips.length) throw new Slips(slips);
  return found;
}
