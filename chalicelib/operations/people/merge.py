"""Merge two ambassadors who are one person: accounts, codes and ways of knowing them, in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.effects import Create, Effect, Owned, Replace
from chalicelib.domain.model.orders import Redemption
from chalicelib.domain.model.people import Code, FurtherCodes, Profile
from chalicelib.domain.people.membership import taken
from chalicelib.domain.people.merge import CODES_MAX, Merged, merge, merged_profiles
from chalicelib.domain.people.person import merge_people
from chalicelib.domain.program.program import Program
from chalicelib.operations.once import Plan, decide
from chalicelib.operations.outlook import Outlook
from chalicelib.operations.people.merged import account_of
from chalicelib.store.table import Table


@dataclass(frozen=True, slots=True)
class MergedInto:
    """Who the person is now, and who else they were, merged by this request or (`replayed`) before it."""

    profile: Profile
    other: str
    replayed: bool


@dataclass(frozen=True, slots=True)
class TooMuch:
    """The two have more codes, or other things that a merger moves, than fit into one transaction."""


def merge_ambassadors(
    table: Table,
    ambassador_id: str,
    other_id: str,
    program: Program,
    outlook: Outlook,
    *,
    note: str,
    author: str,
    now: datetime,
) -> MergedInto | TooMuch:
    """Let one ambassador who exists take in another one, for good. Two who are one already stay so.

    Every version that anything else decides by moves at once: of the accounts, the profiles and the lists of codes. So
    who has read one of these before finds out, reads again and is led on.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """

    def look() -> Plan[MergedInto | TooMuch]:
        account, other = account_of(table, ambassador_id), account_of(table, other_id)
        profile, led = table.read_profile(account.ambassador_id), table.read_profile(other.ambassador_id)
        assert profile is not None, "profile and account are made in one transaction"
        assert led is not None, "profile and account are made in one transaction"
        if account.ambassador_id == other.ambassador_id:
            return Plan(MergedInto(profile, other_id, replayed=True))
        people = _people(table, profile, led, outlook, now)
        profile, led = merged_profiles(profile, led)
        codes = _codes(table, profile, led)
        merged = merge(account, other, program, note=note, author=author, now=now)
        moved = [Replace(profile), Replace(led), *codes, *_guards(table, profile, led, codes)]
        effects = [*_of_accounts(merged), *people, *moved]
        if sum(isinstance(it, Owned) for it in codes) > CODES_MAX or not table.fits(effects):
            return Plan(TooMuch())
        return Plan(MergedInto(profile, other.ambassador_id, replayed=False), effects)

    return decide(table, look)


def own_orders(table: Table, profile: Profile) -> list[Redemption]:
    """Return the orders on which an ambassador was their own friend, as a merger may show.

    Raises:
        BusyError: the table did not answer in time.
    """
    code = table.read_code(profile.code)
    roots = table.read_roots(code.owners if code else ())
    found = table.read_redemptions(dict.fromkeys(root.order_id for root in roots.values()))
    return [it for it in found if it.ambassador_id in profile.kin]


def _of_accounts(merged: Merged) -> list[Effect]:
    suspension = [Create(merged.suspension)] if merged.suspension else []
    message = [Create(merged.message)] if merged.message else []
    posted = [*map(Create, merged.entries), *map(Create, merged.gifts), *suspension, *message]
    return [Replace(merged.account), Replace(merged.other), *posted]


def _people(table: Table, profile: Profile, led: Profile, outlook: Outlook, now: datetime) -> list[Effect]:
    """Let the people be one, unless they are already."""
    people = table.read_people([profile.person_id, led.person_id])
    person, other = people[profile.person_id], people[led.person_id]
    if person.id == other.id:
        return []
    person, gone = merge_people(person, other)
    return [Replace(replace(outlook.ahead(person, now), version=person.version + 1)), Replace(gone)]


def _codes(table: Table, profile: Profile, led: Profile) -> list[Effect]:
    """Let all codes of both belong to one. The list of the other one stays as what came from there.

    The lists may be of after a merger that was faster; then they name a code twice, and the versions say so.
    """
    lists = [table.read_further_codes(it.ambassador_id) for it in (profile, led)]
    own, came = ((it.code, *(listed.codes if listed else ())) for it, listed in zip((profile, led), lists, strict=True))
    codes = table.read_codes(dict.fromkeys([*own, *came]))
    owners = tuple(dict.fromkeys(person for code in codes for person in code.owners))
    listings = [_listed(lists[0], profile, (*own[1:], *came)), _listed(lists[1], led, came[1:])]
    return [*listings, *(Owned(_owned(code, profile, owners)) for code in codes)]


def _listed(was: FurtherCodes | None, profile: Profile, codes: tuple[str, ...]) -> Effect:
    if was is None:
        return Create(FurtherCodes(profile.ambassador_id, codes))
    return Replace(replace(was, codes=codes, version=was.version + 1))


def _owned(code: Code, profile: Profile, owners: tuple[str, ...]) -> Code:
    return replace(code, ambassador_id=profile.ambassador_id, owners=owners, kin=profile.kin)


def _guards(table: Table, profile: Profile, led: Profile, codes: Iterable[Effect]) -> list[Effect]:
    """Let every way of knowing the other one lead to the one that they are now."""
    owners = next(it.code.owners for it in codes if isinstance(it, Owned))
    guards = table.read_memberships(owners)
    return [
        taken(guards, person, profile.person_id, profile.ambassador_id, guard.code or led.code)
        for person, guard in guards.items()
        if guard.ambassador_id == led.ambassador_id
    ]
