"""Dossiers of orders, sound or with one thing changed, and what an audit finds in them."""

from dataclasses import astuple, replace
from typing import Any

from chalicelib.domain.audit import audit
from chalicelib.domain.audit.dossier import Dossier
from chalicelib.domain.audit.order import check_order
from chalicelib.domain.model.messages import Message
from chalicelib.domain.model.people import Friend
from chalicelib.domain.orders.evidence import Evidence
from chalicelib.domain.program.program import Campaign, Rate, Watch
from tests.unit.book import Book, at, program

Found = list[tuple[str, str, audit.Value, audit.Value]]

FRIEND = "f" * 32
HOLD, RELEASE = "00000001-001", "00000002-001"
ENTRY = "ent_1_00000001-001"
HELD = "450 on 2026-03-31T12:00:00Z"
WATCHED = program(watch=Watch(review_at=50), review_days=10)
CARD_SHARED = Evidence(("shared_payment",))
SPRING = Campaign("spring", at(-1), at(1), reward=Rate(basis_points=2000))


def dossier(book: Book, **more: Any) -> Dossier:
    """The order of a book with everything that agrees with it; its mails have been sent."""
    plain = Dossier(
        order=book.order,
        program=book.program,
        entries={it.number: it for it in book.entries},
        root=Friend(FRIEND, order_id=book.order.order_id, ambassador_id="amb_1", since=book.redemption.placed_at),
        messages={
            version: [sent(it) for it in book.messages if it.cause.version == version]
            for version in {it.cause.version for it in book.messages}
        },
    )
    return replace(plain, **more)


def sent(message: Message) -> Message:
    """The same, sent."""
    return replace(message, state="done", outcome="sent", due_at=None)


def fresh(rules: Any = None, **more: Any) -> Book:
    """An order that has been looked at once."""
    book = Book(rules, **more)
    book.look(0)
    return book


def released() -> Book:
    """An order whose reward is available."""
    book = fresh()
    book.look(30)
    return book


def suspected() -> Book:
    """An order whose reward waits for an admin."""
    book = Book(WATCHED)
    book.look(0, CARD_SHARED)
    return book


def ordered(it: Dossier, **fields: Any) -> Dossier:
    """The same with other fields of the redemption."""
    return replace(it, order=replace(it.order, redemption=replace(it.redemption, **fields)))


def standing(it: Dossier, **fields: Any) -> Dossier:
    """The same with other fields of the standing."""
    return ordered(it, standing=replace(it.standing, **fields))


def terms(it: Dossier, **fields: Any) -> Dossier:
    """The same with other terms."""
    return standing(it, terms=replace(it.standing.terms, **fields))


def posted(it: Dossier, number: str = HOLD, **fields: Any) -> Dossier:
    """The same with another entry in the place of one."""
    return replace(it, entries={**it.entries, number: replace(it.entries[number], **fields)})


def told(it: Dossier, *messages: Message, version: int = 2) -> Dossier:
    """The same with other messages of a settlement."""
    return replace(it, messages={**it.messages, version: messages})


def saying(message: Message, **fields: Any) -> Message:
    """The same with other fields of its letter."""
    return replace(message, letter=replace(message.letter, **fields))


def found(it: Dossier, *kinds: str, days: float = 1, whose: str = "amb_1") -> Found:
    """What is found when the order is looked at some days after it was placed: all, or these kinds of findings."""
    findings = [astuple(finding) for finding in check_order(it, whose, now=at(days))]
    return [finding for finding in findings if not kinds or finding[0] in kinds]
