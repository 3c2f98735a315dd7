"""What people were sent, what waits to be sent, and what was not, each with the reason."""

import base64
from datetime import datetime
from functools import partial
from typing import Any, Literal, Self

from chalice.app import Response

from chalicelib import deps
from chalicelib.api.subject import known_person
from chalicelib.domain.model import messages
from chalicelib.domain.model.people import Person, Purpose
from chalicelib.domain.people.outbox import purpose_of
from chalicelib.edge.answers import Answer, once
from chalicelib.edge.call import Call
from chalicelib.edge.fields import Note, Shape
from chalicelib.edge.idempotency import idempotency_key, reused
from chalicelib.edge.language import LANG, SPOKEN, language_of
from chalicelib.edge.paging import PAGE, Page, listed
from chalicelib.edge.problems import Problem, not_found
from chalicelib.edge.views import leads_to, view
from chalicelib.operations.messages.readers import recipients_of
from chalicelib.operations.messages.resend import Barred, Request, Unfinished, Unknown, resend
from chalicelib.operations.once import Reused
from chalicelib.web.language import Language, choose
from chalicelib.web.messages import tell_message
from chalicelib.web.policy import Reader, tell_bar

_PREFIX = "msg_"

State = Literal["waiting", "sending", "sent", "undeliverable", "closed"]


class Resending(Shape):
    """Why a letter goes out again.

    Attributes:
        note: For admins; its reader gets the same letter as before.
    """

    note: Note


class MessageCause(Answer, kw_only=True):
    """What a message is about.

    Attributes:
        id: The order's id, or that of the ambassador whose account has changed; with the tier's number, as in
            `amb_1:5`, where one was reached.
        version: Which settlement of the order, or change of the account, it was; of a tier the month, as 202603, and of
            rewards that expire the day, as 20260312.
    """

    kind: str
    id: str
    version: int


class Message(Answer, kw_only=True):
    """One letter to one person.

    Attributes:
        letter: Which letter it is. A `digest` is none: it is a mail that tells of several of these.
        purpose: What it is for. `service` can't be refused.
        reader: As whom they are written to.
        state: `waiting` until `due_at`; `sending` while nobody has said yet how it went; `undeliverable` if the mail
            service refused the address; `closed` if it was not to go any more.
        why: Why it waits, or ended so, as words that don't change.
        waited: What it waited for before it was sent, as such words.
        said: The same as sentences, in the language that was asked for.
        due_at: When somebody looks at it next.
        sent_at: When the mail service took it.
        closed_at: When it was decided that it never goes.
        tries: How often it was tried.
        carried_by: The message under whose id it was told in one mail with others; its own if it led them.
        arrival: What became of the mail since, as far as the mail service has told.
        answer: What its reader said to what it asks, and `answered_at` when.
        clicked_at: When a person first followed its link to a guide or to the shop.
        copy_of: The message that it repeats, since an admin let that go out again.
        note: Why it was sent again; for admins.
        author: The id of the key that wanted so; for admins.
    """

    id: str
    letter: messages.Name
    purpose: Purpose
    reader: Literal["ambassador", "friend", "person", "admin"]
    cause: MessageCause
    state: State
    why: list[str]
    waited: list[str]
    said: list[str]
    owed_at: datetime
    due_at: datetime | None = None
    sent_at: datetime | None = None
    closed_at: datetime | None = None
    tries: int
    carried_by: str | None = None
    arrival: messages.Arrival | None = None
    arrival_at: datetime | None = None
    answer: str | None = None
    answered_at: datetime | None = None
    clicked_at: datetime | None = None
    copy_of: str | None = None
    note: str | None = None
    author: str | None = None

    @classmethod
    def of(cls, message: messages.Message, person: Person, reader: Reader, language: Language) -> Self:
        """Show a message to a person, or to an admin."""
        sent = message.outcome == "sent"
        for_admins: dict[str, Any] = {"note": message.note, "author": message.author} if reader == "admin" else {}
        return cls(
            id=public_id(message.id),
            letter=message.letter.name,
            purpose=purpose_of(message),
            reader=message.to.kind,
            cause=MessageCause(kind=message.cause.kind, id=message.cause.id, version=message.cause.version),
            state=_state(message),
            why=list(message.why),
            waited=list(message.waited),
            said=tell_message(message, person, deps.program(), reader, language),
            owed_at=message.owed_at,
            due_at=message.due_at if message.state == "pending" else None,
            sent_at=message.done_at if sent else None,
            closed_at=None if sent else message.done_at,
            tries=message.tries,
            carried_by=public_id(message.carried_by) if message.carried_by else None,
            arrival=message.arrival,
            arrival_at=message.arrival_at,
            answer=message.answer,
            answered_at=message.answered_at,
            clicked_at=message.clicked_at,
            copy_of=public_id(message.first) if message.copy else None,
            **for_admins,
        )


