"""What a function imports before its first event: the modules of its own rooms.

Lambda gives a whole processor while a function starts and, with 512 MB, a third of one after it.
"""

from importlib import import_module

NEEDED: dict[str, tuple[str, ...]] = {
    "authorize_staff": ("staff.tokens",),
    "import_file": ("imports.service", "imports.store"),
    "check_attachment": ("attachments.service", "claims.papers", "objections.evidence"),
    "import_rows": ("imports.service", "imports.store"),
    "render_document": ("documents.service", "leads.conversions"),
    "seal_ledger": ("ledger.service",),
    "roll_up_day": ("analysis.service", "figures.service", "leads.funnel"),
    "report_quarter": ("analysis.service", "reports.service"),
    "send_message": ("notifications.service",),
    "sweep_outbox": ("claims.outgoing", "notifications.service"),
    "hand_out_report": ("claims.outgoing",),
    "watch_deadlines": ("claims.deadlines", "objections.deadlines", "reports.deadlines"),
    "list_expiring_policies": ("expiry.service",),
    "write_expiry_list": ("expiry.service",),
    "pack_documents": ("downloads.archives",),
    "assign_leads": ("leads.schedule",),
    "remind": ("agenda.reminding",),
}
"""Function → what its handler imports when an event comes (events.py, staff/gate.py)."""


def prepare(function: str) -> None:
    """Imports a function's modules; KeyError for one that nobody wrote down here."""
    for name in NEEDED[function]:
        import_module(f"chalicelib.{name}")
