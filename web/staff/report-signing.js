/* Signing a report, which takes two people, and putting on record that it was submitted. */
import { data, element } from "../assets/element.js";
import { time } from "../assets/format.js";
import { text } from "../assets/texts.js";
import { field, line } from "./fields.js";
import { sends } from "./sending.js";
import { part } from "./shown.js";
import { Slips } from "./trouble.js";

const ROUTE = "POST /v1/staff/reports/{period}/{organisation}";
const SIGNATURES = 2;
const word = (key, values) => text(`staff-reports.${key}`, values);
const notice = (key) => element("p", { class: "notice" }, word(key));

/** Who has signed, and the button for who may sign now. */
export function signing({ frame, path, newest, shown }) {
  const { signatures, version, figures_sha256 } = shown;
  const list = signatures.map(({ signed_by: who, signed_at: at }) =>
    element("li", {}, [data(who), " · ", time(at)]),
  );
  return part(
    word("signatures"),
    list.length ? element("ol", {}, list) : element("p", {}, word("nobody")),
    version === newest.version && signature({ frame, path, newest, version, figures_sha256 }),
  );
}

function signature({ frame, path, newest, version, figures_sha256 }) {
  if (newest.signatures.length >= SIGNATURES) return null;
  if (newest.signatures.some((one) => one.signed_by === frame.person.sub)) return notice("wait");
  if (!frame.may(`${ROUTE}/signatures`)) return notice("not-yours");
  const form = element("form", { class: "step", novalidate: true }, [
    element("p", {}, word("sign-what", { number: version })),
    element("p", {}, element("button", { class: "button" }, word("sign"))),
  ]);
  return sends(frame, form, {
    // Who names what was read signs nothing else.
    request: () => ({
      path: `${path}/signatures`,
      body: { version, figures_sha256 },
      match: newest.etag,
    }),
    done: () => again(frame, "signed"),
    words: "staff-reports",
  });
}

/** What was submitted, and the form for the next, once two have signed. */
export function submitting({ frame, path, newest, shown }) {
  const list = newest.submissions.map((one) =>
    element("li", {}, [
      time(one.submitted_at),
      ...[one.recipient, one.receipt, one.recorded_by].flatMap((words) => [" · ", data(words)]),
      ` · ${word("of-version", { number: one.version })}`,
    ]),
  );
  const open =
    shown.version === newest.version &&
    newest.signatures.length >= SIGNATURES &&
    frame.may(`${ROUTE}/submissions`);
  return part(
    word("submissions"),
    list.length ? element("ol", {}, list) : element("p", {}, word("not-submitted")),
    newest.signatures.length < SIGNATURES && element("p", { class: "hint" }, word("first-sign")),
    open && submission(frame, path, newest),
  );
}

function submission(frame, path, newest) {
  const at = line("submission-submitted_at", { type: "datetime-local" });
  const recipient = line("submission-recipient", { maxlength: 200 });
  const receipt = line("submission-receipt", { maxlength: 200 });
  const form = element("form", { class: "step", novalidate: true }, [
    field(word("field.submitted_at"), at, word("beijing")),
    field(word("field.recipient"), recipient),
    field(word("field.receipt"), receipt),
    element("p", {}, element("button", { class: "button" }, word("record"))),
  ]);
  const request = () => {
    const fields = { submitted_at: at, recipient, receipt };
    const empty = Object.keys(fields).filter((name) => !fields[name].value.trim());
    if (empty.length) {
      throw new Slips(empty.map((name) => ({ pointer: `/${name}`, detail: word("slip") })));
    }
    const body = {
      submitted_at: `${at.value.slice(0, 16)}:00+08:00`,
      recipient: recipient.value.trim(),
      receipt: receipt.value.trim(),
      version: newest.version,
      figures_sha256: newest.figures_sha256,
    };
    return { path: `${path}/submissions`, body, match: newest.etag };
  };
  return sends(frame, form, {
    request,
    done: () => {
      form.reset(); // what is on record now is not typed for the next
      return again(frame, "recorded");
    },
    words: "staff-reports",
    idOf: (pointer) => `submission-${pointer.slice(1)}`,
  });
}

async function again(frame, key) {
  await frame.refresh();
  frame.tell(`staff-reports.${key}`);
  document.querySelector("#desk h1").focus();
}
