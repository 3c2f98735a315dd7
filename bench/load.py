"""Where the queues stand under a load that no machine here can carry: an hour of it, simulated second by second.

Every step takes what it was measured to take, or what AWS publishes as a limit; both stand in one table (`SERVICE`). A
queue takes what comes in a second, lets out what its step can do in one, and keeps the rest. What the checkout can't
take is refused, and not queued: the shop tries again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from bench.progress import Say

HOUR = 3600
LONGEST = 14 * 24 * HOUR
"""A queue that has not gone by then counts as one that never does."""

CPU_SHARE = 0.58
"""Of a processor, as a function of 1,024 MB has it (1,769 MB are a whole one)."""


class Service(NamedTuple):
    """What one thing takes, and where that is from."""

    value: float
    unit: str
    source: str


SERVICE = {
    "read": Service(4, "ms", "a call that reads; `python -m bench releases` lets calls take as long"),
    "write": Service(12, "ms", "a transaction; as above"),
    "settle reads": Service(8, "calls", "order, buyer, pseudonyms, order, account, friends: `python -m bench units`"),
    "settle writes": Service(2, "calls", "the buyer, and the settlement"),
    "settle CPU": Service(4, "ms", "`python -m bench cpu`, a settlement with its buyer"),
    "release reads": Service(3, "calls", "`python -m bench releases`"),
    "release writes": Service(1, "calls", "as above"),
    "release CPU": Service(2.2, "ms", "as above"),
    "life": Service(
        24, "write units", "a redemption and its first settlement, indexes and all: `python -m bench units`"
    ),
    "due": Service(8, "writes", "in the index `due`, of one order"),
    "day": Service(2, "writes", "in one list of the index `day`, of one order"),
    "key": Service(1000, "writes/s", "of one key, at most (DynamoDB)"),
    "account": Service(350, "orders/s", "of one ambassador: they share an item, 20 to a transaction"),
    "code": Service(3000, "reads/s", "of one item, at most (DynamoDB); a code is kept a few seconds by each process"),
    "mails": Service(3, "mails", "of one order: thanks, news, release"),
}


@dataclass(frozen=True)
class Setting:
    """What an operator sets, or asks AWS for."""

    name: str
    throttle: float
    table: float
    shards: int
    stream_factor: int
    threads: int = 8
    parts: int = 8
    mails: float = 14


SETTINGS = (
    Setting("as deployed, in a new account", throttle=200, table=4_000, shards=4, stream_factor=2),
    Setting("widened", throttle=10_000, table=40_000, shards=16, stream_factor=10, mails=500),
    Setting(
        "widened, quotas raised", throttle=20_000, table=400_000, shards=64, stream_factor=10, parts=64, mails=5_000
    ),
)
LOADS = (("10 a second", 10, False), ("1,000 a second", 1_000, False), ("10,000 a second", 10_000, False))
VIRAL = ("1,000 a second on one code", 1_000, True)


def run(say: Say) -> dict[str, Any]:
    """Simulate an hour of each load in each setting."""
    say("an hour of each load")
    hours = [_hour(setting, *load) for load in (*LOADS, VIRAL) for setting in SETTINGS]
    return {"service": {name: list(it) for name, it in SERVICE.items()}, "hours": hours, "model": _checked()}


def one_run(threads: int, of: str) -> float:
    """How many orders one function settles or releases a second: its threads wait, and share its processor."""
    waits = _of(f"{of} reads") * _of("read") + _of(f"{of} writes") * _of("write")
    return 1000 / max(waits / threads, _of(f"{of} CPU") / CPU_SHARE)


def _of(name: str) -> float:
    return SERVICE[name].value


def _checkout(setting: Setting, *, one_code: bool) -> dict[str, float]:
    """What the checkout can take, by what bounds it."""
    bounds = {
        "throttle of the API": setting.throttle,
        "write units of the table": setting.table / _of("life"),
        "shards of what is due": setting.shards * _of("key") / _of("due"),
        "shards of a day": setting.shards * _of("key") / _of("day"),
    }
    return {**bounds, "reads of one code": _of("code")} if one_code else bounds


def _settling(setting: Setting, rate: float, *, one_code: bool) -> float:
    """What the stream settles: it has about a shard for each 1,000 write units a second."""
    functions = max(1, rate * _of("life") // 1000) * setting.stream_factor
    able = functions * one_run(setting.threads, "settle")
    return min(able, _of("account")) if one_code else able


def _hour(setting: Setting, load: str, rate: float, one_code: bool) -> dict[str, Any]:
    bounds = _checkout(setting, one_code=one_code)
    admitted = min(rate, *bounds.values())
    releasing = setting.parts * one_run(setting.threads, "release")
    releasing = min(releasing, _of("account")) if one_code else releasing
    capacity = {
        "settle": _settling(setting, admitted, one_code=one_code),
        "release": releasing,
        "mail": setting.mails,
    }
    share = {"settle": 1.0, "release": 1.0, "mail": _of("mails")}
    queues = {name: _queue(admitted * share[name], able) for name, able in capacity.items()}
    limits = {**bounds, **{name: able / share[name] for name, able in capacity.items()}}
    return {
        "load": load,
        "setting": setting.name,
        "refused": rate - admitted,
        "first": min(limits, key=lambda it: limits[it]),
        "first_at": min(limits.values()),
        **{name: {"able": capacity[name], "most": most, "late": late} for name, (most, late) in queues.items()},
    }


def _queue(arriving: float, able: float) -> tuple[float, float | None]:
    """How long a queue is at most, and how many seconds after the hour it has gone; None if it never does."""
    lengths = list(_seconds(arriving, able))
    gone = len(lengths) - HOUR
    return max(lengths), None if len(lengths) == LONGEST else float(max(0, gone))


def _seconds(arriving: float, able: float) -> Iterator[float]:
    waiting = 0.0
    for second in range(LONGEST):
        waiting += arriving if second < HOUR else 0
        waiting -= min(waiting, able)
        yield waiting
        if second >= HOUR - 1 and waiting == 0:
            return


def _checked() -> dict[str, Any]:
    """What the model says of the runs that were measured on this machine, whose processor nobody shares by quota."""
    import json

    from bench.__main__ import RESULTS

    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    waits = _of("release reads") * _of("read") + _of("release writes") * _of("write")
    found = {}
    for name, it in known.get("releases", {}).get("rounds", {}).items():
        told = it["workers"] * 1000 / max(waits / it["threads"], it["cpu_ms"])
        found[name] = {"model": told, "measured": it["per_second"], "error": told / it["per_second"] - 1}
    return found
