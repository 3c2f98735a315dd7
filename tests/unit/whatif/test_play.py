"""What if other rules had been in force? What a shop that had them really settles, order for order."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.accounts.ledger import legs
from chalicelib.domain.model.accounts import Account, LedgerEntry
from chalicelib.domain.model.facts import Reversal
from chalicelib.domain.model.orders import Order, Redemption, Standing
from chalicelib.domain.model.people import Code, Friend
from chalicelib.domain.money import Money
from chalicelib.domain.orders.admit import Ask, Line, Refused, admit, redemption
from chalicelib.domain.orders.evidence import Evidence
from chalicelib.domain.program.program import Campaign, Cap, Milestone, Program, Rate, Tier, Watch
from chalicelib.domain.whatif.play import Bonuses, Past, Result, as_posted, bonuses_in, play_again
from tests.unit.book import TEN_PERCENT, Book, Shelf, at, program
from tests.unit.orders.test_settle_properties import programs

SILVER = (Tier("Starter", 0, TEN_PERCENT), Tier("Silver", 2, Rate(basis_points=2000), bonus=700))
SPRING = Campaign("spring", at(0), at(100), reward=Rate(amount=900))
FAR = 400.0


@dataclass
class Sale:
    """An order of a friend of their own, and what is reported of it later."""

    day: float
    amount: int = 5000
    friend: str = ""
    refunds: tuple[tuple[float, int], ...] = ()
    won: float | None = None
    delivered: float | None = None
    decision: tuple[float, str] | None = None
    more: dict[str, Any] = field(default_factory=dict)


class Street:
    """A shop under some rules: it admits and settles as things happen, at once and in their order."""

    def __init__(self, rules: Program, campaign: str | None = None, ambassador_id: str = "amb_1") -> None:
        self.shelf = Shelf(rules, Account(ambassador_id))
        self.code = Code("MAYA7K3Q", ambassador_id, (), at(0), campaign=campaign)
        self.refused: dict[str, str] = {}

    def live(self, sales: list[Sale], until: float = FAR) -> "Street":
        """Let things happen, one after the other."""
        names = {f"{self.code.ambassador_id}-{n}": sale for n, sale in enumerate(sales)}
        happens: list[tuple[float, int, str, Any]] = []
        for name, sale in names.items():
            happens.append((sale.day, 1, name, None))
            happens += [(day, 0, name, ("refund", amount)) for day, amount in sale.refunds]
            happens += [(sale.won, 0, name, ("reverse", None))] if sale.won is not None else []
            happens += [(sale.delivered, 0, name, ("deliver", None))] if sale.delivered is not None else []
            happens += [(sale.decision[0], 0, name, ("review", sale.decision[1]))] if sale.decision else []
        for day, _, name, fact in sorted(happens, key=lambda it: it[:3]):
            if day > until:
                break
            self.shelf.pass_to(day)
            if fact is None:
                self._sell(name, names[name])
            elif name not in self.refused:
                self._report(self._book(name), day, *fact)
        self.shelf.pass_to(until)
        return self

    def pasts(self, *, asked: bool = True) -> list[Past]:
        """What the table keeps of it."""
        return [Past(it.order, it.program, self.code.campaign, asked) for it in self.shelf.books]

    def come_to(self) -> dict[str, object]:
        """What came of each order."""
        return {it.order.order_id: money(it.redemption) for it in self.shelf.books} | self.refused

    def prizes(self) -> Bonuses:
        """All that was granted for tiers and milestones, by unit."""
        return {unit: n for unit, n in bonuses_in(self.shelf.entries).items() if n}

    def _book(self, name: str) -> Book:
        return next(book for book in self.shelf.books if book.order.order_id == name)

    def _sell(self, name: str, sale: Sale) -> None:
        rules = self.shelf.program
        ask = Ask(name, self.code.code, (sale.friend or name,), Money(sale.amount, "EUR"), at(sale.day), **sale.more)
        answer = admit(self.code, ask, rules, now=at(sale.day))
        if isinstance(answer, Refused):
            self.refused[name] = answer.reason
            return
        book = Book(rules, order_id=name)
        stored = redemption(answer, ask, rules, now=at(sale.day), due_at=at(sale.day))
        book.order = Order(name, redemption=stored)
        self.shelf.books.append(book)
        self.shelf.look(book, sale.day, Evidence(used=self.shelf.used))

    def _report(self, book: Book, day: float, what: str, value: Any) -> None:
        if what == "refund":
            book.refund(value, kind="chargeback", days=day)
        elif what == "reverse":
            book.take(Reversal("o1", book.order.refunds[0].refund_id, recorded_at=at(day), due_at=at(day)))
        elif what == "deliver":
            book.deliver(day)
        else:
            book.review(value)
            *before, last = book.order.reviews
            book.order = replace(book.order, reviews=(*before, replace(last, recorded_at=at(day))))
        self.shelf.look(book, day)


def money(it: Redemption) -> object:
    """Everything about an order that is money, or decides about it."""
    standing = it.standing
    assert standing is not None
    terms = standing.terms
    decided = (
        terms.tier,
        terms.reward_at_rate,
        terms.granted,
        terms.limit,
        terms.unit,
        terms.referrals,
        terms.campaign,
    )
    stands = (standing.worth, standing.cap_used, standing.net, standing.released, standing.release_at, standing.marks)
    return it.friend_discount, it.excluded, terms.budget_drawn, decided, stands


def stood(result: Result) -> Standing:
    """Where an order stands in a play."""
    assert result.redemption is not None
    assert result.redemption.standing is not None
    return result.redemption.standing


def answer(results: dict[str, Result]) -> dict[str, object]:
    """What came of each order in a play."""
    return {
        name: it.refused or (it.redemption and it.redemption.standing and money(it.redemption))
        for name, it in results.items()
    }


def won(results: dict[str, Result]) -> Bonuses:
    """The prizes of a play."""
    found: Bonuses = {}
    for result in results.values():
        for unit, amount in result.bonuses.items():
            found[unit] = found.get(unit, 0) + amount
    return {unit: n for unit, n in found.items() if n}


MONTHS = [
    Sale(0),
    Sale(1, 8000, refunds=((3, 1000), (40, 7000))),
    Sale(1.5, 2500, refunds=((5, 2250),), won=60),
    Sale(2, 1200, delivered=9),
    Sale(20, decision=(22, "deny")),
    Sale(35, 9900, decision=(36, "deny"), refunds=((50, 100),)),
    Sale(36, 3000, delivered=36.5),
    Sale(70, more={"lines": (Line("CARD", 1000, gift_card=True),)}),
    Sale(71),
]

RULES = {
    "plain": program(),
    "tiers": program(tiers=SILVER, milestones=(Milestone("third", Rate(gift="Mug"), every=3),), hold_days=14),
    "caps": program(caps=(Cap("month", amount=900), Cap("life", count=6)), tiers=SILVER, tier_months=2),
    "budget": program(budget_month=1000, offer=None),
    "points": program(tiers=(Tier("Starter", 0, Rate(amount=50, unit="points")),), minimum=2000),
    "delivery": program(
        hold_from="delivery", hold_days=10, longest_wait_days=45, void_below_minimum=True, minimum=1100
    ),
    "campaign": program(campaigns=(replace(SPRING, ends_at=at(30)),), offer=Rate(basis_points=1400)),
    "watched": program(watch=Watch(review_at=40, velocity_orders=1), review_days=5, review_default="deny"),
}


# --- the same rules, and others ---


@pytest.mark.parametrize("name", RULES)
def test_the_rules_in_force_foretell_what_was_posted(name: str) -> None:
    """Played again by the very rules that they had, orders come to what they came to, to the last field."""
    street = Street(RULES[name], "spring").live(MONTHS)
    results, used = play_again(street.pasts(), RULES[name], now=at(FAR), used=street.shelf.used)
    assert {it.order_id: it.redemption for it in results.values()} == {
        it.order.order_id: it.redemption for it in street.shelf.books
    }
    assert won(results) == street.prizes()
    assert used == street.shelf.used


@pytest.mark.parametrize("name", RULES)
def test_a_candidate_comes_to_what_a_shop_that_has_it_settles(name: str) -> None:
    """What was admitted under plain rules, played by others, is what happens in a shop that had these all along."""
    plain, other = Street(program(), "spring").live(MONTHS), Street(RULES[name], "spring").live(MONTHS)
    results, used = play_again(plain.pasts(), RULES[name], now=at(FAR))
    assert answer(results) == other.come_to()
    assert [it.order_id for it in results.values()] == list(results)
    assert won(results) == other.prizes()
    assert used == other.shelf.used


sales = st.lists(
    st.builds(
        Sale,
        st.just(0.0),
        st.integers(600, 20_000),
        refunds=st.lists(st.tuples(st.integers(0, 90), st.integers(1, 9000)), max_size=2).map(tuple),
        delivered=st.none() | st.integers(0, 60),
        decision=st.none() | st.tuples(st.integers(1, 80), st.sampled_from(["approve", "deny"])),
    ),
    max_size=6,
)


def spread(drawn: list[Sale], gap: int) -> list[Sale]:
    """The same sales on days of their own, and what is reported of each at moments of its own after it."""
    result = []
    for number, sale in enumerate(drawn):
        day = number * gap + 0.5
        moments = iter(day + 0.001 * (number + 1) + 0.01 * (n + 1) for n in range(9))
        result.append(
            replace(
                sale,
                day=day,
                refunds=tuple((after + next(moments), amount) for after, amount in sale.refunds),
                delivered=None if sale.delivered is None else sale.delivered + next(moments),
                decision=sale.decision and (sale.decision[0] + next(moments), sale.decision[1]),
            )
        )
    return result


@given(programs, sales, st.integers(1, 40), st.integers(20, 300))
def test_any_candidate_and_any_history(rules: Program, drawn: list[Sale], gap: int, until: int) -> None:
    """At any moment the play stands where the shop stands."""
    history = spread(drawn, gap)
    plain, other = Street(program(offer=None)).live(history, until), Street(rules).live(history, until)
    results, used = play_again(plain.pasts(), rules, now=at(until))
    assert answer(results) == other.come_to()
    assert won(results) == other.prizes()
    assert {month: it for month, it in used.items() if any(it)} == {
        month: it for month, it in other.shelf.used.items() if any(it)
    }


# --- only some of the orders ---


def test_a_candidate_begins_with_the_account_as_it_was() -> None:
    """Orders before the period count by their own rules: here two of them make the third a Silver one.

    The candidate would not have admitted them, and would still hold their rewards.
    """
    street = Street(program(hold_days=10)).live([Sale(0, 1000), Sale(1, 1000), Sale(20)])
    *before, last = (replace(past, asked=past.redemption.amount > 1000) for past in street.pasts())
    results, _ = play_again([*before, last], program(tiers=SILVER, minimum=2000), now=at(FAR))
    assert list(results) == ["amb_1-2"]
    terms = stood(results["amb_1-2"]).terms
    assert (terms.tier, terms.referrals) == ("Silver", 2)


def changed(past: Past, **more: Any) -> Past:
    """The same order, but for these fields of its redemption."""
    redeemed = replace(past.redemption, **more)
    return replace(past, facts=replace(past.facts, order_id=redeemed.order_id, redemption=redeemed))


def with_terms(past: Past, **terms: Any) -> Past:
    """The same order, with terms that no rules explain any more."""
    standing = stood(as_posted(past))
    return changed(past, standing=replace(standing, terms=replace(standing.terms, **terms)))


def test_orders_keep_their_terms_until_the_candidate_has_decided() -> None:
    """On any of the same ambassador; all that comes after is decided anew, asked about or not."""
    cap = program(caps=(Cap("life", amount=1000),))
    before, asked, after, last = Street(cap).live([Sale(day) for day in range(4)]).pasts()
    others, theirs = Street(cap, ambassador_id="amb_2").live([Sale(day) for day in (5, 6)]).pasts()
    pasts = [
        with_terms(replace(before, asked=False), granted=400),
        asked,
        with_terms(replace(after, asked=False), granted=7),
        last,
        with_terms(replace(others, asked=False), granted=800),
        theirs,
    ]
    results, _ = play_again(pasts, cap, now=at(FAR))
    assert {name: stood(it).terms.granted for name, it in results.items()} == {
        "amb_1-1": 450,
        "amb_1-3": 1000 - 400 - 450 - 150,
        "amb_2-1": 1000 - 800,
    }


def test_ambassadors_do_not_count_for_each_other() -> None:
    """Each has an account of their own; the budget they share, first come first served."""
    streets = [Street(program(), ambassador_id=f"amb_{n}").live([Sale(n), Sale(n + 4)]) for n in (1, 2)]
    pasts = [past for street in streets for past in street.pasts()]
    alone, _ = play_again(pasts, program(caps=(Cap("life", count=1),)), now=at(FAR))
    assert {name: stood(it).worth for name, it in alone.items()} == {
        "amb_1-0": 450,
        "amb_1-1": 0,
        "amb_2-0": 450,
        "amb_2-1": 0,
    }
    shared, used = play_again(pasts, program(budget_month=1000), now=at(FAR))
    assert {name: stood(it).worth for name, it in shared.items()} == {
        "amb_1-0": 450,
        "amb_2-0": 450,
        "amb_1-1": 100,
        "amb_2-1": 0,
    }
    assert sum(used["2026-03"]) == 1000


def test_what_was_drawn_of_a_budget_is_given_back_before_it_is_drawn_again() -> None:
    """All that the played orders hold of it by now, after refunds; what others have drawn stays drawn."""
    rules = program(budget_month=2000)
    street = Street(rules).live([Sale(0), Sale(1, refunds=((2, 900),))], until=3)
    others = {"2026-03": (7,) * 8}
    in_table = {"2026-03": tuple(n + 7 for n in street.shelf.used["2026-03"])}
    _, used = play_again(street.pasts(), program(), now=at(FAR), used=in_table)
    assert used == others
    _, again = play_again(street.pasts(asked=False), program(), now=at(3), used=in_table)
    assert again == in_table
    assert in_table["2026-03"] != others["2026-03"]


# --- what is kept of an order, and what is decided anew ---


def one(past: Past, candidate: Program, day: float = FAR) -> Result:
    """Play one order again."""
    ((result),) = play_again([past], candidate, now=at(day))[0].values()
    return result


def test_an_order_is_asked_about_as_the_checkout_brought_it() -> None:
    """With its friend, card, address, claim and fingerprint; only what rules decide about it is new."""
    more = {"payment": "p", "address": "a", "claim": "clm_1", "fingerprint": "f", "tax": 500}
    lines = (Line("CARD", 1000, gift_card=True), Line("MUG", 4000))
    (past,) = Street(program()).live([Sale(3, friend="fay", more={**more, "lines": lines})]).pasts()
    played = one(past, program(version=9, offer=Rate(amount=900), tiers=(Tier("A", 0, Rate(amount=7, unit="points")),)))
    was, new = past.redemption, played.redemption
    assert new is not None
    decided: dict[str, Any] = {"program_version": 9, "reward_estimate": 7, "reward_unit": "points", "standing": None}
    assert replace(new, standing=None, version=1, due_at=None) == replace(was, version=1, due_at=None, **decided)
    assert (new.excluded, new.friend_discount, new.paid, new.unit) == (1000, 0, 3500, "points")


def test_a_refused_order_has_nothing_but_its_reason() -> None:
    """It earns nothing, takes no place in the account, and its later facts are nobody's."""
    small, large = Street(program()).live([Sale(0, 1000, refunds=((5, 100),)), Sale(1)]).pasts()
    results, _ = play_again([small, large], program(minimum=2000), now=at(FAR))
    assert results["amb_1-0"] == Result("amb_1-0", refused="below_minimum")
    assert stood(results["amb_1-1"]).terms.ambassador_order == 1


