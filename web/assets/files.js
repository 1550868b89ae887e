/*
 * Files that somebody sends: straight to storage by the signed form, and followed until the check
 * has said received or rejected.
 */
import { get, post, Problem } from "./api.js";
import { element } from "./element.js";
import { text } from "./texts.js";

const TYPES = ["image/jpeg", "image/png", "image/webp", "application/pdf"];
const ASK_AGAIN = 2_000; // milliseconds between looks while something is checked
const LOOKS = 30;

export class Files {
  /** `path` and `token` open what the files belong to. */
  constructor(path, token) {
    this.path = path;
    this.token = token;
    this.files = [];
    this.list = element("ul", { class: "photos" });
    this.told = element("p", { class: "unseen", role: "status" });
  }

  /** What the service says of the files now. */
  knows(attachments) {
    for (const one of attachments) {
      const known = this.files.find(({ id }) => id === one.attachment_id);
      if (known) Object.assign(known, state(one));
      else this.files.push({ ...state(one), place: this.files.length + 1 });
    }
  }

  /** What is sent with the files that were just chosen. */
  more() {
    return {};
  }

  /** The buttons to take or choose files, with words for whoever only hears what they are for. */
  pick(unseen) {
    const take = (key, more) =>
      element(
        "label",
        { class: "button button-quiet" },
        text(key),
        unseen && element("span", { class: "unseen" }, " ", unseen),
        element("input", { type: "file", onchange: ({ target }) => this.take(target), ...more }),
      );
    return element(
      "div",
      { class: "pick" },
      take("photos.camera", { accept: "image/jpeg", capture: "environment" }),
      take("photos.choose", { accept: TYPES.join(","), multiple: true }),
    );
  }

  async take(input) {
    const more = this.more();
    const chosen = [...input.files].map((file) => {
      return { file, name: file.name, more, status: "sending" };
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
          ...one.more,
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

  /** Looks until nothing is being checked any more, or for a minute. */
  async watch() {
    for (let look = 0; look < LOOKS; look += 1) {
      const open = this.files.filter((one) => one.status === "checking");
      if (!open.length) return;
      let found;
      try {
        found = await get(this.path, this.token);
      } catch {
        return; // the list says "being checked", which is true; whoever follows it hears the rest
      }
      this.refresh(found);
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
