"""Who acts when a test calls into a room: the function whose way into the room it is.

Rooms are called without their handlers by most tests. So that these, too, are held to the policy
of the function that would run them, and so that what they use counts as used, the ways in act.
"""

import importlib
from collections.abc import Callable
from functools import wraps
from typing import Any

import pytest

from infra.permissions.guard import Guard

ENTRANCES = {
    "import_file": ["chalicelib.imports.service:begin"],
    "import_rows": ["chalicelib.imports.service:work"],
    "check_attachment": ["chalicelib.attachments.service:take"],
    "render_document": [
        "chalicelib.documents.service:render",
        "chalicelib.claims.letters:render",
        "chalicelib.expiry.service:render",
        "chalicelib.privacy.dossier:render",
        "chalicelib.objections.letters:render",
    ],
    "seal_ledger": ["chalicelib.ledger.service:seal_day_before"],
    "send_message": ["chalicelib.notifications.service:send"],
    "sweep_outbox": [
        "chalicelib.notifications.service:sweep",
        "chalicelib.claims.outgoing:sweep",
    ],
    "hand_out_report": ["chalicelib.claims.outgoing:hand_out"],
    "watch_deadlines": [
        "chalicelib.claims.deadlines:watch",
        "chalicelib.objections.deadlines:watch",
    ],
    "list_expiring_policies": ["chalicelib.expiry.service:begin"],
    "write_expiry_list": ["chalicelib.expiry.service:work"],
    "pack_documents": ["chalicelib.downloads.archives:make"],
    "assign_leads": ["chalicelib.leads.schedule:run"],
}
"""What the handlers of chalicelib/events.py call, function by function."""


def hold(guard: Guard, functions: set[str], patch: pytest.MonkeyPatch) -> None:
    """Has every way in act as its function, unless somebody acts already."""
    for function in functions:
        entrances = [f"chalicelib.events:{function}", *ENTRANCES.get(function, [])]
        for place, _, name in (entrance.partition(":") for entrance in entrances):
            module = importlib.import_module(place)
            if hasattr(module, name):
                patch.setattr(module, name, _held(guard, function, getattr(module, name)))


def _held(guard: Guard, function: str, call: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(call)
    def held(*arguments: Any, **named: Any) -> Any:
        if guard.busy:
            return call(*arguments, **named)
        with guard.acting(function):
            return call(*arguments, **named)

    return held
