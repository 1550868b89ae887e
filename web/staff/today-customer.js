/* A customer's card: numbers with their sources, policies with what is due, claims, every contact. */
import { element } from "../assets/element.js";
import { date, money, time } from "../assets/format.js";
import { dial, text } from "../assets/texts.js";
import { call, history } from "./today-call.js";
import { pairs } from "./today-lead.js";

export async function customer(frame, id, current) {
  const path = `/v1/staff/customers/${encodeURIComponent(id)}`;
  const { answer } = await frame.ask("GET", path);
  if (!current()) return;
  const again = () => customer(frame, id, current);
  frame.draw(
    element("p", {}, element("a", { class: "back", href: "#today" }, text("staff-today.back"))),
    element("h1", { tabindex: "-1" }, element("bdi", {}, answer.name)),
    pairs([
      ["id_no", answer.id_no],
      ["consent", consent(answer.marketing_consent)],
      ["next_on", answer.next_on && date(answer.next_on)],
    ]),
    answer.do_not_call && element("p", { class: "notice" }, text("staff-today.no-calls")),
    element("h2", {}, text("staff-today.numbers")),
    numbers(answer),
    call(frame, `${path}/contacts`, { done: again }),
    element("h2", {}, text("staff-today.policies")),
    answer.policies.map(policy),
    element("h2", {}, text("staff-today.history")),
    history((answer.log ?? []).map(event)),
  );
}

function consent(given) {
  if (given === null || given === undefined) return text("staff-today.not-asked");
  return text(given ? "staff-today.yes" : "staff-today.no");
}

function numbers({ contacts = [], do_not_call }) {
  if (!contacts.length) return element("p", {}, text("staff-today.no-number"));
  return element(
    "ul",
    { class: "entries" },
    contacts.map((one) => {
      const plain = one.wrong_since || do_not_call;
      const source = `${one.kind_name} · ${one.source_name} · ${date(one.recorded_on)}`;
      return element("li", {}, [
        element("p", {}, plain ? element("bdi", { dir: "ltr" }, one.phone) : dial(one.phone)),
        element("p", { class: "hint" }, source),
        one.wrong_since &&
          element("p", { class: "overdue" }, text("staff-today.wrong", { day: date(one.wrong_since) })),
      ]);
    }),
  );
}

function policy(one) {
  return element("section", { class: "card" }, [
    element("h3", {}, [
      element("bdi", {}, one.line_name),
      " ",
      element("span", { class: "badge" }, one.status_name),
    ]),
    one.role === "policyholder" && element("p", { class: "hint" }, text("staff-today.as-holder")),
    pairs([
      ["policy_no", one.policy_no],
      ["product", one.product],
      ["ends_on", date(one.ends_on)],
      ["premium", one.premium && money(one.premium)],
      ["beneficiary", one.beneficiary],
    ]),
    one.payments?.length > 0 && instalments(one.payments),
    one.claims?.length > 0 && claims(one.claims),
  ]);
}

function instalments(found) {
  const shown = found.map((one) => {
    const due = one.due_amount ? money(one.due_amount) : "";
    const values = { number: one.instalment ?? "", amount: due };
    const when = one.due_on ? text("staff-today.due-on", { day: date(one.due_on) }) : "";
    const paid = one.paid_on ? text("staff-today.paid-on", { day: date(one.paid_on) }) : "";
    return element("li", {}, [
      element("p", {}, text("staff-today.instalment", values)),
      element("p", { class: "hint" }, [when, when && paid ? " · " : "", paid]),
    ]);
  });
  return [element("h4", {}, text("staff-today.payments")), element("ul", { class: "entries" }, shown)];
}

function claims(found) {
  const shown = found.map((one) =>
    element("li", {}, [
      element("p", {}, [element("bdi", {}, one.claim_no), " · ", one.status_name ?? one.status]),
      one.reported_at && element("p", { class: "hint" }, time(one.reported_at)),
    ]),
  );
  return [element("h4", {}, text("staff-today.claims")), element("ul", { class: "entries" }, shown)];
}

function event({ at, outcome, outcome_name, note, next_on, by }) {
  return element("li", {}, [
    element("p", {}, [element("strong", {}, outcome_name ?? outcome), " · ", time(at), " · ", by]),
    next_on && element("p", {}, text("staff-today.next", { day: date(next_on) })),
    note && element("p", {}, element("bdi", {}, note)),
  ]);
}
