/* The agent's day: whom to call, on which number, and why. A lead and a customer are places in it. */
import { element } from "../assets/element.js";
import { date, limit, money, time } from "../assets/format.js";
import { dial, text } from "../assets/texts.js";
import { customer } from "./today-customer.js";
import { lead } from "./today-lead.js";

const KINDS = ["new_lead", "due_contact", "wrong_number", "premium_due", "birthday", "expiring"];

export const desk = (frame) => ({
  async enter([place, id], { current }) {
    if (place === "lead") return lead(frame, id, current);
    if (place === "customer") return customer(frame, id, current);
    return list(frame, KINDS.includes(place) ? place : null, current);
  },
});

async function list(frame, kind, current) {
  const rows = element("ul", { class: "desk-list" });
  const rest = element("p");
  const page = async (cursor) => {
    const asked = new URLSearchParams({ ...(kind && { kind }), ...(cursor && { cursor }) });
    const query = asked.size ? `?${asked}` : "";
    const { answer } = await frame.ask("GET", `/v1/staff/today${query}`);
    if (!current()) return null;
    rows.append(...answer.items.map(entry));
    const more = async () => {
      try {
        await page(answer.cursor);
        rows.children[shown]?.querySelector("a")?.focus();
      } catch (error) {
        frame.fail(error);
      }
    };
    const shown = rows.children.length;
    rest.replaceChildren(...(answer.cursor ? [button("staff-today.more", more)] : []));
    return answer;
  };
  const answer = await page(null);
  if (answer === null) return;
  const count = (code) => answer.counts[code];
  frame.draw(
    element("h1", { tabindex: "-1" }, text("staff.desk.today")),
    element("p", { class: "lede" }, date(answer.day)),
    element("nav", { class: "desks", "aria-label": text("staff-today.kinds") }, [
      chip(null, kind, KINDS.reduce((sum, code) => sum + count(code), 0)),
      KINDS.filter((code) => count(code) > 0 || code === kind).map((code) =>
        chip(code, kind, count(code)),
      ),
    ]),
    rows.children.length ? rows : element("p", {}, text("staff-today.nothing")),
    rest,
  );
}

function chip(code, kind, count) {
  const current = code === kind && "page";
  const attributes = { href: code ? `#today/${code}` : "#today", "aria-current": current };
  return element("a", attributes, `${text(`staff-today.kind.${code ?? "all"}`)} ${count}`);
}

function entry(item) {
  const place = item.lead_no ? `lead/${item.lead_no}` : `customer/${item.customer_id}`;
  const name = item.name ?? text("staff-today.nameless");
  return element("li", {}, [
    element("p", {}, [
      element("span", { class: "badge" }, text(`staff-today.kind.${item.kind}`)),
      " ",
      item.overdue && element("strong", { class: "overdue" }, text("staff-today.overdue")),
    ]),
    element("p", {}, element("a", { href: `#today/${place}` }, element("bdi", {}, name))),
    element("p", {}, why(item)),
    element("p", {}, about(item)),
    phone(item),
    item.last_contact && element("p", { class: "hint" }, last(item.last_contact)),
    consent(item),
  ]);
}

function why(item) {
  const day = date(item.due_on);
  if (item.kind === "new_lead") return text("staff-today.why.new_lead", { time: limit(item.due_at) });
  const amount = item.amount ? money(item.amount) : "";
  return text(`staff-today.why.${item.kind}`, { day, amount });
}

/** The line, the plate and the number of the policy, as far as there are any. */
const about = (item) =>
  [item.line_name, item.plate_no, item.policy_no]
    .filter(Boolean)
    .flatMap((part, place) => [place ? " · " : "", element("bdi", {}, part)]);

function phone(item) {
  if (item.do_not_call) return element("p", {}, text("staff-today.no-calls"));
  if (!item.phone) return element("p", {}, text("staff-today.no-number"));
  return element("p", {}, dial(item.phone));
}

function last({ at, outcome, outcome_name }) {
  return text("staff-today.last", { time: time(at), outcome: outcome_name ?? outcome ?? "" });
}

function consent(item) {
  if (item.marketing_consent || item.do_not_call) return null;
  return element("p", { class: "hint" }, text("staff-today.no-consent"));
}

function button(key, onclick) {
  return element("button", { class: "button button-quiet", type: "button", onclick }, text(key));
}
