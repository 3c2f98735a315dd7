"""What a letter about an account tells may no longer be so when it may go out at last: then it is not sent."""

from datetime import datetime

from chalicelib.domain.accounts.expiry import expires_at
from chalicelib.domain.accounts.tiers import reached
from chalicelib.domain.calendar import month_of
from chalicelib.domain.model.accounts import Account
from chalicelib.domain.model.messages import Letter, Message
from chalicelib.domain.program.program import Program


def may_be_overtaken(letter: Letter) -> bool:
    """Whether a letter tells what is still to come, or holds for now. What has happened stays true."""
    return letter.name in {"expiring", "tier_reached"}


def is_overtaken(message: Message, account: Account, rules: Program, *, now: datetime) -> bool:
    """Whether such a letter is untrue by now, by the account and the rules in force.

    Nothing expires on the day that it names: nothing is left, somebody was active since and will be told of another
    day, nothing expires at all, or that day is over. Or the tier is lost again.
    """
    match message.letter.name:
        case "expiring":
            until = message.letter.until
            return until is None or until <= now or expires_at(account, rules) != until
        case "tier_reached":
            number = int(message.cause.id.rpartition(":")[2])
            return reached(account, rules, month_of(now, rules)) < number
    return False
