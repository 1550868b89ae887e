/* The message box of a claim: what was written, until when we answer, and a place to write. */
import { get, post, Problem } from "./api.js";
import { data, element } from "./element.js";
import { limit, time } from "./format.js";
import { text } from "./texts.js";

export class Letters {
  constructor(path, token) {
    this.path = `${path}/messages`;
    this.token = token;
    this.items = null;
    this.list = element("ul", { class: "letters" });
    this.told = element("p", { class: "progress", role: "status" });
    this.typed = "";
  }

  /** Reads the box; a service without one, or a claim that takes no messages, has none here. */
  async load() {
    try {
      const found = await get(this.path, this.token);
      [this.items, this.replyBy] = [found.items, found.reply_by];
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 404) throw error;
    }
  }

  draw() {
    if (!this.items) return null;
    const oninput = () => (this.typed = field.value);
    const field = element(
      "textarea",
      { id: "letter", maxlength: 1000, rows: 3, dir: "auto", oninput },
      this.typed,
    );
    this.redraw();
    return element(
      "section",
      { class: "card", "aria-labelledby": "letters" },
      element("h2", { id: "letters" }, text("messages.title")),
      element("p", {}, text("messages.lede")),
      this.list,
      element(
        "div",
        { class: "field" },
        element("label", { for: "letter" }, text("messages.label")),
        field,
      ),
      element(
        "button",
        { class: "button", type: "button", onclick: () => this.send(field) },
        text("messages.send"),
      ),
      this.told,
    );
  }

  async send(field) {
    const words = field.value.trim();
    if (!words) return field.focus();
    this.told.textContent = text("steps.sending");
    try {
      await post(this.path, { text: words }, this.token);
      field.value = this.typed = "";
      await this.load();
      this.redraw();
      this.told.textContent = this.replyBy
        ? text("messages.reply-by", { time: limit(this.replyBy) })
        : "";
    } catch (error) {
      this.told.textContent = text(error instanceof Problem ? "hurdle.broken" : "hurdle.outage");
    }
  }

  redraw() {
    this.list.replaceChildren(
      ...this.items.map((one) =>
        element(
          "li",
          { class: one.from !== "customer" && "ours" },
          element("p", {}, data(one.text)),
          element("span", { class: "moments" }, [
            text(one.from === "customer" ? "messages.you" : "messages.us"),
            " ",
            time(one.at),
          ]),
        ),
      ),
    );
  }
}
