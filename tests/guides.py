"""The examples of a guide as programs: its fenced blocks of one language, in their order."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def examples(guide: str, language: str) -> str:
    """One program of all blocks; AssertionError where a guide has none of that language."""
    text = (ROOT / guide).read_text("utf-8")
    blocks: list[str] = re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert blocks, f"{guide} has no example in {language}"
    return "\n".join(blocks)
