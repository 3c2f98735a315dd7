"""Somebody has signed in and goes to their own pages: as an ambassador, which they may become on the way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from chalicelib.domain.model.access import Session
from chalicelib.domain.model.people import Person
from chalicelib.domain.program.program import Program
from chalicelib.operations.access import sessions
from chalicelib.operations.access.sign_in import Admitted, Over, enter
from chalicelib.operations.outlook import Outlook
from chalicelib.operations.people import tell
from chalicelib.operations.people.enrol import enrol_known
from chalicelib.operations.people.tell import Particulars, Word
from chalicelib.store.table import Table

LASTS = timedelta(days=30)
"""How long somebody stays signed in who has signed in by mail."""

HANDED_LASTS = timedelta(days=1)
"""How long, if the shop has handed them over: it may do so again whenever they are signed in there."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """They are in, by the token of a session, which is stored nowhere."""

    token: str
    session: Session


@dataclass(frozen=True, slots=True)
class Outside:
    """A customer who is no ambassador: they have not said yet that they want to be one, or the program is closed."""

    person: Person
    reason: Literal["not_an_ambassador", "program_closed"]


def arrive(
    table: Table,
    admitted: Admitted,
    program: Program,
    outlook: Outlook,
    *,
    words: Mapping[str, Word] | None,
    browser: str,
    now: datetime,
    chance: Random,
) -> Arrived | Outside | Over:
    """Let a person in who may go in by a sign-in, which is used up with it; a customer joins first, if they say so.

    Args:
        table: Where.
        admitted: Who.
        program: The rules by which they join.
        outlook: By what is planned for them.
        words: What they agree to as they join, by purpose; None if they have not said that they want to.
        browser: Where they will be signed in.
        now: The time.
        chance: Draws their code, if they join.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """
    person = admitted.person
    if person is None:
        return Over()
    if person.ambassador_id is None:
        if not program.open or words is None:
            return Outside(person, "not_an_ambassador" if program.open else "program_closed")
        person = _joined(table, person, program, outlook, words, now=now, chance=chance)
    lasts = LASTS if admitted.sign_in.mailbox else HANDED_LASTS
    assert person.ambassador_id is not None, "whoever joins is an ambassador"
    by, digest = admitted.sign_in.made_by, admitted.sign_in.key_digest
    token, session = sessions.fresh(person.ambassador_id, by=by, digest=digest, now=now, lasts=lasts, browser=browser)
    return Arrived(token, session) if enter(table, admitted, session, now=now) else Over()


def _joined(
    table: Table,
    person: Person,
    program: Program,
    outlook: Outlook,
    words: Mapping[str, Word],
    *,
    now: datetime,
    chance: Random,
) -> Person:
    """Make a customer an ambassador, and take what they have agreed to as their own word."""
    if words:
        particulars = Particulars(consents=words, own=True)
        tell.change(table, person.id, lambda known: tell.after(known, particulars, now=now), outlook, now=now)
    return enrol_known(table, person, program, outlook, now=now, chance=chance)
