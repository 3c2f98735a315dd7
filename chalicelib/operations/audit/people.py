"""An ambassador beside the ledger: profile and account, codes and guards, claims that wait, suspensions."""

from collections.abc import Iterable, Iterator

from chalicelib.domain.audit.audit import Finding, compared
from chalicelib.domain.model.accounts import Account
from chalicelib.domain.model.claims import Claim, OpenClaims
from chalicelib.domain.model.messages import Cause, Message
from chalicelib.domain.model.people import Code, FurtherCodes, Membership, Profile
from chalicelib.operations.audit.findings import entity, look_up, sound
from chalicelib.store import keys
from chalicelib.store.table import Table


def check_people(table: Table, ambassador_id: str) -> Iterator[Finding]:
    """The profile has its account, its code and its guard, or leads on to whoever it was merged into."""
    findings: list[Finding] = []
    where, at = ambassador_id, (keys.profile(ambassador_id), keys.account(ambassador_id))
    found = table.find(at)
    profile, account = (sound(found.get(key), findings) for key in at)
    yield from findings
    if account is None:
        yield Finding("account", f"{where}/account", "an account", None)
    person = entity(profile, Profile)
    if person is None:
        yield Finding("account", f"{where}/profile", "a profile", None)
        return
    if person.merged_into:
        yield from _check_led(table, person, entity(account, Account))
    now = led(table, where)
    code = look_up(table, keys.code(person.code), Code)
    yield from compared("account", f"{where}/code/{person.code}", now, code.ambassador_id if code else None)
    guards = table.find(keys.membership(person) for person in (code.owners if code else ())).values()
    held = [it.ambassador_id for it in (entity(guard, Membership) for guard in guards) if it and it.ambassador_id]
    if now not in held:
        yield Finding("account", f"{where}/membership", now, held[0] if held else None)
    yield from _check_owners(table, ambassador_id, code)


def _check_led(table: Table, profile: Profile, account: Account | None) -> Iterator[Finding]:
    """Whoever was merged into another one leads there with profile and account, and is among those absorbed there."""
    told = account.merged_into if account else None
    yield from compared("account", f"{profile.ambassador_id}/merged_into", profile.merged_into, told)
    now = led(table, profile.ambassador_id)
    at, of = keys.account(now), keys.profile(now)
    found = table.find([at, of])
    into, person = entity(found.get(at), Account), entity(found.get(of), Profile)
    if person is None or profile.ambassador_id not in person.absorbed:
        yield Finding("account", f"{now}/absorbed", profile.ambassador_id, None)
    told_of = into.absorbed.keys() if into else set()
    yield from compared(
        "account", f"{now}/account/absorbed", _names(person.absorbed if person else ()), _names(told_of)
    )


def _names(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _check_owners(table: Table, ambassador_id: str, first: Code | None) -> Iterator[Finding]:
    """All codes of an ambassador are theirs and have the same owners: with none of them anybody is their own friend."""
    listed = look_up(table, keys.further_codes(ambassador_id), FurtherCodes)
    for name in listed.codes if listed else ():
        code = look_up(table, keys.code(name), Code)
        told, expected = (",".join(it.owners) if it else None for it in (code, first))
        yield from compared("account", f"{ambassador_id}/code/{name}/owners", expected, told)
        whose, of = (it.ambassador_id if it else None for it in (code, first))
        yield from compared("account", f"{ambassador_id}/code/{name}", of, whose)


def check_claims(table: Table, ambassador_id: str) -> Iterator[Finding]:
    """What counts as an open claim of the ambassador is one."""
    waiting = look_up(table, keys.open_claims(ambassador_id), OpenClaims)
    if waiting is None:
        return
    found = table.find(keys.claim(claim_id) for claim_id in waiting.claims)
    for claim_id in waiting.claims:
        claim = entity(found.get(keys.claim(claim_id)), Claim)
        told = (claim.ambassador_id, claim.state) if claim else None
        if told != (ambassador_id, "open"):
            yield Finding("claim", f"claim/{claim_id}", "an open claim", claim.state if claim else None)


def check_suspensions(table: Table, ambassador_id: str) -> Iterator[Finding]:
    """The account is suspended if that was decided last, and nothing of it expires then; each end of it was told."""
    account, decisions = table.read_account(ambassador_id), table.list_suspensions(ambassador_id)
    if account is None:
        return
    last = decisions[-1] if decisions else None
    since = last.version if last and last.state == "suspended" else None
    yield from compared("suspension", f"{ambassador_id}/suspended_in", since, account.suspended_in)
    if account.suspended and account.due_at is not None:
        yield Finding("suspension", f"{ambassador_id}/due_at", None, str(account.due_at))
    ends = [
        keys.message(Cause("account", ambassador_id, it.version).key) for it in decisions if it.state == "reinstated"
    ]
    found = table.find(ends)
    for key in ends:
        if entity(found.get(key), Message) is None:
            yield Finding("message", f"{ambassador_id}/messages/{key.pk}", "balances", None)


def led(table: Table, ambassador_id: str) -> str:
    """The id of whom an ambassador is now: who merges them meanwhile is not followed for ever."""
    profile = look_up(table, keys.profile(ambassador_id), Profile)
    return led(table, profile.merged_into) if profile and profile.merged_into else ambassador_id
