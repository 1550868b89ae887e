/* Named officers (专岗): who holds the posts within reach, who is away and until when. */
import { data, element } from "../assets/element.js";
import { date } from "../assets/format.js";
import { text } from "../assets/texts.js";
import { button, choice, field, line } from "./fields.js";
import { sends } from "./sending.js";
import { organisation, pairs, part } from "./shown.js";

const LIST = "/v1/staff/objection-officers";
const TELL = `POST ${LIST}/{subject}/absences`;
const word = (key, values) => text(`staff-objections.${key}`, values);

export async function officers(frame, current) {
  const { answer } = await frame.ask("GET", LIST);
  if (current()) draw(frame, answer.items, current);
}

function draw(frame, posts, current) {
  const after = async () => {
    await officers(frame, current);
    frame.tell("staff-objections.done");
    document.querySelector("#desk h1").focus();
  };
  const may = frame.may(TELL) && posts.length > 0;
  frame.draw(
    element("p", {}, element("a", { class: "back", href: "#objections" }, word("back"))),
    element("h1", { tabindex: "-1" }, word("officers")),
    posts.length ? posts.map((one) => post(frame, one, posts, may && after)) : nobody(),
    may && part(word("absence"), form(frame, posts, after)),
  );
}

const nobody = () => element("p", {}, word("officers-none"));
const path = (subject) => `${LIST}/${encodeURIComponent(subject)}/absences`;
const nameOf = (posts, subject) => posts.find((one) => one.subject === subject)?.name ?? subject;

function post(frame, one, posts, after) {
  const { organisation: code, organisation_name: name, absences } = one;
  return part(
    data(one.name),
    pairs([
      [word("officer-place"), organisation(code, name)],
      [word("pair.phone"), one.phone],
    ]),
    absences.length > 0 &&
      element(
        "ul",
        { class: "entries" },
        absences.map((absence) => away(frame, one, absence, posts, after)),
      ),
  );
}

/** One absence; what the desk told can be taken back, a line of the data cannot. */
function away(frame, { subject, name }, absence, posts, after) {
  const { from, until, stand_in: standIn, source } = absence;
  const back = async () => {
    try {
      frame.clear();
      await frame.ask("POST", path(subject), { body: { action: "end", from } });
      await after();
    } catch (error) {
      frame.fail(error);
    }
  };
  const days = word("away-days", { from: date(from), until: date(until) });
  const words = word("absence-end", { name });
  return element("li", {}, [
    element("p", {}, [days, standIn && ` · ${word("stands-in", { name: nameOf(posts, standIn) })}`]),
    after && source === "desk" && element("p", {}, button(words, back)),
  ]);
}

function form(frame, posts, after) {
  const people = new Map(posts.map(({ subject, name }) => [subject, name]));
  const who = choice("absence-subject", [...people]);
  const standIn = choice("absence-stand_in", []);
  const others = () => {
    const places = posts.filter((one) => one.subject === who.value).map((one) => one.organisation);
    const found = posts.filter(
      (one) => places.includes(one.organisation) && one.subject !== who.value,
    );
    const named = new Map(found.map(({ subject, name }) => [subject, name]));
    const options = [["", word("stand-in-next")], ...named];
    standIn.replaceChildren(
      ...options.map(([value, words]) => element("option", { value }, words)),
    );
  };
  who.addEventListener("change", others);
  others();
  const first = line("absence-from", { type: "date" });
  const last = line("absence-until", { type: "date" });
  const drawn = element("form", { novalidate: true }, [
    field(word("field.officer"), who),
    field(word("field.from"), first),
    field(word("field.until"), last),
    field(word("field.stand_in"), standIn, word("stand-in-what")),
    element("p", {}, element("button", { class: "button" }, word("absence-record"))),
  ]);
  return sends(frame, drawn, {
    request: () => {
      const body = { action: "record", from: first.value, until: last.value };
      if (standIn.value) body.stand_in = standIn.value;
      return { path: path(who.value), body };
    },
    done: after,
    words: "staff-objections",
    idOf: (pointer) => `absence-${pointer.slice(1)}`,
  });
}
