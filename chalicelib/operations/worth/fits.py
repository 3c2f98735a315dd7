"""Keep what the models of worth were fitted to be. Fitting is done elsewhere (`fitting`): it needs heavy libraries."""

from dataclasses import replace

from chalicelib.domain.effects import Create
from chalicelib.domain.model.worth import Fit
from chalicelib.domain.worth.expectation import Models
from chalicelib.operations.once import Plan, decide
from chalicelib.store.table import Table


def models(table: Table) -> Models | None:
    """Read the models as they were fitted last.

    Raises:
        BusyError: the table did not answer in time.
    """
    fit = table.read_newest_fit()
    return Models.of(fit) if fit else None


def keep(table: Table, fit: Fit) -> Fit:
    """Store a fit as the next version, and return it; one that says the same as the newest changes nothing.

    Raises:
        BusyError: the table did not answer in time.
    """

    def look() -> Plan[Fit]:
        newest = table.read_newest_fit()
        if newest is None:
            first = replace(fit, version=1)
            return Plan(first, [Create(first)])
        same = replace(fit, version=newest.version, author=newest.author, created_at=newest.created_at)
        if same == newest:
            return Plan(newest)
        following = replace(fit, version=newest.version + 1)
        return Plan(following, [Create(following)])

    return decide(table, look)
