"""Which mails a settlement causes."""

from dataclasses import replace
from datetime import datetime

from chalicelib.domain.model import Account, Message, Redemption, Standing


def owed(settled: Redemption, before: Standing | None, account: Account, *, now: datetime) -> tuple[Message, ...]:
    """Return the mails that a settlement owes: thanks to the friend at the first look, news to the ambassador.

    `before` is the order's standing before the settlement, `account` the ambassador's after it.
    """
    after = settled.standing
    assert after is not None
    newly_released = after.released and not (before and before.released)
    base = Message(
        order_id=settled.order_id,
        version=settled.version,
        template="friend_thanks",
        program_version=settled.program_version,
        currency=settled.currency,
        amount=settled.friend_discount,
        created_at=now,
        ambassador_id=settled.ambassador_id,
        due_at=now,
    )
    messages = []
    if before is None and after.net > 0:
        messages.append(replace(base, friend=settled.friend))
    if before is None and after.held > 0 and not after.review_open:
        messages.append(replace(base, template="reward_held", amount=after.held, release_at=after.release_at))
    if newly_released and after.available > 0:
        available = account.balance(settled.currency, "available")
        messages.append(replace(base, template="reward_released", amount=after.available, available=available))
    return tuple(messages)
