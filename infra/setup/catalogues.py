"""The message catalogues (gettext): compiled from .po whenever one of them changes."""

from infra.setup.machine import ROOT, VENV, run
from infra.setup.steps import Step, digest

LOCALES = ROOT / "chalicelib" / "locales"
DOMAIN = "chabao"


def message_catalogues() -> Step:
    """One .mo beside each .po."""
    sources = sorted(LOCALES.rglob(f"{DOMAIN}.po"))

    def make() -> None:
        if sources:
            pybabel = VENV / "bin" / "pybabel"
            run(
                [pybabel, "compile", "-d", LOCALES, "-D", DOMAIN],
                doing="compiling message catalogues",
            )

    outputs = tuple(source.with_suffix(".mo") for source in sources)
    return Step("message catalogues", digest(sources), outputs, make)
