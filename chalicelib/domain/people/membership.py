"""Whose a pseudonym is: an address or an id of the shop leads to one person, and to one ambassador at most."""

from collections.abc import Mapping, Sequence

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
    former = tuple(it for it in _people(guard) if it != person_id)
    return Replace(Membership(person, ambassador_id, code, person_id, guard.version + 1, former))


def freed(guard: Membership) -> Replace:
    """Let nobody be known in this way any more."""
    return Replace(Membership(guard.person, version=guard.version + 1, former=_people(guard)))


def owners(guards: Guards, names: Sequence[str]) -> list[str]:
    """Name all who are known by some pseudonyms, and then those who were: what was bought so may be theirs."""
    known = [guards[name].person_id for name in names if name in guards]
    former = [it for name in names if name in guards for it in reversed(guards[name].former)]
    return list(dict.fromkeys(it for it in (*known, *former) if it))


def _people(guard: Membership) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*guard.former, *([guard.person_id] if guard.person_id else []))))
