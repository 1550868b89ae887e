/* Tells the service which sections of an answer were opened, each once: the regulator counts them. */
import { post, Problem, Unreachable } from "./api.js";

const COUNTED = {
  facts: "underwriting",
  covers: "underwriting",
  subject: "underwriting",
  "insured-subject": "underwriting",
  agreements: "underwriting",
  payments: "payment",
  endorsements: "endorsement",
  channel: "channel",
  claims: "claims",
};

/** Watches the sections of a drawn answer; what was told already is remembered in answer.told. */
export function watch(container, answer) {
  answer.told ??= new Set();
  for (const section of container.querySelectorAll("details[data-section]")) {
    section.addEventListener("toggle", () => section.open && tell(answer, section.dataset.section));
  }
}

async function tell(answer, name) {
  const section = COUNTED[name];
  if (!section || answer.told.has(section)) return;
  answer.told.add(section);
  try {
    const path = `/v1/queries/${encodeURIComponent(answer.query_id)}/views`;
    await post(path, { section }, answer.token);
  } catch (error) {
    if (!(error instanceof Problem || error instanceof Unreachable)) throw error;
    // The reader came for the policy, not for our statistics: the next opening tells it again.
    answer.told.delete(section);
  }
}
