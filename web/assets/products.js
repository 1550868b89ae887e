/* What each line covers, for whom it is meant and for whom not, as the service introduces it. */
import { element } from "./element.js";
import { offered } from "./offers.js";
import { text } from "./texts.js";

await offered("products", () => "/v1/products", ({ products }) => [
  element("nav", { "aria-label": text("offers.lines") }, [
    element(
      "ul",
      {},
      products.map(({ line, name }) => element("li", {}, element("a", { href: `#${line}` }, name))),
    ),
  ]),
  products.map(introduced),
]);

function introduced({ line, name, summary, suits, not_for: notFor, papers, steps }) {
  return element("section", { class: "card", id: line }, [
    element("h2", {}, name),
    element("p", {}, summary),
    listed("suits", suits),
    listed("not-for", notFor),
    listed("papers", papers),
    element("h3", {}, text("offers.steps")),
    element(
      "ol",
      {},
      steps.map((step) =>
        element("li", {}, element("strong", {}, step.name), element("p", {}, step.text)),
      ),
    ),
    element("p", {}, element("a", { href: "lead.html" }, text("offers.lead"))),
  ]);
}

function listed(key, found) {
  if (!found.length) return null;
  return [
    element("h3", {}, text(`offers.${key}`)),
    element("ul", {}, found.map((one) => element("li", {}, one))),
  ];
}
