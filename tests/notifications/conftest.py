"""A gateway of its own for the room: it checks signatures and answers as told."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from infra.local.sms_gateway import SmsGateway
from tests.conftest import Aws


class Gateway:
    """What came, and what to answer: a status for each request, 200 when there is none left."""

    def __init__(self, aws: Aws) -> None:
        self.desk = SmsGateway(aws.resources)
        self.answers: list[int] = []
        self.requests = 0

    def messages(self) -> list[dict[str, Any]]:
        return list(self.desk.outbox()["messages"])


@pytest.fixture
def gateway(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    found = Gateway(aws)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            payload = self.rfile.read(int(self.headers["Content-Length"]))
            found.requests += 1
            status = found.answers.pop(0) if found.answers else 200
            if status == 200:
                fields = {name.lower(): value for name, value in self.headers.items()}
                status = found.desk.take(fields, payload)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("SMS_GATEWAY_URL", f"http://127.0.0.1:{server.server_port}/")
    aws.empty()
    yield found
    server.shutdown()
    server.server_close()
