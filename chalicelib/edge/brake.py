"""How much one address may ask for without saying who it is: what is beyond that reaches neither table nor page.

It is counted in the memory of this process alone, so that counting costs nothing; each warm function counts for itself
(docs/adr/0070-the-edge.md says what that holds off, and what not).
"""

from collections import OrderedDict
from datetime import datetime
from math import ceil

from chalice.app import Request

from chalicelib import deps
from chalicelib.domain.people.sign_in import place_of
from chalicelib.edge.call import source_of
from chalicelib.edge.problems import Problem

SAVED_SECONDS = 60
"""An address that was quiet for so long may ask for as much at once as it may in all that time."""

PLACES_MAX = 4096
"""So many addresses are remembered: whoever was heard of last."""


class Brake:
    """Counts down what is left to each address, and back up as time goes by."""

    def __init__(self) -> None:
        self._left: OrderedDict[str, tuple[datetime, float]] = OrderedDict()

    def wait(self, place: str, rate: int, now: datetime) -> int:
        """In how many seconds an address may ask again; 0 if it may now. `rate` is how often it may in a second."""
        left = self._refilled(place, rate, now)
        return 0 if left >= 1 else ceil((1 - left) / rate)

    def take(self, place: str, rate: int, now: datetime) -> None:
        """Count one request of an address."""
        self._left[place] = now, max(0, self._refilled(place, rate, now) - 1)
        self._left.move_to_end(place)
        if len(self._left) > PLACES_MAX:
            self._left.popitem(last=False)

    def forget(self) -> None:
        """Let everybody begin anew."""
        self._left.clear()

    def _refilled(self, place: str, rate: int, now: datetime) -> float:
        full = rate * SAVED_SECONDS
        if place not in self._left:
            return full
        since, left = self._left[place]
        return min(full, left + abs((now - since).total_seconds()) * rate)


_strangers, _guesses = Brake(), Brake()
"""Who comes without a key, and who comes with one that nobody knows: neither is in the way of the other."""


def count_stranger(request: Request) -> None:
    """Count a request that says nothing of who sends it.

    Raises:
        Problem: 429, if there were too many from there.
    """
    _hold(_strangers, request)
    _count(_strangers, request)


def hold_guesses(request: Request) -> None:
    """See that whoever comes with a key, or whatever is like one, has not tried too many that nobody knows.

    Raises:
        Problem: 429.
    """
    _hold(_guesses, request)


def count_guess(request: Request) -> None:
    """Count a key or a session that nobody knows."""
    _count(_guesses, request)


def forget() -> None:
    """Let everybody begin anew, as in a process that has just begun."""
    _strangers.forget()
    _guesses.forget()


def _hold(brake: Brake, request: Request) -> None:
    rate = deps.settings().client_rate
    seconds = brake.wait(place_of(source_of(request)), rate, deps.now()) if rate else 0
    if seconds:
        detail = "Too many requests have come from where you are. Wait a moment, then send it again."
        raise Problem(429, "too_many_requests", detail, headers={"Retry-After": str(seconds)})


def _count(brake: Brake, request: Request) -> None:
    rate = deps.settings().client_rate
    if rate:
        brake.take(place_of(source_of(request)), rate, deps.now())
