"""A mail service that hangs is asked with one mail at a time, and more and more seldom.

Of each mail that it is asked with nobody knows whether it went: so each may arrive twice, and after three of them a
letter is given up. What rests meanwhile is due, untouched, and goes once the service answers.
"""

from datetime import datetime, timedelta

_FIRST, _LONGEST = timedelta(minutes=1), timedelta(minutes=30)


class Circuit:
    """Whether mails may begin, as far as this process knows. Another one finds out for itself, at the same price."""

    def __init__(self) -> None:
        self._rests_until: datetime | None = None
        self._pause = _FIRST

    def rests(self, now: datetime) -> bool:
        """Whether no mail should begin yet."""
        return self._rests_until is not None and now < self._rests_until

    def broke_off(self, now: datetime) -> None:
        """Rest after a call that broke off: a minute, then twice as long each time, up to half an hour."""
        self._rests_until = now + self._pause
        self._pause = min(2 * self._pause, _LONGEST)

    def answered(self) -> None:
        """Go on: the service has answered, whatever it said."""
        self._rests_until, self._pause = None, _FIRST
