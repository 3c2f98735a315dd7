"""Where the outside enters: settings, clock, randomness and AWS clients, each made at its first use and kept.

Nothing is made at import, so a cold start pays only for what its request needs (and `start` for what a Lambda surely
will); and nothing else makes a client, so a whole system can run in one process under a clock and a wire of a test's
choosing.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random, SystemRandom
from typing import TYPE_CHECKING

from chalicelib import config
from chalicelib.aws.lines import LostError
from chalicelib.aws.parameters import read_parameter
from chalicelib.aws.services import DYNAMODB, SES, Call, RefusedError, Service
from chalicelib.domain.program.program import Program
from chalicelib.operations.program import programs
from chalicelib.store.table import Table
from chalicelib.store.wire import BusyError, Wire

if TYPE_CHECKING:
    from chalicelib.delivery.circuit import Circuit
    from chalicelib.delivery.ses import Mailer
    from chalicelib.delivery.traffic import Count
    from chalicelib.domain.model.tasks import Guide
    from chalicelib.operations.messages.deliver import Post
    from chalicelib.operations.outlook import Outlook

PROGRAM_KEPT = timedelta(seconds=60)

STAGE = "api"
"""The stage of the gateway; each deployment has a gateway of its own."""


def _real_time() -> datetime:
    return datetime.now(UTC)


def _unwatched(call: Call) -> Call:
    return call


_clock: Callable[[], datetime] = _real_time
_watch: Callable[[Call], Call] = _unwatched
_chance: Random = SystemRandom()
_program: tuple[datetime, Program] | None = None
_guides: "tuple[datetime, list[Guide]] | None" = None
_punctual: datetime | None = None


@cache
def settings() -> config.Settings:
    """The settings of this process."""
    return config.from_environment(_secret)


@cache
def table() -> Table:
    """The program's one table."""
    kept = settings()
    return Table(Wire(Service(DYNAMODB, connect=1, answer=3).call, kept.table, threads=kept.threads))


@cache
def counter() -> Table:
    """The same table, for counts that are worth no wait: one attempt, which ends after a second without an answer."""
    return Table(Wire(Service(DYNAMODB, connect=1, answer=1).call, settings().table, attempts=1))


@cache
def mailer() -> "Mailer":
    """The way out for mails. One attempt only: SES has no idempotency, so a repeated call is a second mail."""
    from chalicelib.delivery.ses import Mailer  # only who delivers needs it

    return Mailer(_watch(Service(SES, connect=2, answer=10).call), settings().sender, settings().configuration_set)


@cache
def circuit() -> "Circuit":
    """Whether the mail service answers."""
    from chalicelib.delivery.circuit import Circuit  # as above

    return Circuit()


def quotes() -> "Count":
    """What counts the quotes that were asked for."""
    from chalicelib.delivery import traffic  # only the day's round asks

    if not settings().api:
        return traffic.uncounted
    return traffic.counting(traffic.client(), settings().api, STAGE, "POST", "/v1/quotes")


def post() -> "Post":
    """What mails are written from and go out by."""
    from chalicelib.operations.messages.deliver import Post  # as above

    kept = settings()
    return Post(table(), mailer(), program(), kept.public_url, kept.pepper, kept.link_keys[0], guides, chance())


def outlook(*, keyed: bool = True) -> "Outlook":
    """By what it is worked out when to look what is due for somebody; not every function has the key of pseudonyms."""
    from chalicelib.operations.outlook import Outlook  # as above

    pepper = settings().pepper if keyed else b""
    try:
        return Outlook(program(), pepper)
    except programs.NoProgramError:
        return Outlook(None, pepper)


def now() -> datetime:
    """The program's time, in UTC, to the millisecond: as precise as it is stored."""
    time = _clock()
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


def use_clock(clock: Callable[[], datetime]) -> None:
    """Let the program live by another clock: for local runs and tests, never in a Lambda."""
    global _clock  # noqa: PLW0603 - this module is where the process keeps what it has made
    _clock = clock


def watch_mails(watch: Callable[[Call], Call]) -> None:
    """Let somebody see what is sent: for local runs, where no mail service tells what becomes of a mail."""
    global _watch  # noqa: PLW0603 - as above
    _watch = watch
    mailer.cache_clear()


def chance() -> Random:
    """Randomness that nobody can predict, from the operating system."""
    return _chance


def use_chance(chance: Random) -> None:
    """Let ids and codes come from a source that can be repeated: for tests, never in a Lambda."""
    global _chance  # noqa: PLW0603 - as above
    _chance = chance


def program() -> Program:
    """The rules in force, read at most once a minute.

    Raises:
        programs.NoProgramError: none has been published yet.
    """
    global _program  # noqa: PLW0603 - as above
    if _program is None or abs(now() - _program[0]) > PROGRAM_KEPT:
        _program = now(), programs.current(table())
    return _program[1]


def guides() -> "list[Guide]":
    """All guides of the shop, read at most once a minute."""
    global _guides  # noqa: PLW0603 - as above
    if _guides is None or abs(now() - _guides[0]) > PROGRAM_KEPT:
        _guides = now(), [guide for _, guide in table().list_guides()]
    return _guides[1]


def late(by: timedelta, most: int) -> list[str]:
    """Up to `most` moments for which something has waited in vain for so long. If nothing has, that holds a minute."""
    global _punctual  # noqa: PLW0603 - as above
    if _punctual is not None and abs(now() - _punctual) <= PROGRAM_KEPT:
        return []
    found = table().list_late(now() - by, most)
    _punctual = None if found else now()
    return found


def use_program(program: Program) -> None:
    """Go by these rules from now on: they have just been put in force."""
    global _program  # noqa: PLW0603 - as above
    _program = now(), program


def forget() -> None:
    """Drop all that is kept, as if the process had just begun; the clock stays."""
    global _program, _guides, _punctual, _chance
    _program, _guides, _punctual, _chance = None, None, None, SystemRandom()
    for made in (settings, table, counter, mailer, circuit, _secret, programs.version):
        made.cache_clear()


@cache
def _secret(name: str) -> bytes:
    """A secret, read once: whoever changes one in the store has to start the functions anew."""
    try:
        return config.find_secret(name, read_parameter)
    except (RefusedError, LostError) as error:
        if isinstance(error, RefusedError) and not error.is_passing:
            raise
        raise BusyError(str(error)) from error
