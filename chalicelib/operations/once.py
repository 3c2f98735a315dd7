"""Win a race, and run a request at most once when it has no natural key: each written once, for all operations.

An operation looks and decides in one function, which returns a `Plan`: an answer, with what has to be written first.

    def look() -> Plan[Closed | Unknown]:
        task = table.read_gift(gift_id)
        if task is None:
            return Plan(Unknown())
        return Plan(Closed(task), [Replace(sent(task))])

    return decide(table, look)

What was read may have changed when the effects are committed: their conditions fail then, and `decide` looks again.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from chalicelib.domain.effects import Create, Effect
from chalicelib.domain.frozen import frozen
from chalicelib.store.table import Failure, Table

if TYPE_CHECKING:  # a checkout asks for no key, and does without its class
    from chalicelib.domain.model.access import IdempotencyKey

SECONDS = 8.0
"""How long one operation may lose against others before it gives up."""

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Failures = Sequence[Failure]


class OvertakenError(Exception):
    """Somebody was faster, as `look` itself has found out: it has to look again."""


def _undecided(_: Failures) -> None:
    return None


@frozen
class Plan(Generic[T_co]):
    """An answer, and what has to be written before it may be given.

    Attributes:
        answer: The answer when all effects are stored.
        effects: What is written, all or nothing; often there is nothing to write.
        result: The id of what they make, by which a repeat finds it. Only `decide_once` needs it.
        if_lost: Given the conditions that failed, the answer if these leave nothing to decide; None to look again.
    """

    answer: T_co
    effects: Sequence[Effect] = ()
    result: str = ""
    if_lost: Callable[[Failures], T_co | None] = _undecided


@frozen
class Reused:
    """Another request was carried out under the same Idempotency-Key; this one was not."""


def decide(table: Table, look: Callable[[], Plan[T]]) -> T:
    """Look, decide and commit, with growing pauses between, until nobody was faster.

    Raises:
        BusyError: others were faster for `SECONDS`, or the table did not answer in time; the same request may be sent
            again.
    """
    deadline, attempt = table.deadline(SECONDS), 0
    while True:
        try:
            plan = look()
        except OvertakenError:
            pass
        else:
            failures = table.commit(plan.effects) if plan.effects else ()
            if not failures:
                return plan.answer
            answer = plan.if_lost(failures)
            if answer is not None:
                return answer
        attempt += 1
        table.pause(attempt, deadline)


def decide_once(
    table: Table,
    key: "IdempotencyKey",
    look: Callable[[], Plan[T]],
    repeat: Callable[[str], T],
    *,
    also: "Callable[[], Iterable[IdempotencyKey]]" = tuple,
) -> T | Reused:
    """Decide as above, at most once under a key, which is stored in the very transaction of what it makes.

    The key is read first: `look` may refuse what has been done already. It is read again before a refusal is believed,
    because the same request may have been faster. A request that was refused leaves nothing behind, so the same key may
    be tried again.

    `repeat` takes the `result` of the plan that was carried out, and returns how that stands now.

    `also` returns, after `look`, the keys under which whoever asks may have sent the request as somebody else: who was
    merged has had other ids. They guard nothing, so what is written must move with each request of that person.

    Raises:
        BusyError: as above.
    """

    def compared(stored: "IdempotencyKey", sent: "IdempotencyKey" = key) -> T | Reused:
        return repeat(stored.result) if stored.fingerprint == sent.fingerprint else Reused()

    def earlier(sent: "IdempotencyKey" = key) -> Plan[T | Reused] | None:
        stored = table.read_idempotency_key(sent.digest)
        return Plan(compared(stored, sent)) if stored else None

    def look_once() -> Plan[T | Reused]:
        plan = look()
        elsewhere = next(filter(None, map(earlier, also())), None)
        if elsewhere:
            return elsewhere
        if not plan.effects:
            return earlier() or plan

        noted = Create(replace(key, result=plan.result))

        def if_lost(failures: Failures) -> T | Reused | None:
            stored = next((it.stored for it in failures if it.effect is noted), None)
            return compared(cast("IdempotencyKey", stored)) if stored else plan.if_lost(failures)

        return Plan(plan.answer, [noted, *plan.effects], if_lost=if_lost)

    known = earlier()
    return known.answer if known else decide(table, look_once)
