"""Send a message of the outbox: ask whether it may go, claim it, send its mail once, say how it went.

The claim is one transaction which also checks that the person is as they were read. Whatever stops letters changes the
person: so once an erasure or a refusal has been answered, no claim is made any more. A mail begins within a minute
after its claim, or not at all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from random import Random, SystemRandom
from typing import Literal, NamedTuple

from chalicelib.delivery.mime import Envelope
from chalicelib.delivery.ses import Fault, Mailer, NotSentError, UnsureError
from chalicelib.domain.accounts.overtaken import is_overtaken, may_be_overtaken
from chalicelib.domain.effects import Effect, Replace
from chalicelib.domain.model.messages import Message
from chalicelib.domain.model.people import Person
from chalicelib.domain.model.tasks import Guide
from chalicelib.domain.people import outbox
from chalicelib.domain.people.codes import share_url
from chalicelib.domain.people.links import preferences_url, rights_url, unsubscribe_url
from chalicelib.domain.people.mail_events import Mark
from chalicelib.domain.people.policy import BEGINS, Later, Never, is_counted
from chalicelib.domain.program.program import Program
from chalicelib.operations.messages.matters import Writing, matter_of
from chalicelib.operations.messages.readers import Reached, reach
from chalicelib.operations.once import Failures, Plan, decide
from chalicelib.operations.outlook import Outlook
from chalicelib.operations.people.merged import account_of
from chalicelib.operations.program import programs
from chalicelib.store.table import BusyError, NewerError, Table
from chalicelib.web.language import spoken
from chalicelib.web.letters import Draft, write, write_digest
from chalicelib.web.mail import Mail, Reader

PATIENCE = timedelta(days=1)
"""How long what passes by itself may be in a letter's way before the operator hears of it."""

