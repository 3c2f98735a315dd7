"""What is due for a person now, when to look again, and why: pure, as `settle` is.

Planning stores nothing but the moment of the next look: so no plan can go stale, and nothing has to be taken back. Each
look asks every occasion anew, and the policy for the first moment at which each touch may go. Of those whose moment has
come the first by rank goes; what can't go within its time is recorded once it is over, with the reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.care.occasion import LookAgain, Occasion, Touch
from chalicelib.domain.care.settings import Care
from chalicelib.domain.care.sight import Sight
from chalicelib.domain.model.people import Person, Purpose, Sent, Touched
from chalicelib.domain.people.person import join
from chalicelib.domain.people.policy import BEGINS, PURPOSES, Later, Never, Verdict, has_open_case, is_held_out, may
from chalicelib.domain.program.program import Program

_SOON = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Line:
    """What is to be said of one touch.

    Attributes:
        at: The first moment at which it may go; None if there is none.
        why: What moves it, or keeps it from going, as words that stand for good.
        held_out: Whether nothing is sent then, so that it can be told what it is worth.
        variant: Which of the program's wordings or offers it has.
    """

    touch: Touch
    at: datetime | None
    why: tuple[str, ...] = ()
    held_out: bool = False
    variant: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is due.

    Attributes:
        go: What is to be done now; None for nothing.
        ended: What ended since the last look without having gone, with the reason.
        ahead: All else that is in sight, the soonest first, what never goes last.
        due_at: When to look again, if nothing is known by then that is not known now; None for never.
    """

    go: Line | None
    ended: tuple[Line, ...]
    ahead: tuple[Line, ...]
    due_at: datetime | None


NOTHING = Plan(None, (), (), None)


@dataclass(frozen=True, slots=True)
class _Ranked:
    rank: int
    occasion: Occasion
    line: Line

    @property
    def touch(self) -> Touch:
        return self.line.touch

    @property
    def moment(self) -> datetime:
        assert self.line.at is not None, "what never goes is not ranked"
        return self.line.at


def care(person: Person, settings: Care, program: Program, now: datetime, *, mailbox: str | None) -> Plan:
    """Say what is due for a person.

    Args:
        person: Who it is; nothing is due for one who turned out to be another one.
        settings: The occasions that are on.
        program: The rules in force.
        now: The moment.
        mailbox: The pseudonym of their address; None if there is none.
    """
    if person.into is not None:
        return NOTHING
    inquiry = _Inquiry(person, program, now, mailbox)
    since = person.seen_until or now
    never, dated, looks = list[_Ranked](), list[_Ranked](), list[datetime]()
    for rank, occasion in enumerate(settings.occasions()):
        for seen in occasion.touches(Sight(person, program, now)):
            if isinstance(seen, LookAgain):
                looks += [] if inquiry.is_barred(occasion) else [seen.at]
            elif seen.ends > since and not is_done(person, seen):
                line = inquiry.line(occasion, seen, since if seen.ends <= now else now)
                (never if line.at is None else dated).append(_Ranked(rank, occasion, line))
    dated = [_kept_free(it, dated, inquiry) for it in dated]
    ended = [_ended(it.line) for it in (*dated, *never) if it.touch.ends <= now]
    open_ = [it for it in dated if it.touch.ends > now]
    ready = [it for it in open_ if it.moment <= now]
    go = min(ready, key=lambda it: (it.rank, it.touch.starts, it.touch.subject), default=None)
    waiting = sorted((it for it in open_ if it is not go), key=lambda it: (it.moment, it.rank))
    looks += [it.moment for it in waiting]
    return Plan(
        go=_with_what_moved_it(go, inquiry) if go else None,
        ended=tuple(ended),
        ahead=(*(it.line for it in waiting), *(it.line for it in never if it.touch.ends > now)),
        due_at=max(min(looks), now + _SOON) if looks and not (go or ended) else now if go or ended else None,
    )


def _with_what_moved_it(go: _Ranked, inquiry: "_Inquiry") -> Line:
    """Say also what it has waited for since its time began."""
    return replace(go.line, why=inquiry.line(go.occasion, go.touch, go.touch.starts).why)


def is_done(person: Person, touch: Touch) -> bool:
    """Whether a touch was begun, or was held out."""
    return any((it.occasion, it.subject) == (touch.occasion, touch.subject) for it in person.touches)


