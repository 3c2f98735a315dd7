"""Whom a task is for, and what is known of them that helps whoever does it."""

from datetime import datetime
from typing import Literal, Self

from chalicelib import deps
from chalicelib.domain.accounts.tiers import reached
from chalicelib.domain.calendar import month_of
from chalicelib.domain.care.tasks import is_open
from chalicelib.domain.model import tasks
from chalicelib.domain.model.people import Person
from chalicelib.domain.program.program import tier_of
from chalicelib.edge.answers import Answer
from chalicelib.operations.care.tasks import Background


class Who(Answer, kw_only=True):
    """Whom a task is for.

    Attributes:
        locale: Their language; null if nobody told.
        handles: What they call themselves elsewhere, by platform.
        erased_at: When all that was known by then was forgotten: the task can only be closed.
    """

    person_id: str
    email: str | None
    first_name: str | None
    last_name: str | None
    locale: str | None
    handles: dict[str, str]
    erased_at: datetime | None = None

    @classmethod
    def of(cls, person: Person) -> Self:
        """Show a person as whoever does the task has to know them."""
        return cls(
            person_id=person.id,
            email=person.email,
            first_name=person.first_name,
            last_name=person.last_name,
            locale=person.locale,
            handles=person.handles,
            erased_at=person.erased_at,
        )


class KnownOrder(Answer, kw_only=True):
    """An order of somebody's, as far as it helps to know it.

    Attributes:
        delivered_at: When the last parcel arrived, if that was told.
        refunded: Whether all of it was paid back, or it was cancelled.
    """

    order_id: str
    placed_at: datetime
    skus: list[str]
    categories: list[str]
    delivered_at: datetime | None = None
    refunded: bool = False


class TaskAnswer(Answer):
    """What somebody has answered when they were asked.

    Attributes:
        about: What they were asked, as `check_in:` with the id of an order.
    """

    about: str
    value: str
    at: datetime


class EarlierTask(Answer, kw_only=True):
    """Another task for the same person."""

    id: str
    kind: Literal["care", "social", "proof"]
    about: str
    status: Literal["open", "done"]
    opened_at: datetime
    closed_at: datetime | None = None
    note: str | None = None

    @classmethod
    def of(cls, task: tasks.Task) -> Self:
        """Show a task, done or not."""
        return cls(
            id=task.id,
            kind=task.kind,
            about=task.about,
            status=task.state,
            opened_at=task.opened_at,
            closed_at=task.closed_at,
            note=task.note,
        )


class Sharer(Answer):
    """Who somebody is as an ambassador.

    Attributes:
        tier: The name of their level.
        referrals: How many orders they have brought that count.
    """

    id: str
    tier: str
    referrals: int


class KnownOf(Answer, kw_only=True):
    """What is known of somebody that helps.

    Attributes:
        orders: The last eight.
        answers: The last eight.
        open_since: What is open between them and you, by a name, since when.
        ambassador: Null if they are none.
        earlier: Their other tasks, the latest last.
    """

    orders: list[KnownOrder]
    answers: list[TaskAnswer]
    open_since: dict[str, datetime]
    ambassador: Sharer | None
    earlier: list[EarlierTask]

    @classmethod
    def of(cls, background: Background) -> Self:
        """Show what is known."""
        person, account, profile, program = background.person, background.account, background.profile, deps.program()
        sharer = None
        if account and profile:
            tier = tier_of(program, reached(account, program, month_of(deps.now(), program)))
            sharer = Sharer(id=profile.ambassador_id, tier=tier.name, referrals=account.referrals)
        return cls(
            orders=[
                KnownOrder(
                    order_id=it.order_id,
                    placed_at=it.placed_at,
                    skus=list(it.skus),
                    categories=list(it.categories),
                    delivered_at=it.delivered_at,
                    refunded=it.refunded,
                )
                for it in person.orders
            ],
            answers=[TaskAnswer(about=it.about, value=it.value, at=it.at) for it in person.answers],
            open_since={name: at for name, at in person.complaints.items() if is_open(person, name)},
            ambassador=sharer,
            earlier=[EarlierTask.of(it) for it in background.earlier],
        )
