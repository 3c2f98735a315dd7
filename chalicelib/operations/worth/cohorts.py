"""Sum up what all customers are worth: once a week, and when the models have been fitted anew."""

from dataclasses import replace
from datetime import datetime

import msgspec

from chalicelib.domain.effects import Create, Replace
from chalicelib.domain.model.work import Job
from chalicelib.domain.model.worth import Cohorts
from chalicelib.domain.worth.cohorts import joined
from chalicelib.domain.worth.expectation import Models
from chalicelib.operations.once import Plan, decide
from chalicelib.operations.program import programs
from chalicelib.operations.worth.customers import list_customers
from chalicelib.store.table import Table

KIND = "worth"
PAGE = 50


def step(table: Table, job: Job, deadline: float, *, now: datetime) -> Job:  # noqa: ARG001 - steps are called alike
    """Carry a round on; how far it is counts people. All of it goes by the day on which it was begun.

    Raises:
        BusyError: the table did not answer in time; the slice is done again, which changes nothing more.
    """
    program, fit = programs.current(table), table.read_newest_fit()
    found = msgspec.json.decode(job.result, type=Cohorts) if job.cursor else None
    cohorts = found or Cohorts(job.created_at, program.currency, fit.version if fit else 0)
    models = Models.of(fit) if fit and fit.currency == program.currency else None
    after, progress = job.cursor, job.progress
    while True:
        rows = list_customers(table, after, PAGE, program, now=job.created_at)
        for _, known in rows:
            if known:
                cohorts = joined(cohorts, known[1].customer, models)
        progress += len(rows)
        after = rows[-1][0] if rows else after
        done = len(rows) < PAGE
        if done or table.is_past(deadline):
            break
    if done:
        keep(table, cohorts)
    result = msgspec.json.encode(cohorts).decode()
    return replace(job, state="done" if done else "running", progress=progress, cursor=after, result=result)


def keep(table: Table, cohorts: Cohorts) -> None:
    """Store what all customers are worth over what it was before, unless that is of a later round.

    Raises:
        BusyError: the table did not answer in time.
    """

    def look() -> Plan[None]:
        before = table.read_cohorts()
        if before is None:
            return Plan(None, [Create(cohorts)])
        if before.at > cohorts.at:
            return Plan(None)
        return Plan(None, [Replace(replace(cohorts, version=before.version + 1))])

    decide(table, look)
