"""What each fact adds to the figures, and that figures are sums."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.accounts.ledger import legs
from chalicelib.domain.model.accounts import LedgerEntry
from chalicelib.domain.model.facts import Purchase, Refund, RefundKind, Reversal
from chalicelib.domain.model.messages import Cause, Letter, Message, Recipient
from chalicelib.domain.model.orders import OrderFacts
from chalicelib.domain.model.people import Bought, Person, Touched
from chalicelib.domain.model.stats import Receipt, Rows
from chalicelib.domain.stats.figures import (
    Tally,
    added,
    count_entry,
    count_message,
    count_receipt,
    count_refunds,
    count_visits,
    names_first,
    total,
)
from chalicelib.domain.stats.receipts import AFTER, followed, receipt_of, reported, touch_messages, with_code

AT = datetime(2026, 3, 5, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ROWS = st.dictionaries(
    st.sampled_from(["", "Gold", "Starter"]),
    st.dictionaries(st.sampled_from(["visits", "orders", "rewards:EUR"]), st.integers(-50, 50)),
)


def receipt(order_id: str = "o1", **more: object) -> Receipt:
    """A first order of 40 euro."""
    plain = Receipt(order_id, AT, 4000, "EUR", since=AT, met_at=AT, is_first=True)
    return replace(plain, **more)  # type: ignore[arg-type]


def touch(**more: object) -> Message:
    """A birthday letter that went."""
    cause, to = Cause("touch", "per_1:birthday:2026", 1), Recipient("person", "per_1")
    plain = Message(cause, to, Letter("birthday"), 1, AT, state="done", outcome="sent", done_at=AT)
    return replace(plain, **more)  # type: ignore[arg-type]


def counted(message: Message, until: datetime) -> dict[str, int]:
    """What a message adds to its occasion."""
    tally = Tally()
    count_message(tally, message, until)
    return tally.sheets.get("occasion", {}).get(f"birthday|{message.letter.variant or ''}", {})


@given(st.lists(ROWS, max_size=5), st.integers(0, 5))
def test_figures_are_sums(parts: list[Rows], cut: int) -> None:
    """The sum of sums is the sum of all, wherever they are cut; and nothing is kept of what came to nothing."""
    halves = total(parts[:cut]), total(parts[cut:])
    assert total(halves) == total(parts)
    assert all(amount for here in total(parts).values() for amount in here.values())


def test_of_a_stock_the_last_counts() -> None:
    """There are as many ambassadors as on the last day, not as on all days together."""
    days: list[Rows] = [{"": {"ambassadors": 3, "enrolled": 3}}, {"": {"ambassadors": 5, "enrolled": 2}}]
    assert total(days) == {"": {"ambassadors": 5, "enrolled": 5}}


def test_visits_are_counted_by_channel_and_by_campaign() -> None:
    """Each once in all, once by its channel, and once by the campaign of its code."""
    tally = Tally()
    count_visits(tally, {"link": 2, "qr": 1}, "Spring")
    assert tally.sheets == {
        "all": {"": {"visits": 3}},
        "campaign": {"Spring": {"visits": 3}},
        "channel": {"link": {"visits": 2}, "qr": {"visits": 1}},
    }


def test_a_customer_is_counted_once_and_in_the_month_of_the_first_order() -> None:
    """A later order adds to the same cohort, and no customer."""
    tally = Tally()
    count_receipt(tally, receipt(), None, "2026-03")
    count_receipt(tally, receipt("o2", is_first=False), None, "2026-03")
    count_receipt(tally, receipt("o3", is_coded=True, is_referred=True), None, "2026-03")
    assert tally.sheets["cohort"] == {
        "2026-03|other": {"customers": 1, "orders": 2, "value:EUR": 8000},
        "2026-03|referred": {"customers": 1, "orders": 1, "value:EUR": 4000},
    }
    assert tally.sheets["all"][""]["new_customers"] == 1


@pytest.mark.parametrize(
    ("kind", "measures"),
    [
        ("hold", {"rewards:EUR": 500}),
        ("bonus", {"rewards:EUR": 500}),
        ("void", {"rewards:EUR": -500}),
        ("clawback", {"rewards:EUR": -500}),
        ("release", {"released": 1}),
        ("gift", {"gifts:EUR": 500}),
        ("adjustment", {"adjustments:EUR": 500}),
        ("expiry", {"expired:EUR": 500}),
        ("spend", {}),
        ("spend_confirmed", {}),
        ("payout_confirmed", {}),
    ],
)
def test_what_leaves_the_programs_purse_is_a_cost(kind: str, measures: dict[str, int]) -> None:
    """A promise costs when it is made; to take it back gives back; to spend or be paid it costs nothing more."""
    tally, entry = Tally(), LedgerEntry("amb_1", "1", kind, AT, "x", legs(kind, 500, "EUR"), 1, tier="Gold")
    count_entry(tally, entry, None)
    assert tally.sheets.get("all", {}).get("", {}) == measures
    assert tally.sheets.get("tier", {}).get("Gold", {}) == measures


def order_of(*facts: Refund | Reversal) -> OrderFacts:
    """An order of 40 euro with what came back of it."""
    purchase = Purchase("o1", ("p",), 4000, "EUR", AT, AT)
    refunds = tuple(it for it in facts if isinstance(it, Refund))
    return OrderFacts("o1", refunds, tuple(it for it in facts if isinstance(it, Reversal)), purchase=purchase)


HOURS = st.integers(0, 240)
BACK = st.lists(st.tuples(st.integers(1, 900), HOURS, st.none() | HOURS, st.booleans()), max_size=5)


@given(BACK)
def test_what_came_back_day_by_day_is_what_came_back(told: list[tuple[int, int, int | None, bool]]) -> None:
    """Whenever refunds, cancellations and reversals come, the days together give what stands in the end."""
    facts: list[Refund | Reversal] = []
    for number, (amount, at, undone, cancels) in enumerate(told):
        when, own = AT + timedelta(hours=at), f"r{number}"
        kind: RefundKind = "cancellation" if cancels else "refund"
        facts.append(Refund("o1", own, kind, 0 if cancels else amount, "EUR", recorded_at=when))
        if undone is not None:
            facts.append(Reversal("o1", own, AT + timedelta(hours=undone)))
    order, tally = order_of(*facts), Tally()
    for start, end in pairwise(AT + n * DAY for n in range(-1, 12)):
        count_refunds(tally, order, receipt(), "2026-03", (start, end))
    undone_ids = {it.refund_id for it in order.reversals}
    stands = [it for it in order.refunds if it.refund_id not in undone_ids]
    left = 4000 if any(it.kind == "cancellation" for it in stands) else sum(it.amount for it in stands)
    assert tally.sheets.get("cohort", {}).get("2026-03|other", {}) == ({"refunds:EUR": left} if left else {})


def test_an_order_is_counted_once_a_day_however_much_came_back_of_it() -> None:
    """Of several facts of one day the first leads to the order; those of other days do so on theirs."""
    facts = [Refund("o1", f"r{n}", "refund", 100, "EUR", recorded_at=AT + timedelta(hours=n)) for n in (2, 1, 30)]
    order = order_of(*facts)
    span = AT, AT + DAY
    assert [it.name for it in facts if names_first(order, it.name, span)] == ["refund:r1"]


def test_a_touch_that_went_is_counted_and_compared_when_its_days_are_over() -> None:
    """Until then nobody can say that nothing came of it."""
    bought = touch(answered_at=AT + DAY, answer="happy", clicked_at=AT + DAY, bought_at=AT + 2 * DAY, spent=4000)
    early = counted(bought, AT + AFTER - DAY)
    assert early == {"touches": 1, "answered": 1, "clicked": 1}
    late = counted(bought, AT + AFTER)
    assert late == {**early, "compared": 1, "bought": 1, "spent": 4000, "squares": 16_000_000}


def test_what_was_not_known_yet_is_not_counted() -> None:
    """To count a day again as of a time gives the same, whatever has come in since; and so does an answer too late."""
    answered = touch(answered_at=AT + 3 * DAY)
    assert counted(answered, AT + 2 * DAY) == {"touches": 1}
    assert "answered" not in counted(touch(answered_at=AT + AFTER + DAY), AT + 2 * AFTER)


def test_who_is_held_out_is_a_group_of_their_own() -> None:
    """What happens to them is counted just so; what was closed for another reason is in neither group."""
    held = touch(outcome="closed", why=("hold_out",), bought_at=AT + DAY, spent=900)
    assert counted(held, AT + AFTER) == {
        "held_touches": 1, "held_compared": 1, "held_bought": 1, "held_spent": 900, "held_squares": 810_000,
    }  # fmt: skip
    assert counted(touch(outcome="closed", why=("no_consent", "asleep")), AT + AFTER) == {
        "not_sent": 1,
        "not_sent:no_consent": 1,
    }
    assert counted(touch(copy=1), AT + AFTER) == {}


def test_a_letter_is_a_mail_whatever_it_is_about() -> None:
    """Only what the mail service took counts, copies as well: each was a mail."""
    tally = Tally()
    order = replace(touch(), cause=Cause("order", "o1", 2), letter=Letter("reward_held"))
    for message in (order, touch(), touch(copy=1), touch(outcome="undeliverable")):
        count_message(tally, message, AT + DAY)
    assert tally.sheets["letters"] == {"birthday": {"sent": 2, "undeliverable": 1}, "reward_held": {"sent": 1}}


def test_an_order_comes_after_the_touches_of_its_days() -> None:
    """Held-out touches, too, and those of people who turned out to be this one; not later ones, nor ones long ago."""
    touches = (
        Touched("birthday", "2026", AT - DAY, held_out=True),
        Touched("how_to", "o9", AT - AFTER),
        Touched("check_in", "o9", AT + DAY),
    )
    person = Person("per_1", touches=touches, absorbed=("per_0",))
    assert touch_messages(person, AT) == ["touch:per_1:birthday:2026#1", "touch:per_0:birthday:2026#1"]


def test_a_receipt_says_what_was_known_before_the_order() -> None:
    """Whose first order had a code is referred for good; a code on a later one makes nobody so."""
    bare = reported(Purchase("o2", ("p",), 4000, "EUR", AT, AT), AT)
    new = receipt_of(Person("per_1"), bare, [])
    assert (new.is_first, new.is_referred, new.since) == (True, False, AT)
    first = AT - 3 * DAY
    known = Person("per_1", orders=(Bought("o1", first),), first_bought_at=first)
    later = receipt_of(replace(known, first_coded_at=AT - DAY), bare, [])
    assert (later.is_first, later.is_referred, later.since) == (False, False, first)
    brought = receipt_of(replace(known, first_coded_at=first), bare, [touch()])
    assert (brought.is_referred, brought.followed) == (True, ("touch:per_1:birthday:2026#1",))


def test_a_code_that_comes_to_light_later_makes_a_first_order_referred() -> None:
    """A report may come before the redemption of the same order."""
    coded = with_code(receipt(), receipt(amount=3600))
    assert (coded.is_coded, coded.is_referred, coded.amount, coded.version) == (True, True, 3600, 2)
    assert not with_code(receipt(is_first=False), receipt()).is_referred


def test_a_touch_remembers_the_first_order_and_the_sum_of_all() -> None:
    """An order in another currency is one, but its amount can't be added."""
    after = followed(touch(), receipt(placed_at=AT + 2 * DAY), "EUR")
    after = followed(after, receipt("o2", placed_at=AT + DAY), "EUR")
    after = followed(after, receipt("o3", placed_at=AT + 3 * DAY, currency="USD"), "EUR")
    assert (after.bought_at, after.spent, after.version) == (AT + DAY, 8000, 4)


def test_rows_that_come_to_nothing_are_gone() -> None:
    """A promise that was taken back on the same day leaves no trace in the figures."""
    assert added({"Gold": {"rewards:EUR": 5}}, {"Gold": {"rewards:EUR": -5}}) == {}
