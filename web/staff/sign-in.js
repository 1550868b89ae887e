/*
 * Sign-in at the insurer's OpenID provider: code flow with PKCE. While the provider is asked the tab
 * keeps a verifier and where to go on; the token itself is handed back and stored nowhere.
 */
import { get } from "../assets/api.js";

const KEPT = "staff.sign-in";

/** When the way to the provider or back is broken; `message` is a key of the texts. */
export class SignInError extends Error {}

/** Leaves for the provider. `place` is the fragment to come back to; `anew`: ask who it is again. */
export async function leave(place, { anew }) {
  const { issuer, client_id: client } = await get("/v1/sign-in");
  if (!issuer || !client) throw new SignInError("staff.no-provider");
  const provider = await json(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
  if (provider.issuer !== issuer) throw new SignInError("staff.no-provider");
  const [state, verifier] = [random(), random()];
  const asked = { state, verifier, place, issuer, client, at: provider.token_endpoint };
  sessionStorage.setItem(KEPT, JSON.stringify(asked));
  const address = new URL(provider.authorization_endpoint);
  const query = {
    client_id: client,
    redirect_uri: home(),
    response_type: "code",
    scope: "openid profile",
    state,
    code_challenge: await challengeOf(verifier),
    code_challenge_method: "S256",
    ui_locales: document.documentElement.lang,
    ...(anew && { prompt: "login" }),
  };
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
  location.assign(address);
}

/** {token, person, place} for somebody who comes back from the provider, null for anybody else. */
export async function arrive() {
  const query = new URLSearchParams(location.search);
  if (!query.has("state")) return null;
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  sessionStorage.removeItem(KEPT);
  // The code leaves the address before anything else happens.
  history.replaceState(null, "", home() + (kept?.place ?? ""));
  const issuer = query.get("iss") ?? kept?.issuer;
  if (!kept || query.get("state") !== kept.state || issuer !== kept.issuer || !query.get("code")) {
    throw new SignInError("staff.not-signed-in");
  }
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    client_id: kept.client,
    redirect_uri: home(),
    code: query.get("code"),
    code_verifier: kept.verifier,
  });
  const { access_token: token } = await json(kept.at, { method: "POST", body });
  return { token, person: personOf(token), place: kept.place };
}

/** Who the token says it is, for the page's words only: the service judges the token itself. */
function personOf(token) {
  const [, claims] = token.split(".");
  const bytes = Uint8Array.from(atob(claims.replace(/-/g, "+").replace(/_/g, "/")), (one) =>
    one.charCodeAt(0),
  );
  const { sub, name, roles, organisation, exp } = JSON.parse(new TextDecoder().decode(bytes));
  return { sub, name: name || sub, roles: roles ?? [], organisation, ends: exp * 1000 };
}

async function json(address, options = {}) {
  let answer;
  try {
    answer = await fetch(address, { ...options, cache: "no-store", credentials: "omit" });
    if (answer.ok) return await answer.json();
  } catch (error) {
    throw new SignInError("staff.no-provider", { cause: error });
  }
  throw new SignInError(options.body ? "staff.not-signed-in" : "staff.no-provider");
}

const home = () => new URL("./", location.href.split(/[?#]/)[0]).href;
const encoded = (bytes) =>
  btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
const random = () => encoded(crypto.getRandomValues(new Uint8Array(32)));

async function challengeOf(verifier) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  return encoded(new Uint8Array(digest));
}
