"""How S3 says no: XML with a code, as every S3 client expects it."""

import secrets
from collections.abc import Mapping
from xml.sax.saxutils import escape

from infra.local.wire import Headers, Response


class S3RefusedError(Exception):
    """When S3 would refuse the request; `code` and `status` as in S3's list of error responses."""

    def __init__(
        self, status: int, code: str, message: str, details: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = dict(details or {})

    def response(self) -> Response:
        """The answer; readable by pages of any origin, as moto's own answers are."""
        request_id = secrets.token_hex(8).upper()
        parts = {"Code": self.code, "Message": self.message, **self.details}
        parts["RequestId"] = request_id
        inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in parts.items())
        body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}</Error>'
        headers = [
            ("Content-Type", "application/xml"),
            ("x-amz-request-id", request_id),
            ("Access-Control-Allow-Origin", "*"),
        ]
        return Response(self.status, Headers(headers), body.encode())
