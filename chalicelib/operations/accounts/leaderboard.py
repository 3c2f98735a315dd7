"""Go on the leaderboard, read it, leave it. A place is a key of the account in an index: it moves with the account."""

from dataclasses import dataclass

from chalicelib.domain.accounts.leaderboard import Neighbours, named, neighbours
from chalicelib.domain.effects import Replace, Unchanged
from chalicelib.domain.model.accounts import Account, By
from chalicelib.domain.model.people import Profile
from chalicelib.operations.once import Plan, decide
from chalicelib.operations.people.merged import account_of, person_of
from chalicelib.store import keys
from chalicelib.store.table import Table

_READ = 4
"""So many are read on either side: some may have left it, or moved on, since the index was written."""


@dataclass(frozen=True, slots=True)
class Restricted:
    """The person wants nothing made of what is known of them, so nobody is shown their name."""


def enter(table: Table, profile: Profile, name: str) -> Account | Restricted:
    """Show an ambassador by a name to those next to them, unless they have restricted what is done with their data.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """

    def look() -> Plan[Account | Restricted]:
        account, person = account_of(table, profile.ambassador_id), person_of(table, profile)
        if person.restricted_at is not None:
            return Plan(Restricted())
        if account.shown_as == name:
            return Plan(account)
        after = named(account, name)
        return Plan(after, [Replace(after), Unchanged(person)])

    return decide(table, look)


def leave(table: Table, ambassador_id: str) -> Account:
    """Let an ambassador be on no leaderboard from the answer on.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """

    def look() -> Plan[Account]:
        account = account_of(table, ambassador_id)
        if account.shown_as is None:
            return Plan(account)
        after = named(account, None)
        return Plan(after, [Replace(after)])

    return decide(table, look)


def look_around(table: Table, account: Account, period: str, by: By) -> Neighbours:
    """Return who is next to an account on the leaderboard of a period. The cost does not depend on how many are on it.

    Raises:
        BusyError: the table did not answer in time.
    """
    position = keys.rank(period, max(account.counted(period, by), 0), account.ambassador_id).sk
    return neighbours(account, table.list_neighbours(by, period, position, _READ), period, by)