Outcome = Literal["sent", "unsure", "undeliverable", "refused", "blocked", "later", "closed", "abandoned"]


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a message at one look, and why: never with an address in it.

    It was `sent`; SES left us `unsure`; it is `undeliverable`, since the address itself is wrong. Or it goes again
    later: it was `refused` for now, or is `blocked` until the operator mends something. The policy lets it go `later`,
    or never, so that it was `closed`. Or it is `abandoned`: of three mails nobody knows whether they went, or it was
    blocked or refused for two weeks.

    Attributes:
        stops: Whether the next mail would fare the same, so that whoever sends several had better stop.
    """

    message_id: str
    outcome: Outcome
    reason: str | None = None
    stops: bool = False


@dataclass(frozen=True, slots=True)
class Post:
    """What mails are written from and go out by.

    Attributes:
        rules: those in force.
        public_url: the origin of the links.
        pepper: the key of people's pseudonyms.
        link_key: signs the links by which people act without signing in.
        guides: returns those of the shop.
        chance: draws the codes of offers.
    """

    table: Table
    mailer: Mailer
    rules: Program
    public_url: str
    pepper: bytes
    link_key: bytes
    guides: Callable[[], Sequence[Guide]] = tuple
    chance: Random = field(default_factory=SystemRandom)

    @property
    def outlook(self) -> Outlook:
        """When to look again what is due for people."""
        return Outlook(self.rules, self.pepper)


@dataclass(frozen=True, slots=True)
class Claim:
    """Messages that are ours to send in one mail, by `key`.

    Attributes:
        counted: Whether caps count it.
        taken_back: What a person is if it surely went not and may be begun again; None leaves them as they are, but for
            what caps count.
    """

    messages: Sequence[Message]
    key: str
    reached: Reached
    counted: bool
    taken_back: Callable[[Person], Person] | None = None


def deliver(post: Post, message_id: str, *, now: datetime) -> list[Fate]:
    """Send a message if it may go now, and return what became of it; empty when there was nothing to do.

    A call that breaks off leaves the message claimed: whether its mail was sent is not known, so it is not sent again
    before `outbox.ABANDONED` has passed. What could not be sent goes again after a growing while. A message is given up
    only if its address is wrong, if too many of its mails may have gone, or if it could not be sent for two weeks.
    """
    begins_until = post.table.deadline(BEGINS.total_seconds())
    try:
        claim = decide(post.table, lambda: _look(post, message_id, now))
    except BusyError:
        return [Fate(message_id, "refused", "the table is busy")]
    if not isinstance(claim, Claim):
        return claim
    return send_claimed(post, claim, begins_until, now)


def send_claimed(post: Post, claim: Claim, begins_until: float, now: datetime) -> list[Fate]:
    """Send the mail of messages that are ours to send, and say how it went.

    Raises:
        BusyError: the table did not answer in time; the claim stands until it counts as dead.
    """
    tried = _send(post, claim, begins_until, now)
    outcome, why = tried.outcome, ("digest",) if len(claim.messages) > 1 else ()
    after = [it for it in (_after(message, outcome, why, now) for message in claim.messages) if it is not None]
    given_up = {it.id for it in after if it.outcome == "closed"}
    if claim.taken_back:
        after = [replace(it, due_at=it.until) if it.state == "pending" else it for it in after]
    if after:
        _mark(post, claim, after, now, surely_not=outcome != "sent")
    return [
        Fate(it.id, "abandoned" if it.id in given_up else outcome, tried.reason, tried.stops) for it in claim.messages
    ]


def _look(post: Post, message_id: str, now: datetime) -> Plan[Claim | list[Fate]]:
    """Decide whether a message may go now: claim it, let it wait, or close it."""
    message = post.table.read_message(message_id)
    if message is None or not outbox.is_due(message, now):
        return Plan([])
    message = outbox.freed(message)
    if message.unsure >= outbox.UNSURE_MAX:
        return _closed(message, "abandoned", "unsure", now)
    purpose, reached = outbox.purpose_of(message), reach(post.table, message.to)
    over = _over(post, message, now) if reached else "no_address"
    if reached is None or over:
        return _closed(message, "closed", over or "no_address", now)
    key = message.carried_by or message.id
    match outbox.verdict(reached.person, message, post.rules, reached.mailbox(post.pepper), now):
        case Never(why):
            return _closed(message, "closed", why, now)
        case Later(at, whys):
            fate = Fate(message.id, "later", ", ".join(whys))
            return Plan([fate], [Replace(outbox.waiting(message, at, whys))])
    group = _together(post, message, now)
    key = outbox.carrier_of(group) if len(group) > 1 else key
    counted = is_counted(purpose, post.rules) and reached.admin is None
    claim = Claim(outbox.claimed(group, now), key, reached, counted)
    stands = reached.stands
    if counted:
        noted = post.outlook.ahead(outbox.counting(reached.person, key, purpose, now), now)
        stands = Replace(replace(noted, version=reached.person.version + 1))
    return Plan(claim, [*map(Replace, claim.messages), stands])


def _over(post: Post, message: Message, now: datetime) -> str | None:
    """Why a message makes no sense any more, if it does not."""
    if outbox.is_late(message, now):
        return "late"
    return "overtaken" if _is_overtaken(post, message, now) else None


def _is_overtaken(post: Post, message: Message, now: datetime) -> bool:
    """Whether a letter tells what is no longer so. Of a mail that may have gone already nothing is changed."""
    if message.unsure or not may_be_overtaken(message.letter):
        return False
    return is_overtaken(message, account_of(post.table, message.to.id), post.rules, now=now)


def _together(post: Post, message: Message, now: datetime) -> list[Message]:
    """Return what goes out in one mail with a message that may go now, itself among it, the oldest first.

    The index is a moment behind. What it does not list yet goes out by itself; what it lists and somebody else has
    taken since is at another version, so that the claim fails.
    """
    if not outbox.gathers(message, post.rules.letters.gather_minutes):
        return [message]
    listed = post.table.list_messages([message.to], None, outbox.DIGEST_MAX)
    together = outbox.together(message, [it for _, it in listed], now)
    return [it for it in together if it is message or not _is_overtaken(post, it, now)]


def _closed(message: Message, outcome: Literal["closed", "abandoned"], why: str, now: datetime) -> Plan[list[Fate]]:
    return Plan([Fate(message.id, outcome, why)], [Replace(outbox.done(message, "closed", [why], now))])


class _Tried(NamedTuple):
    """How sending one mail went, as a `Fate` says it."""

    outcome: Outcome
    reason: str | None = None
    stops: bool = False


def _send(post: Post, claim: Claim, begins_until: float, now: datetime) -> _Tried:
    """Send the mail once, and say how it went. One that can't be written now, since the table is busy, goes later."""
    try:
        envelope, mail = _compose(post, claim, now)
        if post.table.is_past(begins_until):
            return _Tried("refused", "it could not begin in time")
        post.mailer.send(envelope, mail)
    except UnsureError as error:
        return _Tried("unsure", str(error), stops=True)
    except NotSentError as error:
        outcome = _outcome(error.fault, claim.messages[0].stuck_at, now)
        return _Tried(outcome, str(error), stops=error.fault in {"account", "passing"})
    except BusyError:
        return _Tried("refused", "the table is busy")
    except NewerError as error:
        return _Tried("blocked", repr(error))
    return _Tried("sent")


