"""Draw a month's surprises again, for whoever wants to see that nobody has chosen."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from chalicelib.domain.audit.audit import Finding
from chalicelib.domain.care.draws import MonthTerms, budget_of, is_drawn
from chalicelib.domain.care.occasions.surprise import Surprise
from chalicelib.domain.model.messages import Cause, Message
from chalicelib.domain.model.offers import SurpriseGift
from chalicelib.domain.program.program import Program
from chalicelib.operations.audit.findings import entity
from chalicelib.operations.audit.gifts import check_drawn, gifts_in, terms_of
from chalicelib.operations.program.settings import care_of
from chalicelib.store import keys
from chalicelib.store.table import Table

_PAGE = 100


@dataclass(frozen=True, slots=True)
class Month:
    """What the surprises of a month go by, and what is used of their budget."""

    terms: MonthTerms
    used: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """Somebody whom a month's draw has met, what they were given, and what became of the letter."""

    person_id: str
    gift: SurpriseGift | None
    message: Message | None


def month_of(table: Table, month: str, program: Program) -> Month | None:
    """Return by what a month is drawn: as its gifts say, or else the program in force. None: by nothing.

    Raises:
        BusyError: the table did not answer in time.
    """
    first = next((gift for _, gift in table.list_surprises(month, None, 1)), None)
    surprise = care_of(program).surprise
    terms = terms_of(table, first) if first else None
    if terms is None and surprise is not None:
        terms = surprise.terms_of(month, program.currency, program.version)
    return Month(terms, sum(table.read_used(budget_of(month)))) if terms else None


def draw_again(table: Table, terms: MonthTerms) -> Iterator[Drawn]:
    """Go through everybody who is known, and yield whom the draw of a month meets.

    Raises:
        BusyError: the table did not answer in time.
    """
    drawn = (it for it in _everybody(table) if is_drawn(it, terms.month, terms.chance))
    while some := list(islice(drawn, _PAGE)):
        at = {it: keys.surprise(it, terms.month) for it in some}
        told = {it: keys.message(Cause("touch", f"{it}:{Surprise.NAME}:{terms.month}", 1).key) for it in some}
        found = table.find([*at.values(), *told.values()])
        for it in some:
            yield Drawn(it, entity(found.get(at[it]), SurpriseGift), entity(found.get(told[it]), Message))


def differences(table: Table, month: str) -> Iterator[Finding]:
    """Check every gift of a month, as an audit does.

    Raises:
        BusyError: the table did not answer in time.
    """
    for gift in gifts_in(table, month):
        yield from check_drawn(table, gift)


def _everybody(table: Table) -> Iterator[str]:
    for shard in range(keys.PEOPLE_SHARDS):
        after: str | None = None
        while rows := table.list_keys(keys.people(shard), after, _PAGE):
            after = rows[-1][0]
            yield from (position for position, _ in rows)
