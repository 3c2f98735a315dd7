"""Upgrade, roll back, upgrade again and restore, with data in place: `python -m tests.drill --before COMMIT`.

The demonstration's shop goes on day after day on one table, while the program under it changes: an earlier commit in a
process of its own, this code, the earlier one again, and so on; at last on another table, copied as a restored one is.
Each build finds work that the one before it left undone. After each step the audit has to find nothing, the balances
are those of totals.sql, and each letter has had one mail.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from datetime import time as time_of_day
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from examples import play
from infra.local.home import ROOT, Home, RunnerError
from infra.local.settings import TABLE
from infra.local.table import properties
from infra.local.with_instance import instance
from tests.drill import books
from tests.drill.builds import checked_out

BEFORE = "4c383bb"
"""The last commit before the number of formats came."""

RESTORED = "referrals-restored"
SOON = time_of_day(12, 2)
"""After the minute in which the stream has everything to itself, and long before a mail counts as lost."""

HOME = ROOT / ".local/drill"


class Step(NamedTuple):
    """A build that runs on a table until the end of a day."""

    name: str
    is_new: bool
    until: date
    table: str = TABLE


STEPS = (
    Step("before", False, date(2026, 3, 12)),
    Step("upgraded", True, date(2026, 4, 3)),
    Step("rolled back", False, date(2026, 4, 8)),
    Step("upgraded again", True, date(2026, 4, 13)),
    Step("restored, adopted", True, date(2026, 4, 17), RESTORED),
)


@dataclass(slots=True)
class Drill:
    """A shop's history as far as it is played, and what was seen on the way."""

    lines: list[play.Line]
    played: play.Played = field(default_factory=play.Played)
    sent: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def go_on(self, api: play.Api, run: play.Run, until: date, rest: Callable[[], Any]) -> int:
        """Play all days up to one, each to its end; answers how much the build before has left due.

        The day that was begun by the build before is brought to its end first. Before the clock is moved no mail is on
        its way: half a day later nobody would know whether it went.
        """
        left = int(api.get("/healthz", run.admin_key)["due"]) if self.sent else 0
        if self.sent:
            self._end(api, run, self.played.last_day, rest)
        for day in self.days(until):
            self._move(api, run, day, play.NOON, rest)
            self.send(api, run, day)
            self._end(api, run, day, rest)
            if sys.stderr.isatty():
                print(f"\r  {day}", end="\r", file=sys.stderr, flush=True)
        return left

    def send(self, api: play.Api, run: play.Run, day: date) -> None:
        """Send what the shop reports on a day, and wait for nothing."""
        for line in self.lines[self.sent :]:
            if line["day"] != str(day):
                break
            play.send(line, api, run, self.played)
            self.sent += 1
        self.played.last_day = day

    def hand_over(self, api: play.Api, run: play.Run, rest: Callable[[], Any]) -> None:
        """Begin the next day, so that there is work left for the next build."""
        day = self.days(date.max)[0]
        self._move(api, run, day, play.NOON, rest)
        self.send(api, run, day)

    def days(self, until: date) -> list[date]:
        """The days with lines that are not sent yet, up to one."""
        days = (date.fromisoformat(day) for day, _ in groupby(self.lines[self.sent :], lambda line: line["day"]))
        return [day for day in days if day <= until]

    def _end(self, api: play.Api, run: play.Run, day: date, rest: Callable[[], Any]) -> None:
        """Let the day end. What was just sent is settled a little later, and its mails go, before half a day passes."""
        self._move(api, run, day, SOON, rest)
        self._move(api, run, day, play.EVENING, rest)

    @staticmethod
    def _move(api: play.Api, run: play.Run, day: date, at: time_of_day, rest: Callable[[], Any]) -> None:
        rest()
        play.move_clock(run, day, at)
        play.wait_settled(api, run)


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry the drill out; the exit code is 1 if anything was wrong after a step."""
    parser = argparse.ArgumentParser(prog="python -m tests.drill", description=__doc__)
    parser.add_argument("--before", default=BEFORE, help="the commit that is upgraded from and rolled back to")
    parser.add_argument("--home", type=Path, default=HOME, help="folder for the data; what is there is forgotten")
    asked = parser.parse_args(arguments)
    drill, began = Drill(play.read_history(play.HERE / "history.csv")), time.monotonic()
    try:
        with checked_out(asked.before, asked.home.with_name(f"{asked.home.name}-{asked.before}").resolve()) as before:
            for number, step in enumerate(STEPS):
                _carry_out(drill, step, ROOT if step.is_new else before, asked.home, is_first=number == 0)
    except (RunnerError, play.PlayError) as error:
        print(error, file=sys.stderr)
        return 2
    print(_summary(drill, asked.before, time.monotonic() - began))
    return 1 if drill.wrong else 0


def _carry_out(drill: Drill, step: Step, root: Path, path: Path, *, is_first: bool) -> None:
    print(f"{step.name}: until {step.until} …", flush=True)
    began, home = time.monotonic(), Home(path.resolve())
    options = ["--table", step.table] if step.table != TABLE else []
    with instance(path, *options, fresh=is_first, root=root) as info, _talking(home) as (api, run):
        dynamodb = books.client(info.cloud)
        rest = partial(books.at_rest, dynamodb, step.table)
        former = list(books.everything(dynamodb, TABLE)) if step is STEPS[-1] else []
        left = drill.go_on(api, run, step.until, rest)
        items = rest()
        found = books.inspect(api, run, drill.played, drill.lines[: drill.sent], items, home.path)
        if step is STEPS[-2]:
            _restore(dynamodb)
        elif step is not STEPS[-1]:
            drill.hand_over(api, run, rest)
        if former and list(books.everything(dynamodb, TABLE)) != former:
            found.wrong.append("the table that was left behind has changed")
    wrong = [*found.wrong, *_errors(home)]
    drill.wrong += [f"{step.name}: {it}" for it in wrong]
    seconds = round(time.monotonic() - began)
    drill.rows.append({"step": step.name, "due before": left, **found.figures, "wrong": len(wrong), "s": seconds})
    print("  " + ", ".join(f"{name} {value}" for name, value in drill.rows[-1].items() if name != "step"), flush=True)
    for text in wrong[:20]:
        print(f"  WRONG: {text}", flush=True)


def _errors(home: Home) -> list[str]:
    """What the log of the last build calls an error."""
    lines = (home / "app.log").read_text().splitlines()
    return [line[:300] for line in lines if '"level":"ERROR"' in line or line.startswith("ERROR")]


@contextmanager
def _talking(home: Home) -> Iterator[tuple[play.Api, play.Run]]:
    run = play.read_run(home / "run.json")
    with closing(play.Api(run.api)) as api:
        yield api, run


def _restore(dynamodb: Any) -> None:
    """Copy the table as a restored one is: no stream, no expiry, no protection. Adopting it then brings a stream."""
    kept = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    dynamodb.create_table(TableName=RESTORED, **{name: properties()[name] for name in kept})
    for item in books.everything(dynamodb, TABLE):
        dynamodb.put_item(TableName=RESTORED, Item=item)
    stream = {"StreamEnabled": True, **properties()["StreamSpecification"]}
    dynamodb.update_table(TableName=RESTORED, StreamSpecification=stream)


def _summary(drill: Drill, before: str, seconds: float) -> str:
    names = list(drill.rows[0])
    rows = [names, *([str(row[name]) for name in names] for row in drill.rows)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(names))]
    table = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    ending = "\n".join(["", *drill.wrong, f"{len(drill.wrong)} THINGS ARE WRONG."]) if drill.wrong else "All is right."
    return "\n".join(["", *table, "", f"From {before} and back, {seconds:.0f} s. {ending}"])


if __name__ == "__main__":
    sys.exit(main())
