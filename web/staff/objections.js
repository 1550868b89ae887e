/* The register of objections (异议登记): what is open, by when, its marks. One is a place in it. */
import { data, element } from "../assets/element.js";
import { limit } from "../assets/format.js";
import { text } from "../assets/texts.js";
import { button, choice, field, line } from "./fields.js";
import { objection } from "./objection.js";
import { marks, stateName } from "./objection-marks.js";
import { officers } from "./officers.js";
import { organisation, table } from "./shown.js";

const STATES = [
  ...["open", "to_review", "received", "acknowledged", "investigating", "waiting"],
  ...["proposed", "approved", "closed"],
];
const HOURS = { any: null, overdue: 0, day: 24, three: 72, week: 168 };
const ANYWHERE = "-";

export const desk = (frame) => ({
  enter([place, ...rest], { current }) {
    if (place === "officers") return officers(frame, current);
    if (place && place !== "list") return objection(frame, place, current);
    return list(frame, wanted(rest), current);
  },
});

/** What the fragment asks for: `#objections/list/<state>/<due>/<organisation>`. */
function wanted([state, due, organisation]) {
  return {
    state: STATES.includes(state) ? state : "open",
    due: Object.hasOwn(HOURS, due ?? "") ? due : "any",
    organisation: organisation === ANYWHERE ? "" : (organisation ?? ""),
  };
}

async function list(frame, filter, current) {
  const rows = [];
  const found = element("div");
  const rest = element("p");
  const show = (cursor) => {
    found.replaceChildren(
      rows.length ? drawn(frame, rows) : element("p", {}, text("staff-objections.nothing")),
    );
    rest.replaceChildren(...(cursor ? [button(text("staff.more"), () => more(cursor))] : []));
  };
  const page = async (cursor) => {
    const { answer } = await frame.ask("GET", `/v1/staff/objections?${query(filter, cursor)}`);
    rows.push(...answer.items);
    // A page looks at so many entries at most: one may be empty and the next not.
    return answer.items.length || !answer.cursor ? answer.cursor : page(answer.cursor);
  };
  const more = async (cursor) => {
    const before = rows.length;
    try {
      show(await page(cursor));
      found.querySelectorAll("tbody th")[before]?.querySelector("a")?.focus();
    } catch (error) {
      frame.fail(error);
    }
  };
  const cursor = await page(null);
  if (!current()) return;
  show(cursor);
  frame.draw(
    element("h1", { tabindex: "-1" }, text("staff.desk.objections")),
    frame.may("GET /v1/staff/objection-officers") &&
      element("p", {}, element("a", { href: "#objections/officers" }, text("staff-objections.officers"))),
    filters(frame, filter),
    found,
    rest,
  );
}

function query({ state, due, organisation }, cursor) {
  const asked = new URLSearchParams({ state });
  if (HOURS[due] !== null) {
    asked.set("due_before", new Date(Date.now() + HOURS[due] * 3_600_000).toISOString());
  }
  if (organisation) asked.set("organisation", organisation);
  if (cursor) asked.set("cursor", cursor);
  return asked;
}

function filters(frame, filter) {
  const named = (family, codes) =>
    codes.map((code) => [code, text(`staff-objections.${family}.${code}`)]);
  const state = choice("filter-state", named("state", STATES), filter.state);
  const due = choice("filter-due", named("due", Object.keys(HOURS)), filter.due);
  const organisation = line("filter-organisation", { maxlength: 40, dir: "ltr" });
  organisation.value = filter.organisation;
  const apply = (event) => {
    event.preventDefault();
    const place = organisation.value.trim() || ANYWHERE;
    frame.go("objections", "list", state.value, due.value, place);
  };
  return element("form", { class: "filters", novalidate: true, onsubmit: apply }, [
    field(text("staff-objections.filter.state"), state),
    field(text("staff-objections.filter.due"), due),
    field(text("staff-objections.filter.organisation"), organisation),
    element("button", { class: "button button-quiet" }, text("staff-objections.filter.apply")),
  ]);
}

const handling = ({ handled_at: code, handled_at_name: name, handler, cause_name: cause }) => [
  ...organisation(code, name),
  ...[handler, cause].flatMap((one) => (one ? [" · ", data(one)] : [])),
];

function drawn(frame, rows) {
  const columns = ["number", "about", "handled", "state", "due_at"];
  const opens = frame.may("GET /v1/staff/objections/{objection_no}");
  const row = (one) => {
    const number = data(one.objection_no, { dir: "ltr" });
    const link = element("a", { class: "open", href: `#objections/${one.objection_no}` }, number);
    return [
      opens ? link : number,
      [data(one.subject_name ?? one.subject), " · ", data(one.line_name ?? one.line)],
      handling(one),
      [stateName(one), " ", marks(one)].flat(),
      limit(one.due_at),
    ];
  };
  return table(
    text("staff.desk.objections"),
    columns.map((code) => text(`staff-objections.column.${code}`)),
    rows.map(row),
  );
}
