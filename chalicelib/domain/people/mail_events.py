"""What the mail service tells of mails: which address takes none any more, and who called one spam.

Its events come late, twice and in any order. So all that is kept of them is a maximum, a union or "the last three", and
an event comes to the same whenever it is folded in.
"""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, get_args

from chalicelib.domain.model.messages import Arrival, Message
from chalicelib.domain.model.people import EVERYTHING, Bounces, Person, Stop
from chalicelib.domain.people.consent import said

PATIENCE = 3
"""So many mails in a row may come back for what may pass, before their address counts as unreachable."""

Kind = Literal["sent", "delayed", "returned", "delivered", "rejected", "bounced", "complained"]
"""The mail service took a mail, or then refused it for what is in it (`rejected`); it tries on (`delayed`); it arrived;
it came back for good (`bounced`), or for what may pass (`returned`); its reader called it spam."""

_ARRIVALS: tuple[Arrival, ...] = get_args(Arrival)
"""What became of a mail, the last word last: of two events the later one in this order counts, however they come."""

_GRAVITY = ("unreachable", "bounce", "complaint")
_VALUE_MAX = 256
_MESSAGE, _PERSON, _MAILBOX = "message", "person", "mailbox"


@dataclass(frozen=True, slots=True)
class Mark:
    """What a mail says of itself, so that its events are understood: no name, and the address by its pseudonym only.

    Attributes:
        message_id: The message that it was sent for.
        person_id: To whom.
        mailbox: The pseudonym of the address, as the person had it then.
    """

    message_id: str
    person_id: str
    mailbox: str

    def tags(self) -> dict[str, str]:
        """Write it as the tags of a mail, whose values are up to 256 letters, digits, hyphens and underscores."""
        text = base64.urlsafe_b64encode(self.message_id.encode()).decode().rstrip("=")
        parts = [text[at : at + _VALUE_MAX] for at in range(0, len(text), _VALUE_MAX)]
        named = {f"{_MESSAGE}{number or ''}": part for number, part in enumerate(parts)}
        return {**named, _PERSON: self.person_id, _MAILBOX: self.mailbox}


def mark_in(tags: Mapping[str, str]) -> Mark | None:
    """Read a mark back; None if there is none, as in a mail that somebody else has sent."""
    text, number = "", 0
    while part := tags.get(f"{_MESSAGE}{number or ''}"):
        text, number = text + part, number + 1
    if not (text and tags.get(_PERSON) and tags.get(_MAILBOX)):
        return None
    try:
        message_id = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
    except ValueError:
        return None
    return Mark(message_id, tags[_PERSON], tags[_MAILBOX])


@dataclass(frozen=True, slots=True)
class MailEvent:
    """Something that became of a mail.

    Attributes:
        at: When it happened.
        sent_at: When the mail was sent, which tells its mails to one address apart.
        reason: The mail service's own words for it, such as `MailboxFull`: never with an address in them.
    """

    kind: Kind
    mark: Mark
    at: datetime
    sent_at: datetime
    reason: str | None = None


def fold(person: Person, event: MailEvent) -> Person:
    """Return the person to whom a mail was sent, after an event of it.

    One who calls a mail spam says no to everything by it, and something is open between them and the shop.
    """
    person = fold_mailbox(person, event)
    if event.kind != "complained":
        return person
    name = f"spam:{event.mark.mailbox}"
    return replace(
        person,
        consents=said(person.consents, EVERYTHING, "person", event.at, yes=False),
        complaints={**person.complaints, name: max(event.at, person.complaints.get(name, event.at))},
    )


def fold_mailbox(person: Person, event: MailEvent) -> Person:
    """Return a person who has, or had, the address that a mail went to, after an event of it: only that counts for all.

    A mail that came back after it had arrived, as answering machines seem to send it, tells nothing of the address.
    """
    mailbox = event.mark.mailbox
    stops, bounces = dict(person.stops), dict(person.bounces)
    known = bounces.get(mailbox, Bounces())
    match event.kind:
        case "delivered":
            bounces[mailbox] = joined_bounces([known, Bounces(delivered=event.sent_at)])
        case "returned":
            bounces[mailbox] = joined_bounces([known, Bounces(returned=(event.sent_at,))])
        case "bounced":
            stops[mailbox] = graver([stops.get(mailbox), Stop("bounce", event.at)])
        case "complained":
            stops[mailbox] = graver([stops.get(mailbox), Stop("complaint", event.at)])
    return replace(person, bounces=bounces, stops=with_unreachable(stops, bounces))


def noted(message: Message, event: MailEvent, now: datetime) -> Message:
    """Return a message after an event of its mail, at the version that it has.

    Whatever is told of a mail says that the mail service took it. So one of which nobody knew whether it went, went.
    """
    if message.state == "sending" and event.kind != "rejected":
        why = ("digest",) if message.carried_by else ()
        message = replace(message, state="done", outcome="sent", why=why, done_at=now, due_at=None)
    if event.kind == "sent" or (message.arrival and _ARRIVALS.index(event.kind) <= _ARRIVALS.index(message.arrival)):
        return message
    return replace(message, arrival=event.kind, arrival_at=event.at)


def joined_bounces(records: Iterable[Bounces]) -> Bounces:
    """Join what is known of one address: the last mail that arrived, and those since that came back."""
    every = list(records)
    delivered = max((it.delivered for it in every if it.delivered), default=None)
    returned = sorted({at for it in every for at in it.returned if delivered is None or at > delivered})
    return Bounces(delivered, tuple(returned[-PATIENCE:]))


def graver(candidates: Iterable[Stop | None]) -> Stop:
    """Return what stops an address if several things do: the gravest, since it was first told."""
    stops = [it for it in candidates if it is not None]
    kind = max((it.kind for it in stops), key=_GRAVITY.index)
    return Stop(kind, min(it.at for it in stops if it.kind == kind))


def with_unreachable(stops: Mapping[str, Stop], bounces: Mapping[str, Bounces]) -> dict[str, Stop]:
    """Return stops with the addresses that are unreachable, and without those that are so no more."""
    kept = {mailbox: stop for mailbox, stop in stops.items() if stop.kind != "unreachable"}
    for mailbox, it in bounces.items():
        if len(it.returned) >= PATIENCE and mailbox not in kept:
            kept[mailbox] = Stop("unreachable", it.returned[-1])
    return dict(sorted(kept.items()))
