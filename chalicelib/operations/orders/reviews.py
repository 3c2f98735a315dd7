"""The queue of rewards that wait for an admin, and decisions about many of them at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.domain.model.orders import Decision, Order, Redemption, Refund
from chalicelib.domain.model.reviews import Case
from chalicelib.domain.orders.refunds import foreign_refunds, values
from chalicelib.domain.program.program import Program
from chalicelib.operations.orders.answers import Conflicting
from chalicelib.operations.orders.report import Misvalued, NotReviewable, Reviewed, review
from chalicelib.operations.program import programs
from chalicelib.store.table import BusyError, Table

TOGETHER_SECONDS = 20.0
"""How long decisions about many orders may take together; a request has 29 seconds."""


@dataclass(frozen=True, slots=True)
class Open:
    """A case with its order and the rules that this was admitted under.

    `foreign` are refunds in a foreign currency, `values` what admins have said that some of them are worth.
    """

    case: Case
    redemption: Redemption
    program: Program
    foreign: tuple[Refund, ...] = ()
    values: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NotReached:
    """The table did not answer in time. The same request may be sent again: what has been decided stays so."""


Answer = Reviewed | NotReviewable | Misvalued | Conflicting | NotReached


def queue(table: Table, after: str | None, limit: int) -> tuple[list[Open], str | None]:
    """Read one page of open cases, the soonest deadline first, and the position to go on from.

    A case that was closed a moment ago is left out, so a page may be short.

    Raises:
        BusyError: the table did not answer in time.
    """
    rows = table.list_cases(after, limit + 1)
    found = [(case, redemption) for _, case, redemption in rows[:limit] if case.state == "open"]
    following = rows[limit - 1][0] if len(rows) > limit else None
    return [_open(table, case, redemption) for case, redemption in found], following


def review_all(
    table: Table, order_ids: Iterable[str], decision: Decision, *, author: str, note: str, now: datetime
) -> dict[str, Answer]:
    """Decide alike on many orders, each by itself: what one of them answers does not touch the others."""
    deadline = table.deadline(TOGETHER_SECONDS)
    answers: dict[str, Answer] = {}
    for order_id in order_ids:
        answers[order_id] = NotReached()
        if table.deadline(0) < deadline:
            try:
                answers[order_id] = review(table, order_id, decision, author=author, note=note, now=now)
            except BusyError:
                continue
    return answers


def _open(table: Table, case: Case, redemption: Redemption) -> Open:
    """Add what the admin needs; a refund in a foreign currency is looked up in the order's own partition."""
    program = programs.version(table, redemption.program_version)
    asks = any(it.about == "foreign_refund" for it in case.questions)
    order = table.read_order(case.order_id) if asks else None
    if not isinstance(order, Order):
        return Open(case, redemption, program)
    return Open(case, redemption, program, tuple(foreign_refunds(order)), values(order))
