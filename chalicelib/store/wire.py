"""DynamoDB calls as this program makes them: conditional, consistent, bounded in time, tried again when that helps."""

import os
import random
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar, cast

from chalicelib.aws.lines import LostError
from chalicelib.aws.services import PASSING, Answer, Call, RefusedError
from chalicelib.store.items import Item, key_item, value
from chalicelib.store.keys import Key

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

In = TypeVar("In")
Out = TypeVar("Out")

WRITE_SECONDS = 5.0
BATCH_MAX = 100
_STRETCH_MAX = 1000
"""More items of a query are not kept within `one_look`."""

_ALL = ("", "\U0010ffff")
_PASSING = PASSING | {"TransactionConflict", "TransactionConflictException", "TransactionInProgressException"}
_UNMET = "ConditionalCheckFailedException"

_NAMES = re.compile(r"#\w+")

Action = dict[str, Any]
Rejection = tuple[int, Item | None]


@dataclass(slots=True)
class _Stretch:
    """What was read of a partition: all items from the first bound on, to the second one if it is `whole`."""

    bounds: tuple[str, str]
    items: list[Item]
    whole: bool


@dataclass(slots=True)
class _Kept:
    """What was read within `one_look`: items by their keys, and the last stretch of each partition, read in a way."""

    items: dict[Key, Item | None] = field(default_factory=dict)
    stretches: dict[tuple[str, str | None, bool], _Stretch] = field(default_factory=dict)


_kept: ContextVar[_Kept | None] = ContextVar("kept", default=None)
_divided: ContextVar[bool] = ContextVar("divided", default=False)


@contextmanager
def one_look() -> Iterator[None]:
    """Read nothing twice until the block is left: a page asks for the same again and again.

    It is for whoever only looks. A write lets all be forgotten that was read before.
    """
    token = _kept.set(_Kept())
    try:
        yield
    finally:
        _kept.reset(token)


class BusyError(Exception):
    """The table did not answer in time. Whether a write took effect is not known; the same call may be made again.

    Its text is why, as far as that is known, for whoever reads the log: a code or the name of an error.
    """


