/* Evidence of an objection: photos and papers, sent and followed as those of a claim are. */
import { element } from "./element.js";
import { Files } from "./files.js";
import { text } from "./texts.js";

export class Evidence extends Files {
  /** `found` is the objection as the service told it. */
  constructor(found, token) {
    super(`/v1/objections/${encodeURIComponent(found.objection_no)}`, token);
    this.number = found.objection_no;
    this.refresh(found);
  }

  refresh({ evidence }) {
    this.knows(evidence);
  }

  /** What was sent, and while the objection is `open` the way to send more; null for neither. */
  draw(open) {
    if (!open && !this.files.length) return null;
    const id = `evidence-${this.number}`;
    this.redraw();
    return element(
      "div",
      { role: "group", "aria-labelledby": id },
      element("h4", { id }, text("objection.files")),
      open && element("p", { class: "hint" }, text("objection.files-hint")),
      open && this.pick(this.number),
      this.list,
      this.told,
    );
  }
}
