"""What concerns one ambassador: enrolling, the profile with its account, the referrals, the ledger."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import msgspec
from chalice.app import Response

from chalicelib import deps
from chalicelib.api import ledger, present, schemas
from chalicelib.domain.calendar import month_of
from chalicelib.domain.model.people import Person, Profile
from chalicelib.domain.people.codes import normal_code
from chalicelib.domain.people.pseudonyms import canonical_email, pseudonym_of_customer, pseudonym_of_email
from chalicelib.edge import fields
from chalicelib.edge.answers import json, once
from chalicelib.edge.call import Call
from chalicelib.edge.language import language_of
from chalicelib.edge.paging import listed
from chalicelib.edge.problems import Problem, bad_field, unknown_ambassador
from chalicelib.edge.views import view
from chalicelib.operations.people import identity, merge, share
from chalicelib.operations.people.enrol import enrol
from chalicelib.operations.people.identity import Taken
from chalicelib.operations.people.merged import profile_of
from chalicelib.web.explain import explain, not_available_now

CLICK_DAYS = 30


@view({200: dict}, body=schemas.Newcomer)
def post_ambassador(call: Call, body: schemas.Newcomer) -> Response:
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
    shown: present.Body = {
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


@view({200: dict}, body=schemas.AmbassadorChange)
def patch_ambassador(call: Call, body: schemas.AmbassadorChange, ambassador_id: str) -> Response:
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


@view({200: dict}, body=schemas.Merge)
def post_merge(call: Call, body: schemas.Merge, ambassador_id: str) -> Response:
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
    own = [present.own_order(it) for it in merge.own_orders(table, answer.profile)]
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
        lambda found: [present.referral(it, explain(it, "ambassador", language, program)) for it in found],
        Content_Language=language.tag,
    )


@view({200: dict}, query={"limit": str, "cursor": str, "from": str, "to": str, "kind": str})
def get_ambassador_ledger(call: Call, ambassador_id: str) -> Response:
    """List an ambassador's ledger in order of posting."""
    profile = known_ambassador(ambassador_id)
    path = f"/v1/ambassadors/{profile.ambassador_id}/ledger"
    return ledger.entries_page(call, path, call.query(), profile.ambassador_id)


def _shown(profile: Profile) -> present.Body:

    table, month = deps.table(), month_of(deps.now(), deps.program())
    account = table.read_account(profile.ambassador_id)
    assert account is not None, "profile and account are made in one transaction"
    return present.ambassador(
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


def _shown_to_admin(profile: Profile) -> present.Body:
    """With what was decided last about all that leaves the account, if anything ever was."""
    decisions = deps.table().list_suspensions(profile.ambassador_id)
    return {**_shown(profile), **({"suspension": present.suspension(decisions[-1])} if decisions else {})}


def _found(query: dict[str, str], profile: Profile) -> present.Body:
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


def _led(shown: present.Body, profile: Profile, asked: str) -> present.Body:
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


def stopped(call: Call, ambassador_id: str) -> Problem:
    """A 409 about what an account does not let out for now: an admin is told why, the ambassador kindly whom to ask."""
    if call.session is None:
        detail = "This ambassador is suspended, so nothing leaves the account until somebody reinstates it."
        return Problem(409, "not_available_now", detail)

    language = language_of({}, known_ambassador(ambassador_id).person.locale)
    return Problem(409, "not_available_now", not_available_now(language))


def known_ambassador(ambassador_id: str) -> Profile:
    """Read the profile of the ambassador whom a path names, or of whom they were merged into.

    Raises:
        Problem: 404 when there is no such ambassador.
    """
    profile = profile_of(deps.table(), fields.path_id("id", ambassador_id))
    if profile is None:
        raise unknown_ambassador()
    return profile
