"""Everything that must be true of the mails of a quarter, worked out anew from what people have told and SES has taken.

Nothing of the policy is asked: its rules are said once more, and differently.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from chalicelib.domain.model.messages import Message
from chalicelib.operations.audit.audit import audit_all
from tests.life.judge import MailJudge, carrier
from tests.life.post import Stored, Taken
from tests.quarter.facts import Somebody
from tests.quarter.town import EVERY, RULES, Town

MINUTE = timedelta(seconds=60)
ANSWERS = {"friend_thanks", "balances", "welcome", "spent"}
"""The letters that answer what somebody did. All others are news of rewards."""

BARS = {"refused", "stopped", "erased", "no_address"}
TROUBLE = {"mail_service", "operator"}
NINE, LATEST = 9 * 60, 44
CAPS = [(it["letters"], timedelta(days=it["days"]), it.get("purposes", EVERY[1:])) for it in RULES["letters"]["caps"]]
GATHER = timedelta(minutes=RULES["letters"]["gather_minutes"])


class Judge(MailJudge):
    """Looks at a town once its quarter is over."""

    def __init__(self, town: Town) -> None:
        super().__init__(town.world)
        self.town = town
        self._mornings: dict[str, int] = {}
        self._claims: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
        """When mails that caps count were claimed, and their ids, by whom they go to."""
        for states in self.world.stored.values():
            for message in (it.message for it in states if it.message.state == "sending"):
                if _purpose(message) in EVERY and message.sending_at:
                    claim = message.sending_at, message.carried_by or message.id
                    self._claims[self._reader(message).email].append(claim)

    def violations(self) -> Iterator[str]:
        """What is wrong, each in a line."""
        if self.world.postponed:
            yield "an order was postponed"
        yield from self._of_mails()
        yield from self._of_caps()
        for message_id, states in self.world.stored.items():
            yield from self.of_doubles(message_id, states)
            yield from self._of_ends(message_id, states)
            yield from self._of_waits(message_id, states)
        yield from self._of_orders()
        yield from (f"audit: {it}" for it in audit_all(self.world.table, now=self.world.now))

    def figures(self) -> dict[str, int]:
        """How often the policy bit, and what came of it."""
        moved = Counter(why for states in self.world.stored.values() for it in states for why in _moves(it.message))
        ends = Counter(_end(states[-1].message) for states in self.world.stored.values())
        twice = sum(len(mails) - 1 for mails in self.mails.values() if mails)
        return {
            "mails": len(self.world.taken),
            **ends,
            **{f"moved: {why}": n for why, n in moved.items()},
            "mails twice": twice,
        }

    # --- mails --------------------------------------------------------------------------------------------------------

    def _of_mails(self) -> Iterator[str]:
        """Each goes to whom it is about, within a minute after its claim, and never against what they have told."""
        for taken in self.world.taken:
            somebody, at = self.town.by_email[taken.to], taken.at
            if not taken.messages:
                yield f"a mail of {at} was claimed by nobody"
                continue
            purpose = _purpose(taken.messages[0])
            for message in taken.messages:
                if self._reader(message) is not somebody:
                    yield f"{message.id} went to somebody else"
                if _purpose(message) != _purpose(taken.messages[0]):
                    yield f"{message.id} went in one mail with what is for something else"
                if message.sending_at is None or at - message.sending_at >= MINUTE:
                    yield f"{message.id} went at {at}, claimed at {message.sending_at}"
            claimed = max(self.places[it.id, it.version] for it in taken.messages)
            if bar := somebody.barred(purpose, claimed, at):
                yield f"a mail for {purpose} went at {at} to {somebody.email}: {bar}"
            if purpose in EVERY and all(at < it.owed_at + GATHER for it in taken.messages):
                yield f"{taken.messages[0].id} went at {at}, and had not gathered"
            if purpose in EVERY and not NINE <= _minute(at, somebody) < 20 * 60:
                yield f"a mail went at {at.astimezone(ZoneInfo(somebody.zone))} to {somebody.email}"

    def _of_caps(self) -> Iterator[str]:
        """No span of days has more mails than a cap allows. A mail that went twice is one."""
        mails: dict[str, list[Taken]] = defaultdict(list)
        for taken in self.world.taken:
            mails[taken.to].append(taken)
        for to, mine in mails.items():
            for letters, days, purposes in CAPS:
                counted = [it for it in mine if it.messages and _purpose(it.messages[0]) in purposes]
                for first in counted:
                    span = {carrier(it) for it in counted if first.at <= it.at < first.at + days}
                    if len(span) > letters:
                        yield f"{to} got {len(span)} mails in {days} from {first.at}"

    # --- messages -----------------------------------------------------------------------------------------------------

    def _of_ends(self, message_id: str, states: Sequence[Stored]) -> Iterator[str]:
        """Each is told at last, or closed for a reason that somebody has given."""
        last, mails = states[-1].message, self.mails[message_id]
        if last.state != "done":
            yield f"{message_id} is lost: {last.state}, due at {last.due_at}"
        elif last.outcome == "sent":
            if not mails:
                yield f"{message_id} counts as sent, and no mail was taken"
        elif not last.why:
            yield f"{message_id} ended as {last.outcome}, for no reason"
        elif set(last.why) == {"unsure"}:
            if last.unsure < 3:
                yield f"{message_id} was given up after {last.unsure} tries"
        elif last.why == ("overtaken",) and last.letter.name == "tier_reached":
            if self._reader(last).email not in self.town.lost:
                yield f"{message_id} was overtaken, and nothing was given back"
        elif not all(self._reader(last).may_bar(why, _purpose(last), states[-1].place) for why in last.why):
            yield f"{message_id} ended as {last.outcome}: {last.why}, which nobody has said"

    def _of_waits(self, message_id: str, states: Sequence[Stored]) -> Iterator[str]:
        """What is moved says why, and waits until the first moment at which that is over."""
        for before, state in pairwise(states):
            message = state.message
            if message.state != "pending" or message.due_at is None:
                continue
            if not message.why:
                yield f"{message_id} was moved at {state.at} for no reason"
            elif set(message.why) <= TROUBLE:
                if before.message.state != "sending":
                    yield f"{message_id} was given back at {state.at}, and nobody had it"
            elif not self._is_first(state, message.due_at, message.why[-1]):
                yield f"{message_id} waits until {message.due_at}: {message.why}"

    def _is_first(self, state: Stored, until: datetime, why: str) -> bool:
        """Whether a moment is the first one at which the last thing in the way is over."""
        somebody = self._reader(state.message)
        match why:
            case "gathering":
                return until == state.message.owed_at + GATHER
            case "cap":
                return any(self._has_room(state, until, letters, days) for letters, days, _ in CAPS)
            case "quiet_hours":
                late = _minute(until, somebody) - NINE
                return 0 <= late <= LATEST and late == self._mornings.setdefault(somebody.email, late)
        return False

    def _has_room(self, state: Stored, until: datetime, letters: int, days: timedelta) -> bool:
        """Whether a cap has room from a moment on: a mail is counted no more then, and with it so many have gone."""
        message = state.message
        claims = self._claims[self._reader(message).email]
        others = [it for it in claims if it[1] != (message.carried_by or message.id) and it[0] <= state.at]
        since = {mail for at, mail in others if at >= until - days - MINUTE}
        return any(at == until - days - MINUTE for at, _ in others) and len(since) >= letters

    def _of_orders(self) -> Iterator[str]:
        """Of each order both the friend and the ambassador are told."""
        told = {(it[0].message.cause.id, it[0].message.to.kind) for it in self.world.stored.values()}
        for order_id in self.town.bought:
            for kind in ("friend", "ambassador"):
                if (order_id, kind) not in told:
                    yield f"of {order_id} no {kind} was told"

    def _reader(self, message: Message) -> Somebody:
        return self.town.readers[message.to.id]


def _purpose(message: Message) -> str:
    return "service" if message.letter.name in ANSWERS else "rewards"


def _minute(at: datetime, somebody: Somebody) -> int:
    wall = at.astimezone(ZoneInfo(somebody.zone))
    return wall.hour * 60 + wall.minute


def _moves(message: Message) -> Sequence[str]:
    return message.why if message.state == "pending" else ()


def _end(message: Message) -> str:
    return "sent" if message.outcome == "sent" else f"{message.outcome}: {', '.join(message.why)}"
