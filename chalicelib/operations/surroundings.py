"""What lies around an order when its terms are decided: the budget as it is used, and signals in the table."""

from datetime import datetime, timedelta

from chalicelib.domain.calendar import month_of
from chalicelib.domain.fraud import Evidence
from chalicelib.domain.limits import Used
from chalicelib.domain.model import Account, Redemption
from chalicelib.domain.program import Program
from chalicelib.domain.settle import Surroundings
from chalicelib.store.table import Table

CLICK_DAYS = 30


def look_around(
    table: Table, redemption: Redemption, account: Account, program: Program, used: Used, now: datetime
) -> Surroundings:
    """Read what the terms of an order need; `used` is what is known of the budget already, by month.

    Raises:
        BusyError: the table did not answer in time.
    """
    month = month_of(redemption.placed_at)
    if program.budget_month is not None and month not in used:
        used = {**used, month: table.read_used(month)}
    clicks = None
    if account.settled + 1 >= program.watch.clickless_orders:
        days = table.read_clicks(redemption.code, (now - timedelta(days=CLICK_DAYS)).date())
        clicks = sum(number for day in days for number in day.channels.values())
    return Surroundings(Evidence(clicks=clicks), used)
