/* Evidence of an objection: photos and papers, sent and followed as those of a claim are. */
import { element } from "./element.js";
import { text } from "./texts.js";
import { TYPES, Uploads } from "./uploads.js";

export class Evidence extends Uploads {
  /** `found` is the objection as the service told it. */
  constructor(found, token) {
    super(found.objection_no, token, found);
    this.number = found.objection_no;
    this.path = `/v1/objections/${encodeURIComponent(this.number)}`;
    this.location = {}; // where a photo was taken is never kept
  }

  refresh({ evidence }) {
    super.refresh({ attachments: evidence, documents: { wanted: [] } });
  }

  /** What was sent, and while the objection is `open` the way to send more; null for neither. */
  draw(open) {
    if (!open && !this.files.length) return null;
    const id = `evidence-${this.number}`;
    const take = (key, more) =>
      element(
        "label",
        { class: "button button-quiet" },
        text(key),
        element("span", { class: "unseen" }, " ", this.number),
        element("input", { type: "file", onchange: ({ target }) => this.take(target), ...more }),
      );
    this.redraw();
    return element(
      "div",
      { role: "group", "aria-labelledby": id },
      element("h4", { id }, text("objection.files")),
      open && element("p", { class: "hint" }, text("objection.files-hint")),
      open &&
        element(
          "div",
          { class: "pick" },
          take("photos.camera", { accept: "image/jpeg", capture: "environment" }),
          take("photos.choose", { accept: TYPES.join(","), multiple: true }),
        ),
      this.list,
      this.told,
    );
  }
}
