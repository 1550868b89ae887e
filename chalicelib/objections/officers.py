"""Who handles an objection (处理机构): its organisation, or for violations one of a province.

Violations go straight to compliance at provincial level or above (保监厅发〔2011〕922号).
"""

from collections.abc import Iterator

from chalicelib.organisations import service as organisations

PROVINCIAL = ("province", "head_office")
_HOPS = 12


def level(organisation: str) -> str | None:
    """`head_office province city outlet`; None for one that no file announced."""
    entry = organisations.entry("organisations", organisation)
    return None if entry is None else entry.get("level")


def reaches(organisation: str, wanted: str) -> bool:
    """Whether an organisation stands at a level or above it: `any`, `province`, `head_office`."""
    levels = {"any": None, "province": PROVINCIAL, "head_office": ("head_office",)}[wanted]
    return levels is None or level(organisation) in levels


def handling(organisation: str, *, violation: bool) -> str:
    """The organisation that handles an objection to one's policy."""
    if not violation:
        return organisation
    chain = list(upwards(organisation))
    return next((code for code in chain if level(code) in PROVINCIAL), chain[-1])


def upwards(organisation: str) -> Iterator[str]:
    """The organisation and those above it; a circle in the files ends after a few steps."""
    code: str | None = organisation
    for _ in range(_HOPS):
        if code is None:
            return
        yield code
        code = (organisations.entry("organisations", code) or {}).get("parent")
