"""What breaks in a worker is counted by the metric that its alarm watches: each time, and nothing else is."""

import json
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import deps
from chalicelib.operations.orders.buyers import meet_buyers
from chalicelib.operations.orders.settle import settle_orders
from memory.shop import Body, Shop, eur

WRONG: Body = {"L": []}


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """A shop where rewards expire after a month."""
    shop.publish(expiry_months=1)
    return shop


def counted(capsys: pytest.CaptureFixture[str]) -> Counter[str]:
    """The sums of all metrics that were written since the last look."""
    sums: Counter[str] = Counter()
    for line in capsys.readouterr().out.splitlines():
        told = json.loads(line) if '"_aws"' in line else {}
        for group in told.get("_aws", {}).get("CloudWatchMetrics", []):
            assert (group["Namespace"], group["Dimensions"], told["service"]) == (
                "Referrals",
                [["service"]],
                "referrals",
            )
            sums.update({metric["Name"]: sum(told[metric["Name"]]) for metric in group["Metrics"]})
    return sums


def spoil(shop: Shop, pk: str, sk: str, field: str, wrong: Body) -> None:
    """Make an item unreadable, or lead astray."""
    shop.dynamodb.update_item(
        TableName=deps.settings().table,
        Key={"PK": {"S": pk}, "SK": {"S": sk}},
        UpdateExpression="SET #field = :wrong",
        ExpressionAttributeNames={"#field": field},
        ExpressionAttributeValues={":wrong": wrong},
    )


def place(shop: Shop, sk: str) -> tuple[str, str]:
    """Where the only item of a kind lies."""
    ((pk, found),) = [(row["PK"]["S"], row["SK"]["S"]) for row in shop.everything() if row["SK"]["S"] == sk]
    return pk, found


