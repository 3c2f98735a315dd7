"""The operator's commands: make keys and admins, publish a program, draw surprises again, look after letters.

With `--home` they work on the local instance that runs from there; without, on the table TABLE_NAME of the AWS account
that the environment's credentials open.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import msgspec

from chalicelib import config, deps
from chalicelib.aws.credentials import NoCredentialsError
from chalicelib.aws.lines import LostError
from chalicelib.aws.parameters import read_parameter
from chalicelib.aws.services import DYNAMODB, RefusedError, Service
from chalicelib.domain.program.flaws import FlawedProgramError
from chalicelib.edge.fields import Email, Name
from chalicelib.edge.tidy import tidied
from chalicelib.operations.access import admins, api_keys
from chalicelib.operations.audit import surprises
from chalicelib.operations.messages import undelivered
from chalicelib.operations.messages.resend import Barred, Request, Resent, Unfinished
from chalicelib.operations.program import programs, publication
from chalicelib.operations.program.advice import advice
from chalicelib.operations.stats.recompute import recompute
from chalicelib.store.shards import MANY
from chalicelib.store.table import BusyError, NewerError, Table
from chalicelib.store.wire import Wire
from infra.local import guests
from infra.local.clock import Clock
from infra.local.cloud import answers, fetch
from infra.local.home import Home, RunInfo
from infra.local.settings import TABLE, calling, use_local_cloud

LATELY = timedelta(days=14)
"""So far back letters are looked for unless told."""


SPLIT_AHEAD = timedelta(days=2)
"""How long before a day it has to be decided how many shards it has."""


class UsageError(Exception):
    """The command cannot be carried out; the text says what to change."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        options.command(options)
    except (UsageError, api_keys.UnknownScopeError, FlawedProgramError, msgspec.ValidationError) as error:
        print(error, file=sys.stderr)
        return 1
    except (BusyError, LostError, NewerError, NoCredentialsError, RefusedError) as error:
        print(f"It could not be done, or not to its end ({type(error).__name__}): {error}", file=sys.stderr)
        return 1
    return 0


def make_key(options: argparse.Namespace) -> None:
    """Print a new API key: only now, for nothing but its hash is stored."""
    print(api_keys.issue(_table(options), options.name, options.scopes, _now(options), owner=options.owner))


def make_admin(options: argparse.Namespace) -> None:
    """Make somebody an admin, who signs in to the console by mail."""
    try:
        email = msgspec.convert(tidied(options.email, Email), Email)
        name = msgspec.convert(options.name.strip(), Name)
    except msgspec.ValidationError:
        raise UsageError("An admin has an e-mail address, and a name of at most 80 characters.") from None
    wanted = admins.Wanted(email, name, options.scopes)
    made = admins.issue(_table(options), wanted, pepper=_pepper(options), now=_now(options))
    if isinstance(made, admins.Taken):
        raise UsageError(f"{made.by.name} reads this mailbox and is an admin already, as {made.by.id}.")
    told = "" if made.new else " already"
    print(f"{made.key.name} is an admin{told}, as {made.key.id}: {', '.join(made.key.scopes)}.")
    print(f"They sign in by mail at {_origin(options)}/sign-in?to=console")


def sign_in(options: argparse.Namespace) -> None:
    """Print links that open the console and an ambassador's pages of the local instance, once."""
    home = options.home or Path(".local")
    info = _running(home)
    use_local_cloud(Home(home), info.api, info.cloud)
    deps.use_clock(Clock(Path(info.clock_file)).now)
    print(f"console      {guests.console_link()}\nambassador   {guests.ambassador_link()}")


def publish_program(options: argparse.Namespace) -> None:
    """Make a document the next version of the program, and print its warnings."""
    try:
        document: dict[str, Any] = json.loads(options.file.read_text())
    except (OSError, ValueError) as error:
        raise UsageError(f"{options.file} cannot be read: {error}") from None
    now = _now(options)
    program = publication.publish(_table(options), document, author=options.author, now=now)
    print(f"Version {program.version} of the program of {program.shop_name} is in force within a minute.")
    for pointer, detail in advice(program, now=now):
        print(f"Warning: {pointer} {detail}.")


def draw_again(options: argparse.Namespace) -> None:
    """Draw the surprises of a month again, and compare: who was met and what they were given, and the budget."""
    table, month = _table(options), options.month
    found = surprises.month_of(table, month, programs.current(table))
    if found is None:
        raise UsageError(f"No program has surprises in {month}.")
    terms, given = found.terms, 0
    print(f"{month}, by version {terms.version}: {terms.chance} of 10000, each {terms.cost} {terms.unit}.")
    for drawn in surprises.draw_again(table, terms):
        given += drawn.gift is not None
        told = drawn.message and (", ".join(drawn.message.why) or drawn.message.outcome or drawn.message.state)
        print(f"{drawn.person_id}  {drawn.gift.given if drawn.gift else '-':45}  {told or 'not tried'}")
    print(f"{given} gifts. Used: {found.used} of {terms.budget} {terms.unit}.")
    wrong = list(surprises.differences(table, month))
    for finding in wrong:
        print(f"Wrong: {finding.where}: {finding.found}, and not {finding.expected}.")
    if wrong:
        raise UsageError(f"{len(wrong)} differences.")
    print("Each was drawn, and the slices of the budget are what they took.")


