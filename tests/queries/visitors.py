"""Visitors of the tests: each from a network of its own, so that nobody pays for another."""

import secrets

from chalicelib.queries.service import Asker


def visitor(language: str = "en") -> Asker:
    """Somebody who never asked before."""
    return Asker(f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::1", language)