def touched(person: Person, line: Line, now: datetime, *, counts: bool) -> Person:
    """Note that a touch is let through now: it is dated by the end of the minute in which its mail may begin.

    If caps count its purpose, it counts at once, and also if it is held out, so that who is held out lives by the same
    calendar as the others.
    """
    it = line.touch
    done = Touched(it.occasion, it.subject, now, line.variant, line.held_out)
    purpose = purpose_of(it)
    sent = (Sent(message_key(person.id, it), purpose, now + BEGINS),) if counts and purpose else ()
    return join(person, Person(person.id, touches=(done,), sent=sent))


def given_back(person: Person, occasion: str, subject: str, key: str, until: datetime) -> Person:
    """Take back that a touch was begun, since its mail surely never went; nothing is tried before `until`."""
    return replace(
        person,
        touches=tuple(it for it in person.touches if (it.occasion, it.subject) != (occasion, subject)),
        sent=tuple(it for it in person.sent if it.key != key),
        paused_until=max(until, person.paused_until or until),
    )


def message_key(person_id: str, touch: Touch) -> str:
    """Name the message of a touch."""
    return f"touch:{person_id}:{touch.key}#1"


def purpose_of(touch: Touch) -> Purpose | None:
    """Return what a touch is for; None if nothing is written."""
    return PURPOSES[touch.letter] if touch.letter else None


@dataclass(frozen=True, slots=True)
class _Inquiry:
    """Whom the policy is asked about."""

    person: Person
    program: Program
    now: datetime
    mailbox: str | None

    def line(self, occasion: Occasion, touch: Touch, since: datetime) -> Line:
        """Say when a touch may first go, from `since` on, and what moves it."""
        held_out = occasion.holds_out(self.person.id) or is_held_out(self.person, self.program)
        variant = occasion.variant_of(self.person.id)
        at, paused_until = max(since, touch.starts), self.person.paused_until
        whys: tuple[str, ...] = ()
        if paused_until and paused_until > at:
            at, whys = paused_until, ("mail_service",)
        match self.may(touch, at):
            case Never(why):
                return Line(touch, None, (why,), held_out, variant)
            case Later(moment, more):
                return Line(touch, min(touch.ends, moment), (*whys, *more), held_out, variant)
        return Line(touch, min(touch.ends, at), whys, held_out, variant)

    def is_barred(self, occasion: Occasion) -> bool:
        """Whether nothing of an occasion may go, whenever."""
        return isinstance(self.may(occasion.touch("", self.now, timedelta()), self.now), Never)

    def first(self, touch: Touch, at: datetime, *sent: Sent) -> datetime:
        """When a touch may first go from a moment on, if these mails have gone; it is one that may."""
        found = self.may(touch, at, *sent)
        return found.at if isinstance(found, Later) else at

    def sent(self, ranked: _Ranked) -> Sent:
        """The mail of a touch, as if it went at its moment."""
        purpose = purpose_of(ranked.touch)
        assert purpose, "a letter is asked for"
        return Sent(ranked.touch.key, purpose, ranked.moment + BEGINS)

    def may(self, touch: Touch, at: datetime, *sent: Sent) -> Verdict:
        """Ask the policy, as if these mails had gone."""
        person, purpose = replace(self.person, sent=(*self.person.sent, *sent)), purpose_of(touch)
        if purpose is None:
            return _may_be_visited(person) or Later(at, ())
        key = message_key(person.id, touch)
        return may(person, purpose, self.program, at, mailbox=self.mailbox, key=key, despite="hold_out")


def _may_be_visited(person: Person) -> Never | None:
    if person.erased_at is not None and not person.handles:
        return Never("erased")
    if person.restricted_at is not None:
        return Never("restricted")
    return Never("complaint_open") if has_open_case(person) else None


def _ended(line: Line) -> Line:
    """What is over has no moment any more. If it had one in its time, nobody looked then, or nobody knew of it."""
    had = line.at is not None and line.at < line.touch.ends
    return replace(line, at=None, why=(*line.why, "late") if had else line.why)


def _kept_free(ranked: _Ranked, others: Sequence[_Ranked], inquiry: _Inquiry) -> _Ranked:
    """Let a touch wait for those of higher rank that can't be put off, if it would push them out of their time."""
    if ranked.touch.letter is None:
        return ranked
    moved = ranked
    firm = (one for one in others if one.rank < ranked.rank and one.touch.firm)
    for one in sorted(firm, key=lambda one: one.moment):
        starts = max(one.moment, moved.moment)
        if starts < one.touch.ends <= inquiry.first(one.touch, starts, inquiry.sent(moved)):
            at = inquiry.first(ranked.touch, starts, inquiry.sent(one))
            line = replace(ranked.line, at=min(at, ranked.touch.ends), why=(*ranked.line.why, "kept_free"))
            moved = replace(ranked, line=line)
    return moved
