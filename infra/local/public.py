"""The public address: the API as the gateway plays it, the pages, and the stack's own routes."""

from infra.local.gateway import Gateway
from infra.local.local_routes import PREFIX, LocalRoutes
from infra.local.static_files import StaticFiles
from infra.local.wire import Request, Response

API_PATHS = ("/v1", "/go")


class Public:
    """Sends each request to the one of the three that its path belongs to."""

    def __init__(self, gateway: Gateway, local: LocalRoutes, pages: StaticFiles) -> None:
        self._gateway = gateway
        self._local = local
        self._pages = pages

    async def answer(self, request: Request) -> Response:
        if request.path.startswith(PREFIX):
            return await self._local.answer(request)
        if any(request.path == p or request.path.startswith(f"{p}/") for p in API_PATHS):
            return await self._gateway.answer(request)
        return self._pages.answer(request)
