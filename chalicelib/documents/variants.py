"""Variants of a policy document by language: the Chinese original, English, and both together."""

from collections.abc import Mapping
from typing import NamedTuple

from chalicelib import codes, texts
from chalicelib.documents import templating
from chalicelib.languages import label

ORIGINAL = "zh-CN"
"""The variant that is made for every policy; the others are translations of it."""


class Variant(NamedTuple):
    """How a document says things: in one language, or in several beside each other."""

    name: str
    languages: tuple[str, ...]

    def say(self, words: Mapping[str, str]) -> str:
        """Words by language, side by side where there are several."""
        return " ".join(dict.fromkeys(label(words, language) for language in self.languages))

    def lines(self, words: Mapping[str, str], **blanks: str) -> list[str]:
        """The same as a paragraph per language, with `{placeholders}` filled in."""
        return [label(words, language).format(**blanks) for language in self.languages]

    def label(self, key: str) -> str:
        """A label of the catalogues: `policy_no` is 保险单号."""
        return self.say({one: texts.text(f"document.label.{key}", one) for one in self.languages})

    def code(self, group: str, code: str | None) -> str | None:
        """The name of a coded value; None where there is no code."""
        if code is None:
            return None
        return self.say({one: str(codes.name(group, code, one)) for one in self.languages})

    def day(self, text: str) -> str:
        """An ISO date as the language writes it, as it stands where there are several."""
        return text if len(self.languages) > 1 else templating.day(text, *self.languages)

    def yuan(self, amount: str) -> str:
        """A printed amount with its currency."""
        return f"{amount} 元" if self.name == ORIGINAL else f"CNY {amount}"


VARIANTS = {
    found.name: found
    for found in (
        Variant(ORIGINAL, ("zh-CN",)),
        Variant("en", ("en",)),
        Variant("bilingual", ("zh-CN", "en")),
    )
}
