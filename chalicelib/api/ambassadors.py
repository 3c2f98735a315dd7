"""Customers who recommend the store: enrolled, found, corrected; their referrals and their ledger."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated

import msgspec
from chalice.app import Response
from msgspec import UNSET, Meta, UnsetType, field, structs

from chalicelib import deps
from chalicelib.api import ledger
from chalicelib.api.orders import Referral
from chalicelib.api.profile import Ambassador, shown_ambassador, urls_of
from chalicelib.api.subject import known_ambassador
from chalicelib.api.suspensions import Suspension
from chalicelib.domain.model.people import EVERYTHING, Person, Profile
from chalicelib.domain.people.consent import Voice, said
from chalicelib.domain.people.person import moment
from chalicelib.domain.people.pseudonyms import pseudonym_of_customer, pseudonym_of_email
from chalicelib.edge import fields
from chalicelib.edge.answers import Answer, json, once
from chalicelib.edge.call import Call
from chalicelib.edge.fields import (
    Birthday,
    Consents,
    CustomerId,
    Email,
    Locale,
    PersonName,
    Shape,
)
from chalicelib.edge.language import LANG, SPOKEN, language_of
from chalicelib.edge.paging import PAGE, Page, listed
from chalicelib.edge.problems import Problem, bad_field
from chalicelib.edge.views import leads_to, view
from chalicelib.operations.people import identity
from chalicelib.operations.people.enrol import Enrolment, enrol
from chalicelib.operations.people.merged import person_of
from chalicelib.web.explain import explain


class Newcomer(Shape):
    """A customer who wants to share.

    Attributes:
        email: One mailbox is one ambassador, whatever its spelling.
        first_name: Greets in mails and stands on the page that friends see.
        locale: The language of mails and explanations, such as `en` or `gu-IN` (BCP 47); the program's own if left out.
        customer_id: Your own id of the customer, so that they are no friend with their own codes, whatever address an
            order has. It joins an ambassador who has none also when it is told later.
        birthday: `MM-DD` or `YYYY-MM-DD`.
        consents: Names of your choice, such as `newsletter`: a list of those that are given, or a map with `true` or
            `false` for each.
    """

    email: Email
    first_name: PersonName
    last_name: PersonName | None = None
    locale: Locale | None = None
    customer_id: CustomerId | None = None
    birthday: Birthday | None = None
    consents: Consents = field(default_factory=list)


class AmbassadorChange(Shape):
    """What is corrected about an ambassador. Null takes back what need not be known; the rest stays.

    Attributes:
        email: Codes, orders and account stay. The former address is free to enrol, but never becomes a friend with the
            ambassador's codes.
        customer_id: Your own id of the customer. In a session neither this nor `email` can be changed.
        locale: A language such as `en` or `gu-IN` (BCP 47); null for the program's own.
        birthday: `MM-DD` or `YYYY-MM-DD`.
        consents: A list names all that stand from now on; a map such as `{"newsletter": false}` gives or takes back
            some.
    """

    at_least_one = "email", "customer_id", "first_name", "last_name", "locale", "birthday", "consents"

    email: Email | UnsetType = UNSET
    customer_id: CustomerId | UnsetType | None = UNSET
    first_name: PersonName | UnsetType = UNSET
    last_name: PersonName | UnsetType | None = UNSET
    locale: Locale | UnsetType | None = UNSET
    birthday: Birthday | UnsetType | None = UNSET
    consents: Consents | UnsetType = UNSET


class Enrolled(Answer):
    """An ambassador's id and code, with the link that they share.

    Attributes:
        share_url: Add `?ch=` and a channel, such as `email` or `whatsapp`, to see where clicks come from.
        qr_url: The picture of the link as a QR code, in SVG.
        customer_id_taken: The customer id is another ambassador's, and so did not become this one's.
    """

    id: str
    code: str
    share_url: str
    qr_url: str
    customer_id_taken: bool = False


SEARCH = {
    "email": Annotated[Email, Meta(description="The ambassador's address, percent-encoded: a `+` is `%2B`.")],
    "customer_id": Annotated[CustomerId, Meta(description="Your own id of the customer.")],
    "code": Annotated[str, Meta(description="Any code of the ambassador's, in any spelling.")],
}
"""By what an ambassador is found: one of these."""


@view(
    {201: Enrolled, 200: Enrolled},
    body=Newcomer,
    links=leads_to(
        "get_ambassador patch_ambassador post_session post_code get_codes get_referrals get_ambassador_ledger "
        "post_merge post_payout post_adjustment post_suspend",
        ambassador_id="$response.body#/id",
    )
    | leads_to("get_code get_landing", code="$response.body#/code"),
)
def post_ambassador(call: Call, body: Newcomer) -> Response:
    """Enrol a customer, or find out the code of one who is enrolled.

    A mailbox that is enrolled gets its own code back, and nothing changes, except that a `customer_id` joins an
    ambassador who has none. A `customer_id` takes a key that holds `sessions` as well: it says who is signed in.
    Without that scope nothing that is known of somebody is changed by what a form was filled with.
    """
    if body.customer_id is not None and not call.may("sessions"):
        raise Problem(403, "wrong_scope", "To say whose a customer id is takes the scope sessions as well.")
    program = deps.program()
    enrolment = Enrolment(
        email=body.email,
        first_name=body.first_name,
        last_name=body.last_name,
        locale=body.locale or program.locale,
        customer_id=body.customer_id,
        birthday=fields.birthday(body.birthday),
        consents=tuple(purpose for purpose, yes in _words({}, body.consents).items() if yes),
        vouched=call.may("sessions"),
    )
    enrolled = enrol(deps.table(), enrolment, program, deps.outlook(), now=deps.now(), chance=deps.chance())
    shown = Enrolled(
        id=enrolled.ambassador_id,
        code=enrolled.code,
        customer_id_taken=enrolled.id_taken,
        **urls_of(enrolled.code),
    )
    return once(shown, replayed=not enrolled.new)


@view({200: Page[Ambassador]}, query=SEARCH)
def get_ambassadors(call: Call) -> Response:
    """Find an ambassador by an email address, the shop's customer id, or a code.

    Exactly one of the three parameters is needed, in any spelling. The list has one ambassador, or none.
    """
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
    return json(200, Page(items=[_matched(found)] if found else [], next_cursor=None))


@view({200: Ambassador}, query=LANG, problems={404: ["not_found"]})
def get_ambassador(call: Call, ambassador_id: str) -> Response:
    """Show an ambassador with balances, tier and share kit."""
    wanted = call.query().get("lang")
    profile = known_ambassador(ambassador_id)
    shown = shown_ambassador(profile, wanted=wanted) if call.session else _shown_to_admin(profile, wanted)
    return json(200, _led(shown, profile, ambassador_id))


@view(
    {200: Ambassador},
    body=AmbassadorChange,
    problems={404: ["not_found"], 409: ["email_taken", "customer_id_taken"]},
)
def patch_ambassador(call: Call, body: AmbassadorChange, ambassador_id: str) -> Response:
    """Correct who an ambassador is. In a session, what is theirs to say: names, language, birthday, consents."""
    changes = {name: value for name, value in structs.asdict(body).items() if value is not msgspec.UNSET}
    if not changes:
        raise bad_field("", "names no change: email, customer_id, a name, locale, birthday or consents")
    if call.session is not None and not changes.keys().isdisjoint({"email", "customer_id"}):
        raise Problem(403, "wrong_scope", "The address and the customer id are the shop's to change.")
    fields.birthday(changes.get("birthday"))
    known, now = known_ambassador(ambassador_id).ambassador_id, deps.now()
    voice: Voice = "shop" if call.session is None else "person"

    def change(person: Person) -> Person:
        consents = person.consents
        for purpose, yes in _words(consents, changes.get("consents", {})).items():
            consents = said(consents, purpose, voice, moment(person, now), yes=yes, source="profile")
        return replace(person, **{**changes, "consents": consents})

    answer = identity.correct(deps.table(), known, change, deps.outlook(), now=now)
    if isinstance(answer, identity.Taken):
        raise _taken(answer)
    return json(200, shown_ambassador(*answer))


@view({200: Page[Referral]}, query={**PAGE, **LANG}, gives=SPOKEN, problems={404: ["not_found"]})
def get_referrals(call: Call, ambassador_id: str) -> Response:
    """List an ambassador's settled referrals, the newest order first, each explained in the ambassador's language."""
    query, table, profile = call.query(), deps.table(), known_ambassador(ambassador_id)
    known, language = profile.ambassador_id, language_of(query, person_of(table, profile).locale or "")

    program = deps.program()
    return listed(
        f"/v1/ambassadors/{known}/referrals",
        query,
        f"referrals:{known}",
        lambda after, limit: table.list_referrals(profile.kin, after, limit),
        lambda orders: [
            Referral.told(it, it.standing, explain(it, "ambassador", language, program)) for it in orders if it.standing
        ],
        Content_Language=language.tag,
    )


@view(ledger.ENTRIES, query={**ledger.PERIOD, **PAGE}, problems={404: ["not_found"]})
def get_ambassador_ledger(call: Call, ambassador_id: str) -> Response:
    """List an ambassador's ledger in order of posting.

    All of it unless dates say less. A page may be short, or even empty, and yet have a `next_cursor`: go on until it is
    null. With `Accept: text/csv` it comes as a table, as the whole ledger does.
    """
    profile = known_ambassador(ambassador_id)
    path = f"/v1/ambassadors/{profile.ambassador_id}/ledger"
    return ledger.entries_page(call, path, call.query(), profile.ambassador_id)


def _shown_to_admin(profile: Profile, wanted: str | None = None) -> Ambassador:
    """With what was decided last about all that leaves the account, if anything ever was."""
    decisions = deps.table().list_suspensions(profile.ambassador_id)
    last = Suspension.of(decisions[-1]) if decisions else None
    return structs.replace(shown_ambassador(profile, wanted=wanted), suspension=last)


def _matched(match: identity.Match) -> Ambassador:
    """An ambassador who was looked for, and whom a merger has led there."""
    profile = match.profile
    absorbed = deps.table().read_profiles(profile.absorbed) if profile.absorbed else []
    asked = next((it.ambassador_id for it in absorbed if it.code == match.code), profile.ambassador_id)
    return _led(_shown_to_admin(profile), profile, asked)


def _led(shown: Ambassador, profile: Profile, ambassador_id: str) -> Ambassador:
    """Say that somebody else was asked for, who was merged into this ambassador."""
    if ambassador_id == profile.ambassador_id:
        return shown
    return structs.replace(shown, merged_into=profile.ambassador_id)


def _words(before: Iterable[str], change: list[str] | dict[str, bool]) -> dict[str, bool]:
    """Return what is said of each purpose: a list names all that stand, a map what is given and what is taken back."""
    words = change if isinstance(change, dict) else {**dict.fromkeys(before, False), **dict.fromkeys(change, True)}
    for purpose, yes in words.items():
        if purpose == "service" or (purpose == EVERYTHING and yes):
            raise bad_field("/consents", f"{purpose}: nobody is asked for it")
    return {purpose: yes for purpose, yes in words.items() if yes or purpose != EVERYTHING or isinstance(change, dict)}


def _taken(answer: identity.Taken) -> Problem:
    what = "address" if answer.reason == "email_taken" else "customer id"
    detail = (
        f"This {what} is of the ambassador {answer.by}, so nothing was changed. If both are one person, merge them."
    )
    return Problem(409, answer.reason, detail)
