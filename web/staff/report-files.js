/* The files of a report: size, digest, and a link for a minute; what for goes on record. */
import { element } from "../assets/element.js";
import { text } from "../assets/texts.js";
import { field, line } from "./fields.js";
import { sends } from "./sending.js";
import { part } from "./shown.js";
import { Slips } from "./trouble.js";

const ROUTE = "POST /v1/staff/documents/{key}/downloads";
const word = (key, values) => text(`staff-reports.${key}`, values);
const identity = (key) => btoa(key).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

/** What there is of the version, with a form to download it for those who may. */
export function files({ frame, shown }) {
  const open = frame.may(ROUTE);
  const list = element("ul", { class: "entries" }, shown.files.map((one) => entry(one, open)));
  const refused = !open && element("p", { class: "hint" }, word("no-downloads"));
  if (!open) return part(word("files"), list, refused);
  const purpose = line("purpose", { maxlength: 200 });
  const form = element("form", { novalidate: true }, [
    field(word("field.purpose"), purpose, word("purpose-what")),
    list,
  ]);
  let asked = null;
  sends(frame, form, {
    request: (submitter) => {
      const said = purpose.value.trim();
      if (said.length < 2) throw new Slips([{ pointer: "/purpose", detail: word("slip") }]);
      // Enter in the field asks for the first of them.
      asked = submitter ?? form.querySelector("button");
      const path = `/v1/staff/documents/${identity(asked.value)}/downloads`;
      return { path, body: { purpose: said } };
    },
    done: (answer) => hand(asked, answer),
    words: "staff-reports",
    idOf: () => "purpose",
  });
  return part(word("files"), form);
}

function entry({ key, sha256, size }, open) {
  const ending = key.split(".").at(-1).toUpperCase();
  const told = word("size", { size: Math.ceil(size / 1024) });
  return element("li", {}, [
    element("p", {}, [element("strong", {}, ending), " · ", told]),
    element("p", { class: "hint" }, element("code", {}, sha256)),
    open &&
      element("p", {}, [
        element("button", { class: "button button-quiet", value: key }, word("link", { ending })),
      ]),
  ]);
}

/** The link in place of its button; it goes when storage would refuse it. */
function hand(asked, { url, state, expires_at: until }) {
  if (!url) return asked.after(element("p", { role: "status" }, word(`download.${state}`)));
  asked.parentElement.querySelector(".got")?.remove();
  const attributes = { class: "got", href: url, target: "_blank", rel: "noopener noreferrer" };
  const link = element("a", attributes, word("open", { name: asked.textContent }));
  asked.after(" ", link);
  link.focus();
  setTimeout(() => link.remove(), Math.max(Date.parse(until) - Date.now(), 0));
  return undefined;
}
