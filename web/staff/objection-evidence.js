/* Evidence of an objection: what its customer sent, opened for a minute and on record. */
import { data, element } from "../assets/element.js";
import { time } from "../assets/format.js";
import { text } from "../assets/texts.js";
import { part } from "./shown.js";

const word = (key) => text(`staff-objections.${key}`);

/** The part with the files; null where nothing was sent. */
export function evidence(frame, path, { evidence: files }) {
  if (!files.length) return null;
  return part(
    word("evidence"),
    element(
      "ul",
      { class: "files" },
      files.map((one) => file(frame, path, one)),
    ),
  );
}

function file(frame, path, one) {
  const { attachment_id: id, filename, status, status_name: name, arrived_at: at, reason } = one;
  const told = element("span", { role: "status" });
  const opened = async () => {
    frame.clear();
    try {
      const body = { purpose: word("evidence.purpose") };
      const { answer } = await frame.ask("POST", `${path}/attachments/${id}/links`, { body });
      const attributes = { href: answer.url, target: "_blank", rel: "noopener noreferrer" };
      const link = element("a", attributes, word("evidence.link"));
      told.replaceChildren(link, " ", word("evidence.lives"));
      link.click();
    } catch (error) {
      frame.fail(error);
    }
  };
  return element("li", {}, [
    element("p", {}, [element("strong", {}, data(filename)), " · ", data(name)]),
    at && element("p", { class: "moments" }, time(at)),
    reason && element("p", {}, data(reason.text)),
    status === "received" &&
      element("p", {}, [
        element(
          "button",
          { type: "button", class: "button button-quiet", onclick: opened },
          word("evidence.open"),
          element("span", { class: "unseen" }, " ", filename),
        ),
        " ",
        told,
      ]),
  ]);
}
