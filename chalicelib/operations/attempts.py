"""Do once what nature gives no key: an attempt is stored in the very transaction of what it makes.

An operation that must not happen twice takes an `Attempt` from the edge (`api/repeats.py`) and commits through here:

    before = attempts.look(table, attempt)            # first: what follows may refuse what has been done already
    if before:
        return before
    failures = attempts.commit(table, attempt, [spend_id], [Create(spend), Replace(account)])
    if isinstance(failures, Repeated | Reused):       # another request with this key was faster
        return failures
    ...                                               # `failures` is what table.commit answers: () when all is stored

Both answers are for the caller: of a `Repeated`, read what `result` names and show it again. A request that was refused
leaves nothing behind, so the same key may be tried again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chalicelib.domain.effects import Create, Effect
from chalicelib.domain.model.access import Attempt
from chalicelib.store.table import Failure, Table


@dataclass(frozen=True, slots=True)
class Repeated:
    """This very request was carried out before; `result` names what it made."""

    result: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reused:
    """Another request was carried out under the same Idempotency-Key; this one was not."""


def look(table: Table, attempt: Attempt) -> Repeated | Reused | None:
    """Say whether something was made under this key before; None if not.

    Raises:
        BusyError: the table did not answer in time.
    """
    stored = table.read_attempt(attempt.key)
    return _compared(stored, attempt) if stored else None


def commit(
    table: Table, attempt: Attempt, result: Sequence[str], effects: Sequence[Effect]
) -> tuple[Failure, ...] | Repeated | Reused:
    """Carry out the effects and note under the attempt's key that they made `result`, all or nothing.

    Of requests that race with one key, one is carried out; the others are told of it.

    Raises:
        BusyError: the table did not answer in time; the same request may be sent again.
    """
    failures = table.commit([Create(replace(attempt, result=tuple(result))), *effects])
    stored = next((failure.stored for failure in failures if isinstance(failure.stored, Attempt)), None)
    return _compared(stored, attempt) if stored else failures


def _compared(stored: Attempt, attempt: Attempt) -> Repeated | Reused:
    return Repeated(stored.result) if stored.fingerprint == attempt.fingerprint else Reused()
