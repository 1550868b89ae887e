/* One objection: the form for it, then its number and until when it will be answered. */
import { post, Problem, Unreachable } from "./api.js";
import { newKey } from "./draft.js";
import { data, element } from "./element.js";
import { duration, limit } from "./format.js";
import { parts, text } from "./texts.js";

const PHONE = /^[+0-9(（＋０-９][0-9０-９ ()（）－-]{4,28}$/;
const FIELDS = {
  claimed: { words: "objection.claimed", attributes: { maxlength: 1000, dir: "auto" } },
  description: {
    words: "objection.description",
    name: "textarea",
    attributes: { maxlength: 4000, rows: 3, dir: "auto" },
  },
  evidence: {
    words: "objection.evidence",
    optional: true,
    attributes: { maxlength: 2000, dir: "auto" },
  },
  phone: {
    words: "objection.phone",
    attributes: { type: "tel", maxlength: 29, dir: "ltr", autocomplete: "tel" },
  },
};
let made = 0;

export class ObjectionForm {
  /** `followed` shows what was filed, and takes what shows it. */
  constructor(queryId, token, followed) {
    Object.assign(this, { queryId, token, followed, typed: {}, wrong: {}, done: null, busy: false });
    made += 1;
    this.id = `objection-${made}`;
    this.told = element("p", { class: "progress", role: "status" });
    this.node = element("div");
  }

  /** The form for an item {pointer, label, shown} in the language of now; closed() puts it away. */
  draw(item, closed) {
    Object.assign(this, { item, closed });
    if (!this.busy) this.told.replaceChildren();
    const node = element(
      "div",
      { class: "objection", role: "group", "aria-labelledby": this.id },
      this.done ? this.receipt() : this.form(),
    );
    this.node.replaceWith(node);
    this.node = node;
    return node;
  }

  close() {
    this.node.closest(".objection:is(tr)")?.remove();
    this.node.remove();
    this.closed();
  }

  form() {
    const { label, shown } = this.item;
    return element(
      "form",
      {
        method: "post",
        novalidate: true,
        autocomplete: "off",
        onsubmit: (event) => this.send(event),
      },
      element("h3", { id: this.id }, ...parts("objection.title", { item: data(label) })),
      element("p", {}, ...parts("objection.shown", { shown: data(shown) })),
      Object.entries(FIELDS).map(([field, how]) => this.field(field, how)),
      this.suspicion(),
      element("button", { type: "submit", class: "button" }, text("objection.send")),
      this.button("objection.cancel"),
      this.told,
    );
  }

  button(key) {
    const onclick = () => this.close();
    return element("button", { type: "button", class: "button button-quiet", onclick }, text(key));
  }

  field(field, { words, name = "input", optional, attributes }) {
    const id = `${this.id}-${field}`;
    const label = text(words);
    const wrong = this.wrong[field];
    const oninput = (event) => (this.typed[field] = event.target.value);
    const control = element(
      name,
      {
        id,
        name: field,
        required: !optional,
        autocomplete: "off",
        "aria-invalid": wrong && "true",
        "aria-describedby": `${id}-wrong`,
        oninput,
        ...attributes,
      },
      name === "textarea" && this.typed[field],
    );
    if (name === "input") control.value = this.typed[field] ?? "";
    const told = wrong && text("wrong.prefix") + (wrong.message ?? text(wrong.key, { label }));
    return element(
      "div",
      { class: `field${wrong ? " has-wrong" : ""}` },
      element("label", { for: id }, optional ? text("objection.optional", { label }) : label),
      element("p", { class: "wrong", id: `${id}-wrong` }, told),
      control,
    );
  }

  /** Whether he suspects misconduct: then it goes to compliance of the province at once. */
  suspicion() {
    const control = element("input", {
      type: "checkbox",
      id: `${this.id}-violation`,
      onchange: () => (this.typed.violation = control.checked),
    });
    control.checked = Boolean(this.typed.violation);
    return element(
      "div",
      { class: "field" },
      element(
        "label",
        { class: "choice" },
        control,
        element("span", {}, text("objection.violation")),
      ),
    );
  }

  /** Draws it again, with the focus in the first field that is wrong, or on the receipt. */
  again() {
    this.draw(this.item, this.closed);
    const first = this.node.querySelector("[aria-invalid], h3[tabindex]");
    (first ?? this.node.querySelector("[type=submit]")).focus();
  }

  async send(event) {
    event.preventDefault();
    if (this.busy) return;
    const body = { query_id: this.queryId, item: this.item.pointer };
    for (const field of Object.keys(FIELDS)) {
      const value = this.typed[field]?.trim();
      if (value) body[field] = value;
    }
    if (this.typed.violation) body.violation = true;
    const before = this.wrong;
    this.wrong = slips(body);
    if (some(before) || some(this.wrong)) this.again();
    if (some(this.wrong)) return;
    this.busy = true;
    this.told.replaceChildren(text("objection.sending"));
    try {
      this.done = await post("/v1/objections", body, this.token, this.keyFor(body));
      this.typed = {};
      this.told.replaceChildren();
      this.followed.add(this.done.objection_no);
      this.again();
    } catch (error) {
      this.refused(error);
    } finally {
      this.busy = false;
    }
  }

  /** The same words are one objection however often they are sent; other words are another. */
  keyFor(body) {
    const sent = JSON.stringify(body);
    if (this.sent !== sent) Object.assign(this, { sent, key: newKey() });
    return this.key;
  }

  refused(error) {
    for (const { pointer, detail } of error.errors ?? []) {
      const field = pointer.slice(1);
      if (field in FIELDS) this.wrong[field] = { message: detail };
    }
    this.told.replaceChildren(...(some(this.wrong) ? [] : whatWentWrong(error)));
    if (some(this.wrong)) this.again();
  }

  receipt() {
    const { objection_no: number, due_at: due } = this.done;
    return [
      element("h3", { id: this.id, tabindex: -1 }, text("objection.filed")),
      element(
        "p",
        {},
        ...parts("objection.number", {
          number: element("strong", { class: "number" }, data(number, { dir: "ltr" })),
        }),
      ),
      element("p", {}, text("objection.due", { time: limit(due) })),
      element(
        "button",
        { type: "button", class: "button", onclick: () => this.followed.toEvidence(number) },
        text("objection.files-send"),
      ),
      this.button("objection.close"),
    ];
  }
}

/** What went wrong, in words; an error that is no answer of the service is a defect of ours. */
export function whatWentWrong(error, missing = "objection.broken") {
  if (error instanceof Unreachable) return parts("objection.outage");
  if (!(error instanceof Problem)) throw error;
  if (error.status === 401) return parts("objection.unauthenticated");
  if (error.status === 404) return parts(missing);
  if (error.status === 429) {
    return parts("objection.later", { time: duration(error.retryAfter || 60) });
  }
  return parts("objection.broken");
}

const some = (wrong) => Object.keys(wrong).length > 0;

function slips(body) {
  const wrong = {};
  for (const [field, { optional }] of Object.entries(FIELDS)) {
    if (!optional && !body[field]) wrong[field] = { key: "objection.missing" };
  }
  if (body.phone && !PHONE.test(body.phone)) wrong.phone = { key: "objection.phone-wrong" };
  return wrong;
}
