"""The organisations of figures: who counts for whom, from the directory as it stands."""

from collections.abc import Mapping

OWN = "/"
"""Ends the name of what an organisation with others below it holds by itself."""


class Tree:
    """Organisations with those above them; one that nobody announced stands alone."""

    def __init__(self, parents: Mapping[str, str | None]) -> None:
        self._parents = dict(parents)
        self._inner = {above for above in parents.values() if above}

    def counted_by(self, organisation: str) -> tuple[str, ...]:
        """Every organisation that counts what this one holds, itself first."""
        found = [f"{organisation}{OWN}"] if organisation in self._inner else []
        at: str | None = organisation
        while at is not None and at not in found:
            found.append(at)
            at = self._parents.get(at)
        return tuple(found)

    def parents(self, organisations: set[str]) -> dict[str, str | None]:
        """The organisation above each of these, within these; those of a circle stand alone."""
        found: dict[str, str | None] = {}
        for one in organisations:
            if one.endswith(OWN):
                # Whoever reads the organisation's table and those below it can subtract.
                found[one] = one.removesuffix(OWN)
                continue
            above = self._parents.get(one)
            circle = above is not None and one in self.counted_by(above)
            found[one] = above if above in organisations and not circle else None
        return found
