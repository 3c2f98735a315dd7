"""Where the outside enters: settings, clock, randomness and AWS clients, each made at its first use and kept.

Nothing is made at import, so a cold start pays only for what its request needs; and nothing else makes a boto3 client,
so a whole system can run in one process under a clock and a wire of a test's choosing.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random, SystemRandom
from typing import TYPE_CHECKING, Any

from chalicelib import config
from chalicelib.domain.program.program import Program
from chalicelib.operations.program import programs
from chalicelib.store.table import Table
from chalicelib.store.wire import Wire

if TYPE_CHECKING:
    from chalicelib.delivery.ses import Mailer
    from chalicelib.delivery.traffic import Count
    from chalicelib.domain.model.tasks import Guide
    from chalicelib.operations.messages.deliver import Post
    from chalicelib.operations.outlook import Outlook

PROGRAM_KEPT = timedelta(seconds=60)

STAGE = "api"
"""The stage of the gateway; each deployment has a gateway of its own."""

_MODEL = Path(__file__).parent / "store" / "model"


def _real_time() -> datetime:
    return datetime.now(UTC)


_clock: Callable[[], datetime] = _real_time
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
    """The program's one table.

    botocore would check each request against its model and describe itself anew in each user agent: together a
    third of a redemption's CPU, and requests are made in one place only. What else is left out: `aws_session`.
    """
    return _table(read_timeout=3, retries={"total_max_attempts": 3})


@cache
def counter() -> Table:
    """The same table, for counts that are worth no wait: one attempt, which ends after a second without an answer."""
    return _table(read_timeout=1, retries={"total_max_attempts": 1})


def _table(**patience: Any) -> Table:
    options = {"connect_timeout": 1, "parameter_validation": False, "user_agent": f"referrals/{config.VERSION}"}
    return Table(Wire(_client("dynamodb", **options, **patience), settings().table))


@cache
def mailer() -> "Mailer":
    """The way out for mails. One attempt only: SES has no idempotency, so a repeated call is a second mail."""
    from chalicelib.delivery.ses import Mailer  # only who delivers needs it

    client = _client("sesv2", connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1})
    return Mailer(client, settings().sender, settings().configuration_set)


def quotes() -> "Count":
    """What counts the quotes that were asked for."""
    from chalicelib.delivery import traffic  # only the day's round asks

    if not settings().api:
        return traffic.uncounted
    client = _client("cloudwatch", connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 3})
    return traffic.counting(client, settings().api, STAGE, "POST", "/v1/quotes")


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
    for made in (settings, table, counter, mailer, _secret, programs.version):
        made.cache_clear()


@cache
def _secret(name: str) -> bytes:
    """A secret, read once: whoever changes one in the store has to start the functions anew."""
    return config.find_secret(name, _read_parameter)


def _read_parameter(name: str) -> str:
    client = _client("ssm", connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 5, "mode": "standard"})
    value: str = client.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    return value


@cache
def aws_session() -> Any:
    """The session of all the program's clients: whoever wants to hear what goes over the wire listens to its events.

    To botocore's model of DynamoDB it adds one word: an attribute's value is a document, which goes into the JSON and
    comes out of it as it is. botocore would look through the ten kinds that a value may have, for each value of each
    item; the program stores none whose form differs between the two (docs/adr/0016-attributes-as-they-are.md).
    """
    import boto3  # heavy: nothing is made, nor imported, before the first use
    from botocore.session import get_session

    inner = get_session()
    inner.get_component("data_loader").search_paths.insert(0, str(_MODEL))
    return boto3.Session(botocore_session=inner)


def _client(service: str, **options: Any) -> Any:
    from botocore.config import Config

    return aws_session().client(service, config=Config(max_pool_connections=32, **options))
