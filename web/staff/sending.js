/* Sending a desk's form: once at a time, the same words under one key; if it is refused. */
import { Problem } from "../assets/api.js";

const OVERTAKEN = ["precondition-failed", "overtaken", "move-not-allowed", "already-decided"];

/**
 * `request(submitter)` gives {path, body, match}, or throws Slips; `done(answer, etag)` is called
 * with what came of it. Where somebody was faster the newest is shown, and `words` (a family of
 * keys with `overtaken` and `same-person`) say so. `idOf(pointer)` is the id of a slip's field.
 */
export function sends(frame, form, { request, done, words, idOf = () => null }) {
  let key = crypto.randomUUID();
  let busy = false;
  form.addEventListener("input", () => {
    key = crypto.randomUUID();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    event.submitter?.setAttribute("data-busy", "");
    try {
      frame.clear();
      const { path, body, match } = request(event.submitter);
      const { answer, etag } = await frame.ask("POST", path, { body, match, key });
      await done(answer, etag);
    } catch (error) {
      await refused(frame, error, words, idOf);
    } finally {
      busy = false;
      event.submitter?.removeAttribute("data-busy");
    }
  });
  return form;
}

async function refused(frame, error, words, idOf) {
  const code = error instanceof Problem && error.code;
  if (code !== "same-person" && !OVERTAKEN.includes(code)) return frame.fail(error, idOf);
  await frame.refresh();
  const key = `${words}.${code === "same-person" ? code : "overtaken"}`;
  return frame.fail({ heading: key, next: `${key}-next` });
}