def split_lists(options: argparse.Namespace) -> None:
    """Split the lists that everybody writes to into more shards from a day on, or show how they are split."""
    table, today = _table(options), _now(options).date()
    if options.count is not None:
        since = options.since or today + SPLIT_AHEAD
        if not 1 <= options.count <= MANY:
            raise UsageError(f"There are 1 to {MANY} shards.")
        if since < today + SPLIT_AHEAD:
            raise UsageError(f"It holds from {today + SPLIT_AHEAD} on at the earliest: by then every process knows it.")
        if since.isoformat() <= table.shards().last:
            raise UsageError(f"It is decided until {table.shards().last}, and what lies there stays where it is.")
        if not table.split(since, options.count):
            raise UsageError("Somebody else has decided meanwhile; look again.")
        table = _table(options)
    for first, count in table.shards().since:
        print(f"{first or 'from the start':14} {count}")


def recompute_figures(options: argparse.Namespace) -> None:
    """Work all figures out anew from the facts, compare them with those that are kept, and print what differs."""
    table = _table(options)
    program = table.read_newest_program()
    if program is None:
        raise UsageError("No program has been published yet, so there are no figures.")
    number, waiting, differing = 0, set[str](), 0
    for it in recompute(table, program, now=_now(options), mend=options.mend):
        number += 1
        if it.waits and it.kept != it.fresh:
            waiting.add(it.period)
        elif not it.is_same:
            differing += 1
            print(f"{it.period} by {it.dimension}\n  kept  {it.kept}\n  facts {it.fresh}")
    for period in sorted(waiting):
        print(f"{period}: something came in late; it is counted again tonight.")
    print(f"{number} figures of days and months recomputed: {differing} differ{' and were mended' * options.mend}.")
    if differing and not options.mend:
        raise UsageError("With --mend what the facts come to is stored.")


def show_letters(options: argparse.Namespace) -> None:
    """Print the letters that wait for the mail service or for the operator, and those that were given up, and why."""
    table, now = _table(options), _now(options)
    waits = list(undelivered.waiting(table, now))
    for it in waits:
        why = ", ".join(it.why) or ("being sent" if it.state == "sending" else "about to be sent")
        since = it.stuck_at or it.sending_at or it.owed_at
        print(f"{it.id}  {it.letter.name}  waits since {since:%Y-%m-%d %H:%M}: {why}; {it.unsure} unsure")
    print(f"{len(waits)} letters wait.")
    ended = list(_ended(options, table, now))
    for found in ended:
        it, again = found.message, "; sent again" * found.again
        print(f"{it.id}  {it.letter.name}  {it.done_at:%Y-%m-%d %H:%M}: {found.end}{again}")
    print(f"{len(ended)} letters were given up since {options.since or now - LATELY:%Y-%m-%d}.")


def send_again(options: argparse.Namespace) -> None:
    """Let letters go out again, each once: those that are named, or all that ended in a way within a time."""
    table, now = _table(options), _now(options)
    if bool(options.ids) == bool(options.end):
        raise UsageError("Say which letters: their ids, or with --end all that ended so since --since.")
    ids = options.ids or [it.message.id for it in _ended(options, table, now) if not it.again]
    rules, pepper, number = programs.current(table), _pepper(options), 0
    for message_id in ids:
        request = Request(message_id, pepper, options.author, options.note)
        answer = undelivered.send_again(table, request, rules, now=now)
        if isinstance(answer, Resent):
            number += not answer.replayed
            told = f"{'already ' * answer.replayed}goes out again as {answer.message.id}"
        elif isinstance(answer, Barred):
            told = f"may never go: {answer.why}"
        else:
            told = "is still on its way" if isinstance(answer, Unfinished) else "is no letter"
        print(f"{message_id}  {told}")
    print(f"{number} of {len(ids)} letters go out again.")


def _ended(options: argparse.Namespace, table: Table, now: datetime) -> Iterator[undelivered.Ended]:
    since, until = options.since or now - LATELY, options.until or now + timedelta(seconds=1)
    found = undelivered.ended(table, since, until)
    return (it for it in found if it.end == options.end or not options.end)


def show_mails(options: argparse.Namespace) -> None:
    """Print what the local instance has sent since it was started."""
    with fetch(_running(options.home or Path(".local")).mailbox, timeout=10) as answer:
        accounts: dict[str, list[dict[str, Any]]] = json.load(answer)["messages"]
    mails = [mail for account in accounts.values() for mail in account]
    for mail in mails:
        print(f"To:      {', '.join(_listed(mail.get('To')))}\nSubject: {mail.get('Subject', '')}\n")
        print(f"{mail.get('BodyText', '').strip()}\n\n{'-' * 72}")
    print(f"{len(mails)} mails since the start.")


