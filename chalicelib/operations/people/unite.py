"""Two people turn out to be one: what is known of both, and every way of knowing either, is one person's."""

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.effects import Effect, Replace
from chalicelib.domain.model.people import Person
from chalicelib.domain.people.membership import taken, whose
from chalicelib.domain.people.person import merge_people
from chalicelib.domain.program.program import Program
from chalicelib.operations.once import Plan, decide
from chalicelib.operations.outlook import Outlook
from chalicelib.operations.people.codes import owned
from chalicelib.operations.people.merge import TooMuch, merge_ambassadors
from chalicelib.operations.people.merged import profile_of
from chalicelib.store.table import Table


@dataclass(frozen=True, slots=True)
class United:
    """Who both are now, united by this request or (`replayed`) before it."""

    person: Person
    replayed: bool


def merge_two(
    table: Table,
    person_id: str,
    other_id: str,
    program: Program,
    outlook: Outlook,
    *,
    note: str,
    author: str,
    now: datetime,
) -> United | TooMuch | None:
    """Let one person take in another one, for good; None if there is no such person. Two who are one stay so.

    What is known of the one stays, and of the other comes what nobody knew. If both are ambassadors, these are merged
    in the same transaction, with all that they count.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """
    united = False

    def look() -> Plan[United | TooMuch | None]:
        people = table.read_people([person_id, other_id])
        person, other = people.get(person_id), people.get(other_id)
        if person is None or other is None:
            return Plan(None)
        if person.id == other.id:
            return Plan(United(person, replayed=not united))
        if person.ambassador_id and other.ambassador_id:
            return _merged(person, other)
        both, led = merge_people(person, other)
        both = replace(outlook.ahead(both, now), version=person.version + 1)
        effects = [Replace(both), Replace(led), *_leading(table, both, other)]
        return Plan(United(both, replayed=False), effects) if table.fits(effects) else Plan(TooMuch())

    def _merged(person: Person, other: Person) -> Plan[United | TooMuch | None]:
        nonlocal united
        assert person.ambassador_id, "who calls has seen that both are ambassadors"
        assert other.ambassador_id, "who calls has seen that both are ambassadors"
        answer = merge_ambassadors(
            table, person.ambassador_id, other.ambassador_id, program, outlook, note=note, author=author, now=now
        )
        if isinstance(answer, TooMuch):
            return Plan(answer)
        united = True
        return look()

    return decide(table, look)


def _leading(table: Table, both: Person, other: Person) -> list[Effect]:
    """Let all that led to the other lead to both, and an ambassador's codes be of nobody's friend who is known so."""
    guards = table.read_memberships(both.names)
    profile = profile_of(table, both.ambassador_id) if both.ambassador_id else None
    id_and_code = (profile.ambassador_id, profile.code) if profile else (None, None)
    ids = {both.id, other.id}
    held = [name for name in both.names if whose(guards, name) in ids]
    moved = [it for it in held if whose(guards, it) == other.id or guards[it].ambassador_id != id_and_code[0]]
    effects: list[Effect] = [taken(guards, name, both.id, *id_and_code) for name in moved]
    codes = owned(table, profile, held) if profile else []
    return [*effects, *codes, *([Replace(replace(profile, version=profile.version + 1))] if profile else [])]
