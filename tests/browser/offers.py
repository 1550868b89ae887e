"""What the service offers to everybody, as the pages of lines and branches get it."""

from chalicelib import validation

from .service import Reply
from .visitor import Visitor

PRODUCTS = validation.load("products/products")["examples"][0]
BRANCHES = validation.load("organisations/branches")["examples"][0]


def prepare(visitor: Visitor) -> None:
    """Lines, and branches on two pages."""
    visitor.service.will_say("/v1/products", Reply(200, PRODUCTS))
    visitor.service.will_say("/v1/branches", Reply(200, {**BRANCHES, "cursor": "bmV4dA=="}))
    second = {**BRANCHES["branches"][0], "name": "广州越秀区营业部"}
    visitor.service.will_say("?cursor=bmV4dA%3D%3D", Reply(200, {"branches": [second]}))