def test_what_works_is_counted_as_sent_and_as_nothing_else(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """No alarm without a cause."""
    shop.redeem(shop.enrol()["code"])
    capsys.readouterr()
    shop.stream()
    shop.days(31)
    assert counted(capsys) == {"LettersSent": 3}


@pytest.mark.parametrize("again", [False, True])
def test_each_order_that_a_fold_postpones_is_answered_and_counted(
    shop: Shop, capsys: pytest.CaptureFixture[str], again: bool
) -> None:
    """Three of four orders rest on rules that nobody can read: three are answered and counted, the fourth is settled.

    Whether they are settled for the first time, or once more since something has come back.
    """
    code = shop.enrol()["code"]
    for number in range(4):
        shop.redeem(code, f"o{number}")
    if again:
        shop.stream()
        for number in range(4):
            shop.refund(f"o{number}", "r1", 5000)
    for number in range(3):
        spoil(shop, f"ORDER#o{number}", "#REDEMPTION", "program_version", {"N": "77"})
    capsys.readouterr()
    shop.stream()
    assert counted(capsys)["SettlesFailed"] == 3
    assert shop.postings(order_id="o3") == ([("hold", 450), ("void", 450)] if again else [("hold", 450)])
    shop.now += timedelta(days=1)
    postponed = settle_orders(deps.table(), [f"o{number}" for number in range(4)], now=shop.now)
    assert sorted(it.order_id for it in postponed) == ["o0", "o1", "o2"]


def test_each_order_that_cannot_be_read_is_answered_and_counted(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor does it matter where an order breaks: before its lane is known as well."""
    for number in range(2):
        shop.redeem(shop.enrol(f"maya{number}@example.com")["code"], f"o{number}")
        spoil(shop, f"ORDER#o{number}", "#REDEMPTION", "amount", WRONG)
    capsys.readouterr()
    shop.stream()
    assert counted(capsys) == {"SettlesFailed": 2}


def test_an_order_whose_account_is_gone_is_answered_and_counted(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """A lane that breaks as a whole is taken apart, and each of its orders is told."""
    code = shop.enrol()["code"]
    for number in range(2):
        shop.redeem(code, f"o{number}")
    spoil(shop, *place(shop, "ACCOUNT"), "balances", WRONG)
    capsys.readouterr()
    shop.stream()
    assert counted(capsys) == {"SettlesFailed": 2}


@pytest.mark.parametrize("kind", ["ACCOUNT", "WITHDRAWAL"])
def test_an_account_or_a_coupon_that_breaks_is_counted(
    shop: Shop, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    """What expires by the clock has nobody who waits for an answer: the alarm is the only one who tells."""
    maya = shop.enrol()
    shop.redeem(maya["code"])
    shop.stream()
    shop.days(31)
    shop.keys["maya"] = shop.session(maya["id"])
    told: Body = {"amount": eur(100)}
    asked = shop.call("POST", "/v1/ambassadors/me/spends", told, scope="maya", Idempotency_Key="s-1")
    assert asked.status_code == 201, asked.body
    shop.minute()
    spoil(shop, *place(shop, kind), "balances" if kind == "ACCOUNT" else "amount", WRONG)
    shop.now += timedelta(days=400)
    capsys.readouterr()
    shop.minute()
    broken = counted(capsys)
    assert broken.keys() - {"LettersSent"} == {"SettlesFailed"}
    assert broken["SettlesFailed"] == (2 if kind == "ACCOUNT" else 1), "a coupon needs its account"


def test_a_message_that_breaks_is_counted(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """A mail that can't even be written stays due, and is told."""
    shop.redeem(shop.enrol()["code"])
    meet_buyers(deps.table(), ["o1"], deps.outlook(), now=shop.now)
    settle_orders(deps.table(), ["o1"], now=shop.now)
    spoil(shop, "MSG#order:o1#2", "MSG", "letter", {"S": "none"})
    capsys.readouterr()
    shop.minute()
    assert counted(capsys) == {"LettersFailed": 1, "LettersSent": 1}


def audit(shop: Shop) -> str:
    """Begin an audit as a job; answers its id."""
    answer = shop.call("POST", "/v1/ledger/audit", {"all": True}, scope="admin:write")
    assert answer.status_code == 202, answer.body
    return str(shop.read(answer)["id"])


def test_a_job_that_breaks_is_counted(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """One that can't even be read, as well."""
    job_id = audit(shop)
    spoil(shop, f"JOB#{job_id}", "JOB", "kind", WRONG)
    capsys.readouterr()
    shop.minute()
    assert counted(capsys) == {"JobsFailed": 1}


def test_a_job_that_is_given_up_is_counted_once(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """Not for each attempt, of which the log tells."""
    job_id = audit(shop)
    spoil(shop, f"JOB#{job_id}", "JOB", "task", {"S": "no task"})
    capsys.readouterr()
    sums: list[Any] = []
    for _ in range(12):
        shop.now += timedelta(hours=1)
        shop.minute()
        sums.append(counted(capsys))
    assert sum(sums, Counter()) == {"JobsFailed": 1}


def test_who_waits_for_an_answer_too_long_is_counted_each_day(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """From the third day on, until somebody has answered; who is answered in time rings nothing."""
    cleo = shop.read(shop.call("PUT", "/v1/people", {"email": "cleo@example.com"}, scope="people"))["id"]
    for own in ("T-1", "T-2"):
        note = {"note_id": own, "text": "It leaks."}
        task = shop.read(shop.call("POST", f"/v1/people/{cleo}/notes", note, scope="people"))["id"]
    told = []
    for _ in range(3):
        capsys.readouterr()
        shop.day()
        told.append(counted(capsys)["CareOverdue"])
        shop.days(1)
    assert told == [0, 0, 2]
    shop.call("POST", f"/v1/tasks/{task}/done", {"note": "Answered."}, scope="admin:write")
    capsys.readouterr()
    shop.day()
    assert counted(capsys)["CareOverdue"] == 1
