"""HTTP of products."""

from typing import Any

from chalicelib import clock
from chalicelib.http import Call, Routes
from chalicelib.products import service

routes = Routes(__name__)


@routes.get("/v1/products", access="public", answer="products/products")
def products(call: Call) -> dict[str, Any]:
    """What each line covers, for whom it is meant and for whom not, and how to take it out."""
    return service.introduced(call.language, clock.now())
