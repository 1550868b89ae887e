/* The way to an objection from an answer; what it needs comes only when somebody wants it. */
import { style } from "./answering.js";
import { element } from "./element.js";
import { also, parts, text } from "./texts.js";

/**
 * The button and the place for what was filed, for the answer in `container`. What is typed and
 * filed lives in answer.objections, which goes with the answer.
 */
export function objecting(container, answer) {
  const told = element("p", { class: "progress", role: "status" });
  const place = element("div", { class: "objections" });
  const button = element(
    "button",
    { type: "button", class: "button button-quiet", "aria-expanded": "false" },
    text("answer.object"),
  );
  const show = () => {
    if (!answer.objections) return;
    button.setAttribute("aria-expanded", String(answer.objections.open));
    answer.objections.show(container, place);
  };
  button.addEventListener("click", async () => {
    if (answer.objections) answer.objections.open = !answer.objections.open;
    else if (!(await fetched(answer, told))) return;
    show();
  });
  // What was open stays so in another language, once the whole answer is drawn again.
  queueMicrotask(show);
  return [button, told, place];
}

/** Whether all of it came; if not, the reader is told and may press again. */
async function fetched(answer, told) {
  const styles = ["uploads.css", "objections.css"].map(style);
  const all = [import("./objections.js"), also("objection"), ...styles];
  const [module] = await Promise.all(all).catch(() => []);
  told.replaceChildren(...(module ? [] : parts("others.unavailable")));
  if (!module) return false;
  answer.objections ??= new module.Objections(answer);
  return true;
}
