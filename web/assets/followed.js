/* Objections that were filed, followed: where each stands, what happened, and the reply. */
import { get } from "./api.js";
import { ready } from "./document.js";
import { data, element } from "./element.js";
import { Evidence } from "./evidence.js";
import { limit, money, time } from "./format.js";
import { whatWentWrong } from "./objection.js";
import { ReplyForm } from "./reply-form.js";
import { pairs } from "./sections.js";
import { dial, parts, text } from "./texts.js";

const LETTER = { ready: "letter.ready", link: "letter.link" };

export class Followed {
  constructor({ token, assurance }) {
    this.token = token;
    this.assurance = assurance;
    this.found = new Map(); // by number, as the service told it in `language`; null: on its way
    this.live = new Map(); // by number: what is typed and sent for it
    this.language = null;
    this.typed = "";
    this.list = element("div");
    this.told = element("p", { class: "progress", role: "status" });
  }

  /** The whole part in the language of now: what the service said in another is asked for again. */
  draw() {
    const { lang } = document.documentElement;
    if (this.language !== lang) {
      this.language = lang;
      this.told.replaceChildren();
      for (const number of this.found.keys()) this.add(number);
    }
    this.redraw();
    const input = element("input", {
      id: "objection_no",
      type: "text",
      maxlength: 40,
      dir: "ltr",
      autocomplete: "off",
      autocapitalize: "characters",
      spellcheck: "false",
      oninput: () => (this.typed = input.value),
    });
    input.value = this.typed;
    const ask = (event) => {
      event.preventDefault();
      const number = this.typed.trim().toUpperCase();
      if (number) this.add(number, true);
      else input.focus();
    };
    return element(
      "section",
      { class: "followed", "aria-labelledby": "objections-followed" },
      element("h2", { id: "objections-followed" }, text("objection.followed")),
      this.list,
      element(
        "form",
        { method: "post", novalidate: true, autocomplete: "off", onsubmit: ask },
        element(
          "div",
          { class: "field" },
          element("label", { for: "objection_no" }, text("objection.follow")),
          input,
        ),
        element("button", { type: "submit", class: "button button-quiet" }, text("objection.look")),
        this.told,
      ),
    );
  }

  /** Asks the service for one of them, now; `goTo`: the reader wants to see it. */
  async add(number, goTo = false) {
    const { language } = this;
    this.told.replaceChildren(text("objection.looking"));
    try {
      const found = await get(`/v1/objections/${encodeURIComponent(number)}`, this.token);
      if (language !== this.language) return; // asked for again since
      this.found.set(found.objection_no, found);
      this.live.get(found.objection_no)?.evidence.refresh(found);
      this.told.replaceChildren();
      this.redraw();
      if (goTo) this.list.querySelector(`[id="o-${found.objection_no}"]`)?.focus();
    } catch (error) {
      this.told.replaceChildren(...whatWentWrong(error, "objection.unknown"));
    }
  }

  /** Goes to what was sent for an objection that was just filed. */
  async toEvidence(number) {
    if (!this.found.has(number)) await this.add(number);
    this.list.querySelector(`[id="evidence-${number}"]`)?.scrollIntoView();
    this.list.querySelector(`[aria-labelledby="evidence-${number}"] input`)?.focus();
  }

  /** The form for an answer and the evidence of one objection: they outlive a redrawing. */
  partsOf(one) {
    const { objection_no: number } = one;
    if (!this.live.has(number)) {
      this.live.set(number, {
        evidence: new Evidence(one, this.token),
        form: new ReplyForm(number, this.token, () => this.add(number, true)),
      });
    }
    return this.live.get(number);
  }

