"""The letters about an account: what left it and what it remembers was told, and nothing without cause."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.accounts.ledger import legs
from chalicelib.domain.audit.account_messages import check_caused, check_remembered, check_told
from chalicelib.domain.audit.audit import Finding
from chalicelib.domain.model.accounts import Account, LedgerEntry, Suspension
from chalicelib.domain.model.messages import Cause, Letter, Message, Name, Recipient
from tests.unit.book import at, program

RULES, KIN = program(expiry_months=6), ("amb_0", "amb_1")


def entry(kind: str, amount: int = 250, unit: str = "EUR", **more: Any) -> LedgerEntry:
    """An entry of the account's fourth version."""
    return replace(LedgerEntry("amb_1", "00000004-001", kind, at(1), "because", legs(kind, amount, unit), 1), **more)


def message(kind: Any, name: Name, number: int, *, of: str = "amb_1", **more: Any) -> Message:
    """A message that has been sent."""
    letter = Letter(name, **more)
    return Message(Cause(kind, of, number), Recipient("ambassador", "amb_1"), letter, 1, at(1), state="done")


def told(it: LedgerEntry, *messages: Message, rules: Any = RULES) -> list[Finding]:
    """What is found of an entry."""
    return list(check_told(it, rules, {message.id: message for message in messages}, KIN))


@pytest.mark.parametrize(
    ("kind", "name", "unit"),
    [
        ("spend", "spent", "EUR"),
        ("payout", "spent", "EUR"),
        ("gift_sent", "gift_sent", "gift:M"),
        ("task", "proof_approved", "EUR"),
    ],
)
def test_what_leaves_is_told_with_its_amount(kind: str, name: Name, unit: str) -> None:
    """To whose it is, in the version by which it left; whatever else is said of it is found."""
    it, right = entry(kind, 2, unit), message("account", name, 4, amount=2, unit=unit)
    missing = Finding("message", f"{it.id}/message", f"{name} 2 {unit}", None)
    assert told(it, right) == []
    assert told(it) == told(it, message("account", name, 5, amount=2, unit=unit)) == [missing]
    assert told(it, replace(right, letter=replace(right.letter, amount=3))) == [
        replace(missing, found=f"{name} 3 {unit}")
    ]
    stranger = replace(right, to=Recipient("ambassador", "amb_9"))
    assert told(it, stranger) == [Finding("message", f"{it.id}/message/to", "amb_1", "amb_9")]


@pytest.mark.parametrize("kind", ["spend_confirmed", "payout_cancelled", "adjustment", "hold", "bonus"])
def test_other_entries_owe_no_letter_of_their_own(kind: str) -> None:
    """Their orders do, or nobody does."""
    assert told(entry(kind)) == []


def test_what_expires_was_told_before() -> None:
    """The day that the entry names, to any who is this ambassador now; a neighbour of it may be another zone's name."""
    it = entry("expiry", reason="told:2026-03-12")
    missing = [Finding("message", f"{it.id}/message", "expiring", None)]
    for name in KIN:
        for day in (20260311, 20260312, 20260313):
            assert told(it, message("expiry", "expiring", day, of=name)) == []
    assert told(it) == told(it, message("expiry", "expiring", 20260314)) == missing
    assert told(it, message("expiry", "expiring", 20260312, of="amb_9")) == missing
    untold = entry("expiry")
    assert told(untold) == [replace(missing[0], where=f"{untold.id}/message")]
    assert told(untold, rules=replace(RULES, expiry_notice_days=0)) == []
    assert told(it, rules=replace(RULES, expiry_notice_days=0)) == missing
    assert told(untold, rules=None) == []


def test_what_an_account_remembers_was_told() -> None:
    """Each tier by its number and month, and the day of the expiry, under any id of the ambassador."""
    account = Account("amb_1", 4, tiers_told={"5": "2026-03"}, expiry_told=at(0))
    tier, day = message("tier", "tier_reached", 202603, of="amb_0:5"), message("expiry", "expiring", 20260301)

    def found(*those: Message) -> list[Finding]:
        return list(check_remembered(account, RULES, {it.id: it for it in those}, KIN))

    assert found(tier, day) == []
    assert found(day) == [Finding("message", "amb_1/tiers_told/5", "tier_reached", None)]
    assert found(tier) == [Finding("message", "amb_1/expiry_told", "expiring", None)]
    assert list(check_remembered(Account("amb_1"), RULES, {}, KIN)) == []


@pytest.mark.parametrize(
    ("name", "version", "kind", "expected"),
    [
        ("welcome", 0, None, "welcome"),
        ("spent", 4, "spend", "spent"),
        ("spent", 4, "payout", "spent"),
        ("gift_sent", 4, "gift_sent", "gift_sent"),
        ("proof_approved", 4, "task", "proof_approved"),
        ("proof_approved", 4, "adjustment", None),
        ("balances", 3, None, "balances"),
        ("balances", 2, None, None),
        ("spent", 4, "adjustment", None),
        ("spent", 4, None, None),
        ("spent", 9, "spend", None),
        ("gift_sent", 4, "spend", "spent"),
    ],
)
def test_a_letter_about_an_account_has_its_cause(name: Name, version: int, kind: str | None, expected: Any) -> None:
    """The enrolment, an entry of that very version, or the end of a suspension, in a version that has been."""
    decisions = [
        Suspension("amb_1", 2, "suspended", "k", "n", at(0)),
        Suspension("amb_1", 3, "reinstated", "k", "n", at(0)),
    ]
    entries = {f"{version:08d}-001": entry(kind)} if kind else {}
    it = message("account", name, version)
    found = list(check_caused(it, Account("amb_1", 8), entries, decisions))
    assert found == ([] if expected == name else [Finding("message", f"amb_1/messages/{it.id}", expected, name)])


@pytest.mark.parametrize(("kind", "name"), [("tier", "tier_reached"), ("expiry", "expiring")])
def test_tiers_and_days_have_a_letter_of_their_own(kind: str, name: Name) -> None:
    """No other comes under their keys; and one that has not ended will be looked at."""
    right, wrong = message(kind, name, 202603), message(kind, "spent", 202603)
    assert list(check_caused(right, Account("amb_1"), {}, ())) == []
    where = f"amb_1/messages/{wrong.id}"
    assert list(check_caused(wrong, Account("amb_1"), {}, ())) == [Finding("message", where, name, "spent")]
    asleep = replace(right, state="pending")
    assert list(check_caused(asleep, Account("amb_1"), {}, ())) == [
        Finding("wake_up", f"{where}/due_at", "a time", None)
    ]
    assert list(check_caused(replace(asleep, due_at=at(1)), Account("amb_1"), {}, ())) == []