class Wire:
    """One table, and what carries out the calls to it.

    A call that has no token is tried `attempts` times; with `each` up to `threads` calls are on their way at once.
    `sleep`, `jitter` and `clock` are the outside, for whoever simulates it.
    """

    def __init__(
        self,
        call: Call,
        name: str,
        *,
        attempts: int = 3,
        threads: int = 1,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._carry_out = call
        self._attempts = attempts
        self._threads = threads
        self._pool: ThreadPoolExecutor | None = None
        self._remembered: dict[Key, tuple[float, Item | None]] = {}
        self._sleep = sleep
        self._jitter = jitter
        self._clock = clock

    def deadline(self, seconds: float) -> float:
        """The moment `seconds` from now, on the clock that `pause` reads."""
        return self._clock() + seconds

    def is_past(self, deadline: float) -> bool:
        """Whether a deadline has passed."""
        return self._clock() >= deadline

    def pause(self, attempt: int, deadline: float, why: str = "") -> None:
        """Wait with full jitter before another attempt, after one that failed for a reason.

        See https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/.

        Raises:
            BusyError: the wait would end after the deadline.
        """
        wait = self._jitter() * min(0.8, 0.02 * 2**attempt)
        if self._clock() + wait > deadline:
            raise BusyError(why)
        self._sleep(wait)

    def each(self, work: Callable[[In], Out], inputs: Iterable[In]) -> list[Out]:
        """Do the same with several inputs at once, as far as there are threads; return what came of them, in order.

        All are done when it returns, or raises what the first of them has raised. What is done within it is not
        divided any further.
        """
        each = list(inputs)
        if min(self._threads, len(each)) <= 1 or _divided.get():
            return [work(one) for one in each]
        from concurrent.futures import ThreadPoolExecutor, wait  # no checkout needs it

        def run(one: In) -> Out:
            _divided.set(True)
            return work(one)

        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._threads, "wire")
        begun = [self._pool.submit(copy_context().run, run, one) for one in each]
        wait(begun)
        return [one.result() for one in begun]

    # --- writing ------------------------------------------------------------------------------------------------------

    def write(self, actions: Sequence[Action], *, within: float = WRITE_SECONDS) -> list[Rejection]:
        """Carry out all actions of a TransactWriteItems or none; return which conditions failed, and on what.

        Conflicts with other transactions, throttles, lost replies and 5xx are tried again. The token is made once per
        call, so an attempt whose reply was lost is not carried out twice. A single put goes without a transaction, at
        half the price; if then just what it puts stands in its way, an attempt before has put that.

        Raises:
            BusyError: it was not taken within the time.
        """
        if len(actions) == 1 and "Put" in actions[0]:
            operation, request = "PutItem", actions[0]["Put"]
        else:
            operation = "TransactWriteItems"
            request = {"TransactItems": list(actions), "ClientRequestToken": os.urandom(16).hex()}
        _forget()
        deadline = self.deadline(within)
        for attempt in count():
            try:
                self._carry_out(operation, request)
            except RefusedError as error:
                rejections = _rejections(error)
                if rejections:
                    is_own = attempt > 0 and rejections == [(0, request.get("Item", ...))]
                    return [] if is_own else rejections
                if not _is_passing(error):
                    raise
                why = str(error)
            except LostError as error:
                why = str(error)
            else:
                return []
            self.pause(attempt, deadline, why)
        raise AssertionError("unreachable")

    def action(self, key: Key | None, condition: str, values: dict[str, Any], **more: Any) -> Action:
        """One conditional write; a failed condition answers with the item that stands there."""
        return {
            "TableName": self.name,
            "ConditionExpression": condition,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            **({"Key": key_item(key)} if key else {}),
            **({"ExpressionAttributeValues": _values(values)} if values else {}),
            **more,
        }

    def put(self, item: Item) -> Action:
        """Write an item whatever stands there: what is written with it in one transaction says whether it may be."""
        return {"Put": {"TableName": self.name, "Item": item}}

    def update(self, key: Key, expression: str, condition: str | None, values: dict[str, Any]) -> Item | None:
        """Update one item and return it, or None when the condition does not hold.

        Raises:
            BusyError: the table did not answer in time.
        """
        _forget()
        names = {name: name[1:] for name in _NAMES.findall(f"{expression} {condition or ''}")}
        try:
            answer = self._call(
                "UpdateItem",
                TableName=self.name,
                Key=key_item(key),
                UpdateExpression=expression,
                ReturnValues="ALL_NEW",
                **({"ExpressionAttributeValues": _values(values)} if values else {}),
                **({"ConditionExpression": condition} if condition else {}),
                **({"ExpressionAttributeNames": names} if names else {}),
            )
        except RefusedError as error:
            if error.code == _UNMET:
                return None
            raise
        return cast("Item", answer["Attributes"])

    # --- reading ------------------------------------------------------------------------------------------------------

    def get(self, key: Key) -> Item | None:
        """Read one item, consistently.

        Raises:
            BusyError: the table did not answer in time.
        """
        kept = _kept.get()
        if kept is not None and key in kept.items:
            return kept.items[key]
        answer = self._call("GetItem", TableName=self.name, Key=key_item(key), ConsistentRead=True)
        item: Item | None = answer.get("Item")
        if kept is not None:
            kept.items[key] = item
        return item

    def remembered(self, key: Key, seconds: float) -> Item | None:
        """Read an item that hardly ever changes, at most once in so many seconds.

        Raises:
            BusyError: the table did not answer in time.
        """
        at, item = self._remembered.get(key, (None, None))
        now = time.time()  # a process that was restored from a snapshot finds that time has passed
        if at is None or abs(now - at) > seconds:
            item = self.get(key)
            self._remembered[key] = now, item
        return item

    def batch(self, wanted: Sequence[Key]) -> list[Item]:
        """Read many items consistently, in the order of their keys; those that are gone are left out.

        Raises:
            BusyError: the table did not answer in time.
        """
        kept = _kept.get()
        if kept is None:
            found = self._batch(wanted)
        else:
            missing = [key for key in wanted if key not in kept.items]
            kept.items.update(dict.fromkeys(missing) | self._batch(missing))
            found = {key: item for key in wanted if (item := kept.items[key])}
        return [found[key] for key in wanted if key in found]

    def ahead(self, wanted: Sequence[Key]) -> None:
        """Read together what will be asked for one by one, where nothing is read twice; elsewhere do nothing.

        Raises:
            BusyError: the table did not answer in time.
        """
        if _kept.get() is not None:
            self.batch(wanted)

    def _batch(self, wanted: Sequence[Key]) -> dict[Key, Item]:
        """What there is under some keys."""
        found: dict[Key, Item] = {}
        deadline = self.deadline(WRITE_SECONDS)
        for start in range(0, len(wanted), BATCH_MAX):
            left = [key_item(key) for key in wanted[start : start + BATCH_MAX]]
            for attempt in count():
                request = {self.name: {"Keys": left, "ConsistentRead": True}}
                answer = self._call("BatchGetItem", RequestItems=request)
                found |= {key_in(item): item for item in answer["Responses"].get(self.name, [])}
                left = answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])
                if not left:
                    break
                self.pause(attempt, deadline)
        return found

    def query(
        self,
        pk: str,
        bounds: tuple[str, str] | None = None,
        *,
        index: str | None = None,
        skip: str | None = None,
        limit: int | None = None,
        forward: bool = True,
    ) -> Iterator[Item]:
        """Yield the items of a partition in order of the sort key within inclusive `bounds`, page after page.

        `skip` is a sort key at the edge of the bounds that has been read before. The table is read consistently, an
        index can't be.

        Raises:
            BusyError: the table did not answer in time.
        """
        kept, name = _kept.get(), (pk, index, forward)
        if kept is None:
            yield from self._queried(pk, bounds, index, skip, limit, forward=forward)
            return
        around = bounds or _ALL
        known = _within(kept.stretches.get(name), around, index, skip, limit, forward=forward)
        if known is not None:
            yield from known
            return
        read = []
        for item in self._queried(pk, bounds, index, skip, limit, forward=forward):
            read.append(item)
            yield item
        if skip is None and len(read) <= _STRETCH_MAX:
            kept.stretches[name] = _Stretch(around, read, whole=limit is None or len(read) < limit)

    def _queried(
        self,
        pk: str,
        bounds: tuple[str, str] | None,
        index: str | None,
        skip: str | None,
        limit: int | None,
        *,
        forward: bool,
    ) -> Iterator[Item]:
        request = self._query(pk, bounds, index) | {"ScanIndexForward": forward}
        left = limit
        while left is None or left > 0:
            if left is not None:
                request["Limit"] = left + (skip is not None)
            answer = self._call("Query", **request)
            items = [item for item in answer["Items"] if item[_sort_key(index)]["S"] != skip][:left]
            yield from items
            left = None if left is None else left - len(items)
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def count(self, pk: str, bounds: tuple[str, str], index: str, *, whole: bool = False) -> int:
        """Count the items within `bounds`: those of one page (1 MB), or of the `whole` range.

        Raises:
            BusyError: the table did not answer in time.
        """
        request, found = self._query(pk, bounds, index) | {"Select": "COUNT"}, 0
        while True:
            answer = self._call("Query", **request)
            found += int(answer["Count"])
            if not whole or "LastEvaluatedKey" not in answer:
                return found
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _query(self, pk: str, bounds: tuple[str, str] | None, index: str | None) -> dict[str, Any]:
        condition, values = f"{f'{index}_pk' if index else 'PK'} = :pk", {":pk": pk}
        if bounds:
            condition += f" AND {_sort_key(index)} BETWEEN :low AND :high"
            values |= {":low": bounds[0], ":high": bounds[1]}
        where = {"IndexName": index} if index else {"ConsistentRead": True}
        return {
            "TableName": self.name,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": _values(values),
            **where,
        }

    def _call(self, operation: str, **request: Any) -> Answer:
        """Carry out what may be carried out more than once."""
        deadline: float | None = None
        for attempt in count(1):
            try:
                return self._carry_out(operation, request)
            except (RefusedError, LostError) as error:
                if isinstance(error, RefusedError) and not _is_passing(error):
                    raise
                why = str(error)
                if attempt >= self._attempts:
                    raise BusyError(why) from error
            deadline = self.deadline(WRITE_SECONDS) if deadline is None else deadline
            self.pause(attempt, deadline, why)
        raise AssertionError("unreachable")


