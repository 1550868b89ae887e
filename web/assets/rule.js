/*
 * Which fields the form asks for. Motor is always the same two; the other lines each have a rule of
 * their own, which the service tells (GET /v1/lines), so that a new line needs no new page.
 */
import { get } from "./api.js";
import { element } from "./element.js";
import { kept, keep } from "./memory.js";
import { text } from "./texts.js";

const MOTOR = ["policy_no", "id_no"];
/** In the order of the form. */
const CREDENTIALS = ["insured_name", "serial_no", "id_no"];

/** The fields of the form, and what the chosen line wants of them. */
export class Rule {
  #form;
  #lines = null;
  #language = null;

  constructor(form) {
    this.#form = form;
    this.motor = document.documentElement.dataset.entry === "motor";
    if (this.motor) return;
    form.elements.line.addEventListener("change", () => this.choose());
    form.querySelector("#ways").addEventListener("change", () => this.show());
  }

  /** Gets the lines in the reader's language, once for each; Problem or Unreachable if it cannot. */
  async load() {
    const language = document.documentElement.lang;
    if (this.motor || this.#language === language) return;
    const { lines } = await get("/v1/lines");
    this.#lines = lines.filter((one) => one.entry === "non-motor");
    this.#language = language;
    this.#fill();
  }

  /** The names of the fields that are asked for now, and which of them may stay empty. */
  get fields() {
    if (this.motor) return MOTOR;
    const wanted = this.#wanted();
    return ["line", "policy_no", ...CREDENTIALS.filter((one) => wanted.has(one))];
  }

  get optional() {
    return this.#line() && !this.#needsIdentity() ? ["id_no"] : [];
  }

  /** The line's ways to verify have changed: offers them, the same one as before if it is there. */
  choose() {
    if (this.motor) return;
    keep("line", this.#form.elements.line.value);
    this.offer();
    this.show();
  }

  /** Writes the ways of the line as choices, where it has more than one. */
  offer() {
    const ways = this.#ways();
    const before = this.#way();
    const choices = this.#form.querySelector("#ways");
    choices.hidden = ways.length < 2;
    choices.querySelector("div").replaceChildren(
      ...(choices.hidden ? [] : ways).map((way, index) => {
        const value = way.join(" ");
        const checked = before ? value === before : index === 0;
        const name = way.map((field) => text(`ask.${field}`)).join(" + ");
        return element("label", { class: "choice" }, [
          element("input", { type: "radio", name: "way", value, checked }),
          element("span", {}, name),
        ]);
      }),
    );
  }

  /** Shows the fields that are asked for and hides the others, with what was typed in them. */
  show() {
    if (this.motor) return;
    const shown = this.fields;
    for (const field of CREDENTIALS) {
      const block = this.#form.elements[field].closest(".field");
      block.hidden = !shown.includes(field);
    }
    const optional = this.optional.length > 0;
    const { id_no } = this.#form.elements;
    id_no.required = !optional;
    this.#form.querySelector("#id_no-optional").hidden = !optional;
    // A hidden description would still be read out, so it is named only while it is shown.
    const told = [optional && "id_no-optional", "id_no-hint", "id_no-wrong"].filter(Boolean);
    id_no.setAttribute("aria-describedby", told.join(" "));
  }

  #fill() {
    const { line } = this.#form.elements;
    const chosen = line.value || kept("line");
    const options = this.#lines.map((one) => element("option", { value: one.line }, one.name));
    line.replaceChildren(element("option", { value: "" }, text("ask.line-choose")), ...options);
    if (this.#lines.some((one) => one.line === chosen)) line.value = chosen;
    this.offer();
    this.show();
  }

  #line() {
    return this.#lines?.find((one) => one.line === this.#form.elements.line.value);
  }

  /** The credentials of each way beside the policy number. */
  #ways() {
    const ways = this.#line()?.verification ?? [];
    return ways.map((way) => way.filter((field) => field !== "policy_no"));
  }

  #way() {
    return this.#form.querySelector("[name=way]:checked")?.value;
  }

  #needsIdentity() {
    return this.#ways().some((way) => way.includes("id_no"));
  }

  #wanted() {
    const ways = this.#ways();
    const way = ways.find((one) => one.join(" ") === this.#way()) ?? ways[0] ?? [];
    return new Set([...way, ...this.optional]);
  }
}
