"""Events: what AWS sends a function becomes calls of the rooms; a failed record goes back alone."""

import json
from collections.abc import Callable
from importlib import import_module
from typing import Any

from chalicelib import clock, observability, queues
from chalicelib.failures import Failures
from chalicelib.observability import logger
from chalicelib.texts import BASE

RETRY_SECONDS = 5
"""The first of growing pauses before a range that failed is tried again."""

LETTERS: dict[str, str] = {
    "expiry_list": "chalicelib.expiry.service",
    "objection": "chalicelib.objections.letters",
    "privacy_copy": "chalicelib.privacy.dossier",
    "quarter_report": "chalicelib.reports.filed",
    "refusal": "chalicelib.claims.letters",
    "scorecard": "chalicelib.analysis.scoring",
    "service_report": "chalicelib.analysis.serving",
    "tables": "chalicelib.analysis.printing",
}
"""Who makes a letter of a kind: the module whose `render(reference)` sets and keeps it."""


class InvocationError(Exception):
    """What Lambda may know of a failure, which it logs whole: the function's name, no value."""


def import_file(event: dict[str, Any], context: Any) -> None:
    """EventBridge's "Object Created" of the incoming bucket."""
    from chalicelib.imports import service, store

    if "object" not in event.get("detail", {}) or event["detail"]["object"]["key"].endswith("/"):
        # Storage tests its notifications, and consoles make "folders": neither is a file.
        logger.info("event without a file ignored")
        return
    found = event["detail"]["object"]
    file = store.File(event["detail"]["bucket"]["name"], found["key"], found.get("version-id"))
    # The event's own time, so that an event delivered again means the same moment.
    at = clock.parse(event["time"]) if "time" in event else clock.now()
    _whole("import_file", context, lambda: service.begin(file, at))


def check_attachment(event: dict[str, Any], context: Any) -> None:
    """EventBridge's "Object Created" of the uploads bucket."""
    from chalicelib.attachments import service
    from chalicelib.claims import papers
    from chalicelib.objections import evidence

    if "object" not in event.get("detail", {}):
        logger.info("event without a file ignored")
        return
    found = event["detail"]["object"]
    at = clock.parse(event["time"]) if "time" in event else clock.now()

    def check() -> None:
        service.take(found["key"], found.get("version-id"), at)
        # Again after a failure between the two, as the event then comes again.
        if document := service.document(found["key"]):
            papers.came(*document)
        evidence.came(found["key"])

    _whole("check_attachment", context, check)


