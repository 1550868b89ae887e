/*
 * The frame of the staff pages: sign-in, who it is, which desk is open, what went wrong.
 *
 * One page for all desks, so that the token can live in this module's memory and nowhere else. The
 * fragment says what is open: `#objections/Y20261121-7K3QX9M2`, never anything personal.
 */
import { Problem, send } from "../assets/api.js";
import { element } from "../assets/element.js";
import { also, follow, start, text } from "../assets/texts.js";
import { desks } from "./desks.js";
import { arrive, leave, SignInError } from "./sign-in.js";
import { clear, show } from "./trouble.js";
import { givenBack, taken } from "./typed.js";

const IDLE = 15 * 60_000; // milliseconds without a key or a touch, after which the session ends
const LONGEST = 12 * 3_600_000; // the service believes no token longer than a working day

const find = (selector) => document.querySelector(selector);
const [place, who, notice, box] = ["#desk", "#who", "#notice", "#trouble"].map(find);

let session = null; // {token, person, routes}
let opened = null; // {name, desk} of the desk that is open
let anew = false; // somebody signed out here: the provider shall ask again who it is
let rest = null;
let told = null; // key of the notice
let turn = 0;
let keeping = false; // what is typed stays when the open place is drawn next

/** What a desk works with. */
const frame = {
  /** {sub, name, roles, organisation} of who is signed in. */
  get person() {
    return session.person;
  },
  /** Whether the person's roles open a route, as "GET /v1/staff/reports"; the service decides. */
  may: (route) => session.routes.has(route),
  /** {answer, etag} of a request with the person's token; Problem or Unreachable. */
  ask: (method, path, { body, match, key } = {}) =>
    send(method, path, { body, match, key, token: session?.token }),
  /** Puts nodes into the page. */
  draw,
  /** Opens a place: frame.go("objections", "Y2026…"). */
  go: (...parts) => {
    location.hash = parts.map(encodeURIComponent).join("/");
  },
  /** Draws the open place anew, as it stands now; what is typed stays. */
  refresh: () => enter({ again: true }),
  /** Says on top of the page what went wrong; idOf gives a pointer's input, null for none. */
  fail,
  /** Takes back what went wrong. */
  clear: () => clear(box),
  /** Says something in passing, by its key. */
  tell,
};

addEventListener("hashchange", () => enter());
addEventListener("pagehide", () => end());
addEventListener("pageshow", (event) => event.persisted && enter());
for (const sign of ["keydown", "pointerdown"]) addEventListener(sign, stir, { passive: true });
follow(() => enter({ again: true }));
await begin();

async function begin() {
  let problem = null;
  try {
    const came = await arrive();
    if (came) sign(came);
  } catch (error) {
    problem = error;
  }
  await start();
  if (problem) fail(problem);
}

function sign({ token, person }) {
  session = { token, person };
  anew = false;
  stir();
  const left = Math.min(person.ends - Date.now(), LONGEST);
  setTimeout(() => session?.token === token && end("staff.expired"), left);
}

/** Somebody is there: the session goes on for a while. */
function stir() {
  clearTimeout(rest);
  if (session) rest = setTimeout(() => end("staff.idle"), IDLE);
}

/** Forgets who it was and all that was shown; `why` is the key of what is said of it. */
function end(why) {
  clearTimeout(rest);
  session = null;
  opened = null;
  anew = true;
  place.replaceChildren();
  clear(box);
  if (!why) return;
  tell(why);
  enter();
}

function tell(key) {
  told = key;
  notice.textContent = key ? text(key) : "";
}

function fail(error, idOf) {
  if (error instanceof SignInError) return show(box, { heading: error.message });
  if (error instanceof Problem && error.status === 401) return end("staff.expired");
  return show(box, error, idOf);
}

