"""What a share link leads to."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from chalicelib.domain.calendar import day_of, months_after
from chalicelib.domain.model.people import Code, Person
from chalicelib.domain.people.channels import CHANNELS
from chalicelib.domain.people.codes import normal_code, share_url
from chalicelib.domain.program.program import Program, Rate, campaign_of, offer_of
from chalicelib.store.table import Table


@dataclass(frozen=True, slots=True)
class Shared:
    """A code that works, and who recommends with it."""

    code: Code
    by: Person


class Urls(TypedDict):
    """The share link of a code and the picture of its QR."""

    share_url: str
    qr_url: str


def urls(public_url: str, code: str) -> Urls:
    """Return the addresses that a code has."""
    share = share_url(public_url, code)
    return {"share_url": share, "qr_url": f"{share}/qr.svg"}


def look_up(table: Table, typed: str, *, now: datetime) -> Shared | None:
    """Find who shares a code; None for every code that can't be used, whatever the cause."""
    code = find(table, typed)
    if code is None or code.state != "active" or (code.expires_at is not None and code.expires_at <= now):
        return None
    person = table.read_person(code.person_id)
    return Shared(code, person) if person else None


def find(table: Table, typed: str) -> Code | None:
    """Find a code as somebody typed it, in whatever state, as it was some seconds ago."""
    normal = normal_code(typed)
    return table.recall_code(normal) if normal else None


def offered(shared: Shared, program: Program, *, now: datetime) -> Rate | None:
    """What a friend who buys now with this code gets; a rate of nothing is none."""
    rate = offer_of(program, campaign_of(program, shared.code.campaign, now))
    return rate if rate and (rate.amount or rate.basis_points) and rate.maximum != 0 else None


def count_click(table: Table, code: Code, channel: str | None, program: Program, *, now: datetime) -> None:
    """Count a person's visit by the program's day and by channel.

    A channel that is not ours is `other`, none at all the bare link.
    """
    name = channel if channel in CHANNELS else "other" if channel else "link"
    months = program.retention.clicks_months
    until = None if months is None else months_after(now, months, program)
    table.count_click(code.code, day_of(now, program), name, until, code.campaign)
