/*
 * The proof of work that the service asks for after a few failures: loaded only then. ALTCHA's own
 * solvers do it in workers, off the page's thread. Why without its widget:
 * docs/decisions/0016-challenge-without-widget.md
 */
import { Unsolved } from "./unsolved.js";

const SOLVERS = { SHA: "sha.js", PBKDF2: "pbkdf2.js" };
const WORKERS = 4; // more make a phone hot without making it faster
const PATIENCE = 90_000; // milliseconds

/** The solved challenge as the service wants it repeated: base64 of {challenge, solution}. */
export async function solve(challenge) {
  const solver = SOLVERS[challenge.parameters.algorithm.split(/[-/]/)[0]];
  if (!solver) throw new Unsolved(challenge.parameters.algorithm);
  const address = trusted(new URL(`vendor/altcha/${solver}`, import.meta.url).href);
  const count = Math.min(navigator.hardwareConcurrency ?? 1, WORKERS);
  const workers = Array.from({ length: count }, () => new Worker(address));
  try {
    const work = (worker, counterStart) => ask(worker, { challenge, counterStart, count });
    const solution = await Promise.any(workers.map(work));
    return btoa(JSON.stringify({ challenge, solution }));
  } catch (error) {
    throw new Unsolved("no solution", { cause: error });
  } finally {
    for (const worker of workers) worker.terminate();
  }
}

function ask(worker, { challenge, counterStart, count }) {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => {
      if (data?.derivedKey) resolve(data);
      else reject(data?.error ?? new Unsolved("out of time"));
    };
    worker.onerror = (event) => reject(new Unsolved(event.message));
    worker.postMessage({
      type: "work",
      challenge,
      counterStart,
      counterStep: count,
      timeout: PATIENCE,
    });
  });
}

/** Where the content security policy wants Trusted Types, the two files above are the only ones. */
function trusted(address) {
  if (!globalThis.trustedTypes) return address;
  const policy = trustedTypes.createPolicy("challenge", { createScriptURL: (one) => one });
  return policy.createScriptURL(address);
}