def _table(options: argparse.Namespace) -> Table:
    if options.home:
        return Table(Wire(calling(_running(options.home).cloud), TABLE))
    if not os.environ.get("TABLE_NAME"):
        raise UsageError("Say where: --home .local for the local instance, or TABLE_NAME=… with AWS credentials.")
    return Table(Wire(Service(DYNAMODB, connect=5, answer=10).call, os.environ["TABLE_NAME"]))


def _pepper(options: argparse.Namespace) -> bytes:
    """The key of pseudonyms, by which a mailbox is found: the instance's own, or the stage's from SSM."""
    if options.home:
        return Home(options.home).secret("pepper").encode()
    try:
        return config.find_secret("PEPPER", read_parameter)
    except config.MissingSettingError:
        raise UsageError(
            "Say what keys the pseudonyms of the stage: PEPPER_PARAMETER=/referrals/STAGE/pepper, or PEPPER=…"
        ) from None


def _origin(options: argparse.Namespace) -> str:
    return _running(options.home).api if options.home else os.environ.get("PUBLIC_URL", "").rstrip("/")


def _now(options: argparse.Namespace) -> datetime:
    """The program's time, which a local instance may be ahead with."""
    return Clock(Path(_running(options.home).clock_file)).now() if options.home else datetime.now(UTC)


def _running(path: Path) -> RunInfo:
    info = Home(path).info
    if info is None or not answers(f"{info.api}/healthz"):
        raise UsageError(f"Nothing is running from {path}. Start it first, in another terminal: make run")
    return info


def _moment(text: str) -> datetime:
    """A day or a moment; of UTC unless it says which."""
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [str(value)]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.manage", description=__doc__)
    parser.add_argument("--home", type=Path, help="folder of a running local instance, such as .local")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    key = commands.add_parser("key", help="make an API key and print it")
    key.add_argument("--name", required=True, help="what the key is for")
    key.add_argument("--owner", default="", help="the person or team that answers for it; by default its name")
    key.add_argument("--scopes", required=True, nargs="+", help=f"what it may do: {', '.join(api_keys.SCOPES)}")
    key.set_defaults(command=make_key)
    admin = commands.add_parser("admin", help="make somebody an admin, who signs in to the console by mail")
    admin.add_argument("--name", required=True, help="what they are called; the owner of keys that they have")
    admin.add_argument("--email", required=True, help="where they read their mail")
    admin.add_argument("--scopes", default=admins.SCOPES, nargs="+", help=f"by default {', '.join(admins.SCOPES)}")
    admin.set_defaults(command=make_admin)
    links = commands.add_parser("sign-in", help="print links that open the local console and an ambassador's pages")
    links.set_defaults(command=sign_in)
    program = commands.add_parser("program", help="publish a program: the next version of the rules")
    program.add_argument("file", type=Path, help="a document such as examples/program.json")
    program.add_argument("--author", required=True, help="who is to be named as its author")
    program.set_defaults(command=publish_program)
    again = commands.add_parser("surprises", help="draw the surprises of a month again, and compare")
    again.add_argument("month", help="such as 2026-03")
    again.set_defaults(command=draw_again)
    figures = commands.add_parser("recompute", help="work all figures out anew from the facts, and compare")
    figures.add_argument("--mend", action="store_true", help="store what the facts come to")
    figures.set_defaults(command=recompute_figures)
    split = commands.add_parser("shards", help="show into how many shards lists are split, or split them further")
    split.add_argument("count", type=int, nargs="?", help=f"how many from then on, at most {MANY}")
    split.add_argument(
        "--since", type=date.fromisoformat, help="the first day (UTC); by default the day after tomorrow"
    )
    split.set_defaults(command=split_lists)
    letters = commands.add_parser("letters", help="list the letters that can't go out just now, or were given up")
    letters.set_defaults(command=show_letters)
    again = commands.add_parser("send-again", help="let letters go out again, each once, within a day")
    again.add_argument("ids", nargs="*", metavar="ID", help="as the log and the list have it")
    again.add_argument("--author", required=True, help="who wants so")
    again.add_argument("--note", required=True, help="why, for other admins")
    again.set_defaults(command=send_again)
    for it in (letters, again):
        it.add_argument("--end", choices=get_args(undelivered.End), help="only those that ended so")
        it.add_argument("--since", type=_moment, help="only those that ended from then on; by default two weeks ago")
        it.add_argument("--until", type=_moment, help="and before")
    mails = commands.add_parser("mails", help="read the mails that the local instance has sent")
    mails.set_defaults(command=show_mails)
    return parser


if __name__ == "__main__":
    sys.exit(main())
