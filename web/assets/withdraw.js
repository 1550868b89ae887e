/* Taking a consent back later, by the number and the code that were shown after the assessment. */
import { withdraw } from "./advice.js";
import { carryOn } from "./attribution.js";
import { hurdleOf, mark, show } from "./hurdle.js";
import { follow, start, text } from "./texts.js";

const [form, box, notice, progress] = ["form", "#trouble", "#notice", "#progress"].map((one) =>
  document.querySelector(one),
);
let busy = false;

form.addEventListener("submit", send);
addEventListener("pagehide", () => form.reset());
follow(() => (document.title = `${text("withdraw.title")} – ${text("insurer.short")}`));
carryOn();
await start();

async function send(event) {
  event.preventDefault();
  if (busy) return;
  const fields = ["lead_no", "manage_token"];
  const typed = Object.fromEntries(fields.map((name) => [name, plain(form.elements[name].value)]));
  const labels = { lead_no: text("advice.number"), manage_token: text("advice.token") };
  const slips = fields
    .filter((name) => !typed[name])
    .map((field) => ({ field, message: text("hurdle.missing", { label: labels[field] }) }));
  for (const name of fields) mark(name, slips.find(({ field }) => field === name)?.message);
  box.hidden = true;
  if (slips.length) return show(box, { kind: "slips", slips }, (field) => field);
  busy = true;
  progress.textContent = text("steps.busy");
  try {
    await withdraw(typed.lead_no.toUpperCase(), typed.manage_token);
    form.reset();
    form.hidden = true;
    notice.dataset.text = "withdraw.done";
    notice.textContent = text("withdraw.done");
    document.querySelector("h1").focus();
  } catch (error) {
    const found = hurdleOf(error, "withdraw.wrong");
    // Neither number nor code is told apart from the other: both stand on the same slip of paper.
    show(box, found.kind === "expired" ? { kind: "refused", refused: "withdraw.wrong" } : found);
  } finally {
    busy = false;
    progress.textContent = "";
  }
}

/** As copied: without spaces, and full-width characters as plain ones. */
const plain = (value) => value.normalize("NFKC").replace(/\s/g, "");
