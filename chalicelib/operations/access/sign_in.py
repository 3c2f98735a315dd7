"""Sign in by a mail, or by the word of the shop: ask, find out who it is, and go in once.

Asking does the same whatever the address is: it reads nobody, and writes the same items. Who reads a mailbox is found
out by whoever sends mails (`meet`), when nobody waits for an answer any more. So neither what is answered nor how long
that takes can tell who is known.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from chalicelib.domain.effects import Create, Replace
from chalicelib.domain.ids import new_id
from chalicelib.domain.model.access import ApiKey, ConsoleSession, Door, Session, SignIn
from chalicelib.domain.model.messages import Cause, Letter, Message, Recipient
from chalicelib.domain.model.people import Person
from chalicelib.domain.people.pseudonyms import pseudonym_of_email
from chalicelib.domain.people.sign_in import LASTS, PREFIX, client_of, is_code, is_id, sign_in_of
from chalicelib.operations.access import admins
from chalicelib.operations.access.api_keys import stands
from chalicelib.operations.once import Plan, decide
from chalicelib.store.table import Table

HANDED_LINK_LASTS = timedelta(minutes=2)
"""How long the link works by which a shop hands over its customer."""

GUESSES_MAX = 5
"""So many wrong codes end a sign-in."""

MAILS = ((timedelta(minutes=15), 3), (timedelta(days=1), 10))
"""So many mails go to one mailbox within a span; beyond that the answer stays the same, and nothing is sent."""

REQUESTS = (timedelta(minutes=15), 60)
"""So many requests come from one client within a span: many people may share the address of a mobile network."""

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who wants to sign in where: what they have typed as their address, and which one they come from.

    `locale` is the language that they read there.
    """

    email: str
    source: str
    door: Door = "me"
    locale: str = ""


@dataclass(frozen=True, slots=True)
class TooMany:
    """There were too many requests from there. The next one may come so many seconds later."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who may go in by a sign-in: a person, who need not be an ambassador yet, or an admin by their key."""

    sign_in: SignIn
    person: Person | None = None
    admin: ApiKey | None = None


@dataclass(frozen=True, slots=True)
class WrongCode:
    """It is not the code of this sign-in, or it was used."""


@dataclass(frozen=True, slots=True)
class Over:
    """Nothing is opened: it was never there, its time is over, it was used, or too many codes were tried."""


# --- asking -----------------------------------------------------------------------------------------------------------


def ask(table: Table, visitor: Visitor, *, pepper: bytes, now: datetime, chance: Random) -> SignIn | TooMany:
    """Write down that somebody wants to sign in: of both addresses the pseudonym alone.

    Raises:
        BusyError: the table did not answer in time; the same request may be sent again.
    """
    mailbox, (span, most) = pseudonym_of_email(pepper, visitor.email), REQUESTS
    if _counted(table, f"client:{client_of(pepper, visitor.source)}", span, now) > most:
        return TooMany(int((_end(span, now) - now).total_seconds()) + 1)
    counts = [(_counted(table, f"mailbox:{mailbox}", span, now), most) for span, most in MAILS]
    wanted = SignIn(
        new_id(PREFIX, now, chance), visitor.door, now, now + LASTS, mailbox, locale=visitor.locale, due_at=now
    )
    if any(number > most for number, most in counts):
        wanted = replace(wanted, due_at=None)
    table.commit([Create(wanted)])  # if its id is there already, an attempt whose reply was lost has written it
    return wanted


def hand_over(ambassador_id: str, by: ApiKey, *, now: datetime, chance: Random) -> SignIn:
    """Return what lets an ambassador in whom the shop has signed in already; it is not stored yet."""
    handed = SignIn(new_id(PREFIX, now, chance), "me", now, now + HANDED_LINK_LASTS, ambassador_id=ambassador_id)
    return replace(handed, made_by=by.id, key_digest=by.digest)


# --- the mail ---------------------------------------------------------------------------------------------------------


def meet(table: Table, sign_in_id: str, program_version: int, *, now: datetime) -> bool:
    """Find out who reads the mailbox of a sign-in, owe them the mail, and return whether there is somebody.

    Raises:
        BusyError: the table did not answer in time; it stays due.
    """

    def look() -> Plan[bool]:
        wanted = table.read_sign_in(sign_in_id)
        if wanted is None or wanted.due_at is None:
            return Plan(False)
        met = replace(wanted, due_at=None, version=wanted.version + 1)
        to = _recipient(_reader(table, wanted)) if now < wanted.expires_at else None
        if to is None:
            return Plan(False, [Replace(met)])
        cause, until = Cause("sign_in", wanted.id, 1), wanted.expires_at
        message = Message(cause, to, Letter("sign_in"), program_version, owed_at=now, until=until, due_at=now)
        return Plan(True, [Replace(replace(met, mailed=True)), Create(message)])

    return decide(table, look)