@pytest.mark.parametrize(
    ("days", "reason"), [(30, None), (10, "friend_already_referred"), (None, "friend_already_referred")]
)
def test_a_friends_further_order_counts_by_the_candidates_days(days: int | None, reason: str | None) -> None:
    """From the first of their orders in the play; a friend whom others brought before is told by their roots."""
    loose = program(friend_days=60, new_friends_only=False)
    rules = program(friend_days=days)
    first, second = (Street(loose).live([Sale(day, friend="fay")]).pasts()[0] for day in (0, 20))
    second = changed(second, order_id="o2")
    results, _ = play_again([second, first], rules, now=at(FAR))
    assert (results["amb_1-0"].refused, results["o2"].refused) == (None, reason)
    root = Friend("fay", order_id="o0", ambassador_id="amb_1", since=at(0))
    assert one(replace(second, roots=(root,)), rules).refused == reason
    assert one(replace(second, roots=(replace(root, ambassador_id="amb_2"),)), rules).refused is not None
    assert one(second, rules).refused is None


def test_a_code_of_a_campaign_is_in_any_campaign_of_its_name() -> None:
    """Also where none ran when the order came; that of the order itself goes first."""
    rules = program(campaigns=(SPRING, replace(SPRING, name="easter", reward=Rate(amount=800))))
    (past,) = Street(program(), "spring").live([Sale(0)]).pasts()
    campaigns = ((None, "spring"), (None, None), ("easter", "spring"), (None, "easter"))
    played = [one(changed(replace(past, campaign=of_code), campaign=own), rules) for own, of_code in campaigns]
    assert [stood(it).worth for it in played] == [900, 450, 800, 800]


