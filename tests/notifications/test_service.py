"""Messages: written with the fact, sent at least once, never to whom they do not belong."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.stub import Stubber
from pynamodb.transactions import TransactWrite

from chalicelib import aws as clients
from chalicelib import clock, keys, sealing, settings, tables
from chalicelib.notifications import adapters, service, store
from infra import keys as operation
from tests.conftest import Aws
from tests.notifications.conftest import Gateway

DAY = clock.parse("2026-11-20T10:00:00+08:00")
NIGHT = clock.parse("2026-11-20T23:00:00+08:00")
NUMBER = "13800138000"


def message(kind: str = "claim_reported", fact: str = "R1", **more: Any) -> service.Message:
    values = {"claim_no": "R1", "stage_name": "查勘", "needs": "", "policy_end": "0001"}
    values |= {"ends_on": "2026-12-31"}
    return service.Message(kind, fact, more.get("to", NUMBER), "zh-CN", values)


def stored(found: service.Message, at: datetime = DAY) -> str:
    """As a room does: the item in a transaction."""
    item = service.outbox_item(found, at)
    with TransactWrite(connection=tables.connection()) as transaction:
        transaction.save(item, condition=store.OutboxItem.pk.does_not_exist())
    return service.message_id(item)


def state(identity: str) -> tuple[str, str | None]:
    item = store.get(identity)
    assert item is not None
    return item.state, item.reason


def test_a_message_is_sent_once_however_often_it_is_asked_for(gateway: Gateway) -> None:
    identity = stored(message())
    for _ in range(3):
        service.send(identity, DAY)
    assert [m["to"] for m in gateway.messages()] == [NUMBER]
    assert "R1" in gateway.messages()[0]["text"]
    assert (gateway.requests, state(identity)) == (1, ("sent", None))


def test_senders_at_the_same_time_send_one_message(gateway: Gateway) -> None:
    identity = stored(message())
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: service.send(identity, DAY), range(16)))
    assert gateway.requests == 1


def test_the_same_fact_gives_the_same_message_and_another_number_another() -> None:
    first = service.message_id(service.outbox_item(message(), DAY))
    assert first == service.message_id(service.outbox_item(message(to="+86 138-0013-8000"), DAY))
    assert first != service.message_id(service.outbox_item(message(to="13800138001"), DAY))
    assert first != service.message_id(service.outbox_item(message(fact="R2"), DAY))


def test_what_the_queue_lost_is_found_by_the_sweep(aws: Aws, gateway: Gateway) -> None:
    identity = stored(message())
    assert service.sweep(DAY - timedelta(seconds=1)) == 0
    assert service.sweep(DAY) == 1
    service.send(identity, DAY)
    assert service.sweep(DAY + timedelta(days=30)) == 0


def test_a_sender_that_died_in_the_middle_is_followed_by_another(gateway: Gateway) -> None:
    identity = stored(message())
    item = store.get(identity)
    assert item is not None
    assert store.claim(item, DAY + service.TRY)
    service.send(identity, DAY + timedelta(seconds=1))
    assert gateway.requests == 0, "the first try still has it"
    after = DAY + service.TRY
    assert store.due(after, 10) == [identity]
    service.send(identity, after)
    assert state(identity) == ("sent", None)


def test_tries_are_spread_out_and_end_in_an_alarm_not_in_silence(gateway: Gateway) -> None:
    identity = stored(message())
    gateway.answers = [500] * 20
    at, waits = DAY, []
    while state(identity)[0] == "waiting":
        service.send(identity, at)
        item = store.get(identity)
        assert item is not None
        due = clock.parse(item.due_at)
        waits.append(due - at)
        at = due
    assert waits[:-1] == list(service.BACK_OFF)
    assert state(identity) == ("dead", "gateway-500")
    item = store.get(identity)
    assert item is not None
    assert item.expires_at is None, "what was given up stays to be looked at"


def test_a_number_that_the_gateway_refuses_is_not_tried_again(gateway: Gateway) -> None:
    identity = stored(message())
    gateway.answers = [422]
    service.send(identity, DAY)
    assert (gateway.requests, state(identity)) == (1, ("dead", "gateway-422"))


def test_a_stage_reached_at_night_is_told_in_the_morning(gateway: Gateway) -> None:
    identity = stored(message("claim_stage"), NIGHT)
    service.send(identity, NIGHT)
    assert gateway.requests == 0
    service.send(identity, clock.parse("2026-11-21T08:00:00+08:00"))
    assert gateway.requests == 1


def test_a_message_that_was_held_up_into_the_night_waits_for_the_morning(gateway: Gateway) -> None:
    identity = stored(message("claim_stage"))
    service.send(identity, NIGHT)
    assert state(identity) == ("waiting", "quiet-hours")
    assert store.due(clock.parse("2026-11-21T08:00:00+08:00"), 10) == [identity]


def test_who_opted_out_gets_service_messages_alone(gateway: Gateway) -> None:
    service.opt_out(NUMBER, DAY)
    advertising, service_message = stored(message("policy_expiring")), stored(message())
    for identity in (advertising, service_message):
        service.send(identity, DAY)
    assert state(advertising) == ("skipped", "opted-out")
    assert state(service_message) == ("sent", None)
    service.opt_in(NUMBER)
    again = stored(message("policy_expiring", "next year"))
    service.send(again, DAY)
    assert state(again) == ("sent", None)


def test_a_wrong_number_gets_nothing_until_it_is_confirmed(gateway: Gateway) -> None:
    service.report_wrong("138 0013 8000", DAY)
    first = stored(message())
    service.send(first, DAY)
    service.confirm(NUMBER)
    second = stored(message(fact="R2"))
    service.send(second, DAY)
    assert state(first) == ("skipped", "wrong-number")
    assert state(second) == ("sent", None)


def test_messages_and_what_is_known_of_numbers_outlive_their_keys(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.opt_out(NUMBER, DAY)
    identity = stored(message())
    number = f"number/{sealing.keyed_hash('phone', NUMBER)}"
    assert not service.reseal(number, "number")
    assert not service.reseal(f"message/{identity}", "message")
    stored_before = clients.client("secretsmanager").get_secret_value(
        SecretId=settings.get("SECRETS_ID")
    )["SecretString"]
    operation.add()
    later = clock.now() + timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    try:
        service.reseal(f"message/{identity}", "message")
        assert service.reseal(number, "number")
        assert not service.reseal(number, "number"), "it is gone from under the old mark"
        advertising = stored(message("policy_expiring"))
        for each in (identity, advertising):
            service.send(each, DAY)
    finally:
        clients.client("secretsmanager").put_secret_value(
            SecretId=settings.get("SECRETS_ID"), SecretString=stored_before
        )
        keys.forget()
    assert state(identity) == ("sent", None)
    assert state(advertising) == ("skipped", "opted-out")


def test_an_item_holds_no_number_and_no_text_in_clear(aws: Aws, gateway: Gateway) -> None:
    stored(message())
    scanned = str(aws.resources.clients.dynamodb.scan(TableName=aws.name("OutboxTable"))["Items"])
    assert NUMBER not in scanned
    assert "R1" not in scanned


def test_a_gateway_with_another_key_takes_nothing(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapters, "_gateway_key", lambda: b"another")
    identity = stored(message())
    service.send(identity, DAY)
    assert (gateway.messages(), state(identity)) == ([], ("waiting", "gateway-401"))


def test_without_a_way_out_a_message_waits_and_no_try_is_counted(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMS_GATEWAY_URL", "")
    identity = stored(message())
    service.send(identity, DAY)
    item = store.get(identity)
    assert item is not None
    assert (item.state, item.attempts, item.reason) == ("waiting", 0, "not-configured")


def test_sns_texts_the_number_with_its_country(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMS_ADAPTER", "sns")
    identity = stored(message())
    service.send(identity, DAY)
    assert (gateway.requests, state(identity)) == (0, ("sent", None))


def test_mail_goes_by_ses(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_SENDER", "service@example.com")
    mail = message()._replace(channel="email", to="customer@example.com")
    identity = stored(mail)
    # moto has no SES in this form: botocore's own stub checks the request against the API's model.
    with Stubber(clients.client("sesv2")) as stubbed:
        stubbed.add_response("send_email", {"MessageId": "1"})
        service.send(identity, DAY)
        stubbed.assert_no_pending_responses()
    assert state(identity) == ("sent", None)


def test_waking_the_sender_never_fails_the_fact(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MESSAGE_QUEUE_URL", "")
    service.wake([service.outbox_item(message(), DAY)], DAY)
