"""What an account counts of its orders: how many there are, which of them count, what each month takes of caps."""

from dataclasses import replace

from chalicelib.domain.accounts.tiers import newest_window
from chalicelib.domain.calendar import day_of
from chalicelib.domain.model.accounts import Account, Month
from chalicelib.domain.model.orders import Redemption, Standing
from chalicelib.domain.orders.fraud import paced
from chalicelib.domain.program.program import Program


def welcomed(account: Account, redemption: Redemption, program: Program) -> Account:
    """Count an order that is settled for the first time: terms look at how many there are, and how fast they come."""
    day = day_of(redemption.recorded_at, program).isoformat()
    return replace(account, orders_settled=account.orders_settled + 1, last_day=paced(account.last_day, day))


def recounted(
    account: Account, redemption: Redemption, before: Standing | None, after: Standing, program: Program
) -> Account:
    """Move the counters by what this settlement has changed."""
    more = int(after.counts) - int(before.counts if before else False)
    month = after.terms.month
    was = account.months.get(month, Month())
    in_currency = (after.terms.unit or redemption.currency) == program.currency
    became = Month(
        cap_used=was.cap_used + (after.cap_used - (before.cap_used if before else 0) if in_currency else 0),
        uses=was.uses + int(after.cap_used > 0) - int(before is not None and before.cap_used > 0),
        referrals=was.referrals + more,
    )
    promised = [redemption.recorded_at] if before is None and after.terms.granted > 0 else []
    return replace(
        account,
        referrals=account.referrals + more,
        orders_refunded=account.orders_refunded
        + int(_is_refunded(after))
        - int(before is not None and _is_refunded(before)),
        months=_kept({**account.months, month: became}),
        window=newest_window(account, program),
        active_at=max([*promised, *([account.active_at] if account.active_at else [])], default=None),
    )


def _kept(months: dict[str, Month]) -> dict[str, Month]:
    """Leave out the months of which nothing is left."""
    return {name: month for name, month in months.items() if month != Month()}


def _is_refunded(standing: Standing) -> bool:
    return standing.refunded > 0 or standing.has("cancelled")
