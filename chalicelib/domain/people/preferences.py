"""What somebody chooses to get, purpose by purpose. What answers what they do is no matter of choice."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from chalicelib.domain.model.people import EVERYTHING, PROMOTIONAL, Person
from chalicelib.domain.people.consent import agreed, refused, said
from chalicelib.domain.people.person import moment, tell

CHOICES: tuple[str, ...] = ("rewards", *PROMOTIONAL)
"""The purposes that can be refused, as they are shown."""

_SOURCE = "preferences"


def gets(person: Person, purpose: str) -> bool:
    """Whether somebody gets letters of a purpose, as far as it is theirs to say: news of rewards until they refuse."""
    if purpose in PROMOTIONAL:
        return agreed(person.consents, purpose)
    return not refused(person.consents, purpose)


def refuse(person: Person, purpose: str, now: datetime) -> Person:
    """Return somebody who wants no more letters of a purpose, or of any with `*`. To say it twice changes nothing."""
    if (purpose == EVERYTHING and not any(gets(person, it) for it in CHOICES) and EVERYTHING in person.consents) or (
        purpose != EVERYTHING and refused(person.consents, purpose)
    ):
        return person
    at = moment(person, now)
    return replace(person, consents=said(person.consents, purpose, "person", at, yes=False))


def choose(
    person: Person, wanted: Collection[str], texts: Mapping[str, str], locale: str | None, now: datetime
) -> Person:
    """Return somebody who wants letters of these purposes and no others.

    Only what is otherwise than it was is an answer: whoever came to change the language has refused nothing.

    Args:
        person: Who chooses.
        wanted: The purposes.
        texts: By purpose, the words by which each was offered.
        locale: Another language, or None to leave it.
        now: The time.
    """
    at, consents = moment(person, now), dict(person.consents)
    for purpose in CHOICES:
        if gets(person, purpose) != (purpose in wanted):
            yes, text = purpose in wanted, texts.get(purpose)
            consents = said(consents, purpose, "person", at, yes=yes, source=_SOURCE, text=text)
    chosen = replace(person, consents=consents)
    return tell(chosen, {"locale": locale}, at) if locale else chosen
