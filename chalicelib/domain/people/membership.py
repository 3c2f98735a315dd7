"""Whose a pseudonym is: an address or an id of the shop leads to one person, and to one ambassador at most."""

from collections.abc import Mapping

from chalicelib.domain.effects import Create, Replace
from chalicelib.domain.model.people import Membership

Guards = Mapping[str, Membership]
"""The guards of some people that there are, by person."""


def holder(guards: Guards, person: str) -> str | None:
    """Name the ambassador who is known in this way; None if nobody is."""
    guard = guards.get(person)
    return guard.ambassador_id if guard else None


def whose(guards: Guards, person: str) -> str | None:
    """Name the person who is known in this way; None if nobody is."""
    guard = guards.get(person)
    return guard.person_id if guard else None


def taken(
    guards: Guards, person: str, person_id: str, ambassador_id: str | None = None, code: str | None = None
) -> Create | Replace:
    """Let a person, and an ambassador if they are one, be known in a way in which nobody else is."""
    guard = guards.get(person)
    if guard is None:
        return Create(Membership(person, ambassador_id, code, person_id))
    return Replace(Membership(person, ambassador_id, code, person_id, version=guard.version + 1))


def freed(guard: Membership) -> Replace:
    """Let nobody be known in this way any more."""
    return Replace(Membership(guard.person, version=guard.version + 1))
