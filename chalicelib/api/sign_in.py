"""Ambassadors who sign in by a mail, without the store."""

from datetime import datetime
from typing import Annotated, Literal

from chalice.app import Response
from msgspec import UNSET, Meta, UnsetType

from chalicelib import deps
from chalicelib.api.sessions import BegunSession
from chalicelib.edge.agents import browser_in
from chalicelib.edge.answers import Answer, json
from chalicelib.edge.call import Call
from chalicelib.edge.fields import Email, Locale, OurId, Shape
from chalicelib.edge.problems import Problem, bad_field
from chalicelib.edge.views import leads_to, view
from chalicelib.operations.access import sign_in
from chalicelib.operations.access.sign_in import Admitted, Over, TooMany, Visitor, WrongCode
from chalicelib.operations.people.arrive import Arrived, arrive
from chalicelib.operations.people.tell import Word

SOURCE = "sign_in"
"""Where consents come from that somebody gives as they join."""


class SignInRequest(Shape):
    """Somebody who wants to sign in.

    Attributes:
        email: The address that the store knows them by.
        locale: The language that they read now, such as `en` or `gu-IN` (BCP 47), if they have never told theirs.
    """

    email: Email
    locale: Locale | None = None


class SignIn(Answer, kw_only=True):
    """A way in that waits for whoever reads the mailbox.

    Attributes:
        pending: Goes with the code that is in the mail. By itself it opens nothing.
        expires_at: Until when link and code work.
    """

    pending: str
    expires_at: datetime


class SignInConfirmation(Shape):
    """What was in the mail.

    Attributes:
        token: What the link ends with. Either this, or `pending` and `code`, which are passed over beside it.
        pending: From the answer to the request.
        code: The eight digits, in whatever groups.
        consents: To join, for a customer who is no ambassador yet: the purposes of letters to which they say yes. An
            empty list joins as well.
    """

    at_least_one = "token", "code"

    token: Annotated[str, Meta(min_length=1, max_length=160)] | UnsetType = UNSET
    pending: OurId | UnsetType = UNSET
    code: Annotated[str, Meta(min_length=1, max_length=32)] | UnsetType = UNSET
    consents: Annotated[list[Literal["care", "tips", "wishes", "offers"]], Meta(max_length=20)] | None = None


@view(
    {202: SignIn},
    body=SignInRequest,
    problems={429: ["too_many_requests"]},
)
def post_sign_in(call: Call, body: SignInRequest) -> Response:
    """Mail a link and a code to somebody who wants to sign in.

    The answer is the same, and comes as fast, whether or not the address is known: nobody learns who is a customer. One
    mailbox gets three such mails in 15 minutes, and ten a day.
    """
    visitor = Visitor(body.email, call.source, locale=body.locale or "")
    pepper = deps.settings().pepper
    pending = sign_in.ask(deps.table(), visitor, pepper=pepper, now=deps.now(), chance=deps.chance())
    if isinstance(pending, TooMany):
        detail = "Too many people have asked from where you are. Wait a while, then send it again."
        raise Problem(429, "too_many_requests", detail, headers={"Retry-After": str(pending.seconds)})
    return json(202, SignIn(pending=pending.id, expires_at=pending.expires_at))


@view(
    {201: BegunSession},
    body=SignInConfirmation,
    problems={410: ["sign_in_over"], 422: ["wrong_code", "not_an_ambassador", "program_closed"]},
    links=leads_to("get_ambassador get_sessions", ambassador_id="$response.body#/ambassador_id"),
)
def post_sign_in_confirmation(call: Call, body: SignInConfirmation) -> Response:
    """Begin the session of whoever has got the mail: by its link, or by its code where they have asked.

    It lasts 30 days. Link and code work once, and for 15 minutes; the fifth wrong code is the last. A customer who is
    no ambassador yet gets 422 `not_an_ambassador`, which uses nothing up: sent again with `consents`, the same request
    makes them one.
    """
    key, table, now = deps.settings().link_keys[0], deps.table(), deps.now()
    found = _found(body, key)
    if isinstance(found, WrongCode):
        detail = "It is not the code that was mailed, or it was used. After five wrong ones ask for another mail."
        raise Problem(422, "wrong_code", detail)
    if isinstance(found, Over):
        raise _over()
    words: dict[str, Word] | None = (
        None if body.consents is None else {it: Word(given=True, source=SOURCE) for it in body.consents}
    )
    arrived = arrive(
        table,
        found,
        deps.program(),
        deps.outlook(),
        words=words,
        browser=browser_in(call.header("user-agent")),
        now=now,
        chance=deps.chance(),
    )
    if isinstance(arrived, Over):
        raise _over()
    if not isinstance(arrived, Arrived):
        raise Problem(422, arrived.reason, _OUTSIDE[arrived.reason])
    session = arrived.session
    begun = BegunSession(
        token=arrived.token, expires_at=session.expires_at, ambassador_id=session.ambassador_id, id=session.id
    )
    return json(201, begun)


_OUTSIDE = {
    "not_an_ambassador": "They are a customer, and no ambassador yet. Send it again with `consents`, and they are.",
    "program_closed": "They are a customer, and no ambassador; the program takes nobody new.",
}


def _found(body: SignInConfirmation, key: bytes) -> Admitted | WrongCode | Over:
    if body.token is not UNSET:
        return sign_in.by_token(deps.table(), body.token, key, now=deps.now())
    if body.code is UNSET:
        raise bad_field("", "names no way in: token, or pending and code")
    if body.pending is UNSET:
        return WrongCode()
    return sign_in.by_code(deps.table(), body.pending, body.code, key, now=deps.now())


def _over() -> Problem:
    return Problem(410, "sign_in_over", "This way in is over, was used, or was never there. Ask for another mail.")