def test_signals_that_the_table_told_are_kept_and_others_found_anew() -> None:
    """Shared cards stay what they were; a lack of visits does too, but counts from the candidate's number on."""
    (past,) = Street(program()).live([Sale(0)]).pasts()
    seen = ("shared_payment", "ring", "shared_address", "disposable_email")
    odd = with_terms(past, signals=("velocity", *seen, "no_clicks"))
    for watched, number, told in ((odd, 1, (*seen, "no_clicks")), (odd, 5, seen), (past, 1, ())):
        assert stood(one(watched, program(watch=Watch(clickless_orders=number)))).terms.signals == told


# --- when ---


def test_nothing_happens_after_now() -> None:
    """An order that was settled later has not been; holds that end later wait; facts of later are not known."""
    early, late = Street(program()).live([Sale(0, refunds=((10, 900),)), Sale(5)]).pasts()
    played = {day: stood(one(early, program(), day)) for day in (0, 4.999, 9.999, 10, 29.999, 30)}
    assert {day: (it.worth, it.released) for day, it in played.items()} == {
        0: (450, False),
        4.999: (450, False),
        9.999: (450, False),
        10: (360, False),
        29.999: (360, False),
        30: (360, True),
    }
    assert one(late, program(), 4.999) == Result("amb_1-1")
    assert one(late, program(), 5).redemption is not None


