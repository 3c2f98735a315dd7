"""How an audit looks: again at what may be on its way, and past what breaks a check."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from typing import TypeVar

from chalicelib.domain.audit.audit import Finding
from chalicelib.store.items import Found
from chalicelib.store.keys import Key
from chalicelib.store.table import NewerError, Table

LAG = timedelta(minutes=1)
"""What is younger may not be listed yet."""

_ERROR_MAX = 200
E = TypeVar("E")


def certain(look: Callable[[], Iterable[Finding]], first: Sequence[Finding] | None = None) -> list[Finding]:
    """Look, and if there is anything look again: what only one of both has seen was on its way meanwhile.

    `first` is what a first look has found already.
    """
    seen = list(look()) if first is None else first
    again = list(look()) if seen else []
    return [finding for finding in seen if finding in again]


def guarded(where: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    """Yield findings; what is so far from anything that it breaks a check is a finding itself. An outage is none."""
    try:
        yield from findings
    except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
        yield Finding("unreadable", where, "something that can be checked", repr(error)[:_ERROR_MAX])


def newer(where: str, error: NewerError) -> Finding:
    """Say that something can't be judged, since a newer build wrote it."""
    return Finding("newer", where, "what this build knows", str(error))


def sound(item: Found | None, findings: list[Finding]) -> Found | None:
    """Note what is wrong with an item itself."""
    if item is not None:
        where = f"{item.key.pk}/{item.key.sk}"
        if item.entity is None:
            findings.append(Finding("unreadable", where, "an item of the program's", None))
        findings += (Finding("listing", f"{where}/{name}", "as the item says", "otherwise") for name in item.astray)
    return item


def look_up(table: Table, key: Key, kind: type[E]) -> E | None:
    """Read what lies under a key, if it is of a kind.

    Raises:
        BusyError: the table did not answer in time.
    """
    return entity(table.find([key]).get(key), kind)


def entity(item: Found | None, kind: type[E]) -> E | None:
    """Return what was found if it is of a kind."""
    return item.entity if item is not None and isinstance(item.entity, kind) else None
