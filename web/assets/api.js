/*
 * The door to the service. What it refuses arrives as Problem, silence as Unreachable.
 *
 * <meta name="chabao-api" content="https://api.example"> names another origin; empty is our own.
 */
const base = document.querySelector('meta[name="chabao-api"]').content;
const PATIENCE = 30_000; // milliseconds; API Gateway itself gives up after 29 seconds

/** An answer that is no success: problem+json (RFC 9457), or a gateway's bare status. */
export class Problem extends Error {
  constructor(response, body) {
    super(body.code ?? String(response.status));
    this.status = response.status;
    this.code = body.code ?? "";
    this.title = body.title ?? "";
    this.detail = body.detail ?? "";
    this.errors = body.errors ?? [];
    this.challenge = body.challenge;
    this.requestId = body.request_id ?? response.headers.get("X-Request-Id") ?? "";
    this.retryAfter = seconds(response.headers.get("Retry-After"));
  }
}

/** No answer at all: no network, no service, or too slow. */
export class Unreachable extends Error {}

export const get = (path, token) => only(send("GET", path, { token }));
export const post = (path, body, token, key) => only(send("POST", path, { body, token, key }));
const only = async (sending) => (await sending).answer;

/** {answer, etag}: what the service says, null for nothing; `match` is what If-Match names. */
export async function send(method, path, { body, token, key, match }) {
  const headers = {
    Accept: "application/json, application/problem+json",
    "Accept-Language": document.documentElement.lang,
  };
  // What the request is known by in every log, to the last queue; absent without a secure origin.
  const id = crypto.randomUUID?.();
  if (id) headers["X-Request-Id"] = id;
  if (body) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  if (match) headers["If-Match"] = match;
  if (token) headers.Authorization = `Bearer ${token}`;
  let response;
  let content;
  try {
    response = await fetch(base + path, {
      method,
      headers,
      body: body && JSON.stringify(body),
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      signal: AbortSignal.timeout(PATIENCE),
    });
    content = await response.text();
  } catch (error) {
    throw new Unreachable(error.message, { cause: error });
  }
  const etag = response.headers.get("ETag");
  if (response.status === 204) return { answer: null, etag };
  const answer = json(content);
  if (!response.ok || answer === null) throw new Problem(response, answer ?? {});
  return { answer, etag };
}

function json(content) {
  try {
    return JSON.parse(content);
  } catch {
    return null; // a gateway's HTML page: the status says enough
  }
}

/** Retry-After as seconds; 0 where the header is missing or no number. */
function seconds(header) {
  return Math.max(0, Math.ceil(Number(header))) || 0;
}
