/* The way to the policy document: a link that lives for a minute, asked for when it is wanted. */
import { get, Problem, Unreachable } from "./api.js";
import { countDown } from "./countdown.js";
import { element } from "./element.js";
import { duration } from "./format.js";
import { parts, text } from "./texts.js";

/** A button with the place where it says what became of the wish. */
export function download({ assurance, policy, token }) {
  if (assurance !== "id") return element("p", {}, text("document.weak"));
  const told = element("div", { class: "told", role: "status" });
  const button = element("button", { type: "button", class: "button" }, text("document.get"));
  const clock = element("p", { class: "pause", role: "timer" });
  const path = `/v1/policies/${encodeURIComponent(policy.policy_no)}/document`;
  let stopClock = () => {};
  let busy = false;
  button.addEventListener("click", async () => {
    if (busy) return;
    busy = true;
    stopClock();
    clock.replaceChildren();
    told.replaceChildren(text("document.busy"));
    try {
      stopClock = ready(told, await get(path, token));
    } catch (error) {
      stopClock = failed(told, clock, error);
    } finally {
      busy = false;
    }
  });
  return [button, told, clock];
}

/** Opens the document, and leaves a link for browsers that stop what opens by itself. */
function ready(told, { url, expires_at: expiresAt }) {
  const link = element(
    "a",
    { href: url, target: "_blank", rel: "noopener noreferrer" },
    text("document.link"),
  );
  told.replaceChildren(
    element("p", {}, text("document.ready"), " ", link),
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
