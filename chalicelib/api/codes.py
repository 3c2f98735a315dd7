"""The codes that ambassadors share."""

from datetime import datetime
from typing import Any, Literal, Self

import msgspec
from chalice.app import Response
from msgspec import UNSET, UnsetType

from chalicelib import deps
from chalicelib.api.subject import known_ambassador, stopped
from chalicelib.domain.accounts.suspensions import Stopped
from chalicelib.domain.model import people
from chalicelib.domain.people.codes import normal_code
from chalicelib.domain.people.pseudonyms import greetable
from chalicelib.domain.people.wishes import LONGEST, SHORTEST, unfit
from chalicelib.domain.program.program import Program, Rate
from chalicelib.edge import fields
from chalicelib.edge.answers import SHARED_FOR_A_MINUTE, Answer, Sum, json, money, money_if, once
from chalicelib.edge.call import Call
from chalicelib.edge.fields import (
    Moment,
    Name,
    Shape,
    Typed,
)
from chalicelib.edge.idempotency import idempotency_key, key_as, reused
from chalicelib.edge.paging import Page
from chalicelib.edge.problems import Problem, bad_field, not_found
from chalicelib.edge.views import leads_to, view
from chalicelib.operations.once import Reused
from chalicelib.operations.people import share
from chalicelib.operations.people.codes import (
    CODES_MAX,
    NotResumed,
    Taken,
    TooManyCodes,
    add_code,
    change_code,
    codes_of,
    rest,
)
from chalicelib.operations.program import programs


class CodeChange(Shape):
    """What changes about a code. The rest stays, and so do rewards that were earned.

    Attributes:
        state: `paused`: the checkout refuses it, and its link shows a kind page.
        expires_at: Orders placed from then on can't use it. Within three years; null for never.
        campaign: The name of a campaign of the program, whose terms its orders have; null for none.
    """

    at_least_one = "state", "expires_at", "campaign"

    state: Literal["active", "paused"] | UnsetType = UNSET
    expires_at: Moment | UnsetType | None = UNSET
    campaign: Name | UnsetType | None = UNSET


class NewCode(Shape):
    """A further code of an ambassador.

    Attributes:
        campaign: The name of a campaign of the program. A session can't say it.
        code: The code that the ambassador wishes for: 3 to 20 letters A to Z and digits, not digits alone; case, blanks
            and hyphens don't matter. One is made up if left out.
    """

    campaign: Name | None = None
    code: Typed | None = None


class CodeRest(Shape):
    """Whether a code of the ambassador's works.

    Attributes:
        state: `active` again only if it was the ambassador who paused it.
    """

    state: Literal["active", "paused"]


class Code(Answer, kw_only=True):
    """A code for its ambassador and for admins.

    Attributes:
        expires_at: Null for never.
        campaign: The name of the campaign whose terms its orders have; null for none.
    """

    code: str
    state: Literal["active", "paused"]
    expires_at: datetime | None
    campaign: str | None

    @classmethod
    def of(cls, code: people.Code, **beside: Any) -> Self:
        """Show a code."""
        return cls(code=code.code, state=code.state, expires_at=code.expires_at, campaign=code.campaign, **beside)


class SharedCode(Code, kw_only=True):
    """A code with the link that the ambassador shares.

    Attributes:
        own_pause: Whether the ambassador has paused it, and so may let it work again.
        share_url: Add `?ch=` and a channel, such as `email` or `whatsapp`, to see where clicks come from.
        qr_url: The picture of the link as a QR code, in SVG.
    """

    created_at: datetime
    share_url: str
    qr_url: str
    own_pause: bool = False


class AmbassadorCode(Code, kw_only=True):
    """A code with the ambassador whose it is."""

    ambassador_id: str


class FixedOffer(Answer, tag_field="kind", tag="fixed"):
    """An amount off a friend's order.

    Attributes:
        amount: What it takes off.
        minimum: The smallest order on which it can be used.
    """

    amount: Sum
    minimum: Sum


class PercentOffer(Answer, tag_field="kind", tag="percent"):
    """A share off a friend's order.

    Attributes:
        basis_points: 1000 are 10 %.
        minimum: The smallest order on which it can be used.
        maximum: The most that it takes off.
    """

    basis_points: int
    minimum: Sum
    maximum: Sum | None = None


class Recommender(Answer):
    """Who recommends the shop.

    Attributes:
        first_name: Null if it is none to greet with, such as one that holds a link.
    """

    first_name: str | None


class PublicCode(Answer):
    """What a code offers, for anyone.

    Attributes:
        state: `unusable` whatever the cause: unknown, paused, expired, or the program is closed.
        offer: Null if the friend gets nothing, or the code can't be used.
        ambassador: Null if the code can't be used.
    """

    code: str
    state: Literal["active", "unusable"]
    offer: FixedOffer | PercentOffer | None
    ambassador: Recommender | None


