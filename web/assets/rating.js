/* How the customer found it, asked once after a claim was closed. */
import { post, Problem } from "./api.js";
import { element } from "./element.js";
import { text } from "./texts.js";

export class Rating {
  constructor(path, token) {
    this.path = `${path}/satisfaction`;
    this.token = token;
    this.told = element("p", { class: "progress", role: "status" });
    this.given = false;
  }

  draw() {
    if (this.given) {
      return element("section", { class: "card" }, element("p", {}, text("rate.thanks")));
    }
    const scores = element(
      "fieldset",
      { class: "field" },
      element("legend", {}, text("rate.title")),
      element("p", { class: "hint" }, text("rate.why")),
      [5, 4, 3, 2, 1].map((score) =>
        element(
          "label",
          { class: "choice" },
          element("input", { type: "radio", name: "score", value: score }),
          text(`rate.${score}`),
        ),
      ),
    );
    const comment = element("textarea", { id: "comment", maxlength: 1000, rows: 3, dir: "auto" });
    const node = element(
      "section",
      { class: "card" },
      scores,
      element(
        "div",
        { class: "field" },
        element("label", { for: "comment" }, text("rate.comment")),
        comment,
      ),
      element(
        "button",
        { class: "button", type: "button", onclick: () => this.send(node, comment.value.trim()) },
        text("rate.send"),
      ),
      this.told,
    );
    return node;
  }

  async send(node, comment) {
    const chosen = node.querySelector("[name=score]:checked");
    if (!chosen) return node.querySelector("[name=score]").focus();
    try {
      const body = { score: Number(chosen.value), ...(comment ? { comment } : {}) };
      await post(this.path, body, this.token);
      this.given = true;
      node.replaceWith(this.draw());
    } catch (error) {
      this.told.textContent = text(error instanceof Problem ? "hurdle.broken" : "hurdle.outage");
    }
  }
}
