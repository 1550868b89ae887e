"""The one address of every AWS service: stands before moto and refuses what S3 would refuse.

moto takes presigned requests that are forged, expired or too large, and anonymous ones.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from tempfile import SpooledTemporaryFile
from urllib.parse import unquote, urlsplit

from infra.local import post_policy, presigned
from infra.local.account import Account
from infra.local.s3_errors import S3RefusedError
from infra.local.server import HEAD_LIMIT, Server
from infra.local.wire import CHUNK, Body, Headers, Request, Response, read_head

# Requests to these may leave something for a queue; the others never do.
_MAY_QUEUE = frozenset({"s3", "sqs", "sns", "events"})


class Front:
    """Verifies what S3 verifies and passes everything on to moto as it came."""

    def __init__(self, account: Account, moto: str, on_write: Callable[[], None]) -> None:
        self._account = account
        self._port = urlsplit(moto).port
        self._on_write = on_write
        self._server = Server(self._answer)
        self.url = f"http://127.0.0.1:{self._server.port}"

    async def start(self) -> None:
        await self._server.start()

    async def close(self) -> None:
        await self._server.close()

    async def _answer(self, request: Request) -> Response:
        try:
            return await self._admitted(request)
        except S3RefusedError as error:
            return error.response()

    async def _admitted(self, request: Request) -> Response:
        now = datetime.now(UTC)
        if presigned.is_presigned(request):
            presigned.verify(request, self._account, now)
        elif post_policy.is_form(request) and "authorization" not in request.headers:
            return await self._form(request, now)
        elif "authorization" not in request.headers and request.method != "OPTIONS":
            raise S3RefusedError(403, "AccessDenied", "Access Denied")
        return await self._pass_on(request, request.body)

    async def _form(self, request: Request, now: datetime) -> Response:
        """A form's size is only known at its end: it waits in a file until it may pass."""
        with SpooledTemporaryFile(post_policy.IN_MEMORY) as spool:
            bucket = _bucket(request)
            await post_policy.verify(request, bucket, self._account, now, spool)
            length = str(spool.tell())
            spool.seek(0)
            headers = request.headers.without("Content-Length", "Transfer-Encoding")
            headers.fields.append(("Content-Length", length))
            request.headers = headers
            response = await self._pass_on(request, _file_chunks(spool))
            # the file is gone after this: the answer to a form is short, so take it whole
            return await _whole(response)

    async def _pass_on(self, request: Request, body: Body | AsyncIterator[bytes]) -> Response:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=HEAD_LIMIT)
        try:
            headers = request.headers.without("Connection", "Expect")
            head = f"{request.method} {request.target} HTTP/1.1\r\nConnection: close\r\n"
            head += "".join(f"{name}: {value}\r\n" for name, value in headers.fields) + "\r\n"
            writer.write(head.encode("latin-1"))
            chunked = "transfer-encoding" in headers
            async for piece in body:
                writer.write(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
                await writer.drain()
            if chunked:
                writer.write(b"0\r\n\r\n")
            answered = await read_head(reader)
        except BaseException:
            writer.close()
            raise
        if answered is None:
            writer.close()
            raise S3RefusedError(503, "ServiceUnavailable", "moto closed without an answer")
        first, fields = answered
        if request.method not in ("GET", "HEAD") and _service(request) in _MAY_QUEUE:
            self._on_write()
        status = int(first.split(" ")[1])
        silent = request.method == "HEAD" or status in (204, 304)
        remaining = Body(reader, Headers() if silent else fields, until_close=not silent)
        kept = fields.without("Connection", "Transfer-Encoding", "Keep-Alive")
        return Response(status, kept, _until_end(remaining, writer))


async def _until_end(body: Body, writer: asyncio.StreamWriter) -> AsyncIterator[bytes]:
    try:
        async for piece in body:
            yield piece
    finally:
        writer.close()


async def _whole(response: Response) -> Response:
    if not isinstance(response.body, bytes):
        response.body = b"".join([piece async for piece in response.body])
    return response


async def _file_chunks(file: SpooledTemporaryFile[bytes]) -> AsyncIterator[bytes]:
    while piece := file.read(CHUNK):
        yield piece


def _bucket(request: Request) -> str:
    """The bucket of a form's address, in its path or, virtual-hosted, in its host."""
    in_path = unquote(request.path).strip("/").partition("/")[0]
    host = request.headers.get("host").rpartition(":")[0]
    return in_path or host.partition(".")[0]


def _service(request: Request) -> str:
    """The service that a signed request is for; an unsigned one is S3's."""
    scope = request.headers.get("authorization").partition("Credential=")[2].split("/")
    return scope[3].lower() if len(scope) > 3 else "s3"