@view(
    {201: SharedCode, 200: SharedCode},
    body=NewCode,
    keyed=True,
    problems={
        404: ["not_found"],
        409: ["code_taken", "not_available_now"],
        422: ["code_not_allowed", "too_many_codes", "unknown_campaign"],
    },
    links=leads_to("get_code patch_code get_landing get_qr_svg", code="$response.body#/code"),
)
def post_code(call: Call, body: NewCode, ambassador_id: str) -> Response:
    """Give an ambassador a further code, or the one that they wish for.

    There may be up to 50 beside the first one, and all go on working.
    """
    profile = known_ambassador(ambassador_id)
    key = idempotency_key(call, body)
    if body.campaign is not None:
        if call.session is not None:
            raise Problem(403, "wrong_scope", "Which codes belong to a campaign is the shop's to say.")
        _check_campaign(body.campaign)
    wished = None if body.code is None else _wished(body.code)
    answer = add_code(
        deps.table(),
        profile,
        body.campaign,
        wished,
        idempotency_key=key,
        key_as=key_as(call, body),
        now=deps.now(),
        chance=deps.chance(),
    )
    if isinstance(answer, Reused):
        raise reused()
    if isinstance(answer, Stopped):
        raise stopped(call, profile.ambassador_id)
    if isinstance(answer, TooManyCodes):
        raise Problem(422, "too_many_codes", f"An ambassador has at most {CODES_MAX} codes beside the first one.")
    if isinstance(answer, Taken):
        raise Problem(409, "code_taken", "There is such a code already, or one that looks like it. Try another word.")
    return once(_shown(answer.code), replayed=answer.replayed)


@view(
    {200: Page[SharedCode]},
    problems={404: ["not_found"]},
    links=leads_to("get_code patch_code", code="$response.body#/items/0/code"),
)
def get_codes(call: Call, ambassador_id: str) -> Response:
    """List all codes of an ambassador, the first one first."""
    call.query()
    found = codes_of(deps.table(), known_ambassador(ambassador_id))
    return json(200, Page(items=[_shown(code) for code in found], next_cursor=None))


@view({200: SharedCode}, body=CodeRest, problems={404: ["not_found"], 409: ["paused_by_shop"]})
def patch_own_code(_: Call, body: CodeRest, ambassador_id: str, code: str) -> Response:
    """Pause a code of the ambassador's own, or let it work again. Orders that came before keep their terms."""
    changed = rest(deps.table(), known_ambassador(ambassador_id), code, active=body.state == "active")
    if changed is None:
        raise not_found("There is no such code.")
    if isinstance(changed, NotResumed):
        raise Problem(
            409, "paused_by_shop", "The shop has paused this code, so it is the shop that lets it work again."
        )
    return json(200, _shown(changed))


@view({200: AmbassadorCode}, body=CodeChange, problems={404: ["not_found"], 422: ["unknown_campaign"]})
def patch_code(call: Call, body: CodeChange, code: str) -> Response:
    """Pause a code that has leaked, let it work again, set when it ends, or give it to a campaign.

    Orders that came before keep their terms.
    """
    changes = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not msgspec.UNSET}
    if not changes:
        raise bad_field("", "names no change: state, expires_at or campaign")
    if changes.get("expires_at"):
        changes["expires_at"] = fields.near("expires_at", changes["expires_at"], deps.now())
    if changes.get("campaign"):
        _check_campaign(changes["campaign"])
    if "state" in changes:
        changes["own_pause"] = None
    stored = change_code(deps.table(), code, changes)
    if stored is None:
        raise not_found("There is no such code.")
    return json(200, AmbassadorCode.of(stored, ambassador_id=stored.ambassador_id))


@view({200: PublicCode})
def get_code(call: Call, code: str) -> Response:
    """Tell a shop's page what a code offers. Every code that can't be used looks the same.

    A cache of the shop's may keep the answer for a minute; the checkout knows better.
    """
    call.query()
    shared = share.look_up(deps.table(), code, now=deps.now())
    if shared is None or not deps.program().open:
        return _for_everybody(PublicCode(code, "unusable", offer=None, ambassador=None))
    offer = _offer(deps.program(), share.offered(shared, deps.program(), now=deps.now()))
    recommender = Recommender(greetable(shared.by.first_name))
    return _for_everybody(PublicCode(shared.code.code, "active", offer, recommender))


def _for_everybody(shown: PublicCode) -> Response:
    return json(200, shown, Cache_Control=SHARED_FOR_A_MINUTE)


def _wished(typed: str) -> str:
    """Read the code that somebody wishes for.

    Raises:
        Problem: 400 when it can't be a code, 422 when it says what no code should.
    """
    code, why = normal_code(typed), unfit(typed, deps.program().shop_name)
    if why == "form" or code is None:
        raise bad_field("/code", f"has {SHORTEST} to {LONGEST} letters A to Z and digits, not digits alone")
    if why:
        raise Problem(422, "code_not_allowed", "This word is not given as a code. Try another one, such as a name.")
    return code


def _check_campaign(name: str) -> None:
    """See that the program knows a campaign. The rules are read anew: it may have been published a moment ago.

    Raises:
        Problem: 422.
    """
    if all(it.name != name for it in programs.current(deps.table()).campaigns):
        detail = (
            "The program has no campaign of this name. Publish it first; it may begin later, or change nothing yet."
        )
        raise Problem(422, "unknown_campaign", detail)


def _shown(code: people.Code) -> SharedCode:
    return SharedCode.of(
        code, created_at=code.created_at, own_pause=code.own_pause, **share.urls(deps.settings().public_url, code.code)
    )


def _offer(program: Program, rate: Rate | None) -> FixedOffer | PercentOffer | None:
    """Show what a friend gets; None for nothing."""
    if rate is None:
        return None
    minimum = money(program.minimum, program.currency)
    if rate.amount is not None:
        return FixedOffer(money(rate.amount, program.currency), minimum)
    return PercentOffer(rate.basis_points or 0, minimum, money_if(rate.maximum, program.currency))
