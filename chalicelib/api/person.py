"""A person as the API shows one: what was told, what they agreed to, what is open."""

from datetime import datetime
from typing import Any, Literal, Self, get_args

from chalicelib import deps
from chalicelib.domain.care.tasks import is_open
from chalicelib.domain.model import people
from chalicelib.domain.model.people import EVERYTHING, PROMOTIONAL, Purpose
from chalicelib.domain.people.consent import agreed, refused
from chalicelib.domain.people.pseudonyms import pseudonym_of_email
from chalicelib.edge.answers import Answer


class Consent(Answer):
    """What was said last about letters for a purpose, and what it comes to.

    Attributes:
        agreed: Whether they get them, as far as it depends on this. Of `rewards`, which need no yes, whether they have
            not refused.
        own_yes: When the person agreed themselves.
        own_no: When the person refused themselves; that yields only to a later yes of their own.
        shop_yes: When you last said that they agree.
        shop_no: When you last said that they refuse.
        source: Where the latest yes was given.
        text: What was agreed to with it, or the version of that text.
    """

    agreed: bool
    own_yes: datetime | None = None
    own_no: datetime | None = None
    shop_yes: datetime | None = None
    shop_no: datetime | None = None
    source: str | None = None
    text: str | None = None

    @classmethod
    def of(cls, person: people.Person, purpose: Any) -> Self:
        """Show what somebody has said of a purpose."""
        said = person.consents.get(purpose, people.Consent())
        return cls(
            agreed=agreed(person.consents, purpose)
            if purpose in PROMOTIONAL
            else purpose != EVERYTHING and not refused(person.consents, purpose),
            **{name: getattr(said, name) for name in people.Consent.__dataclass_fields__},
        )


class Stop(Answer):
    """Mail to an address of a person that came back, or was called spam: nothing is sent there any more.

    Attributes:
        present: Whether it is the address that they have now.
    """

    kind: Literal["bounce", "complaint", "unreachable"]
    at: datetime
    present: bool


class Bought(Answer):
    """An order of a person's, as far as letters go by it."""

    order_id: str
    placed_at: datetime


class Answered(Answer):
    """What somebody has answered to a question.

    Attributes:
        about: What was asked, as `check_in:` with the id of an order.
        value: To a check-in `happy`, `fine` or `unhappy`.
    """

    about: str
    value: str
    at: datetime


class Person(Answer, kw_only=True):
    """Somebody whom the shop knows.

    Attributes:
        locale: Their language; null if nobody told.
        birthday: `MM-DD` or `YYYY-MM-DD`, as it was told.
        told: When each of these was told last, by its name.
        consents: By purpose.
        orders: The last eight.
        answers: The last eight, the latest one to each question.
        complaints: What is open between them and you, by a name, since when: nothing promotional goes out meanwhile.
        ambassador_id: Who they are as an ambassador.
        merged_into: This person's id, where one was asked for who has turned out to be them.
        restricted_at: Since when nothing about them is used but for service and rewards.
        erased_at: When all that was known by then was forgotten.
    """

    id: str
    email: str | None
    customer_id: str | None
    first_name: str | None
    last_name: str | None
    locale: str | None
    time_zone: str | None
    country: str | None
    birthday: str | None
    handles: dict[str, str]
    interests: list[str]
    told: dict[str, datetime]
    consents: dict[str, Consent]
    stops: list[Stop]
    complaints: dict[str, datetime]
    orders: list[Bought]
    answers: list[Answered]
    ambassador_id: str | None = None
    merged_into: str | None = None
    created_at: datetime | None = None
    restricted_at: datetime | None = None
    erased_at: datetime | None = None

    @classmethod
    def of(cls, person: people.Person, wanted: str | None = None) -> Self:
        """Show a person, who may have been asked for by the id of somebody who has turned out to be them."""
        own = pseudonym_of_email(deps.settings().pepper, person.email) if person.email else None
        purposes = [it for it in get_args(Purpose) if it != "service"]
        purposes += [EVERYTHING] if EVERYTHING in person.consents else []
        return cls(
            **{name: getattr(person, name) for name in _AS_THEY_ARE},
            interests=list(person.interests),
            consents={purpose: Consent.of(person, purpose) for purpose in purposes},
            stops=[Stop(kind=it.kind, at=it.at, present=name == own) for name, it in sorted(person.stops.items())],
            orders=[Bought(order_id=it.order_id, placed_at=it.placed_at) for it in person.orders],
            answers=[Answered(about=it.about, value=it.value, at=it.at) for it in person.answers],
            complaints={name: at for name, at in person.complaints.items() if is_open(person, name)},
            merged_into=None if wanted in {None, person.id} else person.id,
        )


_OTHERWISE = {"interests", "consents", "stops", "orders", "answers", "complaints", "merged_into"}
_AS_THEY_ARE = [name for name in Person.__struct_fields__ if name not in _OTHERWISE]
