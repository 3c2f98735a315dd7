"""Keep guides: what a shop shows of its goods."""

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.effects import Create, Replace
from chalicelib.domain.model.tasks import Guide
from chalicelib.operations.once import Plan, decide
from chalicelib.store.table import Table


@dataclass(frozen=True, slots=True)
class Kept:
    """A guide as it is now; `new` if there was none of its id."""

    guide: Guide
    new: bool


def keep(table: Table, guide: Guide) -> Kept:
    """Store a guide under its id, over the one that is there. One that was retired is in use again.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """

    def look() -> Plan[Kept]:
        was = table.read_guide(guide.id)
        if was is None:
            return Plan(Kept(guide, new=True), [Create(guide)])
        after = replace(guide, created_at=was.created_at, version=was.version)
        if after == was:
            return Plan(Kept(was, new=False))
        after = replace(after, version=was.version + 1)
        return Plan(Kept(after, new=False), [Replace(after)])

    return decide(table, look)


def retire(table: Table, guide_id: str, *, now: datetime) -> Guide | None:
    """Show a guide to nobody any more; None if there is none. It stays, since letters have led to it.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """

    def look() -> Plan[Guide | None]:
        was = table.read_guide(guide_id)
        if was is None or was.retired_at is not None:
            return Plan(was)
        after = replace(was, retired_at=now, version=was.version + 1)
        return Plan(after, [Replace(after)])

    return decide(table, look)
