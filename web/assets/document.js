/* The way to the policy document: a link that lives for a minute, asked for when it is wanted. */
import { get, Problem, Unreachable } from "./api.js";
import { countDown } from "./countdown.js";
import { element } from "./element.js";
import { duration } from "./format.js";
import { parts, text } from "./texts.js";

const BASE = "zh-CN"; // the language of the original
const WORDS = { ready: "document.ready", link: "document.link" };

/** Buttons with the place where they say what became of the wish: the original, and a translation
 * beside it for who reads the page in another language. */
export function download({ assurance, policy, token }) {
  if (assurance !== "id") return element("p", {}, text("document.weak"));
  const told = element("div", { class: "told", role: "status" });
  const clock = element("p", { class: "pause", role: "timer" });
  const path = `/v1/policies/${encodeURIComponent(policy.policy_no)}/document`;
  let stopClock = () => {};
  let busy = false;
  const fetched = async (variant) => {
    if (busy) return;
    busy = true;
    stopClock();
    clock.replaceChildren();
    told.replaceChildren(text("document.busy"));
    try {
      stopClock = ready(told, await get(path + variant, token));
    } catch (error) {
      stopClock = failed(told, clock, error);
    } finally {
      busy = false;
    }
  };
  const button = (key, variant, look) => {
    const made = element("button", { type: "button", class: look }, text(key));
    made.addEventListener("click", () => fetched(variant));
    return made;
  };
  const original = button("document.get", "", "button");
  if (document.documentElement.lang === BASE) return [original, told, clock];
  const quiet = "button button-quiet";
  return [original, button("document.get-bilingual", "?language=bilingual", quiet), told, clock];
}

/** Opens what a link leads to, and leaves the link for browsers that stop what opens by itself. */
export function ready(told, { url, expires_at: expiresAt }, words = WORDS) {
  const link = element(
    "a",
    { href: url, target: "_blank", rel: "noopener noreferrer" },
    text(words.link),
  );
  told.replaceChildren(
    element("p", {}, text(words.ready), " ", link),
    element("p", { class: "hint" }, text("document.lives")),
  );
  link.click();
  const seconds = Math.max(1, Math.round((Date.parse(expiresAt) - Date.now()) / 1000));
  return countDown(
    Math.min(seconds, 60), // a wrong clock of the phone never makes the link live longer
    () => {},
    () => told.replaceChildren(text("document.expired")),
  );
}

function failed(told, clock, error) {
  if (error.code === "document-not-ready" && error.retryAfter) return preparing(told, clock, error);
  if (!(error instanceof Problem || error instanceof Unreachable)) throw error;
  const key = error.status === 401 ? "document.unauthenticated" : "document.unavailable";
  told.replaceChildren(element("p", {}, parts(key)));
  return () => {};
}

/** Said once where screen readers listen; the running clock stands beside it, silent. */
function preparing(told, clock, { retryAfter }) {
  told.replaceChildren(text("document.preparing", { time: duration(retryAfter) }));
  return countDown(
    retryAfter,
    (left) => clock.replaceChildren(text("limited.wait", { time: duration(left) })),
    () => {
      clock.replaceChildren();
      told.replaceChildren(text("document.try-now"));
    },
  );
}
