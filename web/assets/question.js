/* One query, with what may stand between: a proof of work, an attribution that has gone stale. */
import { post, Problem } from "./api.js";
import { partner } from "./attribution.js";

const CHALLENGES = 2; // the second in case that the first ran out while it was being solved

/** The answer to the credentials; solving() is called when a challenge has to be solved first. */
export async function ask(typed, { solving }) {
  const given = Object.entries(typed).filter(([, value]) => value);
  let body = Object.fromEntries(partner ? [...given, ["partner", partner]] : given);
  let challenges = 0;
  for (;;) {
    try {
      return await post("/v1/queries", body);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.challenge && challenges < CHALLENGES) {
        challenges += 1;
        solving();
        const { solve } = await import("./challenge.js");
        body = { ...body, challenge: await solve(error.challenge) };
      } else if (body.partner && concernsPartner(error)) {
        body = { ...body, partner: undefined }; // whose link it was never stops a customer
      } else throw error;
    }
  }
}

/** Whether an error is about the attribution alone. */
export const concernsPartner = ({ status, errors }) =>
  status === 400 && errors.length > 0 && errors.every(({ pointer }) => pointer === "/partner");
