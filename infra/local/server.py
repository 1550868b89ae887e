"""A small HTTP/1.1 server on asyncio: keep-alive, one write per answer, closed with all it began.

The standard library's threaded server costs a thread per connection and waits 40 ms on every
keep-alive request (Nagle against delayed acknowledgements); asyncio switches Nagle off itself.
"""

import asyncio
import http
import socket
import sys
import traceback
from collections.abc import Awaitable, Callable
from contextlib import suppress

from infra.local.wire import (
    Body,
    Headers,
    MalformedError,
    Request,
    Response,
    TooLargeError,
    read_head,
)

HEAD_LIMIT = 64 * 1024
DISCARD_LIMIT = 64 * 1024 * 1024

Handler = Callable[[Request], Awaitable[Response]]


class PortTakenError(Exception):
    """When somebody else listens on the port that was asked for."""


class Server:
    """A listening socket on this machine and the conversations that came through it."""

    def __init__(self, handler: Handler, listener: socket.socket | None = None) -> None:
        self._handler = handler
        self._listener = listener or listen(0)
        self._server: asyncio.Server | None = None
        self._conversations: set[asyncio.Task[None]] = set()
        self.port: int = self._listener.getsockname()[1]

    async def start(self) -> None:
        self._server = await asyncio.start_server(
            self._converse, sock=self._listener, limit=HEAD_LIMIT, backlog=512
        )

    async def close(self) -> None:
        if self._server:
            self._server.close()
        self._listener.close()
        for conversation in list(self._conversations):
            conversation.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a conversation is a task")
        self._conversations.add(task)
        try:
            # A client that leaves in the middle of a sentence is no event.
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                while await self._answer_one(reader, writer):
                    continue
        except asyncio.CancelledError:
            writer.transport.abort()  # closing down: streams would log a cancelled conversation
        finally:
            self._conversations.discard(task)
            writer.close()

    async def _answer_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answers the next request; whether another may follow on this connection."""
        try:
            head = await read_head(reader)
            if head is None:
                return False
            request = _request(head, reader, writer)
        except MalformedError as error:
            await _send(writer, "GET", Response(400, body=f"{error}\n".encode()), close=True)
            return False
        response = await self._handled(request)
        close = request.headers.get("connection").lower() == "close" or not request.body.finished
        await _send(writer, request.method, response, close=close)
        if not request.body.finished:
            await _discard(request.body)
        return not close

    async def _handled(self, request: Request) -> Response:
        try:
            return await self._handler(request)
        except (ConnectionError, asyncio.IncompleteReadError):
            raise
        except MalformedError as error:
            return Response(400, body=f"{error}\n".encode())
        except TooLargeError:
            return Response(413)
        except Exception:  # noqa: BLE001 - one broken answer must not end the stack; it is shown
            traceback.print_exc(file=sys.stderr)
            return Response(500, body=b"the local stack itself failed: see its output\n")


def listen(port: int) -> socket.socket:
    """A socket bound on the loopback address; port 0 lets the system choose."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        raise PortTakenError(
            f"port {port} cannot be used ({error.strerror}): choose another with PORT=…"
        ) from error
    return listener


def _request(
    head: tuple[str, Headers], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> Request:
    line, headers = head
    words = line.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise MalformedError("no request line")
    method, target, _ = words
    if "://" in target.partition("?")[0]:
        target = "/" + target.split("://", 1)[1].partition("/")[2]
    path, _, query = target.partition("?")

    def invite() -> None:
        if headers.get("expect").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    body = Body(reader, headers, before_reading=invite)
    return Request(method, path, query, headers, body, writer.get_extra_info("peername")[0])


async def _send(
    writer: asyncio.StreamWriter, method: str, response: Response, *, close: bool
) -> None:
    fields = list(response.headers.fields)
    silent = method == "HEAD" or response.status in (204, 304)
    chunked = False
    if isinstance(response.body, bytes):
        if response.status != 204 and "content-length" not in response.headers:
            fields.append(("Content-Length", str(len(response.body))))
    elif "content-length" not in response.headers and not silent:
        chunked = True
        fields.append(("Transfer-Encoding", "chunked"))
    if close:
        fields.append(("Connection", "close"))
    reason = (
        http.HTTPStatus(response.status).phrase if response.status in http.HTTPStatus else "Unknown"
    )
    head = f"HTTP/1.1 {response.status} {reason}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in fields) + "\r\n"
    raw = head.encode("latin-1", "replace")
    if isinstance(response.body, bytes):
        writer.write(raw if silent else raw + response.body)
    else:
        writer.write(raw)
        async for piece in response.body:
            if silent or not piece:
                continue
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
            await writer.drain()
        if chunked:
            writer.write(b"0\r\n\r\n")
    await writer.drain()


async def _discard(body: Body) -> None:
    """Reads what nobody wanted: closing on unread bytes would reset the answer away."""
    with suppress(MalformedError, TooLargeError, TimeoutError):
        async with asyncio.timeout(5):
            read = 0
            async for piece in body:
                read += len(piece)
                if read > DISCARD_LIMIT:
                    raise TooLargeError