def test_facts_from_before_the_first_look_are_known_at_it() -> None:
    """A refund that came before anybody had settled the order takes its part at once, and no second look is needed."""
    book = Book(program(), order_id="o1")
    book.refund(900, days=1)
    book.deliver(1)
    book.look(2)
    played = one(Past(book.order, program()), program(offer=Rate(amount=500)), 2)
    assert (stood(played).worth, stood(played).facts_seen) == (360, 2)
    assert played.redemption is not None
    assert played.redemption.version == 2


def test_orders_settled_at_once_keep_their_order() -> None:
    """By their place among the ambassador's orders, not by their names or by how they are given."""
    pasts = Street(program()).live([Sale(0), Sale(0), Sale(0)]).pasts()
    named = [changed(past, order_id=name) for past, name in zip(pasts, "zyx", strict=True)]
    results, _ = play_again(reversed(named), program(caps=(Cap("life", amount=500),)), now=at(FAR))
    assert {name: stood(it).worth for name, it in results.items()} == {"x": 0, "y": 50, "z": 450}


# --- what was really posted ---


def entry(kind: str, amount: int, unit: str) -> LedgerEntry:
    """An entry of this kind."""
    return LedgerEntry("amb_1", "00000001-001", kind, at(0), "cause", legs(kind, amount, unit), 1)


def test_prizes_are_summed_up_by_unit() -> None:
    """Granted less taken back; rewards are no prizes."""
    some = [
        entry("hold", 450, "EUR"),
        entry("bonus", 700, "EUR"),
        entry("bonus", 2, "gift:Mug"),
        entry("bonus_lost", 300, "EUR"),
        entry("bonus", 50, "EUR"),
        entry("release", 450, "EUR"),
    ]
    assert bonuses_in(some) == {"EUR": 450, "gift:Mug": 2}
    assert bonuses_in([]) == {}


def test_what_really_came_of_an_order_is_what_stands_in_the_table() -> None:
    """With the prizes of its entries, if it has any."""
    (past,) = Street(program()).live([Sale(0)]).pasts()
    assert as_posted(past) == Result("amb_1-0", past.redemption)
    assert as_posted(past, [entry("bonus", 700, "EUR")]) == Result("amb_1-0", past.redemption, None, {"EUR": 700})
