"""The leaderboard: who wants to be on it sees the two before them and the two behind, and nobody else sees anybody."""

from datetime import date, timedelta
from typing import Annotated, Any, Self

from chalice.app import Response
from msgspec import Meta

from chalicelib import deps
from chalicelib.api.subject import known_ambassador
from chalicelib.domain.accounts.leaderboard import Neighbour as Next
from chalicelib.domain.calendar import month_after, month_of
from chalicelib.domain.model.accounts import Account, By, period_of
from chalicelib.domain.people.pseudonyms import greetable
from chalicelib.domain.program import program as rules
from chalicelib.edge import fields, tidy
from chalicelib.edge.answers import Answer, json
from chalicelib.edge.call import Call
from chalicelib.edge.fields import Shape
from chalicelib.edge.problems import Problem, not_found
from chalicelib.edge.views import view
from chalicelib.operations.accounts import leaderboard
from chalicelib.operations.people.merged import account_of

ShownName = Annotated[str, Meta(min_length=1, max_length=40, pattern=fields.NAME, extra={"tidy": tidy.first_name})]


class NewName(Shape):
    """How an ambassador wants to be called on the leaderboard.

    Attributes:
        name: Of their choosing. One that holds an address, a link or a telephone number is refused.
    """

    name: ShownName


class ShownAs(Answer):
    """How an ambassador is called on the leaderboard; null if they are not on it."""

    name: str | None


class Neighbour(Answer):
    """Somebody on the leaderboard next to the ambassador.

    Attributes:
        name: As they want to be called.
        more: How many more referrals of theirs count; below zero if fewer do.
    """

    name: str
    more: int

    @classmethod
    def of(cls, neighbour: Next) -> Self:
        """Show a neighbour."""
        return cls(neighbour.name, neighbour.more)


class Leaderboard(Answer, kw_only=True):
    """The leaderboard as one ambassador sees it.

    Attributes:
        period: `2026-Q4` or `2026-11`, as the program counts.
        starts_on: The first day of the period, by the program's clocks.
        ends_on: The last one.
        name: How the ambassador is called on it; null if they are not on it, and then they see nobody.
        referrals: How many orders placed in the period count.
        ahead: At most two who are before them, the foremost first.
        behind: At most two who are behind them.
    """

    period: str
    starts_on: date
    ends_on: date
    name: str | None
    referrals: int
    ahead: list[Neighbour]
    behind: list[Neighbour]


@view({200: Leaderboard}, problems={404: ["not_found"]})
def get_leaderboard(call: Call, ambassador_id: str) -> Response:
    """Show an ambassador's place among those who want to be seen: whom they are next to, and how far those are.

    There is none unless the program has a `leaderboard`. A suspended ambassador is on none.
    """
    call.query()
    account = account_of(deps.table(), known_ambassador(ambassador_id).ambassador_id)
    return json(200, _shown(account, _by()))


@view({200: ShownAs}, body=NewName, problems={404: ["not_found"], 409: ["restricted"], 422: ["name_not_allowed"]})
def put_leaderboard(_: Call, body: NewName, ambassador_id: str) -> Response:
    """Go on the leaderboard under a name, or change the name."""
    _by()
    profile, table = known_ambassador(ambassador_id), deps.table()
    if greetable(body.name) is None:
        detail = "The leaderboard shows no addresses, links or telephone numbers. Choose another name."
        raise Problem(422, "name_not_allowed", detail)
    account = leaderboard.enter(table, profile, body.name)
    if isinstance(account, leaderboard.Restricted):
        detail = "You have asked that your data is used for nothing beyond your rewards. Lift that first."
        raise Problem(409, "restricted", detail)
    return json(200, ShownAs(account.shown_as))


@view({200: ShownAs}, problems={404: ["not_found"]})
def delete_leaderboard(call: Call, ambassador_id: str) -> Response:
    """Leave the leaderboard, or take somebody off it whose name must not stand there. It takes effect at once."""
    call.query()
    account = leaderboard.leave(deps.table(), known_ambassador(ambassador_id).ambassador_id)
    return json(200, ShownAs(account.shown_as))


def _by() -> By:
    """Over what the program counts.

    Raises:
        Problem: 404 when it has no leaderboard.
    """
    found: rules.Leaderboard | None = deps.program().leaderboard
    if found is None:
        raise not_found("The program has no leaderboard.")
    return found.by


def _shown(account: Account, by: By) -> Leaderboard:
    month = month_of(deps.now(), deps.program())
    period = period_of(month, by)
    is_on = account.shown_as is not None and not account.suspended
    around: Any = leaderboard.look_around(deps.table(), account, period, by) if is_on else None
    first, last = _months(month, by)
    return Leaderboard(
        period=period,
        starts_on=date.fromisoformat(f"{first}-01"),
        ends_on=date.fromisoformat(f"{month_after(last)}-01") - timedelta(days=1),
        name=account.shown_as,
        referrals=account.counted(period, by),
        ahead=[Neighbour.of(it) for it in around.ahead] if around else [],
        behind=[Neighbour.of(it) for it in around.behind] if around else [],
    )


def _months(month: str, by: By) -> tuple[str, str]:
    """The first and the last month of the period in which a month lies."""
    if by == "month":
        return month, month
    first = f"{month[:4]}-{(int(month[5:]) - 1) // 3 * 3 + 1:02d}"
    return first, month_after(month_after(first))