  /** The way to the letter of the decision, once there is one; by the weak rule it stays shut. */
  letter({ objection_no: number, reply }) {
    if (reply?.letter !== "ready") return null;
    if (this.assurance !== "id") return element("p", { class: "hint" }, text("letter.weak"));
    const told = element("div", { class: "told", role: "status" });
    const onclick = async () => {
      told.replaceChildren(text("letter.busy"));
      try {
        const path = `/v1/objections/${encodeURIComponent(number)}/letter`;
        ready(told, await get(path, this.token), LETTER);
      } catch (error) {
        told.replaceChildren(...whatWentWrong(error));
      }
    };
    const label = [text("letter.open"), element("span", { class: "unseen" }, " ", number)];
    return [element("button", { type: "button", class: "button", onclick }, label), told];
  }

  redraw() {
    const refresh = (one) =>
      element(
        "button",
        {
          type: "button",
          class: "button button-quiet",
          onclick: () => this.add(one.objection_no, true),
        },
        text("objection.refresh"),
        element("span", { class: "unseen" }, " ", one.objection_no),
      );
    const items = [...this.found.values()].map((one) =>
      element("article", { class: "followed-one" }, [
        ...drawn(one, this.partsOf(one), this.letter(one)),
        refresh(one),
      ]),
    );
    this.list.replaceChildren(...items);
  }
}

function drawn(one, { evidence, form }, letter) {
  const number = data(one.objection_no, { dir: "ltr" });
  return [
    element(
      "h3",
      { id: `o-${one.objection_no}`, tabindex: -1 },
      element("span", { class: "number" }, number),
      " ",
      element("span", { class: "badge" }, data(one.status_name ?? one.status)),
    ),
    one.question && form.draw(one.question, one.question_id),
    one.overdue && element("p", { class: "overdue" }, parts("objection.overdue")),
    pairs([
      [text("objection.item"), one.item_name && data(one.item_name)],
      [text("objection.subject"), data(one.subject_name ?? one.subject)],
      [text("objection.was"), worded(one.shown)],
      [text("objection.claimed"), worded(one.claimed)],
      [text("objection.filed-at"), time(one.filed_at)],
      [text("objection.due-at"), one.reply ? null : due(one)],
      [text("objection.officer"), one.officer && officer(one.officer)],
    ]),
    reply(one.reply, letter),
    evidence.draw(!one.reply),
    element("h4", {}, text("objection.timeline")),
    element("ol", { class: "timeline" }, one.timeline.toReversed().map(step)),
  ].filter(Boolean);
}

const due = (one) =>
  [
    limit(one.due_at),
    one.extended && text("objection.extended"),
    one.paused && text("objection.paused"),
  ].filter(Boolean).join(text("objection.mark"));

const officer = ({ name, phone }) => [data(name), " ", dial(phone)];

function step({ event, event_name: name, at, message }, place) {
  return element("li", { class: place === 0 && "here" }, [
    element("p", {}, element("strong", {}, data(name ?? event))),
    element("p", { class: "moments" }, time(at)),
    message && element("p", {}, data(message)),
  ]);
}

function reply(given, letter) {
  if (!given) return null;
  const decided = given.items
    .map((one) => [one.item_name ?? one.item, worded(one.decided)])
    .filter(([, value]) => value);
  return element("div", { class: "received" }, [
    element("h4", {}, text("objection.reply")),
    element("p", {}, element("strong", {}, data(given.result_name ?? given.result))),
    decided.length > 0 && [element("p", {}, text("objection.decided")), pairs(decided)],
    given.reasons && element("p", {}, data(given.reasons)),
    given.complaint_no &&
      element("p", {}, text("objection.complaint"), " ", data(given.complaint_no)),
    element("p", { class: "hint" }, data(given.next_instance)),
    element("p", { class: "moments" }, time(given.replied_at)),
    letter,
  ]);
}

/** A value of the answer as people read it; null for what has no short words. */
function worded(value) {
  if (value === null || value === undefined) return null;
  if (typeof value !== "object") return data(value);
  return Number.isInteger(value.amount) ? data(money(value)) : null;
}
