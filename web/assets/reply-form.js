/* The answer to what is asked about an objection: typed in place, sent once. */
import { post } from "./api.js";
import { newKey } from "./draft.js";
import { data, element } from "./element.js";
import { whatWentWrong } from "./objection.js";
import { parts, text } from "./texts.js";

export class ReplyForm {
  /** answered() is called once the service has it, or says that something else is asked by now. */
  constructor(number, token, answered) {
    Object.assign(this, { number, token, answered, typed: "", wrong: false, busy: false });
    this.told = element("p", { class: "progress", role: "status" });
  }

  /** The question with the form for its answer, in the language of now. */
  draw(question, questionId) {
    const id = `answer-${this.number}`;
    const field = element(
      "textarea",
      {
        id,
        maxlength: 4000,
        rows: 3,
        dir: "auto",
        required: true,
        "aria-describedby": `${id}-asked ${id}-wrong`,
        oninput: () => (this.typed = field.value),
      },
      this.typed,
    );
    const wrong = element("p", { class: "wrong", id: `${id}-wrong` });
    const send = (event) => {
      event.preventDefault();
      this.send(field, wrong, questionId);
    };
    if (!this.busy) this.told.replaceChildren();
    return element(
      "form",
      { method: "post", novalidate: true, autocomplete: "off", class: "asked", onsubmit: send },
      element(
        "p",
        { id: `${id}-asked` },
        element("strong", {}, text("objection.question")),
        " ",
        data(question),
      ),
      element("p", { class: "hint" }, parts("objection.answer-hint")),
      element(
        "div",
        { class: "field" },
        element("label", { for: id }, text("objection.answer")),
        wrong,
        field,
      ),
      element("button", { type: "submit", class: "button" }, text("objection.answer-send")),
      this.told,
    );
  }

  async send(field, wrong, questionId) {
    if (this.busy) return;
    const message = this.typed.trim();
    const missing = !message;
    field.toggleAttribute("aria-invalid", false);
    wrong.textContent = "";
    wrong.parentElement.classList.toggle("has-wrong", missing);
    if (missing) {
      const label = text("objection.answer");
      wrong.textContent = text("wrong.prefix") + text("objection.missing", { label });
      field.setAttribute("aria-invalid", "true");
      return field.focus();
    }
    const body = { message, question_id: questionId };
    const path = `/v1/objections/${encodeURIComponent(this.number)}/answers`;
    this.busy = true;
    this.told.replaceChildren(text("objection.sending"));
    try {
      await post(path, body, this.token, this.keyFor(body));
      this.typed = "";
      this.answered();
    } catch (error) {
      if (error.status === 409) return this.answered(); // asked no more: what stands now is shown
      this.told.replaceChildren(...whatWentWrong(error));
    } finally {
      this.busy = false;
    }
  }

  /** The same words are one answer however often they are sent. */
  keyFor(body) {
    const sent = JSON.stringify(body);
    if (this.sent !== sent) Object.assign(this, { sent, key: newKey() });
    return this.key;
  }
}
