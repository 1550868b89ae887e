"""What the layout engine of documents brings: in the archive of render_document and no other.

WeasyPrint and whatever nothing else of ours requires are a third of all libraries, and only one
function sets documents.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import Distribution, PathDistribution
from pathlib import Path

from packaging.requirements import Requirement

REQUIREMENTS = Path(__file__).parents[2] / "requirements.in"
ENGINE = "weasyprint"


def files(libraries: Path, requirements: str | None = None) -> set[str]:
    """Paths below the folder of unpacked libraries that only the engine needs, bytecode too.

    `requirements` are lines as in requirements.in, which is read without them.
    """
    there = {_name(found.name): found for found in _installed(libraries)}
    wanted = [*_roots(requirements or REQUIREMENTS.read_text("utf-8"))]
    others = _reached(there, (root for root in wanted if _name(root.name) != ENGINE))
    alone = _reached(there, (root for root in wanted if _name(root.name) == ENGINE)) - others
    return {path for name in alone for path in _files(libraries, there[name])}


def _installed(libraries: Path) -> Iterator[Distribution]:
    for folder in sorted(libraries.glob("*.dist-info")):
        yield PathDistribution(folder)


def _roots(text: str) -> Iterator[Requirement]:
    for line in text.splitlines():
        if stated := line.partition("#")[0].strip():
            yield Requirement(stated)


def _reached(there: Mapping[str, Distribution], roots: Iterable[Requirement]) -> set[str]:
    """Names of what the roots require, themselves included, as far as it was packaged."""
    found: set[tuple[str, str]] = set()
    waiting = list(roots)
    while waiting:
        asked = waiting.pop()
        name = _name(asked.name)
        new = {(name, extra) for extra in ("", *asked.extras)} - found
        if name not in there or not new:
            continue
        found |= new
        extras = [extra for _, extra in new]
        waiting += [
            requirement
            for requirement in map(Requirement, there[name].requires or [])
            if requirement.marker is None
            or any(requirement.marker.evaluate({"extra": extra}) for extra in extras)
        ]
    return {name for name, _ in found}


def _files(libraries: Path, distribution: Distribution) -> Iterator[str]:
    """What RECORD lists and is there: commands for a shell were never unpacked."""
    for listed in distribution.files or []:
        path = libraries / listed
        if ".." in listed.parts or not path.is_file():
            continue
        yield listed.as_posix()
        for compiled in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
            yield compiled.relative_to(libraries).as_posix()


def _name(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
