"""The pages in web/, served as a content network would: right types, safe headers, no way out."""

import mimetypes
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

from infra.local.wire import Headers, Request, Response

# Chosen by us, not by the machine's registry, which differs between systems.
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


class StaticFiles:
    """Answers GET and HEAD with the files of one folder, index.html for a folder.

    `mounted` are further folders by the path that they stand under, such as `/docs/viewer/`.
    """

    def __init__(
        self, folder: Path, *, also_connect: str, mounted: Mapping[str, Path] | None = None
    ) -> None:
        self._folder = folder.resolve()
        self._mounted = {at: place.resolve() for at, place in (mounted or {}).items()}
        policy = {
            "default-src": "'none'",
            "script-src": "'self'",
            "style-src": "'self'",
            "img-src": "'self' data:",
            "font-src": "'self'",
            "manifest-src": "'self'",
            "worker-src": "'self'",
            # uploads go straight to storage
            "connect-src": f"'self' {also_connect}",
            "form-action": "'self'",
            "base-uri": "'none'",
            "frame-ancestors": "'none'",
        }
        self._headers = [
            ("Content-Security-Policy", "; ".join(f"{k} {v}" for k, v in policy.items())),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cache-Control", "no-cache"),
        ]

    def answer(self, request: Request) -> Response:
        """The file, a redirect that adds a folder's slash, or 404 with the folder's 404.html."""
        if request.method not in ("GET", "HEAD"):
            return self._plain(405, "Method Not Allowed", [("Allow", "GET, HEAD")])
        path = unquote(request.path)
        at = next((one for one in self._mounted if path.startswith(one)), "/")
        folder = self._mounted.get(at, self._folder)
        inside = path.removeprefix(at).lstrip("/")
        file = (folder / inside).resolve() if "\0" not in path else folder
        if not file.is_relative_to(folder) or "\0" in path:
            return self._missing()
        if file.is_dir() and not path.endswith("/"):
            return self._plain(301, "Moved", [("Location", f"/{request.path.strip('/')}/")])
        if file.is_dir():
            file = file / "index.html"
        hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
        if hidden or not file.is_file():
            return self._missing()
        return self._file(200, file)

    def _missing(self) -> Response:
        page = self._folder / "404.html"
        return self._file(404, page) if page.is_file() else self._plain(404, "Not Found")

    def _file(self, status: int, file: Path) -> Response:
        guessed = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        kind = _TYPES.get(file.suffix.lower(), guessed)
        headers = [("Content-Type", kind), *self._headers]
        return Response(status, Headers(headers), file.read_bytes())

    def _plain(self, status: int, text: str, more: list[tuple[str, str]] | None = None) -> Response:
        kind = ("Content-Type", "text/plain; charset=utf-8")
        headers = [kind, *self._headers, *(more or [])]
        return Response(status, Headers(headers), f"{text}\n".encode())