def import_rows(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """SQS: ranges of files."""
    from chalicelib.imports import service, store

    def remaining() -> float:
        return float(context.get_remaining_time_in_millis()) / 1000

    answer = _each_record(
        "import_rows",
        event,
        context,
        lambda body: service.work(body["import_id"], body["range"], remaining),
    )
    failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
    for record in event["Records"]:
        if record["messageId"] in failed:
            tried = int(record["attributes"]["ApproximateReceiveCount"])
            store.postpone(record["receiptHandle"], RETRY_SECONDS * 2**tried)
    return answer


def render_document(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """SQS: policy versions that want a document, and letters of other rooms.

    Every version that was accepted comes by here: whose lead it answers is seen on the way.
    """
    from chalicelib.documents import service
    from chalicelib.leads import conversions

    def render(body: dict[str, Any]) -> None:
        if "kind" in body:
            module = import_module(LETTERS[body["kind"]])
            module.render(body["reference"])
        else:
            language = body.get("language", BASE)
            service.render(body["policy_no"], body["version"], language=language)
            if language == BASE:
                conversions.look(body["policy_no"], body["version"], clock.now())

    return _each_record("render_document", event, context, render)


def seal_ledger(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The schedule's moment: Shanghai's day before it is sealed."""
    from chalicelib.ledger import service

    at = clock.parse(event["time"])
    return _scheduled("seal_ledger", context, lambda: service.seal_day_before(at))


def roll_up_day(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The schedule's moment: the figures of Shanghai's day before it, and its tables."""
    from chalicelib.analysis import service as analysis
    from chalicelib.figures import service
    from chalicelib.leads import funnel

    at = clock.parse(event["time"])

    def roll_up() -> dict[str, Any]:
        made = {**service.roll_up(at), "lead_days": funnel.roll_up(at)}
        return {**made, "analysis": analysis.roll_up_day(at)}

    return _scheduled("roll_up_day", context, roll_up)


def report_quarter(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The schedule's moment: reports of the last quarter that had ended by then."""
    from chalicelib.analysis import service as analysis
    from chalicelib.reports import service

    at = clock.parse(event["time"])

    def report() -> dict[str, Any]:
        made = {**service.run(at), "service_reports": analysis.report_service(at)}
        return {**made, "scorecards": analysis.score(at)}

    return _scheduled("report_quarter", context, report)


def send_message(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """SQS: messages of the outbox that are due, or the word that some are."""
    from chalicelib.notifications import service

    def work(body: dict[str, Any]) -> None:
        if body == queues.SWEEP:
            service.sweep(clock.now())
        else:
            service.send(body["message_id"], clock.now())

    return _each_record("send_message", event, context, work)


def sweep_outbox(event: dict[str, Any], context: Any) -> None:
    """Every minute: messages that are due and nobody sent, reports that nobody handed out."""
    from chalicelib.claims import outgoing
    from chalicelib.notifications import service

    def sweep() -> None:
        service.sweep(clock.parse(event["time"]))
        outgoing.sweep()

    _scheduled("sweep_outbox", context, sweep)


def hand_out_report(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """SQS: reports of losses that the core system is still to get, or the word that some are."""
    from chalicelib.claims import outgoing

    def work(body: dict[str, Any]) -> None:
        if body == queues.SWEEP:
            outgoing.sweep()
        else:
            outgoing.hand_out(body["key"], body["sort_key"])

    return _each_record("hand_out_report", event, context, work)


def watch_deadlines(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A schedule's event: what its time has made due is raised."""
    from chalicelib.claims import deadlines as claims
    from chalicelib.objections import deadlines as objections
    from chalicelib.reports import deadlines as reports

    at = clock.parse(event["time"])

    def remaining() -> float:
        return float(context.get_remaining_time_in_millis()) / 1000

    def watch() -> dict[str, Any]:
        found: dict[str, Any] = {}
        failures = Failures("deadlines not watched")
        # Claims leave half of the time to reports and objections.
        half = remaining() / 2
        with failures.kept(room="claims"):
            found["claims"] = claims.watch(at, lambda: remaining() - half)
        with failures.kept(room="reports"):
            found["reports"] = reports.watch(at)
        # At last, as it goes on until the time is over.
        with failures.kept(room="objections"):
            found["objections"] = objections.watch(at, remaining)
        failures.tell()
        return found

    return _scheduled("watch_deadlines", context, watch)


def list_expiring_policies(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A schedule's event: its time is the moment meant, whenever it is handled."""
    from chalicelib.expiry import service

    at = clock.parse(event["time"])
    return {"lists": _scheduled("list_expiring_policies", context, lambda: service.begin(at))}


def write_expiry_list(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """SQS: organisations whose expiry list of a period is to be made."""
    from chalicelib.expiry import service

    return _each_record("write_expiry_list", event, context, service.work)


def pack_documents(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """SQS: archives of documents that were asked for."""
    from chalicelib.downloads import archives

    return _each_record("pack_documents", event, context, archives.make)


def assign_leads(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A schedule's event: leads that wait for an agent, or whose agent did not call in time."""
    from chalicelib.leads import schedule

    at = clock.parse(event["time"])
    return _scheduled("assign_leads", context, lambda: schedule.run(at))


def remind(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A schedule's event: what customers and agents are to be reminded of on its day."""
    from chalicelib.agenda import reminding

    at = clock.parse(event["time"])
    return _scheduled("remind", context, lambda: reminding.run(at))


def _scheduled[Result](function: str, context: Any, handle: Callable[[], Result]) -> Result:
    """Handles an event of a schedule and counts that it finished: the alarm on missed runs waits
    for that."""
    result = _whole(function, context, handle)
    observability.count("Finished", function=function)
    return result


def _whole[Result](function: str, context: Any, handle: Callable[[], Result]) -> Result:
    """Handles an event; a failure is logged by us and told to Lambda, which tries again."""
    observability.begin(function, context.aws_request_id)
    try:
        return handle()
    # Lambda writes the message of whatever comes through, and messages carry values.
    except Exception:  # noqa: BLE001 - see above; it is logged and tried again
        logger.exception("event failed")
        observability.count("Failures")
        raise InvocationError(f"{function} failed, its log says where") from None


def _each_record(
    function: str, event: dict[str, Any], context: Any, handle: Callable[[dict[str, Any]], None]
) -> dict[str, Any]:
    """Handles records one by one; those that fail are named, so that SQS sends only them again."""
    failed = []
    for record in event["Records"]:
        observability.begin(function, queues.origin(record) or context.aws_request_id)
        try:
            handle(json.loads(record["body"]))
        # Whatever went wrong with one record must not take the others with it.
        except Exception:  # noqa: BLE001 - see above; it is logged and sent again
            logger.exception("record failed", message_id=record["messageId"])
            observability.count("Failures")
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