@view(
    {200: Page[Message]},
    query={**PAGE, **LANG},
    gives=SPOKEN,
    problems={404: ["not_found"]},
    links=leads_to("post_resend", message_id="$response.body#/items/0/id"),
)
def get_messages(call: Call, person_id: str) -> Response:
    """List what a person was sent, what waits and until when, and what was closed and why, the newest first.

    As ambassador and as friend, and also before it was known that two are one.
    """
    query, person, table = call.query(), known_person(person_id), deps.table()
    reader: Reader = "person" if call.session else "admin"
    language = language_of(query, *([person.locale] if person.locale and call.session else []))
    read = partial(table.list_messages, recipients_of(table, person))
    return listed(
        f"/v1/people/{person_id}/messages",
        query,
        f"messages of {person.id}",
        read,
        lambda found: [Message.of(it, person, reader, language) for it in found],
        Content_Language=language.tag,
    )


@view(
    {201: Message, 200: Message},
    body=Resending,
    keyed=True,
    problems={
        404: ["not_found"],
        409: ["message_unfinished", "letter_not_allowed"],
        422: ["idempotency_key_reused"],
    },
)
def post_resend(call: Call, body: Resending, message_id: str) -> Response:
    """Let a letter go out again.

    Whether it was sent, could not be sent, or was closed: what stood in the way then may be gone. It goes out when the
    program and its reader let it, as a message of its own. If they never do, the answer is `letter_not_allowed`.
    """
    known = _own_id(message_id)
    if known is None:
        raise _unknown()
    request = Request(known, deps.settings().pepper, call.key.id, body.note)
    key = idempotency_key(call, body)
    answer = resend(deps.table(), request, deps.program(), key=key, now=deps.now())
    if isinstance(answer, Reused):
        raise reused()
    if isinstance(answer, Unknown):
        raise _unknown()
    if isinstance(answer, Unfinished):
        detail = "It has not gone out yet, or a copy of it has not: nothing is sent again before that."
        raise Problem(409, "message_unfinished", detail)
    if isinstance(answer, Barred):
        told = f"{answer.why}: {tell_bar(answer.why, 'admin', choose('en'))}"
        raise Problem(409, "letter_not_allowed", told, errors=[{"pointer": "", "detail": answer.why}])
    shown = Message.of(answer.message, answer.reached.person, "admin", language_of({}))
    return once(shown, replayed=answer.replayed)


def public_id(message_id: str) -> str:
    """Write the id of a message so that a path can carry it: an order's id in it may hold any sign."""
    return _PREFIX + base64.urlsafe_b64encode(message_id.encode()).decode().rstrip("=")


def _own_id(given: str) -> str | None:
    encoded = given.removeprefix(_PREFIX)
    try:
        read = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True).decode()
    except ValueError:
        return None
    return read if public_id(read) == given else None


def _state(message: messages.Message) -> State:
    if message.state == "sending":
        return "sending"
    return message.outcome or "waiting"


def _unknown() -> Problem:
    return not_found("There is no such message.")
