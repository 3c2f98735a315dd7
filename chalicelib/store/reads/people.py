"""Ambassadors, their codes, and the guards that keep one person one."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.store import keys
from chalicelib.store.items import entity_of, read
from chalicelib.store.keys import Key
from chalicelib.store.reads.reader import Reader
from chalicelib.store.wire import Wire, key_in

if TYPE_CHECKING:
    from chalicelib.domain.model.accounts import Account
    from chalicelib.domain.model.people import Code, Erasure, Friend, FurtherCodes, Membership, Person, Profile


class Clicks(NamedTuple):
    """Clicks on one code on one day, by channel."""

    day: str
    channels: dict[str, int]


CODE_SECONDS = 5.0
"""For how long a code may be told of as it was: within that a code that is paused is told of by nobody any more."""

_CODES_MAX = 1000
"""How many codes a process keeps for that long."""


class People(Reader):
    """Who is known, and by which codes."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire)
        self._codes: dict[Key, tuple[float, Code]] = {}

    def read_profile(self, ambassador_id: str) -> "Profile | None":
        """An ambassador's person data."""
        return self._get(keys.profile(ambassador_id))

    def read_profiles(self, ambassador_ids: Iterable[str]) -> "list[Profile]":
        """Some ambassadors' person data."""
        return self._batch([keys.profile(ambassador_id) for ambassador_id in ambassador_ids])

    def read_code(self, code: str) -> "Code | None":
        """A code as the checkout needs it."""
        return self._get(keys.code(code))

    def recall_code(self, code: str) -> "Code | None":
        """A code as it was at most `CODE_SECONDS` ago: for whoever only tells of it, and commits nothing by it.

        A code that goes viral is told of more often than one item can be read. That there is none is not kept: it may
        have been made a moment ago.
        """
        key = keys.code(code)
        until, kept = self._codes.get(key, (0.0, None))
        if kept is None or self._wire.is_past(until):
            kept = self.read_code(code)
            if kept is not None:
                if len(self._codes) >= _CODES_MAX:
                    self._codes.clear()
                self._codes[key] = self._wire.deadline(CODE_SECONDS), kept
        return kept

    def forget_codes(self) -> None:
        """Recall no code as it was: one has just been changed here."""
        self._codes.clear()

    def read_codes(self, codes: Iterable[str]) -> "list[Code]":
        """Some codes, in their order."""
        return self._batch([keys.code(code) for code in codes])

    def read_further_codes(self, ambassador_id: str) -> "FurtherCodes | None":
        """The codes of an ambassador beside the first one."""
        return self._get(keys.further_codes(ambassador_id))

    def read_standing(self, profile: "Profile") -> "tuple[Account | None, Person | None, FurtherCodes | None]":
        """An ambassador's balances, who they are as a person, and their further codes."""
        of, who = profile.ambassador_id, profile.person_id
        wanted = (keys.account(of), keys.person(who), keys.further_codes(of))
        found = {key_in(item): entity_of(item) for item in self._wire.batch(wanted)}
        account, person, further = (found.get(key) for key in wanted)
        return account, self.read_person(who) if person and person.into else person, further

    def read_clicks(self, code: str, since: date) -> list[Clicks]:
        """The clicks of each day from `since` on."""
        return [
            Clicks(
                day=item["SK"]["S"].removeprefix("CLICKS#"),
                channels={name.removeprefix("ch_"): read(n) for name, n in item.items() if name.startswith("ch_")},
            )
            for item in self._wire.query(keys.code(code).pk, (keys.clicks(code, since).sk, "CLICKS#~"))
        ]

    def read_memberships(self, persons: Iterable[str]) -> "dict[str, Membership]":
        """Whose these pseudonyms are, or were, by pseudonym."""
        found = self._batch([keys.membership(person) for person in dict.fromkeys(persons)])
        return {it.person: it for it in found}

    def read_friends(self, persons: Iterable[str]) -> "list[Friend]":
        """The guards of these people, where they have one."""
        return self._batch([keys.friend(person) for person in persons])

    def read_roots(self, persons: Iterable[str]) -> "dict[str, Friend]":
        """The roots of these people, where they have one: a guard is a root, or an alias that leads to one."""
        roots = {it.person: it for it in self.read_friends(persons)}
        while leads := {it.root for it in roots.values() if it.root}:
            found = {it.person: it for it in self.read_friends(sorted(leads))}
            roots = {person: found[it.root] if it.root else it for person, it in roots.items()}
        return roots

    def read_person(self, person_id: str) -> "Person | None":
        """A person, or with whom they have turned out to be one."""
        return self.read_people([person_id]).get(person_id)

    def read_people(self, person_ids: Iterable[str]) -> "dict[str, Person]":
        """Some people by the ids that were asked for, each wherever it leads."""
        found: dict[str, Person] = {
            it.id: it for it in self._batch([keys.person(it) for it in dict.fromkeys(person_ids)])
        }
        while leads := {it.into for it in found.values() if it.into}:
            heads: dict[str, Person] = {it.id: it for it in self._batch([keys.person(it) for it in sorted(leads)])}
            found = {asked: heads[it.into] if it.into else it for asked, it in found.items()}
        return found

    def read_known(self, persons: Iterable[str]) -> "dict[str, Person]":
        """Who is known by each of these pseudonyms."""
        guards = self.read_memberships(persons)
        ids = {it.person: it.person_id for it in guards.values() if it.person_id}
        found = self.read_people(ids.values())
        return {person: found[person_id] for person, person_id in ids.items()}

    def list_named(self, beginning: str, after: str | None, limit: int) -> list[tuple[str, str, str]]:
        """Up to `limit` words of names that begin so, in the order of the alphabet: position, word and person.

        Slightly stale.
        """
        bounds = (after or beginning, f"{beginning}{keys.LAST}")
        rows = self._wire.query(keys.names(beginning[0]), bounds, index="list", skip=after, limit=limit)
        positions = [row["list_sk"]["S"] for row in rows]
        return [(at, *at.rsplit("#", 1)) for at in positions]

    def read_erasure(self, erasure_id: str) -> "Erasure | None":
        """Somebody who wanted to be forgotten."""
        return self._get(keys.erasure(erasure_id))

    def list_erasures(self, after: str | None, limit: int) -> "list[tuple[str, Erasure]]":
        """Up to `limit` erasures, the newest first, each with its position. Slightly stale."""
        return self._owned(keys.ERASURES, after, limit)

    def count_ambassadors(self) -> int:
        """How many ambassadors there are. Slightly stale."""
        return self._wire.count(keys.AMBASSADORS, (" ", "~"), "list", whole=True)
