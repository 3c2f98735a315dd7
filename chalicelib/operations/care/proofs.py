"""What ambassadors can do for a reward, and the proofs that they have done it."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.care import proofs
from chalicelib.domain.care.proofs import Refused, Shown
from chalicelib.domain.effects import Create
from chalicelib.domain.model.people import Person, Profile
from chalicelib.domain.model.tasks import Task
from chalicelib.domain.program.program import OfferedTask, Program
from chalicelib.operations.once import Plan, decide
from chalicelib.operations.people.merged import person_of
from chalicelib.store.table import Table


@dataclass(frozen=True, slots=True)
class Submitted:
    """A proof that waits for an admin, sent by this request or (`replayed`) by an earlier one like it."""

    task: Task
    replayed: bool


def proofs_of(table: Table, person: Person) -> list[Task]:
    """Read the proofs of an ambassador, in whatever state, the latest last.

    Raises:
        BusyError: the table did not answer in time.
    """
    return [it for it in table.tasks_of((person.id, *person.absorbed)) if it.kind == "proof"]


def submit(
    table: Table,
    profile: Profile,
    offered: OfferedTask,
    program: Program,
    *,
    link: str,
    words: str | None,
    now: datetime,
) -> Submitted | Shown | Refused:
    """Take a proof of an ambassador, once for each link.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """

    def look() -> Plan[Submitted | Shown | Refused]:
        person = person_of(table, profile)
        answer = proofs.submit(
            offered,
            profile.ambassador_id,
            person.id,
            proofs_of(table, person),
            program,
            link=link,
            words=words,
            now=now,
        )
        if isinstance(answer, Task):
            return Plan(Submitted(answer, replayed=False), [Create(answer)])
        if isinstance(answer, Shown) and answer.repeated:
            return Plan(Submitted(answer.task, replayed=True))
        return Plan(answer)

    return decide(table, look)
