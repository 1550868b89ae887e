"""HTTP/1.1 messages on asyncio streams: head, header fields, a body still on the wire."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field

CHUNK = 64 * 1024


class MalformedError(Exception):
    """When what came is not HTTP/1.1."""


class TooLargeError(Exception):
    """When a body is longer than its reader takes."""


class Headers:
    """Header fields in the order they came; names compare without case."""

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        self.fields = list(fields)

    def get(self, name: str, default: str = "") -> str:
        return next((v for n, v in self.fields if n.lower() == name.lower()), default)

    def without(self, *names: str) -> "Headers":
        lower = {name.lower() for name in names}
        return Headers((n, v) for n, v in self.fields if n.lower() not in lower)

    def __contains__(self, name: str) -> bool:
        return any(n.lower() == name.lower() for n, _ in self.fields)


class Body:
    """A body while it is still on the wire; `finished` once its last byte was read."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        headers: Headers,
        *,
        until_close: bool = False,
        before_reading: Callable[[], None] = lambda: None,
    ) -> None:
        self._reader = reader
        self._chunked = "chunked" in headers.get("transfer-encoding").lower()
        declared = headers.get("content-length")
        if declared and not declared.isdigit():
            raise MalformedError("Content-Length is no number")
        self._until_close = until_close and not declared and not self._chunked
        self.length = None if self._chunked or self._until_close else int(declared or 0)
        self._before_reading = before_reading
        self.finished = self.length == 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self.finished:
            return
        self._before_reading()
        async for piece in self._pieces():
            yield piece
        self.finished = True

    async def _pieces(self) -> AsyncIterator[bytes]:
        if self._chunked:
            while size := await self._chunk_size():
                yield await self._reader.readexactly(size)
                await self._reader.readexactly(2)
            while (await self._reader.readline()).strip():
                continue  # trailers say nothing that anyone here needs
        elif self._until_close:
            while piece := await self._reader.read(CHUNK):
                yield piece
        else:
            left = self.length or 0
            while left:
                piece = await self._reader.read(min(CHUNK, left))
                if not piece:
                    raise asyncio.IncompleteReadError(b"", left)
                left -= len(piece)
                yield piece

    async def _chunk_size(self) -> int:
        line = await self._reader.readline()
        if not line:
            raise asyncio.IncompleteReadError(b"", None)
        try:
            return int(line.split(b";")[0], 16)
        except ValueError:
            raise MalformedError("no chunk size") from None

    async def read(self, limit: int) -> bytes:
        """All of it; TooLargeError before reading where the length already says so."""
        if (self.length or 0) > limit:
            raise TooLargeError
        pieces = bytearray()
        async for piece in self:
            pieces += piece
            if len(pieces) > limit:
                raise TooLargeError
        return bytes(pieces)


@dataclass
class Request:
    """One request; `path` and `query` as they came, not decoded."""

    method: str
    path: str
    query: str
    headers: Headers
    body: Body
    peer: str

    @property
    def target(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path


@dataclass
class Response:
    """One answer; a body that is no bytes is streamed, chunked unless the headers give a length."""

    status: int
    headers: Headers = field(default_factory=Headers)
    body: bytes | AsyncIterator[bytes] = b""


async def read_head(reader: asyncio.StreamReader) -> tuple[str, Headers] | None:
    """The first line and the header fields, or None where the other side closed instead."""
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial.strip():
            raise
        return None
    except asyncio.LimitOverrunError as error:
        raise MalformedError("the header fields are too long") from error
    first, *lines = raw.decode("latin-1").rstrip("\r\n").lstrip("\r\n").split("\r\n")
    fields = []
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or name != name.strip():
            raise MalformedError(f"no header field: {name!r}")
        fields.append((name, value.strip()))
    return first, Headers(fields)
