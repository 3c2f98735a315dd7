"""What can be said of the deployed form without a cloud: the ledger can only grow, and nobody is stopped at their work.

The local cloud does not know `dynamodb:LeadingKeys`, so a whole shop's calls are held against the policies here.
"""

import re
from collections.abc import Callable

import pytest

from chalicelib import config, deps
from chalicelib.store import keys, kinds
from chalicelib.workers.schedule import every_day, every_minute_jobs
from memory.faults import answered
from memory.shop import Shop, eur
from memory.wire import touches
from tests.deployed.policies import FUNCTIONS, POLICIES, denied, granted, may
from tests.deployed.stage import SCHEDULED

PARTITIONS = re.findall(r"^\\| [a-z][^|]*\\| ([A-Z]+)[#,]", kinds.__doc__ or "", re.MULTILINE)
"""How the keys of all partitions begin, by the list of kinds."""

PHONE = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile"


def recorded(shop: Shop, work: Callable[[], object]) -> set[tuple[str, str]]:
    """The actions and partitions of all calls to DynamoDB that some work makes."""
    shop.faults.calls.clear()
    work()
    touched = (it for operation, params in shop.faults.calls for it in touches(operation, params))
    return {(touch.action, touch.pk) for touch in touched}


def hold_against(function: str, calls: set[tuple[str, str]]) -> None:
    """All that a function does is granted, and nothing of it is denied."""
    assert calls
    for action, key in calls:
        assert may(function, action, key), (function, action, key)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_ledger_can_only_grow(function: str) -> None:
    """No function may update or delete an entry; what a put finds in its place is a matter of its condition."""
    policy = POLICIES[function]
    for action in ("UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLUpdate", "PartiQLDelete", "PartiQLInsert"):
        assert denied(policy, f"dynamodb:{action}", keys.entry("amb_1", "00000001-001").pk), action
    posts = {"APIHandler", "OnTableChange", "EveryMinute", "EveryMinuteJobs", "EveryMinuteMail"}
    assert may(function, "dynamodb:PutItem", keys.ledger("amb_1")) == (function in posts)
    assert not granted(function) & {"dynamodb:DeleteItem", "dynamodb:BatchWriteItem", "dynamodb:Scan"}
    assert not [action for action in granted(function) if "PartiQL" in action]


