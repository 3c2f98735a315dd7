"""Which mails a settlement causes."""

from datetime import datetime

from chalicelib.domain.model import Account, Letter, Message, Redemption, Standing


def owed(settled: Redemption, before: Standing | None, account: Account, *, now: datetime) -> Message | None:
    """Return what a settlement owes to people: thanks to the friend at the first look, news to the ambassador.

    The friend of an order that was claimed later has used no code, and is not written to; nor is an unaddressed one.

    While the account is suspended its ambassador is not written to.

    `before` is the order's standing before the settlement, `account` the ambassador's after it.
    """
    after = settled.standing
    assert after is not None
    letters = []
    rewarded = after.terms.limit != "friend_already_referred"
    if before is None and after.net > 0 and settled.thanks_friend and rewarded:
        letters.append(Letter("friend_thanks", settled.friend_discount))
    if before is None and after.held > 0 and not after.review_open:
        letters.append(Letter("reward_held", after.held, release_at=after.release_at, unit=after.terms.unit))
    if after.released and after.available > 0 and not (before and before.released):
        available = account.balance(settled.unit, "available")
        letters.append(Letter("reward_released", after.available, available=available, unit=after.terms.unit))
    if account.suspended:
        letters = [letter for letter in letters if letter.template == "friend_thanks"]
    if not letters:
        return None
    return Message(
        order_id=settled.order_id,
        version=settled.version,
        ambassador_id=settled.ambassador_id,
        friend=settled.friend,
        program_version=settled.program_version,
        currency=settled.currency,
        letters=tuple(letters),
        due_at=now,
    )
