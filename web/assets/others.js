/* The person's other policies, each opened without typing again. */
import { get, post, Problem, Unreachable } from "./api.js";
import { coded } from "./codes.js";
import { countDown } from "./countdown.js";
import { data, element } from "./element.js";
import { date, duration } from "./format.js";
import { section } from "./sections.js";
import { dial, parts, text } from "./texts.js";

/** The section, empty until the list has come; opened(answer) is called with the policy chosen. */
export function others(answer, opened) {
  if (answer.assurance !== "id") return null;
  const place = element("div", { class: "others" });
  fill(place, answer, opened);
  return place;
}

/** The list is asked for once for each answer and language. */
async function fill(place, answer, opened) {
  const language = document.documentElement.lang;
  const policyNo = answer.policy?.policy_no;
  if (answer.others?.language !== language) {
    answer.others = { language, asked: get("/v1/policies", answer.token) };
  }
  let policies;
  try {
    ({ policies } = await answer.others.asked);
  } catch (error) {
    answer.others = null;
    place.replaceChildren(whole(null, [sorry(error)]));
    return;
  }
  const list = policies.filter((one) => one.policy_no !== policyNo);
  const told = element("p", { class: "told", role: "status" });
  const items = list.map((one) => element("li", {}, item(one, answer, told, opened)));
  const body = list.length
    ? [element("p", {}, text("others.lede")), told, element("ul", { class: "entries" }, items)]
    : [element("p", {}, text("others.none"))];
  const gist = list.length ? text("gist.count", { count: list.length }) : text("gist.none");
  place.replaceChildren(whole(gist, body));
}

const whole = (gist, body) => section("others", gist, true, body);

function item(one, answer, told, opened) {
  const name = one.product ?? coded("line", one.line, one.line_name);
  const kind = one.motor_kind && coded("motor_kind", one.motor_kind, one.motor_kind_name);
  const { handler } = one;
  return [
    element("p", { class: "other-name" }, [
      element("strong", {}, data(name)),
      " ",
      element("span", { class: "badge" }, coded("status", one.status, one.status_name)),
    ]),
    element("p", { class: "moments" }, [
      kind && `${kind} · `,
      data(one.policy_no, { dir: "ltr" }),
      " · ",
      text("others.ends", { date: date(one.ends_on) }),
    ]),
    handler?.name &&
      element("p", { class: "moments" }, [
        ...parts("others.handler", { name: data(handler.name) }),
        " ",
        handler.phone && dial(handler.phone),
      ]),
    opener(one, answer, told, opened),
  ];
}

function opener(one, answer, told, opened) {
  let busy = false;
  const open = async () => {
    if (busy) return;
    busy = true;
    told.replaceChildren(text("ask.busy"));
    try {
      const path = `/v1/policies/${encodeURIComponent(one.policy_no)}/queries`;
      const found = await post(path, undefined, answer.token);
      told.replaceChildren();
      opened(found);
    } catch (error) {
      told.replaceChildren(sorry(error));
      if (error.retryAfter) wait(told, error.retryAfter);
    } finally {
      busy = false;
    }
  };
  return element("button", { type: "button", class: "button button-quiet", onclick: open }, [
    text("others.open"),
    element("span", { class: "unseen" }, " ", data(one.policy_no)),
  ]);
}

function wait(told, seconds) {
  told.replaceChildren(text("others.later", { time: duration(seconds) }));
  countDown(
    seconds,
    () => {},
    () => told.replaceChildren(text("limited.over")),
  );
}

/** What to say; an error that is no answer of the service is a defect of ours. */
function sorry(error) {
  if (!(error instanceof Problem || error instanceof Unreachable)) throw error;
  const key = error.status === 401 ? "others.unauthenticated" : "others.unavailable";
  return element("span", {}, parts(key));
}
