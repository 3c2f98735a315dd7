"""Look at everybody once when rules have changed that may bring something forward.

What becomes stricter acts at the next look by itself: the policy is asked in the moment of sending. But nobody would
look earlier at somebody for whom something has become due. So each version of the rules by which people are looked
after begins a round, once no worker can hold the version before it; it writes only where the next look moves.
"""

from dataclasses import replace
from datetime import datetime

from chalicelib.domain.effects import Replace
from chalicelib.domain.model.people import Person
from chalicelib.domain.model.work import Job
from chalicelib.operations.outlook import Outlook
from chalicelib.operations.people import everybody
from chalicelib.store.table import Table


def step(table: Table, job: Job, deadline: float, outlook: Outlook, *, now: datetime) -> Job:
    """Carry a round on; how far it is counts people.

    Raises:
        BusyError: the table did not answer in time; the slice is done again, which changes nothing more.
    """
    return everybody.walk(table, job, deadline, lambda person: _look(table, person, outlook, now))


def _look(table: Table, person: Person, outlook: Outlook, now: datetime) -> None:
    """Store a new moment to look at somebody. Whoever was faster has gone by the new rules as well."""
    after = outlook.ahead(person, now)
    if after.due_at != person.due_at:
        table.commit([Replace(replace(after, version=person.version + 1))])