def _outcome(fault: Fault, stuck_at: datetime | None, now: datetime) -> Outcome:
    if fault == "address":
        return "undeliverable"
    is_told = fault != "passing" or (stuck_at is not None and now - stuck_at >= PATIENCE)
    return "blocked" if is_told else "refused"


def _after(message: Message, outcome: Outcome, sent_why: Sequence[str], now: datetime) -> Message | None:
    """Return a claimed message as it is after its mail was tried; None if nobody knows, so that it stays claimed."""
    match outcome:
        case "sent":
            return outbox.done(message, "sent", sent_why, now)
        case "undeliverable":
            return outbox.done(message, "undeliverable", ["address"], now)
        case "refused":
            return outbox.given_back(message, "mail_service", now)
        case "blocked":
            return outbox.given_back(message, "operator", now)
    return None


def _mark(post: Post, claim: Claim, after: Sequence[Message], now: datetime, *, surely_not: bool) -> None:
    """Say how it went, of each message in which the claim still stands.

    Somebody else may have taken one, or the mail service may have told that the mail went, before this came. What caps
    count is taken back of a mail that surely never went.

    Raises:
        BusyError: the table did not answer in time; the claim stands until it counts as dead.
    """
    left = {it.id: it for it in after}
    taking_back = claim.taken_back or (partial(outbox.uncounted, key=claim.key) if claim.counted else None)

    def look() -> Plan[bool]:
        if not left:
            return Plan(False)
        effects: list[Effect] = [*map(Replace, left.values())]
        if surely_not and taking_back and not any(it.unsure for it in after):
            person = post.table.read_person(claim.reached.person.id)
            assert person is not None, "nobody is ever removed"
            back = post.outlook.ahead(taking_back(person), now)
            effects.append(Replace(replace(back, version=person.version + 1)))
        return Plan(True, effects, if_lost=leave)

    def leave(failures: Failures) -> None:
        for failure in failures:
            if isinstance(failure.effect, Replace) and isinstance(failure.effect.entity, Message):
                del left[failure.effect.entity.id]

    decide(post.table, look)


def _compose(post: Post, claim: Claim, now: datetime) -> tuple[Envelope, Mail]:
    """Write a letter, or one mail for several, in the words and language of its reader.

    Each speaks of the rules of its message, and promises what the rules in force keep.
    """
    drafts = [_draft(post, claim, message, now) for message in claim.messages]
    program, reader = drafts[-1].program, drafts[-1].reader
    envelope = Envelope(
        to=claim.reached.person.email or "",
        name=program.shop_name,
        reply_to=program.reply_to,
        unsubscribe=reader.unsubscribe,
        tags=Mark(claim.key, claim.reached.person.id, claim.reached.mailbox(post.pepper) or "").tags(),
    )
    return envelope, write(drafts[0]) if len(drafts) == 1 else write_digest(drafts)


def _link(post: Post, message: Message, person_id: str, code: str | None, now: datetime) -> str | None:
    """Where a letter leads on to, if not to the shop."""
    if message.letter.name == "confirm":
        return rights_url(post.public_url, person_id, post.link_key, now)
    return share_url(post.public_url, code) if code else None


def _draft(post: Post, claim: Claim, message: Message, now: datetime) -> Draft:
    person, code = claim.reached.person, claim.reached.code
    program = programs.version(post.table, message.program_version)
    purpose = outbox.purpose_of(message)
    matter = matter_of(Writing(post.table, person, post.rules, post.public_url, post.link_key, now), message)
    reader = Reader(
        shop_name=program.shop_name,
        first_name=person.first_name,
        link=_link(post, message, person.id, code, now) or program.shop_url,
        locale=spoken([person.locale or matter.locale or program.locale], program).tag,
        preferences="" if claim.reached.admin else preferences_url(post.public_url, person.id, post.link_key),
        unsubscribe=None
        if purpose == "service"
        else unsubscribe_url(post.public_url, person.id, purpose, post.link_key),
        code=code or "",
    )
    account = partial(account_of, post.table, person.ambassador_id or message.to.id)
    return Draft(message.letter, message.cause, reader, program, post.rules, account, now, matter)
