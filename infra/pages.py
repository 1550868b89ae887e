"""What the pages take from `schemas/`: `python -m infra.pages` writes it into them anew.

The pages have no build step and choose their language before the first paint, so that they cannot
ask for the list; a test holds the line to the data.
"""

import json
import re
from pathlib import Path
from typing import Any

from chalicelib import schemas

SCRIPT = Path(__file__).parents[1] / "web" / "assets" / "language.js"
_LINE = re.compile(r"^globalThis\.languages = .*;$", re.MULTILINE)


def with_languages(script: str, listed: list[dict[str, Any]]) -> str:
    """The script with the languages that are on: tag, own name, direction of writing."""
    offered = [
        [one["tag"], one["autonym"], one["direction"]] for one in listed if one["status"] == "on"
    ]
    line = f"globalThis.languages = {json.dumps(offered, ensure_ascii=False)};"
    changed, times = _LINE.subn(lambda _: line, script)
    if times != 1:
        raise ValueError(f"{SCRIPT.name} sets the languages {times} times")
    return changed


def main() -> None:
    """Writes the script."""
    listed = schemas.load("data/languages")["languages"]
    SCRIPT.write_text(with_languages(SCRIPT.read_text("utf-8"), listed), "utf-8")


if __name__ == "__main__":
    main()
