"""Surprises: by what a month is drawn, what is used of its budget, and who was met."""

import re
from datetime import datetime
from typing import Self

from chalice.app import Response

from chalicelib import deps
from chalicelib.domain.care.draws import is_drawn
from chalicelib.domain.model import offers
from chalicelib.edge.answers import Answer, Sum, json, money
from chalicelib.edge.call import Call
from chalicelib.edge.paging import PAGE, Page, listed
from chalicelib.edge.problems import bad_field, not_found
from chalicelib.edge.views import leads_to, view
from chalicelib.operations.audit import surprises

_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])", re.ASCII)


class SurpriseMonth(Answer, kw_only=True):
    """The surprises of a month.

    Attributes:
        chance: So many of 10,000 people are drawn.
        budget: The most that is given in the month.
        used: What has been given of it.
        each: What each gift takes of it.
        program_version: The version of the program that says so. No later one can change it once the month has begun.
    """

    month: str
    chance: int
    budget: Sum
    used: Sum
    each: Sum
    program_version: int

    @classmethod
    def of(cls, month: surprises.Month) -> Self:
        """Show a month."""
        terms = month.terms
        return cls(
            month=terms.month,
            chance=terms.chance,
            budget=money(terms.budget, terms.unit),
            used=money(month.used, terms.unit),
            each=money(terms.cost, terms.unit),
            program_version=terms.version,
        )


class SurpriseGiven(Answer, kw_only=True):
    """Somebody who was surprised.

    Attributes:
        person_id: Who that was at the time; an id leads on when two people turn out to be one.
        amount: What it took of the budget.
        given: The id of the entry in the ledger, or the code of the offer.
        drawn: Whether the draw, done again just now, meets them.
    """

    person_id: str
    amount: Sum
    given: str
    given_at: datetime
    drawn: bool

    @classmethod
    def of(cls, gift: offers.SurpriseGift, chance: int) -> Self:
        """Show a gift, and draw it again."""
        return cls(
            person_id=gift.person_id,
            amount=money(gift.amount, gift.unit),
            given=gift.given,
            given_at=gift.at,
            drawn=is_drawn(gift.person_id, gift.month, chance),
        )


@view(
    {200: SurpriseMonth},
    problems={404: ["not_found"]},
    links=leads_to("get_surprise_gifts", calendar_month="$response.body#/month"),
)
def get_surprises(call: Call, calendar_month: str) -> Response:
    """Show by what the surprises of a month are drawn, and what is used of their budget."""
    call.query()
    return json(200, SurpriseMonth.of(_month(calendar_month)))


@view({200: Page[SurpriseGiven]}, query=PAGE, problems={404: ["not_found"]})
def get_surprise_gifts(call: Call, calendar_month: str) -> Response:
    """List who was surprised in a month, and draw each of them again.

    Whom a surprise meets follows from the month and the person's id alone: nobody chooses.
    """
    query, terms = call.query(), _month(calendar_month).terms
    month = terms.month
    return listed(
        f"/v1/surprises/{month}/gifts",
        query,
        f"surprises:{month}",
        lambda after, limit: deps.table().list_surprises(month, after, limit),
        lambda gifts: [SurpriseGiven.of(it, terms.chance) for it in gifts],
    )


def _month(given: str) -> surprises.Month:
    if not _MONTH.fullmatch(given):
        raise bad_field("/calendar_month", "is a month such as 2026-03")
    found = surprises.month_of(deps.table(), given, deps.program())
    if found is None:
        raise not_found("There are no surprises in this month.")
    return found