WRITES = [f"dynamodb:{verb}" for verb in ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")]
KEYS_AND_RULES = [
    keys.api_key("d" * 64).pk,
    keys.admin_mailbox("m").pk,
    keys.console_session("key_1", "con_1").pk,
    keys.idempotency_key("d" * 64).pk,
    keys.attempts("who").pk,
    keys.program(1).pk,
    keys.guide("g").pk,
]


@pytest.mark.parametrize("function", [name for name in FUNCTIONS if name != "APIHandler"])
def test_only_the_api_makes_keys_and_rules(function: str) -> None:
    """Whoever works by itself can't make itself a key, let somebody in, or change what it settles by."""
    for action in WRITES:
        for pk in KEYS_AND_RULES:
            assert not may(function, action, pk), (action, pk)
            assert denied(POLICIES[function], action, pk) or action not in granted(function), (action, pk)


@pytest.mark.parametrize("function", ["OnMessage", "EveryMinuteMail", "OnMailEvent", "EveryDay", "EveryFiveMinutes"])
def test_who_sends_mails_or_begins_rounds_lets_nobody_in(function: str) -> None:
    """Sessions are the API's. Those who settle may end them: the weekly round forgets people."""
    assert not [action for action in WRITES if may(function, action, keys.session("amb_1", "ses_1").pk)]


@pytest.mark.parametrize(
    ("function", "own"),
    [("EveryDay", {"JOB"}), ("OnMailEvent", {"MSG", "PERSON"}), ("EveryFiveMinutes", set())],
)
def test_a_function_with_one_task_writes_what_that_takes(function: str, own: set[str]) -> None:
    """Of all kinds of partitions that there are."""
    every = {key_of_kind.partition("#")[0] for key_of_kind in PARTITIONS}
    assert len(every) > 20
    writable = {mark for mark in every if any(may(function, action, f"{mark}#x") for action in WRITES)}
    assert writable == own


def test_the_denials_never_meet_what_the_program_does(shop: Shop) -> None:
    """A shop's calls, part by part: each is granted, and none changes an entry."""
    maya = {}

    def requests() -> None:
        maya.update(shop.enrol())
        shop.redeem(maya["code"])
        shop.refund("o1", "r1", 1000)
        shop.refund("early", "r1", 1000)
        shop.call("GET", f"/r/{maya['code']}", User_Agent=PHONE)
        shop.account(maya["id"])

    def withdrawals() -> None:
        path, signed_in = f"/v1/ambassadors/{maya['id']}", {"Authorization": f"Bearer {shop.session(maya['id'])}"}
        given = {"amount": eur(900), "reason": "A parcel was lost."}
        shop.call("POST", f"{path}/adjustments", given, scope="admin:write", Idempotency_Key="a-1")
        for n in range(2):
            spent = {**signed_in, "Idempotency_Key": f"s-{n}"}
            shop.call("POST", f"{path}/spends", {"amount": eur(300)}, **spent)
        code = shop.read(shop.call("GET", f"{path}/spends", **signed_in))["items"][0]["code"]
        assert shop.call("POST", f"/v1/coupons/{code}/cancel", {}, scope="checkout").status_code == 201
        shop.call("POST", f"{path}/payouts", {"amount": eur(300)}, scope="admin:write", Idempotency_Key="p-1")
        for listed in ("payouts", "adjustments", "gifts"):
            shop.call("GET", f"/v1/{listed}", scope="admin:read")

    def readings() -> None:
        shop.entries()
        shop.entries(ambassador_id=maya["id"])
        shop.order()

    def hold_ends() -> None:
        shop.days(31)

    api, stream = recorded(shop, requests) | recorded(shop, withdrawals), recorded(shop, shop.stream)
    schedule, reads = recorded(shop, hold_ends), recorded(shop, readings)
    for function, calls in (("APIHandler", api | reads), ("OnTableChange", stream), ("EveryMinute", schedule)):
        hold_against(function, calls)
    for calls in (api, stream, schedule):
        assert any(action == "dynamodb:PutItem" and key.startswith("LEDGER#") for action, key in calls)
    assert any(action == "dynamodb:PutItem" and key.startswith("WITHDRAWAL#") for action, key in schedule)


def test_an_audit_meets_no_denial(shop: Shop) -> None:
    """Whoever audits, or begins an audit, may make all the calls that it takes."""
    maya = shop.enrol()
    shop.redeem(maya["code"])
    shop.stream()

    def at_once() -> None:
        shop.call("GET", "/v1/ledger/audit?sample=3", scope="admin:read")
        told = {"ambassador_id": maya["id"]}
        assert shop.call("POST", "/v1/ledger/audit", told, scope="admin:write").status_code == 202

    hold_against("APIHandler", recorded(shop, at_once))
    hold_against("OnTableChange", recorded(shop, shop.stream))
    hold_against("EveryDay", recorded(shop, lambda: every_day(SCHEDULED, None)))
    hold_against("EveryMinuteJobs", recorded(shop, lambda: every_minute_jobs(SCHEDULED, None)))


def test_who_settles_holds_no_secret() -> None:
    """Only the API and whoever sends mails name people, and sign cursors or links: only they may read what it takes."""
    holders = [name for name in FUNCTIONS if any(action.startswith("ssm:") for action in granted(name))]
    assert holders == ["APIHandler", "OnMessage", "EveryMinuteMail"]


def test_a_secret_in_the_environment_wins(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Locally the variables hold the secrets themselves, and nobody is asked for them."""
    monkeypatch.setenv("PEPPER_PARAMETER", "/referrals/test/pepper:1")
    shop.faults.calls.clear()
    assert deps.settings().pepper == b"a pepper for tests"
    assert shop.faults.count("GetParameter") == 0


def test_a_secret_is_read_once_from_the_version_that_is_named(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deployed, a variable names the parameter with its version: a newer one is not taken unasked."""
    shop.faults.before("GetParameter", answered(Parameter={"Value": "the first"}))
    monkeypatch.delenv("PEPPER")
    monkeypatch.setenv("PEPPER_PARAMETER", "/referrals/test/pepper:1")
    shop.faults.calls.clear()
    assert [deps.settings().pepper for _ in range(3)] == [b"the first"] * 3
    assert shop.faults.calls == [("GetParameter", {"Name": "/referrals/test/pepper:1", "WithDecryption": True})]


def test_a_missing_secret_is_named(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever forgot to set it is told what to set, when it is needed and not before."""
    monkeypatch.delenv("CURSOR_KEY")
    settings = deps.settings()
    with pytest.raises(config.MissingSettingError, match="CURSOR_KEY, or CURSOR_KEY_PARAMETER"):
        _ = settings.cursor_key
    assert shop.read(shop.call("GET", "/healthz")) == {"ok": True}
