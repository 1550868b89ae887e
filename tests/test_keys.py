"""Keys: two versions live at once, each known to all before it is written with, old ones retired.

Every test begins and ends with the first version alone.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib import aws as clients
from chalicelib import clock, keys, sealing, settings, tokens
from chalicelib.approvals import service as approvals
from chalicelib.approvals.service import Approval
from chalicelib.leads import customers, erasure
from chalicelib.leads import service as leads
from chalicelib.leads import store as store_of_leads
from chalicelib.pages import Page
from chalicelib.policies import parts, store, writing
from chalicelib.policies import service as policies
from chalicelib.privacy import destruction
from chalicelib.queries import service as queries
from chalicelib.staff.access import Grant, Scope
from chalicelib.staff.model import Staff
from infra import keys as operation
from tests.policies.rows import number, policy, take
from tests.queries.visitors import visitor

ID_NO = "11010519491231002X"
AT = datetime(2026, 11, 21, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("one_version")


@pytest.fixture
def one_version(aws: Any) -> Iterator[None]:
    """The first version alone, in a secret of its own and empty tables."""
    secrets = clients.client("secretsmanager")
    before = secrets.get_secret_value(SecretId=settings.get("SECRETS_ID"))["SecretString"]
    aws.empty()
    yield
    secrets.put_secret_value(SecretId=settings.get("SECRETS_ID"), SecretString=before)
    keys.forget()
    aws.empty()


def later(monkeypatch: pytest.MonkeyPatch, span: timedelta = operation.ANNOUNCED) -> None:
    """Lets the announced version come into use."""
    at = clock.now() + span + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: at)


def asked(policy_no: str) -> str:
    """The assurance of a query of the policy."""
    answer = queries.verify({"policy_no": policy_no, "id_no": ID_NO}, visitor(), AT)
    return str(answer["assurance"])


def test_a_new_version_is_looked_up_with_at_once_and_written_with_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = sealing.keyed_hash("id", ID_NO)
    assert operation.add() == 2
    assert [mark[:2] for mark in sealing.hashes("id", ID_NO)] == ["1:", "2:"]
    assert sealing.keyed_hash("id", ID_NO) == before
    later(monkeypatch)
    assert [mark[:2] for mark in sealing.hashes("id", ID_NO)] == ["2:", "1:"]
    assert sealing.keyed_hash("id", ID_NO) != before


def test_a_running_process_learns_of_a_version_within_minutes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = keys.newest("hash")
    entry = {"1": "x", "2": {"secret": "y", "from": "2026-01-01T00:00:00Z"}}
    clients.client("secretsmanager").put_secret_value(
        SecretId=settings.get("SECRETS_ID"), SecretString=json.dumps(entry)
    )
    assert keys.newest("hash") == known
    monkeypatch.setattr(keys, "_until", 0.0)
    assert keys.newest("hash")[0] == "2"
    assert keys.REFRESH_SECONDS <= 300


def test_a_process_that_knows_its_keys_outlives_the_secrets_store(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = keys.newest("hash")
    monkeypatch.setattr(keys, "_until", 0.0)
    monkeypatch.setenv("SECRETS_ID", "gone")
    assert keys.newest("hash") == known
    keys.forget()
    with pytest.raises(Exception, match="ResourceNotFound"):
        keys.newest("hash")


def test_tokens_and_policies_of_either_version_open_while_both_are_live(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old = number()
    take(policy(old))
    text, _ = tokens.issue(tokens.QueryToken("q", old, "p", "id"), clock.now())
    operation.add()
    later(monkeypatch)
    new = number()
    take(policy(new))
    assert (asked(old), asked(new)) == ("id", "id")
    assert tokens.read(text).policy_no == old


def test_a_document_keeps_its_name_whatever_becomes_of_the_keys(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name = sealing.document_id("PDZA1", 1)
    operation.add()
    later(monkeypatch)
    operation.reseal(tmp_path / "p.json")
    operation.retire(1, tmp_path / "p.json")
    assert sealing.document_id("PDZA1", 1) == name
    assert [version for version, _ in keys.live("hash")] == ["2"]


def test_resealing_goes_on_where_it_was_interrupted_and_then_finds_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    names = [number() for _ in range(5)]
    for name in names:
        take(policy(name, serial_no="A1"), policy(name, 2, serial_no="A2"))
    operation.add()
    later(monkeypatch)
    monkeypatch.setattr(operation, "PAGE", 3)
    first = operation.reseal(tmp_path / "p.json", pages=1)
    assert first["tables"]["POLICIES_TABLE"]["changed"] == 3
    with pytest.raises(operation.UnfinishedError):
        operation.retire(1, tmp_path / "p.json")
    done = operation.reseal(tmp_path / "p.json")
    assert done["tables"]["POLICIES_TABLE"] == {
        "after": None,
        "seen": 10,
        "changed": 10,
        "finished": True,
    }
    assert asked(names[0]) == "id"
    with pytest.raises(operation.UnfinishedError):
        operation.retire(1, tmp_path / "p.json")
    again = operation.reseal(tmp_path / "again.json")
    assert again["tables"]["POLICIES_TABLE"]["changed"] == 0
    operation.retire(1, tmp_path / "again.json")
    assert {asked(name) for name in names} == {"id"}
    assert policies.version(names[0], 1)["serial_no"] == "A1"


def test_an_item_that_another_writer_changed_is_left_to_the_next_pass() -> None:
    name = number()
    take(policy(name))
    read = store.get(name, store.CURRENT)
    assert read is not None
    take(policy(name, 2))
    assert writing.renew(read, {"sealed": read.sealed}) is False


def test_what_the_previous_kms_key_wrapped_opens_until_it_is_sealed_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name = number()
    take(policy(name))
    agreed = {"policy_no": name, "endorsement_no": "E1", "kind": "k", "effective_on": "2026-05-01"}
    for line, summary in enumerate(("增保", "减保"), 1):
        parts.take_endorsements([({**agreed, "summary": summary}, f"e#{line}")], AT)
    previous = settings.get("DATA_KEY_ID")
    fresh = clients.client("kms").create_key()["KeyMetadata"]["Arn"]
    monkeypatch.setenv("DATA_KEY_ID", fresh)
    sealing._opening.cache_clear()
    sealing._sealing_keys.clear()
    with pytest.raises(sealing.SealError):
        policies.version(name, 1)
    monkeypatch.setenv("PREVIOUS_DATA_KEY_ID", previous)
    assert policies.version(name, 1)["insured_id_no"] == ID_NO
    operation.reseal(tmp_path / "p.json")
    monkeypatch.delenv("PREVIOUS_DATA_KEY_ID")
    sealing._opening.cache_clear()
    assert policies.version(name, 1)["insured_id_no"] == ID_NO
    found = policies.find(name)
    assert found is not None
    assert [part.open()["summary"] for part in found.parts("endorsement")] == ["减保"]
    assert [one.values["summary"] for one in parts.replaced(name, 9)] == ["增保"]
    sealing._sealing_keys.clear()


def test_a_sealed_value_opens_nowhere_else() -> None:
    sealed = sealing.seal("policies", "a/1", {"name": "王"})
    assert sealing.unseal("policies", "a/1", sealed) == {"name": "王"}
    for changed in (sealed[:-1] + bytes([sealed[-1] ^ 1]), b"\x02" + sealed[1:]):
        with pytest.raises(sealing.SealError):
            sealing.unseal("policies", "a/1", changed)
    with pytest.raises(sealing.SealError):
        sealing.unseal("policies", "b/1", sealed)
    with pytest.raises(Exception, match="InvalidCiphertext"):
        sealing.unseal("organisations", "a/1", sealed)


SPOKEN = datetime(2026, 1, 5, 4, tzinfo=UTC)
"""When the customers of the tests below were called, more than three years before OVER."""
OVER = datetime(2029, 6, 1, tzinfo=UTC)


def called(id_no: str, at: datetime = SPOKEN, outcome: str = "reached") -> None:
    told = {"outcome": outcome, "channel": "call", "policy_no": "P1", "note": "谈续保"}
    contact = customers.Told("A1", told, [], at)
    assert customers.log(sealing.hashes("id", id_no), ("id", id_no), contact)


def said(id_no: str) -> list[str]:
    return [one["outcome"] for one in customers.history(sealing.hashes("id", id_no))]


def asked_to_destroy() -> Approval:
    asks = Staff("asks", "甲", frozenset({"compliance_officer"}), "44")
    told = {"kind": erasure.KIND, "reason": "保存期满"}
    return destruction.ask(asks, told, "en", OVER)


def destroyed(approval: Approval) -> dict[str, Any]:
    """The record, once the second person agreed."""
    reviews = Staff("reviews", "乙", frozenset({"compliance_reviewer"}), "44")
    scope = Scope(reviews, frozenset({Grant("organisation", "transactions")}))
    approvals.decide(reviews, scope, approval.approval_id, True, OVER)
    ((record,), _) = destruction.listed(OVER.year, Page(None, 5))
    return record


def test_contacts_are_destroyed_though_keys_were_exchanged_since_it_was_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    called(ID_NO)
    called(ID_NO, SPOKEN + timedelta(hours=1), "quoted")
    wanted = asked_to_destroy()
    operation.add()
    later(monkeypatch)
    operation.reseal(tmp_path / "p.json")
    operation.reseal(tmp_path / "again.json")
    operation.retire(1, tmp_path / "again.json")
    assert said(ID_NO) == ["quoted", "reached"]
    record = destroyed(wanted)
    assert (said(ID_NO), customers.head(sealing.hashes("id", ID_NO))) == ([], {})
    (name,) = record["keys"]
    assert (name[:19], record["left"]) == ("2026-01-05T05:00:00", [])
    for version in ("1", "2"):
        assert f"{version}:" not in name, "a keyed hash of the person would stay on record"


@pytest.mark.parametrize("reached", [1, 2, 3])
def test_contacts_of_a_log_that_keys_have_moved_by_half_are_destroyed_under_both_marks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, reached: int
) -> None:
    for hours, outcome in enumerate(("no_answer", "reached", "quoted")):
        called(ID_NO, SPOKEN + timedelta(hours=hours), outcome)
    wanted = asked_to_destroy()
    operation.add()
    later(monkeypatch)
    moved = store_of_leads.move
    steps = iter(range(reached))

    def interrupted(item: Any, to: Any) -> bool:
        if next(steps, None) is None:
            raise RuntimeError("the operator's terminal was closed")
        return moved(item, to)

    monkeypatch.setattr(store_of_leads, "move", interrupted)
    with pytest.raises(RuntimeError):
        operation.reseal(tmp_path / "p.json")
    record = destroyed(wanted)
    assert (len(record["keys"]), record["left"]) == (1, [])
    marks = sealing.hashes("id", ID_NO)
    assert (said(ID_NO), customers.head(marks)) == ([], {})
    monkeypatch.setattr(store_of_leads, "move", moved)
    operation.reseal(tmp_path / "p.json")
    assert (said(ID_NO), customers.head(marks)) == ([], {})


def test_contacts_are_destroyed_wholly_after_a_failure_half_way_and_an_exchange_of_keys(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    called(ID_NO)
    called(ID_NO, SPOKEN + timedelta(hours=1), "quoted")
    wanted = asked_to_destroy()
    forget = erasure._forget
    monkeypatch.setattr(erasure, "_forget", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        destroyed(wanted)
    monkeypatch.setattr(erasure, "_forget", forget)
    operation.add()
    later(monkeypatch)
    operation.reseal(tmp_path / "p.json")
    called(ID_NO, OVER, "no_answer")
    assert len(destroyed(wanted)["keys"]) == 1
    assert said(ID_NO) == ["no_answer"], "what was said since is not what was due"


def test_contacts_with_somebody_who_was_called_again_meanwhile_stay_and_are_not_on_record() -> None:
    called(ID_NO)
    wanted = asked_to_destroy()
    called(ID_NO, OVER)
    record = destroyed(wanted)
    assert (record["keys"], len(record["left"])) == ([], 1)
    assert said(ID_NO) == ["reached", "reached"]


def test_a_log_keeps_what_was_said_while_its_keys_were_exchanged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    called(ID_NO)
    (mark,) = sealing.hashes("id", ID_NO)
    operation.add()
    later(monkeypatch)
    events = store_of_leads.events

    def called_meanwhile(key: str) -> Any:
        found = events(key)
        monkeypatch.setattr(store_of_leads, "events", events)
        called(ID_NO, OVER, "quoted")
        return found

    monkeypatch.setattr(store_of_leads, "events", called_meanwhile)
    for _ in range(2):
        leads.reseal(f"{customers.desk.CUSTOMER}/{mark}", customers.desk.CUSTOMER)
    assert said(ID_NO) == ["quoted", "reached"]
    assert customers.head(sealing.hashes("id", ID_NO))["last_outcome"] == "quoted"
