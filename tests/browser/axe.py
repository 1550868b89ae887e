"""axe-core in the page: WCAG 2.2 A and AA and the best practices, as a list of faults."""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

PLACE = Path(__file__).parents[2] / ".cache/browser/node_modules/axe-core/axe.min.js"
RUN = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await axe.run(document, { runOnly: tags });
  return found.violations.concat(found.incomplete.filter((one) => one.id !== "color-contrast"))
    .flatMap((rule) => rule.nodes.map((node) =>
      `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary}`));
}"""


@dataclass(frozen=True)
class Axe:
    """The engine's source, put into a page when it is asked for."""

    source: str

    @classmethod
    def found(cls) -> "Axe":
        """Where `npm ci` with this folder's lock file has put it."""
        assert PLACE.exists(), (
            "the accessibility tests need axe-core: npm ci with tests/browser/package.json"
        )
        return cls(PLACE.read_text("utf-8"))

    def faults(self, page: Page) -> list[str]:
        """Every fault of the page as it stands."""
        if not page.evaluate("typeof axe === 'object'"):
            page.evaluate(self.source)
        return page.evaluate(RUN)
