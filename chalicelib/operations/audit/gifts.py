"""What an audit reads of gifts and surprises, and of the letters that came with them."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from chalicelib.domain.audit.audit import Finding
from chalicelib.domain.audit.gifts import check_budget, check_promised, check_surprise
from chalicelib.domain.care.draws import MonthTerms, budget_of
from chalicelib.domain.care.occasions.surprise import Surprise
from chalicelib.domain.model.accounts import LedgerEntry
from chalicelib.domain.model.messages import Cause, Message, Recipient
from chalicelib.domain.model.offers import Offer, SurpriseGift
from chalicelib.domain.model.people import Profile
from chalicelib.operations.audit.findings import entity, look_up
from chalicelib.operations.program import programs
from chalicelib.operations.program.programs import NoProgramError
from chalicelib.operations.program.settings import care_of
from chalicelib.store import keys
from chalicelib.store.table import Table

PAGE = 50
_ON_ITS_WAY = timedelta(minutes=15)
"""What was begun less than that before an audit may have its entry after those that were read."""


def check_letters_of_care(
    table: Table, ambassador_id: str, causes: Collection[str], *, now: datetime
) -> Iterator[Finding]:
    """Whatever the letters to an ambassador as a person say that they were given is there."""
    profile = look_up(table, keys.profile(ambassador_id), Profile)
    person = table.read_person(profile.person_id) if profile else None
    if person is None:
        return
    they, after = [Recipient("person", it) for it in (*person.absorbed, person.id)], None
    while page := table.list_messages(they, after, PAGE):
        after = page[-1][0]
        told = [it for _, it in page if (at := it.sending_at or it.done_at) and it.tries and at < now - _ON_ITS_WAY]
        offers = table.find(keys.offer(it.letter.offer) for it in told if it.letter.offer)
        for message in told:
            found = offers.get(keys.offer(message.letter.offer)) if message.letter.offer else None
            yield from check_promised(message, causes, entity(found, Offer))


def check_drawn(table: Table, gift: SurpriseGift) -> Iterator[Finding]:
    """Draw a surprise again by the terms of its month; with the first of a month also what all of it has taken."""
    terms, cause = terms_of(table, gift), Cause("touch", f"{gift.person_id}:{Surprise.NAME}:{gift.month}", 1)
    yield from check_surprise(gift, terms, look_up(table, keys.message(cause.key), Message), _cause_of(table, gift))
    first = table.list_surprises(gift.month, None, 1)
    if terms and first and first[0][1].person_id == gift.person_id:
        gifts = list(gifts_in(table, gift.month))
        yield from check_budget(gift.month, terms.budget, table.read_used(budget_of(gift.month)), gifts)


def gifts_in(table: Table, month: str) -> Iterator[SurpriseGift]:
    """All gifts of a month's surprises.

    Raises:
        BusyError: the table did not answer in time.
    """
    after: str | None = None
    while page := table.list_surprises(month, after, PAGE):
        after = page[-1][0]
        yield from (gift for _, gift in page)


def terms_of(table: Table, gift: SurpriseGift) -> MonthTerms | None:
    """Return by what a gift was drawn, as its own version of the program says.

    Raises:
        BusyError: the table did not answer in time.
    """
    try:
        program = programs.version(table, gift.program_version)
    except (NoProgramError, ValueError):
        return None
    surprise = care_of(program).surprise
    return surprise.terms_of(gift.month, program.currency, program.version) if surprise else None


def _cause_of(table: Table, gift: SurpriseGift) -> str | None:
    """For what the thing was given that a surprise names; None if there is none."""
    whose, _, number = gift.given.removeprefix("ent_").rpartition("_")
    if not whose:
        offer = look_up(table, keys.offer(gift.given), Offer)
        return offer.cause if offer else None
    entry = look_up(table, keys.entry(f"amb_{whose}", number), LedgerEntry)
    return entry.cause if entry else None
