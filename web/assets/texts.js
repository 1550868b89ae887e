/*
 * The words of the pages, by key, from texts/<language>.json.
 *
 * A text may hold {placeholders}. In the HTML an element names its text by data-text (and by
 * data-text-attribute, where the text is that attribute). Every {hotline} becomes a link that dials.
 */
const root = document.documentElement;
const { languages } = globalThis;
const followers = [];
// A page with words of its own names them: every page else would carry them too.
const own = root.dataset.texts?.split(" ") ?? [];
let words = {};
let asked = 0; // how often a language was loaded, and the place in that row of the one shown:
let current = 0; // whichever comes first, the last one chosen stays
let tellReady;

/** Fulfilled once there are words: on a slow connection people act before. */
export const ready = new Promise((fulfil) => {
  tellReady = fulfil;
});

/** Whether the catalogue has the key: unknown codes of the service then keep the service's name. */
export const has = (key) => Object.hasOwn(words, key);

/** The text as plain characters. */
export function text(key, values = {}) {
  return parts(key, values)
    .map((part) => part?.textContent ?? String(part))
    .join("");
}

/** The text as nodes and strings: values that are nodes stay nodes. */
export function parts(key, values = {}) {
  if (!has(key)) throw new Error(`no text for ${key} in ${root.lang}`);
  return words[key].split(/\{(\w+)\}/).map((piece, index) => {
    if (index % 2 === 0) return piece;
    if (piece in values) return values[piece];
    if (piece === "hotline") return dial(words["insurer.hotline"]);
    throw new Error(`text ${key} needs ${piece}`);
  });
}

/** A link that dials. Numbers stay left to right in every script. */
export function dial(number, label = number) {
  const link = document.createElement("a");
  link.href = `tel:${number.replace(/[^\d+]/g, "")}`;
  link.dir = "ltr";
  link.className = "dial";
  link.textContent = label;
  return link;
}

/** Calls back now and whenever the reader changes the language. */
export function follow(callback) {
  followers.push(callback);
  if (root.dataset.ready !== undefined) callback();
}

/** Adds the words of a part that came later; they follow the reader's language from then on. */
export async function also(name) {
  if (own.includes(name)) return;
  Object.assign(words, await catalogue(`${name}/${root.lang}`));
  own.push(name);
}

/** Loads the language of the page, fills the page in and offers the languages that are on. */
export async function start() {
  document.querySelector(".languages")?.replaceChildren(...languages.map(offer));
  await load(root.lang);
}

/** A link that changes the language in place. */
function offer([tag, name, direction]) {
  const link = document.createElement("a");
  Object.assign(link, { href: `?lang=${tag}`, hreflang: tag, lang: tag, textContent: name });
  link.dir = direction === "rtl" ? "rtl" : "ltr";
  link.addEventListener("click", (event) => {
    event.preventDefault();
    change(tag);
  });
  return link;
}

async function change(language) {
  try {
    localStorage.setItem("language", language);
  } catch {
    // Without storage the choice lives in the address alone.
  }
  const address = new URL(location.href);
  address.searchParams.set("lang", language);
  history.replaceState(history.state, "", address);
  await load(language);
}

async function load(language) {
  asked += 1;
  const mine = asked;
  const names = [language, ...own.map((name) => `${name}/${language}`)];
  const found = await Promise.all(names.map(catalogue));
  if (mine < current) return;
  current = mine;
  words = Object.assign({}, ...found);
  root.lang = language;
  const [, , direction] = languages.find(([tag]) => tag === language);
  root.dir = direction === "rtl" ? "rtl" : "ltr";
  for (const element of document.querySelectorAll("[data-text]")) fill(element);
  for (const link of document.querySelectorAll(".languages a")) {
    if (link.hreflang === language) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  root.removeAttribute("data-translating");
  root.dataset.ready = "";
  tellReady();
  for (const callback of followers) callback();
}

async function catalogue(name) {
  return (await fetch(new URL(`../texts/${name}.json`, import.meta.url))).json();
}

function fill(element) {
  const { text: key, textAttribute: attribute } = element.dataset;
  if (attribute) element.setAttribute(attribute, text(key));
  else element.replaceChildren(...parts(key));
}