# --- going in ---------------------------------------------------------------------------------------------------------


def by_token(table: Table, token: str, key: bytes, *, now: datetime) -> Admitted | Over:
    """Say who may go in by a link. To ask changes nothing.

    Raises:
        BusyError: the table did not answer in time.
    """
    sign_in_id = sign_in_of(token, key)
    wanted = table.read_sign_in(sign_in_id) if sign_in_id else None
    if wanted is None or not _is_open(wanted, now) or wanted.used_at is not None:
        return Over()
    return _admitted(table, wanted) or Over()


def by_code(table: Table, pending: str, typed: str, key: bytes, *, now: datetime) -> Admitted | WrongCode | Over:
    """Say who may go in by a code that was typed where somebody has asked; a wrong one is counted.

    One that nobody was sent, and one that was used by its link, are as wrong as any other: what is answered says
    nothing of who is known, or has signed in meanwhile.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """

    def look() -> Plan[Admitted | WrongCode | Over]:
        wanted = table.read_sign_in(pending) if is_id(pending) else None
        if wanted is None or not wanted.mailbox or not _is_open(wanted, now):
            return Plan(Over())
        is_right = is_code(typed, wanted.id, key) and wanted.used_at is None
        admitted = _admitted(table, wanted) if is_right else None
        if admitted:
            return Plan(admitted)
        guessed = replace(wanted, guesses=wanted.guesses + 1, version=wanted.version + 1)
        return Plan(WrongCode(), [Replace(guessed)])

    return decide(table, look)


def enter(table: Table, admitted: Admitted, session: Session | ConsoleSession, *, now: datetime) -> bool:
    """Use a sign-in up for a session, in one transaction; False if it was used meanwhile, or its time is over.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """

    def look() -> Plan[bool]:
        wanted = table.read_sign_in(admitted.sign_in.id)
        if wanted is None or not _is_open(wanted, now) or wanted.used_at is not None:
            return Plan(wanted is not None and wanted.session_id == session.id)
        used = replace(wanted, used_at=now, session_id=session.id, version=wanted.version + 1)
        return Plan(True, [Replace(used), Create(session)])

    return decide(table, look)


def _admitted(table: Table, wanted: SignIn) -> Admitted | None:
    """Whom a sign-in lets in now: whoever a key that is still valid has handed over, or who reads the mailbox."""
    if wanted.ambassador_id is not None:
        if not stands(table, wanted.made_by, wanted.key_digest):
            return None
        profile = table.read_profile(wanted.ambassador_id)
        person = table.read_person(profile.person_id) if profile else None
        return Admitted(wanted, person) if person and not _was_erased(person, wanted) else None
    match _reader(table, wanted) if wanted.mailed else None:
        case ApiKey() as admin:
            return Admitted(wanted, admin=admin)
        case Person() as person:
            return Admitted(wanted, person)
    return None


def _reader(table: Table, wanted: SignIn) -> Person | ApiKey | None:
    """Who reads a mailbox and may use the door: an admin, or a person whose address is known."""
    if wanted.door == "console":
        return admins.find(table, wanted.mailbox)
    person = table.read_known([wanted.mailbox]).get(wanted.mailbox)
    return person if person is not None and person.email is not None else None


def _was_erased(person: Person, wanted: SignIn) -> bool:
    """Whether everything about somebody was forgotten since: that has signed them out."""
    return person.erased_at is not None and person.erased_at >= wanted.asked_at


def _recipient(reader: Person | ApiKey | None) -> Recipient | None:
    match reader:
        case ApiKey():
            return Recipient("admin", reader.id)
        case Person():
            return Recipient("person", reader.id)
    return None


def _is_open(wanted: SignIn, now: datetime) -> bool:
    return now < wanted.expires_at and wanted.guesses < GUESSES_MAX


def _counted(table: Table, name: str, span: timedelta, now: datetime) -> int:
    """Count one more within the span of time that began last, and return how many there were."""
    end = _end(span, now)
    return table.count_attempt(f"{name}:{int(span.total_seconds())}:{int(end.timestamp())}", end)


def _end(span: timedelta, now: datetime) -> datetime:
    """When the span of time ends in which a moment is."""
    return now + span - (now - _BEGINNING) % span
