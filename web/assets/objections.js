/*
 * Objections (异议) to items of the answer on the page: a control beside each, the form in place,
 * and what became of those that were filed. What was typed is kept while the answer is.
 */
import { element } from "./element.js";
import { Followed } from "./followed.js";
import { ObjectionForm } from "./objection.js";
import { text } from "./texts.js";

export class Objections {
  constructor(answer) {
    this.answer = answer;
    this.open = true;
    this.forms = new Map(); // by pointer: those that stand open
    this.followed = new Followed(answer);
  }

  /** Draws it into the answer in `container`, and what was filed into `place`; or takes it away. */
  show(container, place) {
    for (const one of container.querySelectorAll(".object, .objection")) one.remove();
    place.replaceChildren();
    if (!this.open) return;
    for (const host of container.querySelectorAll("[data-item]")) this.offer(host);
    place.append(
      element("p", { role: "status" }, text("objection.choose")),
      this.followed.draw(),
    );
  }

  /** The control beside one item, and its form if that stands open. */
  offer(host) {
    const item = itemOf(host);
    const button = element(
      "button",
      { type: "button", class: "plain object", "aria-expanded": "false" },
      text("objection.object"),
      element("span", { class: "unseen" }, " ", item.label),
    );
    const open = () => {
      button.setAttribute("aria-expanded", "true");
      return put(host, this.forms.get(item.pointer).draw(item, closed));
    };
    const closed = () => {
      this.forms.delete(item.pointer);
      button.setAttribute("aria-expanded", "false");
      button.focus();
    };
    button.addEventListener("click", () => {
      const form = this.forms.get(item.pointer);
      if (form) return form.close();
      const { query_id: queryId, token } = this.answer;
      this.forms.set(item.pointer, new ObjectionForm(queryId, token, this.followed));
      open().querySelector("input").focus();
    });
    if (host.matches("strong, span")) host.after(" ", button);
    else host.append(" ", button);
    if (this.forms.has(item.pointer)) open();
  }
}

/** Pointer, name and words of an item, as they are read on the page. */
function itemOf(host) {
  const { item: pointer } = host.dataset;
  const name = nameOf(host);
  const of = whole(host);
  return {
    pointer,
    label: of ? text("objection.of", { name, of }) : name,
    shown: host.querySelector(".unseen")?.textContent ?? host.textContent,
  };
}

function nameOf(host) {
  if (host.matches("th")) return host.textContent;
  if (host.dataset.label) return host.dataset.label;
  if (host.matches("strong")) return text("objection.status");
  return host.previousElementSibling.textContent;
}

/** What an item belongs to where its own name does not say it: a claim, the second payment. */
function whole(host) {
  if (host.matches("th")) return host.dataset.label;
  if (host.matches("td")) return host.closest("tr").querySelector("th bdi").textContent;
  const claim = host.closest(".claim");
  if (claim) return claim.querySelector("h3 bdi").textContent;
  const entry = host.closest(".entries > li");
  const list = host.closest("[data-section]:not([data-section=facts])");
  const heading = list?.querySelector("h2").textContent;
  if (!entry || entry.parentElement.childElementCount === 1) return heading;
  return `${heading} ${[...entry.parentElement.children].indexOf(entry) + 1}`;
}

/** The form where there is room for it: in the row, below the sentence, or in a row of its own. */
function put(host, form) {
  if (host.matches("td, th")) {
    const cell = element("td", { role: "cell", colspan: host.closest("tr").cells.length }, form);
    host.closest("tr").after(element("tr", { class: "objection", role: "row" }, cell));
  } else if (host.matches("dd, li")) host.append(form);
  else host.closest("p, h3").after(form);
  return form;
}