async function enter({ again = false } = {}) {
  turn += 1;
  const mine = turn;
  const [name, ...path] = location.hash.slice(1).split("/").map(plain);
  tell(session && !again ? null : told);
  if (!again) clear(box);
  keeping = again;
  place.ariaBusy = session && "true";
  if (!session) {
    head();
    return welcome();
  }
  try {
    await know();
    if (mine !== turn) return undefined;
    head();
    const found = offered().find((one) => one.name === name);
    if (!found) return list();
    if (opened?.name !== name) {
      const [module] = await Promise.all([found.load(), also(`staff-${name}`)]);
      opened = { name, desk: module.desk(frame) };
    }
    document.title = `${text(`staff.desk.${name}`)} – ${text("insurer.short")}`;
    await opened.desk.enter(path, { current: () => mine === turn && session !== null });
    if (mine === turn && !again) place.querySelector("h1")?.focus();
  } catch (error) {
    if (mine === turn) {
      head();
      if (session && !session.routes) stuck();
      fail(error);
    }
  } finally {
    if (mine === turn) {
      place.ariaBusy = null;
      keeping = false;
    }
  }
  return undefined;
}

/** A part of an address as it is meant; one that is cut off in the middle of a character stays. */
function plain(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Asks once in a session which routes the person's roles open. */
async function know() {
  if (session.routes) return;
  const asked = session;
  const { answer } = await frame.ask("GET", "/v1/staff/access");
  asked.routes = new Set(answer.routes.map(({ method, path }) => `${method} ${path}`));
}

function draw(...nodes) {
  const typed = keeping ? taken(place) : [];
  place.replaceChildren(...nodes.flat().filter(Boolean));
  const lost = givenBack(place, typed);
  keeping = false;
  if (!lost.length) return;
  // No step that takes it is open any more: whoever wrote it can still copy it.
  place.append(
    element("section", { class: "card" }, [
      element("h2", {}, text("staff.unsent")),
      lost.map((words) => element("p", {}, element("bdi", {}, words))),
    ]),
  );
}

/** The desks that the person's roles may open. */
function offered() {
  return desks.filter(({ route }) => session.routes?.has(route));
}

function head() {
  who.hidden = !session;
  if (!session) return who.replaceChildren();
  const { name, organisation } = session.person;
  who.replaceChildren(
    element("span", {}, element("bdi", {}, name), " · ", element("bdi", {}, organisation)),
    element("nav", { class: "desks", "aria-label": text("staff.desks") }, [
      offered().map((one) => {
        const current = location.hash.slice(1).split("/")[0] === one.name && "page";
        const attributes = { href: `#${one.name}`, "aria-current": current };
        return element("a", attributes, text(`staff.desk.${one.name}`));
      }),
    ]),
    button("staff.sign-out", () => end("staff.signed-out")),
  );
}

function welcome() {
  document.title = `${text("staff.title")} – ${text("insurer.short")}`;
  const go = async () => {
    clear(box);
    try {
      await leave(location.hash, { anew });
    } catch (error) {
      fail(error);
    }
  };
  frame.draw(
    element("h1", { tabindex: "-1" }, text("staff.title")),
    element("p", { class: "lede" }, text("staff.lede")),
    element("p", {}, button("staff.sign-in", go, "button")),
  );
}

/** Nothing is known of the person's roles yet: the service did not say, or refused. */
function stuck() {
  frame.draw(
    element("h1", { tabindex: "-1" }, text("staff.title")),
    element("p", {}, button("staff.again", () => enter())),
  );
}

function list() {
  document.title = `${text("staff.title")} – ${text("insurer.short")}`;
  const found = offered();
  frame.draw(
    element("h1", { tabindex: "-1" }, text("staff.desks")),
    found.length
      ? element(
          "ul",
          { class: "desk-list" },
          found.map(({ name }) =>
            element("li", {}, [
              element("a", { href: `#${name}` }, text(`staff.desk.${name}`)),
              element("p", { class: "hint" }, text(`staff.desk.${name}-what`)),
            ]),
          ),
        )
      : element("p", {}, text("staff.none")),
  );
}

function button(key, onclick, kind = "button button-quiet") {
  return element("button", { class: kind, type: "button", onclick }, text(key));
}