def _forget() -> None:
    """What was read within `one_look` may be otherwise from now on."""
    kept = _kept.get()
    if kept is not None:
        kept.items.clear()
        kept.stretches.clear()


def _within(
    stretch: _Stretch | None,
    bounds: tuple[str, str],
    index: str | None,
    skip: str | None,
    limit: int | None,
    *,
    forward: bool,
) -> list[Item] | None:
    """What a query would find, if the stretch that is known of its partition tells; else None."""
    if stretch is None:
        return None
    (low, high), name = stretch.bounds, _sort_key(index)
    begins, ends = low <= bounds[0], bounds[1] <= high
    if not (begins if forward else ends):
        return None
    places = ((item[name]["S"], item) for item in stretch.items)
    found = [item for at, item in places if bounds[0] <= at <= bounds[1] and at != skip][:limit]
    is_all = stretch.whole and begins and ends
    return found if is_all or len(found) == limit else None


def key_in(item: Item) -> Key:
    """The primary key in an item."""
    return Key(item["PK"]["S"], item["SK"]["S"])


def _values(values: dict[str, Any]) -> Item:
    return {name: value(field) for name, field in values.items()}


def _sort_key(index: str | None) -> str:
    return {None: "SK", "due": "due_at"}.get(index, f"{index}_sk")


def _rejections(error: RefusedError) -> list[Rejection]:
    """The places of the actions whose condition failed, with the item that stood there."""
    if error.code == _UNMET:
        return [(0, error.answer.get("Item"))]
    return [
        (place, reason.get("Item") or None)
        for place, reason in enumerate(error.answer.get("CancellationReasons", []))
        if reason.get("Code") == "ConditionalCheckFailed"
    ]


def _is_passing(error: RefusedError) -> bool:
    """Whether another attempt may succeed."""
    reasons = {reason.get("Code") for reason in error.answer.get("CancellationReasons", [])} - {"None"}
    return (reasons or {error.code}) <= _PASSING or error.is_passing
