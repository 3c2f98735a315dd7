"""What waits for people of the shop today, and what has gone wrong."""

from datetime import datetime
from typing import Self

from chalice.app import Response

from chalicelib import deps
from chalicelib.edge.answers import Answer, json
from chalicelib.edge.call import Call
from chalicelib.edge.views import view
from chalicelib.operations import today

_PATHS: dict[today.Waits | today.Wrong, str] = {
    "reviews": "/v1/reviews",
    "claims": "/v1/claims",
    "care": "/v1/tasks?kind=care",
    "social": "/v1/tasks?kind=social",
    "proof": "/v1/tasks?kind=proof",
    "gifts": "/v1/gifts",
    "payouts": "/v1/payouts",
    "adjustments": "/v1/adjustments",
}


class Waiting(Answer, kw_only=True):
    """How much of one kind waits for somebody.

    Attributes:
        count: At most 50.
        more: Whether there is more than that.
        oldest_at: Since when the oldest waits, of those that were counted.
        due_at: By when the first should be done, or is decided without anybody.
        path: Where they are listed.
    """

    kind: today.Waits
    count: int
    more: bool = False
    oldest_at: datetime | None = None
    due_at: datetime | None = None
    path: str

    @classmethod
    def of(cls, waiting: today.Waiting) -> Self:
        """Show how much waits."""
        shown = {name: getattr(waiting, name) for name in cls.__struct_fields__ if name != "path"}
        return cls(**shown, path=_PATHS[waiting.kind])


class WentWrong(Answer, kw_only=True):
    """How often something has gone wrong in the last seven days.

    Attributes:
        kind: `undeliverable`: letters that could not be sent; `bounced`: letters that came back for good; `complained`:
            letters that were called spam, all three of the days that were counted last. `findings`: what audits found;
            `jobs`: work that was given up; `late`: what should have been done a quarter of an hour ago.
        count: At most 50 of what is late.
        more: Whether there is more than that.
        oldest_at: When it first did.
        job_id: The last job that tells more.
    """

    kind: today.Wrong
    count: int
    more: bool = False
    oldest_at: datetime | None = None
    job_id: str | None = None

    @classmethod
    def of(cls, problem: today.Problem) -> Self:
        """Show how often it was."""
        return cls(**{name: getattr(problem, name) for name in cls.__struct_fields__})


class Today(Answer):
    """What waits, and what has gone wrong.

    Attributes:
        at: As of when.
        waiting: Kind by kind, those with nothing among them.
        problems: The kinds of which there is something.
    """

    at: datetime
    waiting: list[Waiting]
    problems: list[WentWrong]


@view({200: Today})
def get_today(call: Call) -> Response:
    """Count what waits for people of the shop, and what has gone wrong: some twenty reads, however much it is."""
    call.query()
    table, now, late = deps.table(), deps.now(), deps.late(today.LATE, today.MOST + 1)
    found = Today(
        at=now,
        waiting=[Waiting.of(it) for it in today.waiting(table)],
        problems=[WentWrong.of(it) for it in today.problems(table, late, now)],
    )
    return json(200, found)
