"""What concerns one ambassador: enrolling, the profile with its account, the referrals, the ledger."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import msgspec
from chalice.app import Response
from msgspec import UNSET, UnsetType, field

from chalicelib import deps
from chalicelib.api import ledger
from chalicelib.api.orders import Referral
from chalicelib.api.subject import known_ambassador
from chalicelib.api.suspensions import suspension_shown
from chalicelib.domain.calendar import month_of
from chalicelib.domain.model.accounts import Account
from chalicelib.domain.model.orders import (
    Redemption,
)
from chalicelib.domain.model.people import Person, Profile
from chalicelib.domain.orders.explain import state_of
from chalicelib.domain.people.codes import normal_code
from chalicelib.domain.people.pseudonyms import canonical_email, pseudonym_of_customer, pseudonym_of_email
from chalicelib.domain.program.program import Program, tier_after, tier_of
from chalicelib.edge import fields
from chalicelib.edge.answers import Body, json, money, once
from chalicelib.edge.call import Call
from chalicelib.edge.fields import (
    Birthday,
    Consents,
    CustomerId,
    Email,
    Id,
    Locale,
    Note,
    PersonName,
    Shape,
)
from chalicelib.edge.language import language_of
from chalicelib.edge.paging import listed
from chalicelib.edge.problems import Problem, bad_field
from chalicelib.edge.views import view
from chalicelib.operations.people import identity, merge, share
from chalicelib.operations.people.enrol import enrol
from chalicelib.operations.people.identity import Taken
from chalicelib.web.explain import explain


class Newcomer(Shape):
    """A customer who wants to share."""

    email: Email
    first_name: PersonName
    last_name: PersonName | None = None
    locale: Locale | None = None
    customer_id: CustomerId | None = None
    birthday: Birthday | None = None
    consents: Consents = field(default_factory=list)


class AmbassadorChange(Shape):
    """What is corrected about an ambassador; null takes back what need not be known. The rest stays.

    A list of consents names all of them, a map what is given and what is taken back.
    """

    email: Email | UnsetType = UNSET
    customer_id: CustomerId | UnsetType | None = UNSET
    first_name: PersonName | UnsetType = UNSET
    last_name: PersonName | UnsetType | None = UNSET
    locale: Locale | UnsetType | None = UNSET
    birthday: Birthday | UnsetType | None = UNSET
    consents: Consents | UnsetType = UNSET


class Merge(Shape):
    """The other one of two ambassadors who are one person, and how the admin knows."""

    other: Id
    note: Note


CLICK_DAYS = 30


@view({200: dict}, body=Newcomer)
def post_ambassador(call: Call, body: Newcomer) -> Response:
    """Enrol a customer. A known e-mail address gets its own code back, and nothing changes."""
    person = Person(
        email=body.email,
        first_name=body.first_name,
        last_name=body.last_name,
        locale=body.locale or deps.program().locale,
        customer_id=body.customer_id,
        birthday=fields.birthday(body.birthday),
        consents=_consents((), body.consents),
    )
    enrolled = enrol(deps.table(), person, pepper=deps.settings().pepper, now=deps.now(), chance=deps.chance())
    shown: Body = {
        "id": enrolled.ambassador_id,
        "code": enrolled.code,
        **share.urls(deps.settings().public_url, enrolled.code),
    }
    if enrolled.id_taken:
        shown["customer_id_taken"] = True
    return once(shown, replayed=not enrolled.new)


@view({200: dict}, query={"email": str, "customer_id": str, "code": str})
def get_ambassadors(call: Call) -> Response:
    """Find an ambassador by an e-mail address, the shop's customer id, or a code: any spelling, any code of theirs."""
    query, table, pepper = call.query(), deps.table(), deps.settings().pepper
    match query:
        case {"email": typed} if len(query) == 1:
            # A plus sign that was not encoded has become a blank.
            address = fields.queried("email", typed.strip().replace(" ", "+"), fields.Email)
            found = identity.find(table, pseudonym_of_email(pepper, address))
        case {"customer_id": typed} if len(query) == 1:
            known = fields.queried("customer_id", typed, fields.CustomerId)
            found = identity.find(table, pseudonym_of_customer(pepper, known))
        case {"code": typed} if len(query) == 1:
            found = identity.find_by_code(table, typed)
        case _:
            raise bad_field("?email", "exactly one of ?email, ?customer_id and ?code is needed")
    return json(200, {"items": [_found(query, found)] if found else [], "next_cursor": None})


