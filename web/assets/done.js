/* A report that was taken: its number, what happens next and when, and its photos. */
import { get, post } from "./api.js";
import { element } from "./element.js";
import { limit } from "./format.js";
import { text } from "./texts.js";
import { Uploads } from "./uploads.js";

let uploads = null; // they go on while the language changes

/** Fills the node; `end()` is called when the reader has finished. */
export function done(node, { answer, phone }, end) {
  const photos = element("div");
  const when = element("p", { role: "status" });
  node.replaceChildren(
    element(
      "div",
      { class: "received" },
      element("p", {}, text("done.number")),
      element(
        "p",
        { class: "claim-no", translate: "no" },
        element("bdi", { dir: "ltr" }, answer.claim_no),
      ),
      answer.notices.map((notice) => element("p", {}, notice.text)),
    ),
    element("h2", {}, text("done.next")),
    element(
      "ul",
      {},
      answer.next_steps.map((step) => element("li", {}, step.text)),
      !answer.verified && element("li", {}, text("done.unverified")),
    ),
    when,
    photos,
    element("p", {}, element("a", { class: "button", href: "track.html" }, text("done.track"))),
    element(
      "p",
      {},
      element("button", { class: "plain", type: "button", onclick: finish }, text("done.end")),
    ),
  );
  attach(answer.claim_no, phone, photos, when);

  function finish() {
    uploads = null;
    end();
    node.replaceChildren();
  }
}

/** Opens the claim by its telephone; without network the page says what it knows already. */
async function attach(claimNo, phone, photos, when) {
  try {
    const { token } = await post("/v1/claims/track", { claim_no: claimNo, phone });
    const claim = await get(`/v1/claims/${encodeURIComponent(claimNo)}`, token);
    if (claim.promised_by) when.textContent = text("done.by", { time: limit(claim.promised_by) });
    uploads ??= new Uploads(claimNo, token, claim);
    uploads.refresh(claim);
    photos.replaceChildren(uploads.draw());
  } catch (error) {
    photos.replaceChildren(element("p", { class: "notice" }, text("hurdle.outage")));
    if (!error.status && !(error.cause instanceof Error)) reportError(error);
  }
}
