"""Whose a person is: each way of knowing somebody, an address or an id of the shop, leads to one ambassador at most."""

from collections.abc import Mapping
from dataclasses import replace

from chalicelib.domain.effects import Create, Replace
from chalicelib.domain.model.people import Membership

Guards = Mapping[str, Membership]
"""The guards of some people that there are, by person."""


def holder(guards: Guards, person: str) -> str | None:
    """Name the ambassador who is known in this way; None if nobody is."""
    guard = guards.get(person)
    return guard.ambassador_id if guard else None


def taken(guards: Guards, person: str, ambassador_id: str, code: str) -> Create | Replace:
    """Let an ambassador be known in a way in which nobody is yet."""
    guard = guards.get(person)
    if guard is None:
        return Create(Membership(person, ambassador_id, code))
    return Replace(replace(guard, ambassador_id=ambassador_id, code=code, version=guard.version + 1))


def freed(guard: Membership) -> Replace:
    """Let nobody be known in this way any more."""
    return Replace(Membership(guard.person, version=guard.version + 1))
