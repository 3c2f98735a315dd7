"""What the ledger posts for an order: entry by entry, with its cause."""

from dataclasses import replace

import pytest

from chalicelib.domain.model.accounts import Account, Grant, LedgerEntry, Leg, Merger
from chalicelib.domain.model.orders import Age, Terms
from chalicelib.domain.orders.postings import Move, age_of, aged
from chalicelib.domain.orders.settle import settle, settle_on
from chalicelib.domain.program.program import Tier
from tests.unit.book import TEN_PERCENT, Book, at, program


def test_a_tier_bonus_is_reached_lost_and_reached_again() -> None:
    """The bonus is a position of the account: granted while the count is at the threshold, whatever came before."""
    rules = program(tiers=(Tier("Starter", 0, TEN_PERCENT), Tier("Silver", 1, TEN_PERCENT, bonus=700)))
    book = Book(rules)
    book.look(30)
    refund = book.refund(4500, kind="chargeback")
    book.look(31)
    book.reverse(refund)
    book.look(32)
    assert [posting for posting in book.postings if posting[0].startswith("bonus")] == [
        ("bonus", 700),
        ("bonus_lost", 700),
        ("bonus", 700),
    ]
    assert book.account.prizes == {"tier:1": (Grant(700, "EUR"),)}
    assert book.account.balance("EUR", "available") == 1150


def test_entries_are_numbered_by_the_account_and_sort() -> None:
    """A settlement that is carried out twice collides with itself, and folded orders continue the count."""
    book = Book(account=Account("amb_1", version=41))
    twice = [settle(book.order, book.account, book.program, now=at(40)) for _ in range(2)]
    assert twice[0] == twice[1]
    folded = settle(book.order, book.account, book.program, now=at(40), posted=2)
    assert [entry.number for entry in folded.entries] == ["00000042-003", "00000042-004"]
    book.look(0)
    later = settle(book.order, book.account, book.program, now=at(40), posted=4)
    assert [entry.number for entry in later.entries] == ["00000043-005"]


def test_an_order_settled_by_itself_begins_with_the_first_entry() -> None:
    """On terms that somebody else has decided, too."""
    book = Book(account=Account("amb_1", version=41))
    decided = settle_on(book.order, book.account, book.program, Terms("Starter", TEN_PERCENT, 450, 450), now=at(40))
    assert [entry.number for entry in decided.entries] == ["00000042-001", "00000042-002"]


def test_every_entry_names_its_cause() -> None:
    """What moved the money stands in the entry: the redemption, the facts, or the time."""
    book = Book()
    book.look(0)
    book.refund(100, name="RMA-7")
    book.look(1)
    book.look(30)
    book.review("deny")
    book.look(31)
    assert [entry.cause for entry in book.entries] == ["redemption", "refund:RMA-7", "hold_ended", "review:1"]


def test_an_entry_says_all_that_there_is_to_know_about_it() -> None:
    """Whose it is, its place in the ledger, when and why, under which program and tier; the standing names it."""
    book = Book(program(version=7), account=Account("amb_1", version=41))
    book.order = replace(book.order, redemption=replace(book.redemption, program_version=7))
    book.look(2)
    assert book.messages[0].due_at == at(2)
    hold = LedgerEntry(
        ambassador_id="amb_1",
        number="00000042-001",
        kind="hold",
        at=at(2),
        cause="redemption",
        legs=(Leg("program:rewards", -450, "EUR"), Leg("ambassador:held", 450, "EUR")),
        program_version=7,
        order_id="o1",
        tier="Starter",
    )
    assert book.entries == [hold]
    book.look(30)
    assert book.standing.entries == ("00000042-001", "00000043-001")


def test_a_standing_names_no_prizes() -> None:
    """They belong to the account: another order may take them back."""
    tiers = (Tier("Starter", 0, TEN_PERCENT), Tier("Silver", 1, TEN_PERCENT, bonus=700))
    book = Book(program(tiers=tiers))
    book.look(40)
    assert [entry.kind for entry in book.entries] == ["hold", "release", "bonus"]
    assert book.standing.entries == tuple(entry.number for entry in book.entries[:2])


def test_a_reward_that_came_after_an_expiry_owes_nothing_to_it() -> None:
    """It was not there to expire: a clawback takes all of it from what is available, down into debt."""
    book = Book(account=Account("amb_1", 9, {"EUR": {"available": 0, "expired": 400}}, expired_in=9))
    book.look(30)
    book.account = replace(book.account, balances={"EUR": {"available": 0, "expired": 400, "spent": 450}})
    book.refund(4500, days=31)
    book.look(31)
    assert book.account.balances["EUR"] == {"available": -450, "expired": 400, "spent": 450}


def test_what_is_won_back_after_an_expiry_is_available_in_full() -> None:
    """What had expired was the rest; a clawback before it took its part, and that comes back."""
    book = Book()
    book.look(30)
    refund = book.refund(900, kind="chargeback", days=31)
    book.look(31)
    expired = {"EUR": {"held": 0, "available": 0, "expired": 360}}
    book.account = replace(book.account, balances=expired, expired_in=book.account.version)
    book.reverse(refund)
    book.look(32)
    assert book.postings[-1] == ("reinstate", 90)
    assert book.account.balances["EUR"] == {"held": 0, "available": 90, "expired": 360}


