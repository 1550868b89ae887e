/*
 * One claim followed like a parcel, by its number and the reporter's telephone. The telephone and
 * the token live on this page only and go when it is left.
 */
import { get, post } from "./api.js";
import { claim as record } from "./claims.js";
import { element } from "./element.js";
import { time } from "./format.js";
import { hurdleOf, mark, show } from "./hurdle.js";
import { keep, kept } from "./memory.js";
import { Letters } from "./letters.js";
import { Rating } from "./rating.js";
import { send } from "./send.js";
import { follow, start, text } from "./texts.js";
import { Uploads } from "./uploads.js";

const find = (selector) => document.querySelector(selector);
const [asking, showing, form, box, notice, progress] = [
  "#ask",
  "#claim",
  "form",
  "#trouble",
  "#notice",
  "#progress",
].map(find);

let opened = null; // {claim, token, at, uploads, letters, rating}
let busy = false;

form.addEventListener("submit", ask);
addEventListener("pagehide", forget);
addEventListener("pageshow", (event) => event.persisted && redraw());
follow(() => (opened ? again() : redraw()));
form.elements.claim_no.value = kept("claim_no");
await start();

async function ask(event) {
  event.preventDefault();
  if (busy) return;
  const typed = Object.fromEntries(
    ["claim_no", "phone"].map((name) => [name, form.elements[name].value.trim()]),
  );
  box.hidden = true;
  const slips = Object.entries(typed)
    .filter(([, value]) => !value)
    .map(([field]) => {
      const label = text(`track.${field}`);
      return { field, message: text("hurdle.missing", { label }) };
    });
  for (const name of Object.keys(typed)) {
    mark(name, slips.find(({ field }) => field === name)?.message);
  }
  if (slips.length) return show(box, { kind: "slips", slips }, (field) => field);
  keep("claim_no", typed.claim_no);
  busy = true;
  progress.textContent = text("steps.busy");
  try {
    const telling = {
      waiting: (seconds) => (progress.textContent = text("steps.retrying", { seconds })),
      solving: () => (progress.textContent = text("steps.solving")),
    };
    const { token } = await send("/v1/claims/track", typed, null, telling);
    await open(typed.claim_no, token);
    redraw();
    showing.querySelector("h1").focus();
    scrollTo(0, 0);
  } catch (error) {
    show(box, hurdleOf(error, "hurdle.refused-track"), (field) => field.slice(1));
  } finally {
    busy = false;
    progress.textContent = "";
  }
}

async function open(claimNo, token) {
  const claim = await get(`/v1/claims/${encodeURIComponent(claimNo)}`, token);
  const path = `/v1/claims/${encodeURIComponent(claim.claim_no)}`;
  const letters = opened?.letters ?? new Letters(path, token);
  await letters.load();
  opened = {
    claim,
    token,
    at: new Date().toISOString(),
    letters,
    uploads: opened?.uploads ?? new Uploads(claim.claim_no, token, claim),
    rating: opened?.rating ?? new Rating(path, token),
  };
  opened.uploads.refresh(claim);
}

function redraw() {
  asking.hidden = opened !== null;
  showing.hidden = opened === null;
  document.title = `${text("track.title")} – ${text("insurer.short")}`;
  if (!opened) return showing.replaceChildren();
  const { claim, at, uploads, letters, rating } = opened;
  showing.replaceChildren(
    element("h1", { tabindex: "-1" }, text("track.title")),
    element("p", { class: "moments", role: "status" }, text("track.fresh", { time: time(at) })),
    button("track.refresh", again),
    ...[claim.satisfaction?.asked && !claim.satisfaction.answered && rating.draw()].filter(Boolean),
    element(
      "div",
      { class: "card" },
      element("h2", { class: "unseen" }, text("section.claims")),
      record(claim),
    ),
    uploads.draw(),
    ...[letters.draw()].filter(Boolean),
    button("track.end", end),
  );
}

const button = (key, onclick) =>
  element("button", { class: "button button-quiet", type: "button", onclick }, text(key));

async function again() {
  try {
    await open(opened.claim.claim_no, opened.token);
    redraw();
    showing.querySelector("h1").focus();
  } catch (error) {
    const hurdle = hurdleOf(error, "hurdle.refused-track");
    if (hurdle.kind === "expired") {
      opened = null;
      redraw();
    }
    show(box, hurdle);
  }
}

function end() {
  forget();
  keep("claim_no", "");
  form.reset();
  redraw();
  notice.dataset.text = "track.cleared";
  notice.textContent = text("track.cleared");
  asking.querySelector("h1").focus();
}

function forget() {
  opened = null;
  form.elements.phone.value = "";
  showing.replaceChildren();
}
