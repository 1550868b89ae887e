/*
 * Photos and documents of a claim: chosen or taken, sent straight to storage by the signed form,
 * and followed until the check has said received or rejected.
 */
import { get, post, Problem } from "./api.js";
import { element } from "./element.js";
import { text } from "./texts.js";

export const TYPES = ["image/jpeg", "image/png", "image/webp", "application/pdf"];
const ASK_AGAIN = 2_000; // milliseconds between looks at the claim while something is checked
const LOOKS = 30;

export class Uploads {
  /** `claimNo` and `token` open the claim; `claim` is what it held before. */
  constructor(claimNo, token, claim) {
    this.path = `/v1/claims/${encodeURIComponent(claimNo)}`;
    this.token = token;
    this.files = [];
    this.kind = element("select", { id: "photos-kind" });
    this.refresh(claim);
    this.list = element("ul", { class: "photos" });
    this.told = element("p", { class: "unseen", role: "status" });
    this.location = element("input", { type: "checkbox" });
  }

  /** The whole part of the page, in the language of now. */
  draw() {
    const take = (key, more) =>
      element(
        "label",
        { class: "button button-quiet" },
        text(key),
        element("input", {
          type: "file",
          onchange: (event) => this.take(event.target),
          ...more,
        }),
      );
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
      element(
        "div",
        { class: "pick" },
        take("photos.camera", { accept: "image/jpeg", capture: "environment" }),
        take("photos.choose", { accept: TYPES.join(","), multiple: true }),
      ),
      this.list,
      this.told,
    );
    this.redraw();
    return node;
  }

  /** What the service says of the files now, and what is still wanted, in the language of now. */
  refresh({ attachments, documents }) {
    this.wanted = documents.wanted;
    const chosen = this.kind.value;
    const options = this.wanted.map(({ code, name }) => element("option", { value: code }, name));
    this.kind.replaceChildren(element("option", { value: "" }, text("photos.any")), ...options);
    this.kind.value = this.wanted.some(({ code }) => code === chosen) ? chosen : "";
    for (const one of attachments) {
      const found = this.files.find(({ id }) => id === one.attachment_id);
      if (found) Object.assign(found, state(one));
      else this.files.push({ ...state(one), place: this.files.length + 1 });
    }
  }

  async take(input) {
    const document = this.kind.value || undefined;
    const chosen = [...input.files].map((file) => {
      return { file, name: file.name, document, status: "sending" };
    });
    input.value = ""; // the same file may be chosen again
    this.files.push(...chosen);
    this.redraw();
    for (const one of chosen) await this.send(one);
    await this.watch();
  }

  async send(one) {
    one.status = "sending";
    this.redraw();
    try {
      if (!TYPES.includes(one.file.type)) throw new Refused(text("photos.type"));
      const invited = await post(
        `${this.path}/attachments`,
        {
          filename: one.name,
          content_type: one.file.type,
          size: one.file.size,
          document: one.document,
          keep_location: this.location.checked,
        },
        this.token,
      );
      one.id = invited.attachment_id;
      await toStorage(invited.upload, one.file);
      one.status = "checking";
    } catch (error) {
      one.status = "failed";
      one.why = whyOf(error);
    }
    this.redraw();
  }

  /** Looks at the claim until nothing is being checked any more, or for a minute. */
  async watch() {
    for (let look = 0; look < LOOKS; look += 1) {
      const open = this.files.filter((one) => one.status === "checking");
      if (!open.length) return;
      let claim;
      try {
        claim = await get(this.path, this.token);
      } catch {
        return; // the list says "being checked", which is true; the page for tracking says the rest
      }
      this.refresh(claim);
      this.redraw();
      await new Promise((after) => setTimeout(after, ASK_AGAIN));
    }
  }

  redraw() {
    const item = (one) =>
      element(
        "li",
        {},
        element("bdi", {}, one.name ?? text("photos.file", { count: one.place })),
        element("span", { class: "badge" }, text(`photos.${one.status}`)),
        one.status === "failed" && this.retry(one),
        one.why && element("p", { class: "why" }, one.why),
      );
    const empty = element("li", {}, text("photos.none"));
    this.list.replaceChildren(...(this.files.length ? this.files.map(item) : [empty]));
    const last = this.files.at(-1);
    this.told.textContent = last?.file ? text(`photos.${last.status}`) : "";
  }

  retry(one) {
    const again = () => {
      one.why = null;
      this.send(one).then(() => this.watch());
    };
    const label = text("photos.again-named", { name: one.name });
    return element(
      "button",
      { type: "button", class: "plain", "aria-label": label, onclick: again },
      text("photos.again"),
    );
  }
}

class Refused extends Error {}

function state({ attachment_id: id, status, reason }) {
  return { id, status: status === "waiting" ? "checking" : status, why: reason?.text };
}

async function toStorage({ url, fields }, file) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", file); // the last field: storage reads none after it
  const answer = await fetch(url, { method: "POST", body: form, credentials: "omit" });
  if (!answer.ok) throw new Error(`storage answered ${answer.status}`);
}

function whyOf(error) {
  if (error instanceof Refused) return error.message;
  if (!(error instanceof Problem)) return text("hurdle.outage");
  if (error.status === 413) return text("photos.too-large");
  if (error.status === 409) return text("photos.full");
  if (error.status === 401) return text("hurdle.expired");
  return text("hurdle.broken");
}
