"""A shop's people through time: what they have in mind, the functions that work for them, and what goes wrong."""

from abc import abstractmethod
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any

from chalicelib.operations.outlook import Outlook
from chalicelib.operations.program import programs
from chalicelib.store.table import BusyError, Table
from chalicelib.store.wire import Wire
from chalicelib.workers import mail, schedule, stream
from infra.local.clock import scheduled
from memory.faults import KilledError
from tests.life.post import PostOffice, Taken
from tests.simulator.actors import quietly
from tests.simulator.world import SETTINGS

STEP = timedelta(minutes=15)
MINUTE = timedelta(minutes=1)

Deed = Callable[[], None]


class Life:
    """What people still have in mind, and what came of it; `trouble` is the share of calls that meet a fault.

    `outages` are the times in which no mail could go, each as (from, until).
    """

    def __init__(self, seed: int, days: int, trouble: float, start: datetime | None = None) -> None:
        self.chance = Random(f"town {seed}")
        self.world = PostOffice(seed)
        self.world.now = start or self.world.now
        self.world.opens_at = self.world.allowed_at = self.world.now
        self.done: Counter[str] = Counter()
        self.outages: list[tuple[datetime, datetime]] = []
        self.numbers = count()
        self._trouble, self._ends = trouble, self.world.now + timedelta(days=days)
        self._settled = self._mailed = self._heard = 0
        self._calm = Table(Wire(self.world.engine.call, "simulated"))
        """The table without faults."""
        self._plans: list[tuple[datetime, int, str, Deed]] = []

    @abstractmethod
    def settle_down(self) -> None:
        """Publish the rules, and plan what is to happen."""

    @abstractmethod
    def hear_of(self, taken: Taken) -> None:
        """React to a mail."""

    @abstractmethod
    def interrupt(self) -> None:
        """Let something happen in the very moment in which a mail is to go."""

    @abstractmethod
    def is_waiting(self) -> bool:
        """Whether there is still something to do, once there is no more trouble."""

    def live(self, tell: Callable[[str], None] = lambda _: None) -> None:
        """Let everything happen that people have in mind, with trouble; then without, until nothing waits any more."""
        with self.world.inhabited():
            self.settle_down()
            self.world.trouble = self._trouble
            while self.world.now < self._ends:
                self.live_a_day(tell)
            self.world.trouble = 0
            self.world.opens_at = self.world.allowed_at = self.world.now
            self.outages = [(since, min(until, self.world.now)) for since, until in self.outages]
            while self._plans or self.is_waiting():
                self.live_a_day(tell)

    def live_a_day(self, tell: Callable[[str], None] = lambda _: None) -> None:
        """Live 24 hours."""
        until = self.world.now + timedelta(days=1)
        while self.world.now < until:
            self._step()
        tell(f"{self.world.now:%d %B}: {len(self.world.taken):,} mails; {len(self._plans):,} things still in mind")

    def plan(self, name: str, hours: float, deed: Deed) -> None:
        """Have something in mind that is done in so many hours."""
        heappush(self._plans, (self.world.now + timedelta(hours=hours), next(self.numbers), name, deed))

    def outage(self, name: str) -> None:
        """Let no mail go for 30 hours: the mail service is away, or the operator has something to mend."""
        until = self.world.now + timedelta(hours=30)
        self.outages.append((self.world.now, until))
        if name == "mail service away":
            self.world.opens_at = until
        else:
            self.world.allowed_at = until

    def here(self, **more: Any) -> dict[str, Any]:
        """By what a request works out what is due, and when it comes."""
        return {"outlook": Outlook(programs.current(self.world.table), SETTINGS.pepper), "now": self.world.now, **more}

    def _step(self) -> None:
        """A quarter of an hour, or an hour without trouble: people and functions do what they have to, all at once."""
        now = self.world.now
        until = now + (STEP if self.world.trouble else 4 * STEP)
        if self.world.trouble:
            self.interrupt()
        is_idle = self._is_idle()
        while self._plans and self._plans[0][0] <= now:
            _, number, name, deed = heappop(self._plans)
            self.world.start(partial(self._try, number, name, deed))
            is_idle = False
        if is_idle:
            self.world.pass_time(seconds=(until - now).total_seconds())
            return
        for work in (self._settle, self._mail, self._minute, self._mail_minute):
            self.world.start(partial(quietly, work))
        self.world.run()
        self._catch_up(until)
        fresh, self._heard = self.world.taken[self._heard :], len(self.world.taken)
        for taken in fresh:
            self.hear_of(taken)
        self.world.engine.settle_indexes()
        self.world.pass_time(seconds=max(0, (until - self.world.now).total_seconds()))

    def _catch_up(self, until: datetime) -> None:
        """As long as anything is due the schedule works on, a minute later each time, as it would have all along."""
        while self.world.now + MINUTE < until:
            self.world.engine.settle_indexes()
            if next(self._calm.list_due(self.world.now), None) is None:
                return
            self.world.pass_time(seconds=MINUTE.total_seconds())
            for work in (self._minute, self._mail_minute):
                self.world.start(partial(quietly, work))
            self.world.run()

    def _is_idle(self) -> bool:
        """Whether the functions would find nothing to do: it saves the time to call them."""
        heard = min(self._settled, self._mailed) == len(self.world.engine.records)
        return heard and next(self._calm.list_due(self.world.now), None) is None

    def _try(self, number: int, name: str, deed: Deed) -> None:
        """Do something, or try it again a quarter of an hour later: a table that is busy, or a process that died."""
        try:
            deed()
        except (BusyError, KilledError) as error:
            heappush(self._plans, (self.world.now + STEP, number, name, deed))
            if isinstance(error, KilledError):
                raise
        else:
            self.done[name] += 1

    # --- the functions ------------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """The stream: some of it late, doubled, or not at all."""
        records, self._settled = self._records(self._settled)
        stream.on_table_change({"Records": records}, None)

    def _mail(self) -> None:
        records, self._mailed = self._records(self._mailed)
        mail.on_message({"Records": records}, None)

    def _records(self, read: int) -> tuple[list[Any], int]:
        records = self.world.engine.records
        if self.world.trouble and self.world.chance.random() < 0.1:
            self.world.fired["stream late"] += 1
            return records[max(0, read - 3) : read], len(records)
        return records[read:], len(records)

    def _minute(self) -> None:
        schedule.every_minute(scheduled(self.world.now), None)
        schedule.every_minute_jobs(scheduled(self.world.now), None)

    def _mail_minute(self) -> None:
        mail.every_minute_mail(scheduled(self.world.now), None)
