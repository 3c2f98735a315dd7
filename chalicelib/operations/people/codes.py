"""Further codes of an ambassador: for a campaign, to tell apart where friends come from, or a word of their own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from chalicelib.domain.accounts.suspensions import Stopped
from chalicelib.domain.effects import Create, Effect, Owned, Replace, Unsuspended
from chalicelib.domain.model.access import IdempotencyKey
from chalicelib.domain.model.people import Code, FurtherCodes, Profile
from chalicelib.domain.people.codes import normal_code, random_code
from chalicelib.operations.once import Failures, Plan, Reused, decide_once
from chalicelib.operations.people.merged import profile_of
from chalicelib.store.table import Table

CODES_MAX = 50
"""Further codes of one ambassador."""


@dataclass(frozen=True, slots=True)
class Added:
    """The code, stored now or (`replayed`) by an earlier request."""

    code: Code
    replayed: bool


@dataclass(frozen=True, slots=True)
class TooManyCodes:
    """The ambassador has as many codes as there may be."""


@dataclass(frozen=True, slots=True)
class Taken:
    """There is a code that is the one that was wished for, or looks like it."""


@dataclass(frozen=True, slots=True)
class NotResumed:
    """The code was paused by the shop, or this very moment by somebody else."""


def add_code(
    table: Table,
    profile: Profile,
    campaign: str | None = None,
    wished: str | None = None,
    *,
    idempotency_key: IdempotencyKey,
    key_as: Callable[[str], IdempotencyKey] | None = None,
    now: datetime,
    chance: Random,
) -> Added | TooManyCodes | Taken | Stopped | Reused:
    """Make a further code, once: the one that is wished for, or one by chance, drawn again if there is such a one.

    Whether the account is suspended is asked in the transaction that makes it. `key_as` tells the key of the same
    request under another id: who was merged may repeat what they asked for before.

    Raises:
        BusyError: the table did not answer in time; the same request may be sent again.
    """
    others: tuple[str, ...] = ()

    def look() -> Plan[Added | Taken | Stopped | TooManyCodes]:
        nonlocal others
        present, known = _listed(table, profile)
        others = present.kin if present.absorbed else ()
        if known is not None and len(known.codes) >= CODES_MAX:
            return Plan(TooManyCodes())
        first = table.read_code(present.code)
        assert first is not None, "profile and code are made in one transaction"
        text = wished or random_code(chance)
        code = replace(first, code=text, created_at=now, state="active", expires_at=None, campaign=campaign)
        effects = [Create(code), _listing(known, code), Unsuspended(present.ambassador_id)]
        return Plan(Added(code, replayed=False), effects, code.code, if_lost=if_lost)

    def if_lost(failures: Failures) -> Stopped | Taken | None:
        if any(isinstance(it.effect, Unsuspended) for it in failures):
            return Stopped()
        return Taken() if wished and any(isinstance(it.stored, Code) for it in failures) else None

    def repeat(made: str) -> Added:
        stored = table.read_code(made)
        assert stored is not None, "no code is ever removed"
        return Added(stored, replayed=True)

    return decide_once(table, idempotency_key, look, repeat, also=lambda: map(key_as, others) if key_as else ())


def change_code(table: Table, typed: str, changes: dict[str, object]) -> Code | None:
    """Change what admins say about a code, which one has typed; a field that becomes None goes. None: no such code.

    Raises:
        BusyError: the table did not answer in time; the same request may be sent again.
    """
    code = normal_code(typed)
    return table.change_code(code, changes) if code else None


def rest(table: Table, profile: Profile, typed: str, *, active: bool) -> Code | NotResumed | None:
    """Let an ambassador pause a code of theirs, or let one work again that they have paused. None: they have no such.

    Raises:
        BusyError: the table did not answer in time; the same request may be sent again.
    """
    code = next((it for it in codes_of(table, profile) if it.code == normal_code(typed)), None)
    if code is None or (code.state == "active") == active:
        return code
    rested = table.rest_code(code.code, active=active) or table.read_code(code.code)
    return rested if rested and (rested.state == "active") == active else NotResumed()


def codes_of(table: Table, profile: Profile) -> list[Code]:
    """All codes of an ambassador, the first one first.

    Raises:
        BusyError: the table did not answer in time.
    """
    known = table.read_further_codes(profile.ambassador_id)
    further: Iterable[str] = known.codes if known else ()
    return table.read_codes([profile.code, *further])


def owned(table: Table, profile: Profile, persons: Iterable[str]) -> list[Effect]:
    """Let people own all codes of an ambassador beside those who do; nothing if they do already.

    Raises:
        BusyError: the table did not answer in time.
    """
    known = table.read_further_codes(profile.ambassador_id)
    codes = table.read_codes([profile.code, *(known.codes if known else ())])
    owners = tuple(dict.fromkeys([*codes[0].owners, *persons]))
    if owners == codes[0].owners:
        return []
    listing = (
        Replace(replace(known, version=known.version + 1)) if known else Create(FurtherCodes(profile.ambassador_id))
    )
    return [listing, *(Owned(replace(code, owners=owners)) for code in codes)]


def _listed(table: Table, profile: Profile) -> tuple[Profile, FurtherCodes | None]:
    """Return an ambassador as they are now, and the list of their codes.

    The list is read first: whoever merges ambassadors or changes the owners of codes moves that as well.
    """
    known, led = table.read_further_codes(profile.ambassador_id), profile_of(table, profile.ambassador_id)
    if led is not None and led.ambassador_id != profile.ambassador_id:
        return _listed(table, led)
    return led or profile, known


def _listing(further: FurtherCodes | None, code: Code) -> Create | Replace:
    if further is None:
        return Create(FurtherCodes(code.ambassador_id, (code.code,)))
    return Replace(replace(further, codes=(*further.codes, code.code), version=further.version + 1))
