"""What of an item is about a person and goes when they are erased, kind by kind; all else stays, by pseudonym.

What is not here holds no name, no address and no text about anybody: ids, amounts, times and pseudonyms, which the
books need. Of the ledger nothing goes: it can't be changed.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalicelib.domain.effects import Effect, Entity, Forgotten, Replace
from chalicelib.domain.model.accounts import Account, Gift, Suspension
from chalicelib.domain.model.claims import Claim
from chalicelib.domain.model.facts import Freed, Kept, Purchase, Review
from chalicelib.domain.model.messages import Message
from chalicelib.domain.model.people import Friend
from chalicelib.domain.model.tasks import Task

BLANK: Mapping[type, Mapping[str, Any]] = {
    Friend: {"email": None, "customer_id": None, "first_name": None, "locale": None},
    Purchase: {"email": None, "customer_id": None, "first_name": None, "locale": None},
    Account: {"shown_as": None},
    Claim: {"note": None, "answer": None},
    Gift: {"note": None},
    Review: {"note": ""},
    Freed: {"note": ""},
    Kept: {"note": ""},
    Suspension: {"note": ""},
    Message: {"note": None},
    Task: {"words": None, "link": None, "note": None},
}
"""By kind: the fields that go, and what they say then."""

UNVERSIONED = (Review, Freed, Kept, Suspension)
"""Kinds that never change otherwise, and so have no version of their own."""


def _blank(entity: Entity) -> Mapping[str, Any]:
    """Return the fields of an item that go, and what they say then. What was decided before keeps who and when."""
    blank = BLANK.get(type(entity), {})
    if isinstance(entity, Task | Gift):
        return {**blank, "earlier": tuple(replace(it, note=None, why=None) for it in entity.earlier)}
    if isinstance(entity, Claim):
        return {**blank, "earlier": tuple(replace(it, answer=None) for it in entity.earlier)}
    return blank


def personal(entity: Entity) -> dict[str, Any]:
    """Return what an item holds that goes with an erasure, by field; nothing if there is nothing of it left."""
    blank = _blank(entity)
    held = {name: getattr(entity, name) for name in blank}
    return {name: value for name, value in held.items() if value not in {None, blank[name]}}


def taken(entity: Entity) -> Effect | None:
    """Return what takes it from an item; None if there is nothing to take."""
    there = personal(entity)
    if not there:
        return None
    blank = _blank(entity)
    gone: Any = replace(entity, **blank)
    if isinstance(entity, UNVERSIONED):
        return Forgotten(gone, tuple(blank))
    return Replace(replace(gone, version=gone.version + 1))
