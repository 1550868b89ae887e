"""The files of `schemas/`: schemas, and the dated data that rules are made of."""

import json
from pathlib import Path
from typing import Any

_ROOTS = (Path(__file__).parents[1] / "schemas", Path(__file__).parents[1] / "vendor" / "schemas")


def load(name: str) -> dict[str, Any]:
    """A file of `schemas/` by its path without ending, such as `queries/request`."""
    for root in _ROOTS:
        path = root / f"{name}.json"
        if path.exists():
            document: dict[str, Any] = json.loads(path.read_text("utf-8"))
            return document
    raise FileNotFoundError(f"schemas/{name}.json")


def names(folder: str) -> list[str]:
    """The names of the files in a folder of `schemas/`, without ending, sorted."""
    root = next(root for root in _ROOTS if root.exists())
    return sorted(path.stem for path in (root / folder).glob("*.json"))
