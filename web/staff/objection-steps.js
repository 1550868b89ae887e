/* The steps that the reader may take at an objection: one is chosen, filled in and sent. */
import { data, element } from "../assets/element.js";
import { text } from "../assets/texts.js";
import { area, button, choice, field, line, several, tick } from "./fields.js";
import { decisions, decisionFields } from "./objection-decisions.js";
import { sends } from "./sending.js";
import { part } from "./shown.js";
import { Slips } from "./trouble.js";
import { read } from "./values.js";

const word = (key, values) => text(`staff-objections.${key}`, values);
const MEASURES = ["warning", "fine", "demotion", "dismissal", "transfer_to_authority", "other"];
const DEPTHS = ["", "general", "complex"];
const RESULTS = ["corrected", "unfounded", "misunderstanding", "violation", "complaint"];

/** By action, in the order they are offered: what is asked for, and what is sent of it. */
const STEPS = {
  review: { fields: (found, id) => [decision(id), note(id, "note-if-refused")], body: verdict },
  decide_extension: {
    fields: (found, id) => [asked(found), decision(id), note(id, "note-if-refused")],
    body: verdict,
  },
  reply: { fields: () => [hint("reply-what")], body: () => ({}) },
  acknowledge: {
    fields: (found, id) => [
      field(word("field.complexity"), choice(`${id}-complexity`, named("complexity", DEPTHS))),
    ],
    body: (said) => said("complexity"),
  },
  propose: { fields: proposal, body: proposed },
  investigate: { fields: (found, id) => [note(id)], body: (said) => said("note") },
  ask: {
    fields: (found, id) => [field(word("field.question"), area(`${id}-message`), word("ask-what"))],
    body: (said) => said("message"),
  },
  receive_answer: {
    fields: (found, id) => [field(word("field.answer"), area(`${id}-message`))],
    body: (said) => said("message"),
  },
  assign: { fields: handler, body: (said) => said("handler") },
  ask_extension: {
    fields: (found, id) => [
      field(word("field.reasons"), area(`${id}-reasons`), word("extension-what")),
    ],
    body: (said) => said("reasons"),
  },
  suspect_violation: {
    fields: (found, id) => [hint("suspect-what"), note(id)],
    body: (said) => said("note"),
  },
  urge: { fields: (found, id) => [note(id)], body: (said) => said("note") },
  hold_responsible: {
    fields: (found, id) => [
      several(`${id}-persons`, (at) => person(`${id}-persons-${at}`), {
        words: word("another-person"),
        legend: (at) => word("person", { at }),
      }),
    ],
    body: persons,
  },
};

/** The form, and in words what the objection waits for where the reader can do nothing about it. */
export function steps(frame, path, found, etag, after) {
  const offered = Object.keys(STEPS).filter((action) => found.actions.includes(action));
  const waits = waiting(found, offered);
  if (!offered.length) return part(word("steps"), waits ?? hint("nothing-to-do"));
  return part(word("steps"), waits, form(frame, path, found, etag, after, offered));
}

function waiting({ desk }, offered) {
  if (desk.status === "replied") return hint("wait.replied");
  if (desk.status === "proposed" && !offered.includes("review")) return hint("wait.review");
  if (desk.status === "waiting") return hint("wait.customer");
  if (desk.extension_asked && !offered.includes("decide_extension")) return hint("wait.extension");
  return null;
}

function form(frame, path, found, etag, after, offered) {
  const select = choice("step", named("action", offered));
  const parts = offered.map((action) =>
    element("div", { "data-step": action }, STEPS[action].fields(found, action, frame)),
  );
  const send = element("button", { class: "button" });
  const show = () => {
    for (const one of parts) one.hidden = one.dataset.step !== select.value;
    send.replaceChildren(word(`do.${select.value}`));
  };
  select.addEventListener("change", show);
  show();
  const drawn = element("form", { class: "step", novalidate: true }, [
    field(word("step"), select),
    parts,
    element("p", {}, send),
  ]);
  return sends(frame, drawn, {
    request: () => {
      const action = select.value;
      const body = { action, ...STEPS[action].body(asking(drawn, action), found) };
      return { path: `${path}/events`, body, match: etag };
    },
    done: after,
    words: "staff-objections",
    idOf: (pointer) => `${select.value}${pointer.replaceAll("/", "-")}`,
  });
}

