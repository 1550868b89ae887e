"""Seen: the keys of an extract on disk, so that memory does not grow with them."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import batched
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_TABLES = ("seen", "candidates", "places")
_ASKED = 500
_GIVEN = 10_000


class Seen:
    """Sets of text on disk, as a file that may be put away and opened again."""

    def __init__(self, path: Path) -> None:
        self._disk = sqlite3.connect(path)
        # A file that breaks is made again; nobody else reads it.
        for rule in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-16000"):
            self._disk.execute(f"PRAGMA {rule}")
        for table in _TABLES:
            self._disk.execute(
                f"CREATE TABLE IF NOT EXISTS {table} (key TEXT PRIMARY KEY) WITHOUT ROWID"
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._disk.commit()
        self._disk.close()

    def add(self, piece: dict[str, Any]) -> None:
        """Adds what a piece of the extract names."""
        places = [json.dumps(place) for place in piece["places"]]
        named = {"seen": piece["seen"], "candidates": piece["candidates"], "places": places}
        for table, keys in named.items():
            # Sorted, keys that belong together are written together.
            rows = ((key,) for key in sorted(keys))
            # The table is one of the three above.
            self._disk.executemany(f"INSERT OR IGNORE INTO {table} VALUES (?)", rows)  # noqa: S608

    def places(self, after: str) -> Iterator[str]:
        """Pairs of organisation and month as JSON, in order, after one of them."""
        rows = self._disk.execute("SELECT key FROM places WHERE key > ? ORDER BY key", (after,))
        with closing(rows):
            for (key,) in rows:
                yield key

    def missing(self, keys: Iterable[str]) -> Iterator[str]:
        """Those of the keys that the extract does not have."""
        for some in batched(keys, _ASKED):
            marks = ",".join("?" * len(some))
            asked = f"SELECT key FROM seen WHERE key IN ({marks})"  # noqa: S608 - question marks
            found = {key for (key,) in self._disk.execute(asked, some)}
            yield from (key for key in some if key not in found)

    def unseen_candidates(self, after: str) -> Iterator[tuple[str, list[str]]]:
        """Candidates that the extract does not have, in order, with the last one looked at."""
        rows = self._disk.execute(
            "SELECT key FROM candidates WHERE key > ? EXCEPT SELECT key FROM seen ORDER BY key",
            (after,),
        )
        with closing(rows):
            while some := [key for (key,) in rows.fetchmany(_GIVEN)]:
                yield some[-1], some