def test_what_expires_again_by_a_reward_that_comes_back_can_be_taken_with_a_prize() -> None:
    """Postings of one settlement see what those before them have left of `expired`."""
    account = Account("amb_1", 9, {"EUR": {"expired": 250}}, expired_in=5)
    back = Move("reinstate", 100, "EUR", "reversal:r1", "Starter")
    lost = Move("bonus_lost", 300, "EUR", "tier:1", "Silver", prize="tier:1 EUR")
    ages = {"": Age(gone=100, since=1), "tier:1 EUR": Age(since=1)}
    assert aged([back, lost], ages, account) == (
        [replace(back, expired=100), replace(lost, expired=300)],
        {"": Age(since=1, back=100), "tier:1 EUR": Age(gone=300, since=1)},
    )


@pytest.mark.parametrize(("expired_in", "fresh"), [(0, 450), (1, 450), (2, 0)])
def test_a_reward_from_before_a_merger_is_as_old_as_that(expired_in: int, fresh: int) -> None:
    """Versions of the ledger that it was posted in don't compare with those of the account that has it now."""
    book = Book()
    book.look(30)
    merger = Merger(version=9, until=1, expired_in=expired_in, before=0, orders_settled=1)
    book.order = replace(
        book.order, redemption=replace(book.redemption, standing=replace(book.standing, released_in=2))
    )
    merged = Account("amb_2", 9, absorbed={"amb_1": merger})
    assert age_of(book.redemption, merged) == Age(fresh=fresh, since=9)
    assert age_of(book.redemption, replace(merged, absorbed={})) == Age(fresh=450, since=2)


def test_an_entry_in_another_ledger_than_its_ambassadors_is_named_with_that() -> None:
    """After a merger the account that has the orders posts them; what was posted before keeps its short name."""
    book = Book(account=Account("amb_1", 41))
    book.look(0)
    book.account = replace(book.account, ambassador_id="amb_2", version=7)
    book.look(30)
    assert book.standing.entries == ("00000042-001", "amb_2/00000008-001")
    assert book.redemption.posted == (("amb_1", "00000042-001"), ("amb_2", "00000008-001"))


def test_how_old_a_reward_is_stays_with_it_when_nothing_is_posted() -> None:
    """A later fact that moves no money leaves it as old as the last that did."""
    book = Book()
    book.look(30)
    book.account = replace(book.account, expired_in=book.account.version, balances={"EUR": {"expired": 450}})
    book.refund(900, kind="chargeback", days=31)
    book.look(31)
    age = Age(gone=90, since=book.account.expired_in)
    assert book.standing.age == age
    book.deliver(32)
    again = book.look(32)
    assert (again.changed, again.entries, book.standing.age) == (True, (), age)


def test_facts_seen_together_are_named_together() -> None:
    """Each by its own name, up to five; that there were more is told as well."""
    book = Book()
    book.look(0)
    book.refund(100, name="R-1")
    book.deliver(3)
    book.review("approve")
    book.look(4)
    for number in range(5):
        book.refund(100, name=f"S-{number}")
    book.look(5)
    for number in range(6):
        book.refund(100, name=f"T-{number}")
    book.look(6)
    assert [entry.cause for entry in book.entries] == [
        "redemption",
        "refund:R-1,fulfilment:f1#1,review:1",
        "refund:S-0,refund:S-1,refund:S-2,refund:S-3,refund:S-4",
        "refund:T-0,refund:T-1,refund:T-2,refund:T-3,refund:T-4,…",
    ]


def test_only_the_first_hold_is_the_redemptions() -> None:
    """What is held again later is so because of what has happened since, or because a deadline has passed."""
    book = Book(program(review_default="deny", review_days=5, hold_days=30))
    book.look(0)
    refund = book.refund(4500, kind="chargeback")
    book.look(1)
    book.reverse(refund)
    book.look(2)
    book.refund(1, currency="USD", days=3)
    book.look(3)
    book.look(8)
    assert [(entry.kind, entry.cause) for entry in book.entries] == [
        ("hold", "redemption"),
        ("void", f"refund:{refund}"),
        ("hold", f"reversal:{refund}"),
        ("void", "review_deadline"),
    ]


def test_a_bonus_names_the_tier_that_it_is_for() -> None:
    """As its cause, and as the tier of the entry; the reward beside it has the tier it was earned in."""
    tiers = (Tier("Starter", 0, TEN_PERCENT), Tier("Silver", 1, TEN_PERCENT, bonus=700))
    book = Book(program(tiers=tiers, hold_days=0))
    book.look(0)
    assert [(entry.kind, entry.cause, entry.tier) for entry in book.entries] == [
        ("hold", "redemption", "Starter"),
        ("release", "hold_ended", "Starter"),
        ("bonus", "tier:Silver", "Silver"),
    ]