/** Reads what was typed at an action: said("note") is {note} or nothing. */
function asking(drawn, action) {
  const at = (name) => drawn.querySelector(`#${CSS.escape(`${action}-${name}`)}`);
  const said = (...names) =>
    Object.fromEntries(
      names.map((name) => [name, at(name)?.value.trim()]).filter(([, value]) => value),
    );
  said.at = at;
  return said;
}

const named = (family, codes) => codes.map((code) => [code, word(`${family}.${code || "open"}`)]);
const hint = (key) => element("p", { class: "notice" }, word(key));
const note = (id, why) => field(word("field.note"), area(`${id}-note`), why && word(why));

function decision(id) {
  return field(word("field.approve"), choice(`${id}-approve`, named("approve", ["", "yes", "no"])));
}

function verdict(said) {
  const { value } = said.at("approve");
  if (!value) throw new Slips([{ pointer: "/approve", detail: word("slip.choose") }]);
  return { approve: value === "yes", ...said("note") };
}

function asked({ events }) {
  const last = events.findLast(({ event }) => event === "extension_asked");
  const { reasons } = last?.words ?? {};
  return reasons && element("p", {}, [word("asked-because"), " ", data(reasons)]);
}

function handler(found, id, frame) {
  const input = line(`${id}-handler`, { maxlength: 100, dir: "ltr" });
  const mine = () => {
    input.value = frame.person.sub;
    input.focus();
  };
  return [
    field(word("field.handler"), input, word("handler-what")),
    element("p", {}, button(word("mine"), mine)),
  ];
}

function proposal(found, id) {
  const result = choice(`${id}-result`, named("result", ["", ...RESULTS]));
  const complaint = field(
    word("field.complaint_no"),
    line(`${id}-complaint_no`, { maxlength: 60, dir: "ltr" }),
    word("complaint-what"),
  );
  const show = () => {
    complaint.hidden = result.value !== "complaint";
  };
  result.addEventListener("change", show);
  show();
  return [
    field(word("field.result"), result),
    complaint,
    decisionFields(found, id),
    field(word("field.reasons"), area(`${id}-reasons`), word("reasons-what")),
  ];
}

function proposed(said, found) {
  const body = said("result", "reasons");
  if (!body.result) throw new Slips([{ pointer: "/result", detail: word("slip.choose") }]);
  if (body.result === "complaint") Object.assign(body, said("complaint_no"));
  return { ...body, items: decisions(said, found) };
}

function person(id) {
  return [
    field(word("field.name"), line(`${id}-name`, { maxlength: 200 })),
    field(word("field.measure"), choice(`${id}-measure`, named("measure", MEASURES))),
    field(word("field.rule"), line(`${id}-rule`, { maxlength: 200 })),
    field(word("field.facts"), area(`${id}-facts`, { rows: 2 })),
    field(word("field.amount"), line(`${id}-amount`, { inputmode: "decimal", dir: "ltr" })),
    tick(`${id}-reported_to_police`, word("field.police")),
  ];
}

function persons(said) {
  const slips = [];
  const found = Array.from({ length: Number(said.at("persons-count").value) }, (_, at) => {
    const one = (name) => said.at(`persons-${at}-${name}`);
    const told = { reported_to_police: one("reported_to_police").checked };
    for (const name of ["name", "measure", "rule", "facts"]) {
      if (one(name).value.trim()) told[name] = one(name).value.trim();
    }
    const typed = one("amount").value.trim();
    const amount = read("money", typed);
    if (typed && !amount) {
      slips.push({ pointer: `/persons/${at}/amount`, detail: word("slip.amount") });
    }
    return amount ? { ...told, amount: amount.amount } : told;
  });
  if (slips.length) throw new Slips(slips);
  return { persons: found };
}
