"""One order and its ambassador's account in memory: facts arrive, `look` settles, the ledger grows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from chalicelib.domain.accounts.limits import Used, after_draws
from chalicelib.domain.model.accounts import Account, Gift, LedgerEntry
from chalicelib.domain.model.facts import Fulfilment, Refund, RefundKind, Reversal, Review
from chalicelib.domain.model.messages import Message
from chalicelib.domain.model.orders import Order, Redemption, Standing
from chalicelib.domain.model.people import Friend
from chalicelib.domain.orders.evidence import Evidence
from chalicelib.domain.orders.settle import Settlement, settle
from chalicelib.domain.program.program import Notice, Privacy, Program, Rate, Retention, Tier

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEN_PERCENT = Rate(basis_points=1000)
NOTICE = Notice("To thank you.", "What we have agreed.", "In the European Union.")


def at(days: float) -> datetime:
    """A moment some days after the order was placed."""
    return START + timedelta(days=days)


def program(**more: Any) -> Program:
    """The plainest program: ten percent of what the friend pays, after 30 days."""
    plain = Program(
        version=1,
        shop_name="Kavya Ceramics",
        shop_url="https://kavya-ceramics.example/",
        currency="EUR",
        offer=TEN_PERCENT,
        tiers=(Tier("Starter", 0, TEN_PERCENT),),
        privacy=Privacy("Kavya Ceramics, Berlin", "privacy@kavya-ceramics.example", {"en": NOTICE}),
        retention=Retention(inactive_months=36),
    )
    return replace(plain, **more)


def root(order_id: str, ambassador_id: str, since: datetime | None, **more: Any) -> Friend:
    """The root of a friend one of whose orders has the place, paid for unless `more` says otherwise."""
    return Friend("fay", order_id=order_id, ambassador_id=ambassador_id, since=since, **more)


class Book:
    """Facts of one order, an account, and what settling them has posted and sent."""

    def __init__(
        self,
        rules: Program | None = None,
        *,
        paid: int = 4500,
        account: Account | None = None,
        order_id: str = "o1",
        placed: float = 0,
        **more: Any,
    ) -> None:
        self.program = rules or program()
        self.account = account or Account("amb_1")
        self.entries: list[LedgerEntry] = []
        self.messages: list[Message] = []
        self._names = count(1)
        redemption = Redemption(
            order_id=order_id,
            code=more.pop("code", "MAYA7K3Q"),
            ambassador_id="amb_1",
            friend="f" * 32,
            amount=paid + 500,
            friend_discount=500,
            currency="EUR",
            placed_at=at(placed),
            program_version=1,
            reward_estimate=450,
            fingerprint="",
            recorded_at=at(placed),
            due_at=at(placed),
            **more,
        )
        self.order = Order(order_id, redemption=redemption)

    @property
    def redemption(self) -> Redemption:
        """The redemption as it is stored."""
        return self.order.redemption

    @property
    def standing(self) -> Standing:
        """Where the order stands; fails before the first look."""
        assert self.redemption.standing is not None
        return self.redemption.standing

    @property
    def posted(self) -> tuple[int, int]:
        """What is held and available now."""
        return self.standing.held, self.standing.available

    @property
    def postings(self) -> list[tuple[str, int]]:
        """Kind and amount of each entry."""
        return [(entry.kind, entry.legs[1].amount) for entry in self.entries]

    @property
    def letters(self) -> list[tuple[str, int, int]]:
        """Template, amount and settlement of every letter."""
        return [(it.letter.name, it.letter.amount, it.cause.version) for it in self.messages]

    def refund(
        self,
        amount: int,
        *,
        kind: RefundKind = "refund",
        currency: str = "EUR",
        days: float = 1,
        name: str = "",
        **parts: Any,
    ) -> str:
        """Let a refund arrive and return its id; `parts` are tax and shipping."""
        name = name or f"r{next(self._names)}"
        self.take(Refund("o1", name, kind, amount, currency, **parts, recorded_at=at(days), due_at=at(days)))
        return name

    def reverse(self, refund_id: str) -> None:
        """Let a reversal arrive."""
        self.take(Reversal("o1", refund_id, recorded_at=at(1), due_at=at(1)))

    def deliver(self, days: float, *, return_by: float | None = None, name: str = "", **more: Any) -> str:
        """Let a fulfilment arrive and return its id."""
        until = None if return_by is None else at(return_by)
        name = name or f"f{next(self._names)}"
        told = Fulfilment("o1", name, at(days), recorded_at=at(days), return_by=until, due_at=at(days))
        self.take(replace(told, **more))
        return name

    def review(self, decision: Any, answers: tuple[str, ...] = (), values: dict[str, int] | None = None) -> None:
        """Let an admin decide."""
        number = len(self.order.reviews) + 1
        self.take(Review("o1", number, decision, "key_1", "looked at it", at(1), answers, values or {}, due_at=at(1)))

    def take(self, fact: Refund | Reversal | Fulfilment | Review) -> None:
        """Let a fact arrive."""
        place = {Refund: "refunds", Reversal: "reversals", Fulfilment: "fulfilments", Review: "reviews"}[type(fact)]
        more: dict[str, Any] = {place: (*getattr(self.order, place), fact)}
        self.order = replace(self.order, **more)

    def look(self, days: float, evidence: Evidence | None = None) -> Settlement:
        """Settle the order at a moment and keep what that says."""
        settlement = settle(self.order, self.account, self.program, now=at(days), evidence=evidence)
        seen: dict[str, Any] = {
            name: tuple(replace(fact, due_at=None) for fact in getattr(self.order, name))
            for name in ("refunds", "reversals", "fulfilments", "reviews")
        }
        case = settlement.case or self.order.case
        self.order = replace(self.order, redemption=settlement.redemption, case=case, **seen)
        if settlement.account_changed:
            self.account = replace(settlement.account, version=self.account.version + 1)
        self.entries += settlement.entries
        self.messages += settlement.messages
        return settlement


class Shelf:
    """The orders of one ambassador under one program: one account, and what is used of the month's budget."""

    def __init__(self, rules: Program, account: Account | None = None) -> None:
        self.program = rules
        self.account = account or Account("amb_1")
        self.used: Used = {}
        self.books: list[Book] = []
        self.gifts: list[Gift] = []

    def sell(self, day: float, *, found: tuple[str, ...] = (), clicks: int | None = None, **more: Any) -> Book:
        """Settle a new order for the first time on the day on which it is placed."""
        book = Book(self.program, order_id=f"o{len(self.books) + 1}", placed=day, **more)
        self.books.append(book)
        self.look(book, day, Evidence(found, clicks, self.used))
        return book

    def look(self, book: Book, day: float, evidence: Evidence | None = None) -> Settlement:
        """Look at one order again."""
        book.account = self.account
        settlement = book.look(day, evidence)
        self.account = book.account
        self.used = after_draws(self.used, settlement.draws)
        self.gifts += settlement.gifts
        return settlement

    def pass_to(self, day: float) -> None:
        """Let a day come: whatever is due is looked at, in the order of its time."""
        while waiting := [it for it in self.books if it.redemption.due_at and it.redemption.due_at <= at(day)]:
            book = min(waiting, key=lambda it: it.redemption.due_at or at(day))
            assert book.redemption.due_at is not None
            self.look(book, (book.redemption.due_at - at(0)) / timedelta(days=1))

    @property
    def entries(self) -> list[LedgerEntry]:
        """All that was posted, in the order of posting."""
        return sorted((entry for book in self.books for entry in book.entries), key=lambda entry: entry.number)

    def postings(self, *kinds: str) -> list[tuple[str, int, str]]:
        """Kind, amount and unit of the entries of these kinds."""
        found = [(it.kind, it.legs[-1].amount, it.legs[-1].currency) for it in self.entries]
        return [posting for posting in found if posting[0] in kinds]
