/*
 * From a need to an agent: a few questions at a time, as the questionnaire's data say, then how to
 * reach the visitor, then his consent, then the result. A consent is given on the page alone and
 * never kept.
 */
import { get, Problem, Unreachable } from "./api.js";
import { element } from "./element.js";
import { answersOf, isAsked, stepsOf } from "./needs.js";
import { idOf } from "./questions.js";
import { PROVINCES } from "./regions.js";
import { begin, deliver, draft, later, refuse } from "./steps.js";
import { text } from "./texts.js";

const REGION = "/contact/region";

let asking = null; // the questionnaire in the reader's language
let needs = []; // its steps
let branches = []; // of the province that was chosen

const all = () => [...needs, contactStep()];
const isOpen = (one) => isAsked(one, all().flatMap((step) => step.questions), draft.values);
// It is there before anything is sent: a result that nobody sees helps nobody.
const drawing = () => later(import("./advice.js"));

await begin({
  name: "lead",
  title: "lead.title",
  send: "lead.send",
  async load() {
    asking = await get("/v1/questionnaires/current");
    needs = stepsOf(asking.schema);
    await loadBranches();
  },
  steps: all,
  isAsked: isOpen,
  complete: () => true,
  last: consents,
  painted(_, last) {
    // What only a result needs comes while the visitor still writes.
    if (last) drawing().catch(() => {}); // asked for again, and then told, when it is sent
  },
  async changed({ id }) {
    if (id !== idOf(REGION)) return false;
    draft.values["/nearest"] = "";
    await loadBranches();
    return Boolean(document.getElementById(id));
  },
  deliver: sends,
  // /answers/protect/0 is /protect
  fieldOf: (pointer) => pointer.replace(/^\/answers(\/[^/]+).*$/, "$1"),
  result: (done) => ({
    title: text("advice.title"),
    async show(place, { isOpen: isStill, hurdle, end }) {
      const { advice } = await drawing();
      if (isStill()) advice(place, done, { hurdle, end });
    },
  }),
  cleared: () => {
    branches = [];
  },
});

function contactStep() {
  const plain = { kind: "text", required: true, max_length: 40, options: [] };
  const provinces = PROVINCES.map((code) => ({ code, name: text(`region.${code}`) }));
  const near = branches.map(({ region, name }) => ({ code: region, name }));
  const nearest = { field: "/nearest", label: text("lead.nearest"), options: near, kind: "choice" };
  return {
    title: text("lead.contact"),
    questions: [
      { ...plain, field: "/contact/name", label: text("lead.name"), max_length: 200 },
      {
        ...plain,
        field: "/contact/phone",
        kind: "phone",
        label: text("lead.phone"),
        hint: text("lead.phone-why"),
      },
      {
        ...plain,
        field: REGION,
        kind: "choice",
        label: text("lead.region"),
        hint: text("lead.region-why"),
        options: provinces,
      },
      ...(near.length > 1 ? [nearest] : []),
    ],
  };
}

/** The branches of the province; without them the province alone decides. */
async function loadBranches() {
  const province = draft.values[REGION];
  branches = [];
  if (!province) return;
  const path = `/v1/branches?level=city&limit=100&region=${province.slice(0, 2)}`;
  try {
    branches = (await get(path)).branches.filter(({ region }) => region);
  } catch (error) {
    // A refinement only: whoever cannot choose a branch is served by the province's.
    if (!(error instanceof Problem || error instanceof Unreachable)) throw error;
  }
}

/** The boxes of consent, none of them ticked, each to itself. */
function consents() {
  return [
    element("h2", {}, text("lead.consent")),
    consentBox("contact", asking.consent.text),
    consentBox("marketing", text("steps.optional", { label: asking.consent.marketing })),
  ];
}

function consentBox(name, words) {
  const id = idOf(`/consent/${name}`);
  return element(
    "div",
    { class: "field" },
    element("p", { class: "wrong", id: `${id}-wrong` }),
    element(
      "label",
      { class: "choice consent" },
      element("input", { type: "checkbox", id, "aria-describedby": `${id}-wrong` }),
      element("span", {}, words),
    ),
  );
}

function ticked(name) {
  return document.getElementById(idOf(`/consent/${name}`)).checked;
}

async function sends() {
  if (!ticked("contact")) {
    return refuse([{ field: "/consent/contact", message: text("lead.consent-missing") }]);
  }
  const { lang } = document.documentElement;
  await deliver("/v1/leads", bodyOfLead(), {
    first: drawing,
    done: (answer) => ({ answer, lang }),
  });
}

function bodyOfLead() {
  const { values } = draft;
  const asked = needs.flatMap((step) => step.questions).filter(isOpen);
  const near = branches.some(({ region }) => region === values["/nearest"]);
  return {
    questionnaire: { id: asking.id, version: asking.version },
    answers: answersOf(asked, values),
    contact: {
      name: values["/contact/name"],
      phone: values["/contact/phone"],
      region: near ? values["/nearest"] : values[REGION],
    },
    consent: {
      contact: true,
      marketing: ticked("marketing"),
      text_version: asking.consent.text_version,
    },
  };
}