@view({200: dict})
def get_ambassador(call: Call, ambassador_id: str) -> Response:
    """Show an ambassador with balances, tier and share kit."""
    call.query()
    profile = known_ambassador(ambassador_id)
    shown = _shown(profile) if call.session else _shown_to_admin(profile)
    return json(200, _led(shown, profile, ambassador_id))


@view({200: dict}, body=AmbassadorChange)
def patch_ambassador(call: Call, body: AmbassadorChange, ambassador_id: str) -> Response:
    """Correct who an ambassador is. In a session, what is theirs to say: names, language, birthday, consents."""
    changes = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not msgspec.UNSET}
    if not changes:
        raise bad_field("", "names no change: email, customer_id, a name, locale, birthday or consents")
    if call.session is not None and not changes.keys().isdisjoint({"email", "customer_id"}):
        raise Problem(403, "wrong_scope", "The address and the customer id are the shop's to change.")
    fields.birthday(changes.get("birthday"))
    known = known_ambassador(ambassador_id).ambassador_id

    def change(person: Person) -> Person:
        consents = _consents(person.consents, changes.get("consents", {}))
        locale = changes.get("locale", person.locale) or deps.program().locale
        return replace(person, **{**changes, "consents": consents, "locale": locale})

    answer = identity.correct(deps.table(), known, change, pepper=deps.settings().pepper)
    if isinstance(answer, identity.Taken):
        raise _taken(answer)
    return json(200, _shown(answer))


@view({200: dict}, body=Merge)
def post_merge(call: Call, body: Merge, ambassador_id: str) -> Response:
    """Let an ambassador take in another one who is the same person, for good."""
    table = deps.table()
    if body.other == ambassador_id:
        raise Problem(409, "same_ambassador", "An ambassador can't be merged with themselves. Name the other one.")
    for name in (ambassador_id, body.other):
        known_ambassador(name)
    answer = merge.merge_ambassadors(
        table, ambassador_id, body.other, deps.program(), note=body.note, author=call.key.id, now=deps.now()
    )
    if isinstance(answer, merge.TooMuch):
        detail = "The two have more codes together than can change their ambassador at once, which are some 80."
        raise Problem(409, "too_many_codes", detail)
    own = [own_order(it) for it in merge.own_orders(table, answer.profile)]
    return once({**_shown(answer.profile), "merged": body.other, "own_orders": own}, replayed=answer.replayed)


@view({200: dict}, query={"limit": str, "cursor": str, "lang": str})
def get_referrals(call: Call, ambassador_id: str) -> Response:
    """List an ambassador's settled referrals, the newest order first, each explained in the ambassador's language."""
    query, table, profile = call.query(), deps.table(), known_ambassador(ambassador_id)
    known, language = profile.ambassador_id, language_of(query, profile.person.locale)

    program = deps.program()
    return listed(
        f"/v1/ambassadors/{known}/referrals",
        query,
        f"referrals:{known}",
        lambda after, limit: table.list_referrals(profile.kin, after, limit),
        lambda found: [
            Referral.told(it, it.standing, explain(it, "ambassador", language, program)) for it in found if it.standing
        ],
        Content_Language=language.tag,
    )


@view({200: dict}, query={"limit": str, "cursor": str, "from": str, "to": str, "kind": str})
def get_ambassador_ledger(call: Call, ambassador_id: str) -> Response:
    """List an ambassador's ledger in order of posting."""
    profile = known_ambassador(ambassador_id)
    path = f"/v1/ambassadors/{profile.ambassador_id}/ledger"
    return ledger.entries_page(call, path, call.query(), profile.ambassador_id)


def _shown(profile: Profile) -> Body:

    table, month = deps.table(), month_of(deps.now(), deps.program())
    account = table.read_account(profile.ambassador_id)
    assert account is not None, "profile and account are made in one transaction"
    return ambassador_shown(
        profile, account, deps.program(), month, share.urls(deps.settings().public_url, profile.code), _clicks(profile)
    )


def _clicks(profile: Profile) -> dict[str, int]:
    """How many opened a link of any of the ambassador's codes lately, by channel."""
    table, since = deps.table(), (deps.now() - timedelta(days=CLICK_DAYS)).date()
    further = table.read_further_codes(profile.ambassador_id)
    clicks: dict[str, int] = {}
    for code in (profile.code, *(further.codes if further else ())):
        for day in table.read_clicks(code, since):
            for channel, number in day.channels.items():
                clicks[channel] = clicks.get(channel, 0) + number
    return clicks


