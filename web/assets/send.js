/* Sending a report over a poor connection: again and again, with the same key, never twice. */
import { post, Problem, Unreachable } from "./api.js";
import { concernsPartner } from "./question.js";

const PAUSES = [2, 5, 10]; // seconds before each further try
const CHALLENGES = 2;

/** The service's answer; waiting(seconds) and solving() tell what is going on meanwhile. */
export async function send(path, body, key, { waiting, solving }) {
  let given = body;
  let challenge;
  let challenges = 0;
  let tries = 0;
  for (;;) {
    try {
      return await post(path, challenge ? { ...given, challenge } : given, null, key);
    } catch (error) {
      const lost = error instanceof Unreachable || error.status >= 502 || error.status === 409;
      if (error instanceof Problem && error.challenge && challenges < CHALLENGES) {
        challenges += 1;
        solving();
        const { solve } = await import("./challenge.js");
        challenge = await solve(error.challenge);
      } else if (given.partner && error instanceof Problem && concernsPartner(error)) {
        given = { ...given, partner: undefined }; // whose link it was never stops a customer
      } else if (lost && tries < PAUSES.length) {
        await pause(PAUSES[tries], waiting);
        tries += 1;
      } else throw error;
    }
  }
}

/** Some seconds, or less where the connection comes back sooner. */
async function pause(seconds, waiting) {
  waiting(seconds);
  const back = new AbortController();
  await Promise.race([
    new Promise((after) => setTimeout(after, seconds * 1000)),
    new Promise((after) => addEventListener("online", after, { once: true, signal: back.signal })),
  ]);
  back.abort();
}
