/* One quarterly report: what it says, its versions, signatures, submissions and files. */
import { data, element } from "../assets/element.js";
import { date, time } from "../assets/format.js";
import { text } from "../assets/texts.js";
import { files } from "./report-files.js";
import { differences, figures, forms } from "./report-figures.js";
import { signing, submitting } from "./report-signing.js";
import { due, state } from "./report-state.js";
import { pairs, part, table } from "./shown.js";

const ROUTE = "/v1/staff/reports/{period}/{organisation}";
const word = (key, values) => text(`staff-reports.${key}`, values);

export async function report(frame, { period, organisation, version }, current) {
  const path = `/v1/staff/reports/${[period, organisation].map(encodeURIComponent).join("/")}`;
  const asked = version ? `?${new URLSearchParams({ version })}` : "";
  const [{ answer: listed }, whole] = await Promise.all([
    frame.ask("GET", `${path}/versions`),
    frame.may(`GET ${ROUTE}`) ? frame.ask("GET", `${path}${asked}`) : null,
  ]);
  if (!current()) return;
  const [newest] = listed.items;
  const shown = listed.items.find((one) => String(one.version) === version) ?? newest;
  const filed = whole?.answer;
  const place = { frame, path, newest, shown };
  frame.draw(
    element("p", {}, element("a", { class: "back", href: "#reports" }, word("back"))),
    element("h1", { tabindex: "-1" }, [
      data(shown.period),
      " · ",
      data(shown.name ?? shown.organisation),
    ]),
    element("p", { class: "marks" }, state(shown), due(newest)),
    shown.version < newest.version && element("p", { class: "notice" }, word("older")),
    part(word("about"), about(shown, filed)),
    filed && figures(filed),
    filed && forms(filed),
    filed?.previous && differences(filed),
    signing(place),
    submitting(place),
    files(place),
    part(word("versions"), versions(listed.items)),
  );
}

function about(shown, filed) {
  const days = filed?.missing_days ?? [];
  const named = days.length ? runs(days).join("; ") : String(shown.missing_days);
  return pairs([
    [word("pair.version"), word("version", { number: shown.version, time: time(shown.made_at) })],
    [word("pair.due_on"), date(shown.due_on)],
    [word("pair.missing_days"), shown.missing_days ? named : word("none-missing")],
    [word("pair.digest"), element("code", {}, shown.figures_sha256)],
    [
      word("pair.previous"),
      filed?.previous && word("replaces", { number: filed.previous.version }),
    ],
  ]);
}

/** Days in a row as one. */
function runs(days) {
  const found = [];
  for (const day of days) {
    const last = found.at(-1);
    if (last && Date.parse(day) - Date.parse(last.at(-1)) === 86_400_000) last.push(day);
    else found.push([day]);
  }
  return found.map((run) =>
    run.length > 1 ? word("run", { first: date(run[0]), last: date(run.at(-1)) }) : date(run[0]),
  );
}

function versions(items) {
  const columns = ["version", "state", "signed", "submitted", "digest"];
  const row = (one) => [
    element(
      "a",
      { class: "open", href: `#reports/${one.period}/${one.organisation}/${one.version}` },
      word("version", { number: one.version, time: time(one.made_at) }),
    ),
    state(one),
    one.signatures.map(({ signed_by: who }) => who).join(", ") || word("nobody"),
    one.submissions.map(({ submitted_at: at }) => time(at)).join(", ") || word("not-submitted"),
    element("code", {}, one.figures_sha256.slice(0, 12)),
  ];
  return table(word("versions"), columns.map((code) => word(`column.${code}`)), items.map(row));
}