def _shown_to_admin(profile: Profile) -> Body:
    """With what was decided last about all that leaves the account, if anything ever was."""
    decisions = deps.table().list_suspensions(profile.ambassador_id)
    return {**_shown(profile), **({"suspension": suspension_shown(decisions[-1])} if decisions else {})}


def _found(query: dict[str, str], profile: Profile) -> Body:
    """An ambassador who was looked for, with whom a merger has led there."""
    shown = _shown_to_admin(profile)
    absorbed = deps.table().read_profiles(profile.absorbed) if profile.absorbed else []
    for it in absorbed:
        if _is_asked(query, it) and not _is_asked(query, profile):
            return _led(shown, profile, it.ambassador_id)
    return shown


def _is_asked(query: dict[str, str], profile: Profile) -> bool:
    """Whether a search was for what this profile says."""
    address = canonical_email(query.get("email", "").strip().replace(" ", "+"))
    return (
        address == canonical_email(profile.person.email)
        or query.get("customer_id", "").strip() == profile.person.customer_id
        or normal_code(query.get("code", "")) == profile.code
    )


def _led(shown: Body, profile: Profile, asked: str) -> Body:
    """Say that somebody else was asked for, who was merged into this ambassador."""
    return shown if asked == profile.ambassador_id else {**shown, "merged_into": profile.ambassador_id}


def _consents(before: Iterable[str], told: list[str] | dict[str, bool]) -> tuple[str, ...]:
    """Return the consents that stand: a list names all of them, a map what is given and what is taken back."""
    given = told if isinstance(told, dict) else {**dict.fromkeys(before, False), **dict.fromkeys(told, True)}
    after = {**dict.fromkeys(before, True), **given}
    return tuple(sorted(name for name, yes in after.items() if yes))


def _taken(answer: "Taken") -> Problem:
    what = "address" if answer.reason == "email_taken" else "customer id"
    detail = (
        f"This {what} is of the ambassador {answer.by}, so nothing was changed. If both are one person, merge them."
    )
    return Problem(409, answer.reason, detail)


def own_order(redemption: Redemption) -> Body:
    """An order on which two ambassadors who are one person were ambassador and friend."""
    state = {"state": state_of(redemption.standing)} if redemption.standing else {"state": "pending"}
    return {
        "order_id": redemption.order_id,
        "code": redemption.code,
        "ambassador_id": redemption.ambassador_id,
        "placed_at": redemption.placed_at,
        **state,
    }


def ambassador_shown(
    profile: Profile, account: Account, program: Program, month: str, urls: Body, clicks: dict[str, int]
) -> Body:
    """An ambassador with balances, tier and the way to the next. Clicks are those of the last 30 days, by channel."""
    from chalicelib.domain.accounts.tiers import reached

    person = profile.person
    return {
        "id": profile.ambassador_id,
        "email": person.email,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "locale": person.locale,
        "customer_id": person.customer_id,
        "birthday": person.birthday,
        "consents": list(person.consents),
        "created_at": profile.created_at,
        **({"absorbed": list(profile.absorbed)} if profile.absorbed else {}),
        "code": profile.code,
        **urls,
        "tier": _tier(program, reached(account, program, month)),
        "account": _account(account, program.currency),
        "spending": _spending(program),
        "clicks": clicks,
    }


def _tier(program: Program, counted: int) -> Body:
    shown: Body = {"name": tier_of(program, counted).name}
    following = tier_after(program, counted)
    if following:
        shown |= {"next": following.name, "referrals_to_next": following.threshold - counted}
    return shown


def _spending(program: Program) -> list[Body]:
    """What can be spent and from how many on: money, and units of the program's own with what so many are worth."""
    return [
        {"minimum": money(program.spend_minimum, program.currency)},
        *(
            {
                "minimum": money(worth.minimum, unit),
                "per": money(worth.per, unit),
                "value": money(worth.value, program.currency),
            }
            for unit, worth in sorted(program.units.items())
        ),
    ]


def _account(account: Account, currency: str) -> Body:
    """Balances by account name, each a list of moneys: the program's currency is always the first."""
    currencies = [currency, *sorted(account.balances.keys() - {currency})]
    names = sorted(
        {"held", "available", "reserved", "spent", *(name for kept in account.balances.values() for name in kept)}
    )
    balances = {name: [money(account.balance(unit, name), unit) for unit in currencies] for name in names}
    return {**balances, "counted": account.referrals, "version": account.version}
