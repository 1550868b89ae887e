"""The switchboard: every way in, no rules. A function imports what it serves and nothing else.

All are this module and differ by the handler in it that Lambda calls, which it names to them.
"""

from typing import Any

from chalice import Chalice, Cron

from chalicelib import events, settings, starts
from chalicelib.staff.gate import STAFF_GATE

app = Chalice(app_name="chabao")

API = "app.app"
_handler = settings.optional("_HANDLER") or API


@app.authorizer(name=STAFF_GATE.name)
def authorize_staff(request: Any) -> Any:
    """The gate of staff routes: a good token of the identity provider, or 401."""
    return STAFF_GATE.func(request)


# Routes carry the gate itself; how it is deployed is written on what was registered here.
STAFF_GATE.config = authorize_staff.config

if _handler == API:
    # Here, not above: it takes a hundred times what the line of an event's function does.
    from chalicelib import rooms

    rooms.open_all(app)
else:
    starts.prepare(_handler.removeprefix("app."))


# The bucket's name and the queues come from the template (infra/resources.json), which replaces
# what stands here.
@app.on_cw_event({"source": ["aws.s3"], "detail-type": ["Object Created"]}, name="import_file")
def import_file(event: Any) -> None:
    """A file was dropped into the incoming bucket."""
    events.import_file(event.to_dict(), event.context)


@app.on_cw_event({"source": ["aws.s3"], "detail-type": ["Object Created"]}, name="check_attachment")
def check_attachment(event: Any) -> None:
    """A photo or document arrived in the uploads bucket."""
    events.check_attachment(event.to_dict(), event.context)


@app.on_sqs_message(queue_arn="from-the-template", name="import_rows")
def import_rows(event: Any) -> dict[str, Any]:
    """Ranges of files wait to be worked on."""
    return events.import_rows(event.to_dict(), event.context)


@app.on_sqs_message(queue_arn="from-the-template", name="render_document", batch_size=5)
def render_document(event: Any) -> dict[str, Any]:
    """Policy versions wait for their documents."""
    return events.render_document(event.to_dict(), event.context)


# 16:20 UTC is 00:20 in Shanghai: the day before is over, and its last requests are on record.
@app.schedule(Cron(20, 16, "*", "*", "?", "*"), name="seal_ledger")
def seal_ledger(event: Any) -> dict[str, Any]:
    """A day of the registers is over."""
    return events.seal_ledger(event.to_dict(), event.context)


# 18:10 UTC is 02:10 in Shanghai: nobody opens an answer any more that he was given yesterday.
@app.schedule(Cron(10, 18, "*", "*", "?", "*"), name="roll_up_day")
def roll_up_day(event: Any) -> dict[str, Any]:
    """A day's queries and objections become figures."""
    return events.roll_up_day(event.to_dict(), event.context)


# 19:30 UTC is 03:30 in Shanghai, after the day's figures. Every day, for events that come late:
# what has not changed is the version that there is.
@app.schedule(Cron(30, 19, "*", "*", "?", "*"), name="report_quarter")
def report_quarter(event: Any) -> dict[str, Any]:
    """The reports of the last quarter that ended."""
    return events.report_quarter(event.to_dict(), event.context)


@app.on_sqs_message(queue_arn="from-the-template", name="send_message", batch_size=10)
def send_message(event: Any) -> dict[str, Any]:
    """Messages of the outbox are due."""
    return events.send_message(event.to_dict(), event.context)


@app.schedule("rate(1 minute)", name="sweep_outbox")
def sweep_outbox(event: Any) -> None:
    """Messages that nobody sent, and reports that nobody handed out, are looked for."""
    events.sweep_outbox(event.to_dict(), event.context)


@app.on_sqs_message(queue_arn="from-the-template", name="hand_out_report", batch_size=10)
def hand_out_report(event: Any) -> dict[str, Any]:
    """Reports of losses wait for the core system."""
    return events.hand_out_report(event.to_dict(), event.context)


@app.schedule("rate(15 minutes)", name="watch_deadlines")
def watch_deadlines(event: Any) -> dict[str, Any]:
    """Clocks of claims may have something to say."""
    return events.watch_deadlines(event.to_dict(), event.context)


@app.schedule(Cron(0, 22, "*", "*", "?", "*"), name="list_expiring_policies")
def list_expiring_policies(event: Any) -> dict[str, Any]:
    """Every day at 22:00 UTC, 06:00 of the next day in Shanghai, after the core system's files."""
    return events.list_expiring_policies(event.to_dict(), event.context)


@app.on_sqs_message(queue_arn="from-the-template", name="write_expiry_list", batch_size=1)
def write_expiry_list(event: Any) -> dict[str, Any]:
    """Organisations wait for their expiry lists."""
    return events.write_expiry_list(event.to_dict(), event.context)


@app.schedule("rate(5 minutes)", name="assign_leads")
def assign_leads(event: Any) -> dict[str, Any]:
    """Leads without an agent, untouched ones, and those of leavers are looked for."""
    return events.assign_leads(event.to_dict(), event.context)


@app.schedule(Cron(30, 22, "*", "*", "?", "*"), name="remind")
def remind(event: Any) -> dict[str, Any]:
    """Every day at 22:30 UTC, 06:30 of the next day in Shanghai, after the core system's files."""
    return events.remind(event.to_dict(), event.context)


@app.on_sqs_message(queue_arn="from-the-template", name="pack_documents", batch_size=1)
def pack_documents(event: Any) -> dict[str, Any]:
    """Documents wait to be packed into archives."""
    return events.pack_documents(event.to_dict(), event.context)
