/* Photos and documents of a claim: which of what is wanted they are, and whether the place stays. */
import { element } from "./element.js";
import { Files } from "./files.js";
import { text } from "./texts.js";

export class Uploads extends Files {
  /** `claimNo` and `token` open the claim; `claim` is what it held before. */
  constructor(claimNo, token, claim) {
    super(`/v1/claims/${encodeURIComponent(claimNo)}`, token);
    this.kind = element("select", { id: "photos-kind" });
    this.location = element("input", { type: "checkbox" });
    this.refresh(claim);
  }

  /** The whole part of the page, in the language of now. */
  draw() {
    const node = element(
      "section",
      { class: "card", "aria-labelledby": "photos" },
      element("h2", { id: "photos" }, text("photos.title")),
      element("p", {}, text("photos.lede")),
      this.wanted.length > 0 &&
        element(
          "div",
          { class: "field" },
          element("label", { for: "photos-kind" }, text("photos.kind")),
          this.kind,
        ),
      element(
        "div",
        { class: "field" },
        element("label", { class: "choice" }, this.location, text("photos.location")),
      ),
      this.pick(),
      this.list,
      this.told,
    );
    this.redraw();
    return node;
  }

  more() {
    return { document: this.kind.value || undefined, keep_location: this.location.checked };
  }

  /** What the service says of the files now, and what is still wanted, in the language of now. */
  refresh({ attachments, documents }) {
    this.wanted = documents.wanted;
    const chosen = this.kind.value;
    const options = this.wanted.map(({ code, name }) => element("option", { value: code }, name));
    this.kind.replaceChildren(element("option", { value: "" }, text("photos.any")), ...options);
    this.kind.value = this.wanted.some(({ code }) => code === chosen) ? chosen : "";
    this.knows(attachments);
  }
}
