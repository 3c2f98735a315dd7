"""What concerns one ambassador: enrolling, the profile with its account, the referrals, the ledger."""

from datetime import timedelta

from chalice.app import Blueprint, Response

from chalicelib import deps
from chalicelib.api import admin, present, schemas
from chalicelib.api.auth import SESSION, Call, json, once, route
from chalicelib.api.language import language_of
from chalicelib.api.pages import listed
from chalicelib.api.problems import unknown_ambassador
from chalicelib.domain.calendar import month_of
from chalicelib.domain.model import Person, Profile

blueprint = Blueprint(__name__)

CLICK_DAYS = 30


@route(blueprint, "POST", "/v1/ambassadors", "enrol")
def post_ambassador(call: Call) -> Response:
    """Enrol a customer. A known e-mail address gets its own code back, and nothing changes."""
    from chalicelib.operations.enrol import enrol

    told = call.body(schemas.Newcomer)
    given = told.consents.items() if isinstance(told.consents, dict) else ((name, True) for name in told.consents)
    person = Person(
        email=told.email.strip(),
        first_name=told.first_name.strip(),
        last_name=told.last_name,
        locale=told.locale or deps.program().locale,
        customer_id=told.customer_id,
        birthday=schemas.birthday(told.birthday),
        consents=tuple(sorted(name for name, yes in given if yes)),
    )
    enrolled = enrol(deps.table(), person, pepper=deps.settings().pepper, now=deps.now(), chance=deps.chance())
    body = {"id": enrolled.ambassador_id, "code": enrolled.code, **urls(enrolled.code)}
    return once(body, replayed=not enrolled.new)


@route(blueprint, "GET", "/v1/ambassadors/{ambassador_id}", "admin:read", SESSION)
def get_ambassador(call: Call, ambassador_id: str) -> Response:
    """Show an ambassador with balances, tier and share kit."""
    call.query()
    table, profile = deps.table(), known_ambassador(ambassador_id)
    account = table.read_account(profile.ambassador_id)
    assert account is not None, "profile and account are made in one transaction"
    clicks: dict[str, int] = {}
    for day in table.read_clicks(profile.code, (deps.now() - timedelta(days=CLICK_DAYS)).date()):
        for channel, number in day.channels.items():
            clicks[channel] = clicks.get(channel, 0) + number
    month = month_of(deps.now())
    return json(200, present.ambassador(profile, account, deps.program(), month, urls(profile.code), clicks))


@route(blueprint, "GET", "/v1/ambassadors/{ambassador_id}/referrals", "admin:read", SESSION)
def get_referrals(call: Call, ambassador_id: str) -> Response:
    """List an ambassador's settled referrals, the newest order first, each explained in the ambassador's language."""
    query, table, profile = call.query("limit", "cursor", "lang"), deps.table(), known_ambassador(ambassador_id)
    known, language = profile.ambassador_id, language_of(query, profile.person.locale)
    from chalicelib.web.explain import explain

    return listed(
        f"/v1/ambassadors/{known}/referrals",
        query,
        f"referrals:{known}",
        lambda after, limit: table.list_referrals(known, after, limit),
        lambda found: [present.referral(it, explain(it, "ambassador", language)) for it in found],
        Content_Language=language.tag,
    )


@route(blueprint, "GET", "/v1/ambassadors/{ambassador_id}/ledger", "admin:read", SESSION)
def get_ambassador_ledger(call: Call, ambassador_id: str) -> Response:
    """List an ambassador's ledger in order of posting."""
    profile = known_ambassador(ambassador_id)
    path = f"/v1/ambassadors/{profile.ambassador_id}/ledger"
    return admin.ledger(call, path, call.query("limit", "cursor", "from", "to", "kind"), profile.ambassador_id)


def urls(code: str) -> dict[str, str]:
    """The share link of a code and the picture of its QR."""
    share = f"{deps.settings().public_url}/r/{code}"
    return {"share_url": share, "qr_url": f"{share}/qr.svg"}


def known_ambassador(ambassador_id: str) -> Profile:
    """Read the profile of the ambassador whom a path names.

    Raises:
        Problem: 404 when there is no such ambassador.
    """
    profile = deps.table().read_profile(schemas.path_id("id", ambassador_id))
    if profile is None:
        raise unknown_ambassador()
    return profile
