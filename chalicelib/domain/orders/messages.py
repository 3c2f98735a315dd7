"""Which mails a settlement causes: thanks to the friend, and to the ambassador what is news to them.

Whatever an ambassador was told of a reward stands, or a letter is owed that says what has changed.
"""

from datetime import datetime

from chalicelib.domain.calendar import day_of
from chalicelib.domain.model.accounts import Account
from chalicelib.domain.model.messages import Cause, Letter, Message, Name, Recipient, Turn
from chalicelib.domain.model.orders import News, Redemption, Standing
from chalicelib.domain.program.program import Program


def tell(
    before: Standing | None, after: Standing, program: Program, *, had: int, has: int, silent: bool = False
) -> News | None:
    """Return what the ambassador knows of a reward once the letters of a settlement have been read.

    A reward is told when it is first held, unless an admin looks at it, when it becomes available, and when it is
    denied. From then on each change is told, to the day. What nobody was told of may change without a word, and so may
    what has expired. To a suspended ambassador all is `silent`: what changes meanwhile is as if it had never been told.

    `had` and `has` are what is available of it before and after the settlement, without what has expired.
    """
    told, stands = before.told if before else None, _stands(after, has)
    if told is not None:
        same = before is not None and before.released and had == has
        changed = None if silent else stands
        return told if same or _is_kept(told, stands, program) else changed
    held = before is None and after.held > 0 and not after.review_open
    denied = before is not None and before.worth > 0 and after.worth == 0 and after.has("denied")
    return stands if (held or denied or has > had) and not silent else None


def owed(
    settled: Redemption, before: Standing | None, account: Account, *, had: int, now: datetime
) -> tuple[Message, ...]:
    """Return what a settlement owes to people: thanks to the friend at the first look, news to the ambassador.

    The friend of an order that was claimed later has used no code, and is not written to; nor is an unaddressed one.

    `before` is the order's standing before the settlement, and `had` what was available of it then; `account` is the
    ambassador's after it.
    """
    after = settled.standing
    assert after is not None
    letters: list[tuple[Recipient, Letter]] = []
    rewarded = after.terms.limit != "friend_already_referred"
    if before is None and after.net > 0 and settled.thanks_friend and rewarded:
        friend = Recipient("friend", settled.friend)
        letters.append((friend, Letter("friend_thanks", settled.friend_discount, settled.currency)))
    if after.told is not None and after.told != (before and before.told):
        ambassador = Recipient("ambassador", settled.ambassador_id)
        letters.append((ambassador, _news(before, had, settled, account)))
    cause = Cause("order", settled.order_id, settled.version)
    return tuple(Message(cause, to, letter, settled.program_version, now, due_at=now) for to, letter in letters)


def _stands(standing: Standing, has: int) -> News:
    """Return what is true of a reward, of which the ambassador `has` what is available."""
    if standing.released or not standing.worth:
        return News(has)
    if standing.review_open:
        return News(standing.worth, when="open")
    return News(standing.worth, standing.release_at, "expected" if standing.has("undelivered") else None)


def _is_kept(news: News, stands: News, program: Program) -> bool:
    """Whether what was told is still true, to the day."""
    if news.amount != stands.amount:
        return False
    if news.release_at is None or stands.release_at is None:
        return (news.release_at, news.when) == (stands.release_at, stands.when)
    said, day = day_of(news.release_at, program), day_of(stands.release_at, program)
    return day <= said if news.when == "expected" else day == said and stands.when is None


def _news(before: Standing | None, had: int, settled: Redemption, account: Account) -> Letter:
    """Write the one letter that leads from what was told to what is true now. After an expiry it begins anew."""
    after, was = settled.standing, before.told if before else None
    assert after is not None
    assert after.told is not None
    told, known = after.told, None if was and was.is_theirs and had == 0 else was
    return Letter(
        _name(known, told),
        told.amount,
        settled.unit,
        release_at=told.release_at,
        when=told.when,
        available=account.balance(settled.unit, "available") if told.is_theirs else None,
        active_at=account.active_at if told.is_theirs else None,
        was=was,
        turn=_turn(known, told, after),
    )


def _name(was: News | None, news: News) -> Name:
    if not news.amount:
        return "reward_lost"
    if news.is_theirs and not (was and was.is_theirs):
        return "reward_released"
    return "reward_changed" if was else "reward_held"


def _turn(was: News | None, news: News, standing: Standing) -> Turn | None:
    """Say why it comes to another amount than was told, as far as that concerns the ambassador."""
    if was and news.amount >= was.amount:
        return "counts_again" if news.amount > was.amount else None
    if news.amount:
        return "part_returned" if was else None
    if standing.has("cancelled"):
        return "cancelled"
    if not standing.net:
        return "returned"
    return "below_minimum" if standing.has("below_minimum") and not standing.has("denied") else "denied"
