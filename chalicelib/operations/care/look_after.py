"""Do what is due for a person: decide it, note it with all that comes with it in one transaction, and send its mail.

A touch is a message that begins claimed: in the transaction that makes it, the person remembers it and gets their next
wake-up, and what it gives is given. So whoever dies between any two steps leaves nothing half done, and nobody does it
again. From then on it goes the way of every letter.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from chalicelib.domain.care import draws
from chalicelib.domain.care.care import Line, care, given_back, message_key, purpose_of, touched
from chalicelib.domain.care.giving import Given, give
from chalicelib.domain.care.guides import guide_for
from chalicelib.domain.care.occasion import Occasion, Touch
from chalicelib.domain.care.occasions.how_to import HowTo
from chalicelib.domain.care.occasions.social import Social
from chalicelib.domain.care.occasions.surprise import Surprise
from chalicelib.domain.care.offers import Terms
from chalicelib.domain.care.tasks import social_task
from chalicelib.domain.effects import Create, Effect, Replace
from chalicelib.domain.model.messages import Cause, Letter, Message, Recipient
from chalicelib.domain.model.offers import SurpriseGift
from chalicelib.domain.model.people import Person
from chalicelib.domain.model.tasks import Guide, Task
from chalicelib.domain.people.policy import BEGINS, is_counted
from chalicelib.operations.messages.deliver import Claim, Fate, Post, send_claimed
from chalicelib.operations.messages.readers import Reached
from chalicelib.operations.once import Failures, Plan, decide
from chalicelib.operations.people.merged import account_of, profile_of
from chalicelib.store.table import BusyError

AT_ONCE = 10
"""So many things at most are done for one person in a run; more stay due."""

_DOUBLINGS = 8
_LONGEST_PAUSE = timedelta(hours=4)


@dataclass(slots=True)
class _Met:
    """What stood in the way of an earlier look: messages and tasks that there are, and surprises that were given."""

    messages: dict[str, Message] = field(default_factory=dict)
    gifts: set[str] = field(default_factory=set)
    tasks: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Looked:
    """What a look came to: a mail to send, or nothing but what it wrote; whether there was anything to do."""

    did: bool
    claim: Claim | None = None


@dataclass(frozen=True, slots=True)
class _Deed:
    """How one touch is done: what is written for it, and the message that tells of it, if there is one.

    Attributes:
        gives: Whether something is given with it: then it is not taken back, and goes on as every letter.
    """

    effects: tuple[Effect, ...] = ()
    message: Message | None = None
    claimed: bool = False
    gives: bool = False


def look_after(post: Post, person_id: str, *, now: datetime) -> list[Fate]:
    """Do what is due for a person, one thing after the other, and return what became of the mails.

    All of them are let through as of `now`, so none begins once a minute has passed, nor after one that stops the
    others; what is left stays due. A call that breaks off leaves a mail claimed, as `deliver` does.
    """
    fates: list[Fate] = []
    begins_until = post.table.deadline(BEGINS.total_seconds())
    for _ in range(AT_ONCE):
        if post.table.is_past(begins_until):
            break
        met = _Met()
        try:
            looked = decide(post.table, partial(_look, post, person_id, now, met))
        except BusyError:
            return [*fates, Fate(person_id, "refused", "the table is busy")]
        if looked.claim:
            fates += send_claimed(post, looked.claim, begins_until, now)
        if not looked.did or (fates and fates[-1].stops):
            break
    return fates


def _look(post: Post, person_id: str, now: datetime, met: _Met) -> Plan[_Looked]:
    person = post.table.read_person(person_id)
    if person is None or person.due_at is None or person.due_at > now:
        return Plan(_Looked(did=False))
    outlook = post.outlook
    plan = care(person, outlook.settings, post.rules, now, mailbox=outlook.mailbox(person))
    ended = [it for line in plan.ended if (it := _ended(post, person, line, met, now))]
    deed, after = _Deed(), replace(person, seen_until=now)
    if plan.go is not None:
        deed = _deed(post, person, plan.go, met, now)
        purpose = purpose_of(plan.go.touch)
        counts = purpose is not None and is_counted(purpose, post.rules) and _may_count(deed)
        after = touched(after, plan.go, now, counts=counts)
    after = replace(outlook.ahead(after, now), version=person.version + 1)
    effects = [*ended, *deed.effects, Replace(after)]
    claim = _claim(post, after, plan.go, deed, now) if plan.go and deed.message and deed.claimed else None
    did = bool(plan.go or plan.ended)
    return Plan(_Looked(did, claim), effects, if_lost=partial(_learn, met))


def _learn(met: _Met, failures: Failures) -> None:
    """Remember what is there already, and look again."""
    for failure in failures:
        if isinstance(failure.stored, Message):
            met.messages[failure.stored.id] = failure.stored
        if isinstance(failure.stored, SurpriseGift):
            met.gifts.add(failure.stored.month)
        if isinstance(failure.stored, Task):
            met.tasks.add(failure.stored.id)


def _may_count(deed: _Deed) -> bool:
    """Whether a mail goes, or would if its reader were not held out."""
    return deed.claimed or (deed.message is not None and "hold_out" in deed.message.why)


def _deed(post: Post, person: Person, line: Line, met: _Met, now: datetime) -> _Deed:
    """Decide how a touch is done that may go now."""
    touch, occasion = line.touch, _occasion(post, line.touch)
    stored = met.messages.get(message_key(person.id, touch))
    if stored is not None and not _may_begin(stored):
        return _Deed()
    if isinstance(occasion, Social):
        task = social_task(person, touch.subject, now, hint=occasion.hint)
        return _Deed(() if line.held_out or task.id in met.tasks else (Create(task),))
    if line.held_out:
        return _closed(post, person, line, "hold_out", now, stored)
    letter = _letter(line)
    if isinstance(occasion, HowTo):
        guide = _guide(post, person, touch)
        if guide is None:
            return _closed(post, person, line, "no_guide", now, stored)
        letter = replace(letter, guide=guide.id)
    terms = _terms(occasion, line, post)
    given = _given(post, person, touch, terms, now) if terms else None
    effects = given.effects if given else []
    if isinstance(occasion, Surprise):
        taken = _surprise(post, person, occasion, touch, given, now) if touch.subject not in met.gifts else None
        if taken is None:
            return _closed(post, person, line, "no_budget", now, stored)
        effects += taken
    message = _begun(post, person, line, _with(letter, given) if given else letter, now, stored)
    write = Create(message) if stored is None else Replace(message)
    return _Deed((*effects, write), message, claimed=True, gives=given is not None)


def _may_begin(stored: Message) -> bool:
    """Whether a message that there is may go: it was taken back, or its time was over and has come again.

    A delivery that is told late moves the time of what it is about, and so does a birthday that was told wrong.
    """
    return stored.state == "pending" or (stored.outcome == "closed" and not stored.tries)


def _claim(post: Post, person: Person, line: Line, deed: _Deed, now: datetime) -> Claim:
    """Return the mail that is ours to send."""
    assert deed.message is not None, "who calls has seen it"
    message, profile = deed.message, _profile_code(post, person)
    back: Callable[[Person], Person] | None = None
    if not deed.gives:
        pause = now + min(timedelta(minutes=2 ** min(message.tries, _DOUBLINGS)), _LONGEST_PAUSE)
        touch = line.touch
        back = partial(given_back, occasion=touch.occasion, subject=touch.subject, key=message.id, until=pause)
    purpose = purpose_of(line.touch)
    counted = purpose is not None and is_counted(purpose, post.rules)
    return Claim([message], message.id, Reached(person, profile), counted, back)


def _profile_code(post: Post, person: Person) -> str | None:
    profile = profile_of(post.table, person.ambassador_id) if person.ambassador_id else None
    return profile.code if profile else None


def _begun(post: Post, person: Person, line: Line, letter: Letter, now: datetime, stored: Message | None) -> Message:
    """Return the message of a touch, claimed."""
    it = stored or _message(post, person, line, letter)
    return replace(
        it,
        letter=letter,
        until=line.touch.ends,
        state="sending",
        outcome=None,
        done_at=None,
        sending_at=now,
        why=(),
        waited=tuple(dict.fromkeys((*it.waited, *line.why))),
        tries=it.tries + 1,
        due_at=now,
        version=it.version + 1 if stored else 1,
    )


def _closed(post: Post, person: Person, line: Line, why: str, now: datetime, stored: Message | None) -> _Deed:
    """Return that a touch is done with, and nothing is sent."""
    message = _over(post, person, line, (why,), now, stored)
    return _Deed((Create(message) if stored is None else Replace(message),), message)


def _ended(post: Post, person: Person, line: Line, met: _Met, now: datetime) -> Effect | None:
    """Record that the time of a touch is over, with the reason; once, whatever the retries."""
    if line.touch.letter is None:
        return None
    stored = met.messages.get(message_key(person.id, line.touch))
    if stored is not None and stored.state != "pending":
        return None
    message = _over(post, person, line, line.why, now, stored)
    return Create(message) if stored is None else Replace(message)


def _over(
    post: Post, person: Person, line: Line, why: tuple[str, ...], now: datetime, stored: Message | None
) -> Message:
    it = stored or _message(post, person, line, _letter(line))
    return replace(
        it,
        state="done",
        outcome="closed",
        why=why,
        done_at=now,
        due_at=None,
        version=it.version + 1 if stored else 1,
    )


def _message(post: Post, person: Person, line: Line, letter: Letter) -> Message:
    cause = Cause("touch", f"{person.id}:{line.touch.key}", 1)
    to = Recipient("person", person.id)
    return Message(cause, to, letter, post.rules.version, line.touch.starts, until=line.touch.ends)


def _letter(line: Line) -> Letter:
    touch = line.touch
    assert touch.letter is not None, "a task has no letter"
    return Letter(touch.letter, about=touch.subject, variant=line.variant)


def _with(letter: Letter, given: Given) -> Letter:
    offer = given.offer
    code, until = (offer.code, offer.until) if offer else (None, None)
    return replace(letter, amount=given.amount, unit=given.unit, offer=code, until=until)


def _occasion(post: Post, touch: Touch) -> Occasion:
    return next(it for it in post.outlook.settings.occasions() if touch.occasion == it.NAME)


def _guide(post: Post, person: Person, touch: Touch) -> Guide | None:
    """Return the guide to what was bought, in a language that the person reads."""
    order = next((it for it in person.orders if it.order_id == touch.subject), None)
    if order is None:
        return None
    return guide_for(order.skus, [person.locale or post.rules.locale], post.guides(), categories=order.categories)


def _terms(occasion: Occasion, line: Line, post: Post) -> Terms | None:
    """By what something comes with a touch."""
    if isinstance(occasion, Surprise):
        month = occasion.terms_of(line.touch.subject, post.rules.currency, post.rules.version)
        return month.gift if month else None
    present = occasion.gift_for(line.variant)
    return Terms(present.rate, present.days, present.minimum) if present else None


def _given(post: Post, person: Person, touch: Touch, terms: Terms, now: datetime) -> Given | None:
    account = account_of(post.table, person.ambassador_id) if person.ambassador_id else None
    cause = f"touch:{person.id}:{touch.key}"
    return give(terms, person, account, cause, post.rules, now=now, chance=post.chance)


def _surprise(
    post: Post, person: Person, occasion: Surprise, touch: Touch, given: Given | None, now: datetime
) -> list[Effect] | None:
    """What a surprise takes of the month's budget; None if that is used, or nothing can be given."""
    terms = occasion.terms_of(touch.subject, post.rules.currency, post.rules.version)
    if given is None or terms is None:
        return None
    used = post.table.read_used(draws.budget_of(touch.subject))
    return draws.surprise(given, person, terms, used, now=now)
