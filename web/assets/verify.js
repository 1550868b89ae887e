/*
 * Is this document genuine? The QR code brings the document's id in ?d= or ?document=. A copied QR
 * code on a forged page would pass that, so the file itself is compared by its fingerprint, on the
 * reader's device.
 */
import { get, Problem, Unreachable } from "./api.js";
import { data, element } from "./element.js";
import { date } from "./format.js";
import { pairs } from "./sections.js";
import { follow, has, parts, ready, start, text } from "./texts.js";

const find = (selector) => document.querySelector(selector);
const asked = new URLSearchParams(location.search);
const id = asked.get("d") ?? asked.get("document");
const verdicts = { code: null, file: null };

follow(draw);
find("#file").addEventListener("change", (event) => compare(event.target.files[0]));
compare(find("#file").files[0]); // chosen before this script had come
await start();
if (id) await judge("code", id, (found) => (found.superseded ? "superseded" : "genuine"));

async function compare(file) {
  if (!file) return;
  await ready;
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  const print = [...new Uint8Array(digest)]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
  await judge("file", print, (found) => (found.superseded ? "superseded" : "same"), "other");
}

async function judge(which, key, verdict, otherwise = "unknown") {
  verdicts[which] = { kind: "busy" };
  draw();
  try {
    const found = await get(`/v1/documents/${encodeURIComponent(key)}`);
    verdicts[which] = { kind: found.genuine ? verdict(found) : otherwise, found };
  } catch (error) {
    verdicts[which] = { kind: failure(error, otherwise) };
  }
  draw();
}

function failure(error, otherwise) {
  if (error instanceof Unreachable) return "outage";
  if (!(error instanceof Problem)) throw error;
  return error.status === 404 || error.status === 400 ? otherwise : "broken";
}

function draw() {
  for (const [which, verdict] of Object.entries(verdicts)) {
    const place = find(`#verdict-${which}`);
    place.replaceChildren(...(verdict ? words(verdict) : []));
  }
  document.title = `${text("verify.title")} – ${text("insurer.short")}`;
}

function words({ kind, found }) {
  if (["busy", "outage", "broken"].includes(kind)) {
    return [
      element(
        "p",
        { class: kind === "busy" ? "" : "finding finding-open" },
        parts(`verify.${kind}`),
      ),
    ];
  }
  const tone = { genuine: "good", same: "good", superseded: "open" }[kind] ?? "bad";
  return [
    element("div", { class: `finding finding-${tone}` }, [
      element("h2", {}, text(`verify.${kind}`)),
      element("p", {}, parts(`verify.${kind}-but`)),
      found?.genuine && details(found),
    ]),
  ];
}

function details({ kind, issued_on: issuedOn, sha256 }) {
  const named = has(`verify.kind.${kind}`) ? text(`verify.kind.${kind}`) : data(kind);
  return pairs([
    [text("verify.kind"), named],
    [text("verify.issued_on"), issuedOn && date(issuedOn)],
    [text("verify.fingerprint"), sha256 && element("code", {}, sha256)],
  ]);
}
