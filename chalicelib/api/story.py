"""A person's whole story: what they bought, earned, were sent, were not sent, and said, in one list."""

from datetime import datetime
from typing import Annotated, Any, Self

import msgspec
from chalice.app import Response
from msgspec import Meta

from chalicelib import deps
from chalicelib.api.messages import public_id
from chalicelib.api.subject import known_person
from chalicelib.domain.care import care
from chalicelib.domain.model.accounts import Adjustment, Gift, LedgerEntry, Withdrawal
from chalicelib.domain.model.claims import Claim
from chalicelib.domain.model.messages import Message
from chalicelib.domain.model.offers import Offer
from chalicelib.domain.model.people import Person
from chalicelib.domain.people.story import GROUPS, Group, Kind, Moment
from chalicelib.edge.answers import Answer
from chalicelib.edge.call import Call
from chalicelib.edge.language import LANG, SPOKEN, language_of
from chalicelib.edge.paging import PAGE, Page, cursor_of, limit_of, page, position_of
from chalicelib.edge.problems import bad_field
from chalicelib.edge.views import leads_to, view
from chalicelib.operations.people.story import tell_story
from chalicelib.web.console.language import console_language
from chalicelib.web.console.story import StoryTeller

_GROUP_OF: dict[str, Group] = {kind: group for group, kinds in GROUPS.items() for kind in kinds}


class StoryMoment(Answer, kw_only=True):
    """Something that happened, or lies ahead.

    Attributes:
        kind: What it is. `ahead` is a touch of care that may go, `at` the first moment at which it may as everything
            stands now; it is on the first page alone, before all that has happened.
        group: What kind of thing that is; `?group=` asks for one alone.
        id: Tells it from the others of its kind.
        said: What happened, in a sentence, then why and what became of it, as far as that is stored.
        order_id: The order that it is about.
        entry_id: The entry of the ledger that it is.
        message_id: The message that it is.
        task_id: The task that it is.
        claim_id: The claim that it is.
        gift_id: The gift that came with it, or was sent.
        withdrawal_id: The spend or payout that it is about.
        adjustment_id: The adjustment that it is about.
        code: The code, coupon or offer that it is about.
        author: The id of the key that did it.
    """

    kind: Kind
    group: Group
    id: str
    at: datetime
    said: list[str]
    order_id: str | None = None
    entry_id: str | None = None
    message_id: str | None = None
    task_id: str | None = None
    claim_id: str | None = None
    gift_id: str | None = None
    withdrawal_id: str | None = None
    adjustment_id: str | None = None
    code: str | None = None
    author: str | None = None

    @classmethod
    def of(cls, moment: Moment, teller: StoryTeller) -> Self:
        """Show a moment."""
        return cls(
            kind=moment.kind,
            group=_GROUP_OF[moment.kind],
            id=public_id(moment.id) if moment.kind == "mail" else moment.id,
            at=moment.at,
            said=teller.tell(moment),
            **_links(moment),
        )

    @classmethod
    def ahead(cls, line: care.Line, teller: StoryTeller) -> Self:
        """Show what lies ahead."""
        touch = line.touch
        return cls(
            kind="ahead",
            group="care",
            id=f"{touch.occasion}:{touch.subject}",
            at=line.at or touch.starts,
            said=teller.tell_ahead(line),
        )


@view(
    {200: Page[StoryMoment]},
    query={
        **PAGE,
        **LANG,
        "group": Annotated[Group, Meta(description="Only this kind of thing.")],
    },
    gives=SPOKEN,
    problems={404: ["not_found"]},
    links=leads_to("get_redemption", order_id="$response.body#/items/0/order_id"),
)
def get_story(call: Call, person_id: str) -> Response:
    """Tell a person's whole story, the newest first: under all ids and addresses that they have had.

    Nothing in it is made up for it: each sentence says what is stored, of rewards by their trace, of letters by the
    policy's reasons. What a person holds of themselves (consents, answers, complaints) is kept as the latest of each.
    """
    query, person = call.query(), known_person(person_id)
    asked = language_of(query)
    teller = StoryTeller(person, deps.program(), console_language([query.get("lang", asked.tag), asked.tag]))
    group = _group(query)
    listing = f"story of {person.id} {group}"
    position, limit = position_of(query, listing), limit_of(query)
    places = msgspec.json.decode(position, type=dict[str, str]) if position else {}
    story = tell_story(deps.table(), person, places, limit, group)
    ahead = _ahead(person, teller) if position is None and group in {None, "care"} else []
    following = cursor_of(msgspec.json.encode(story.places).decode(), listing) if story.places is not None else None
    items = [*ahead, *(StoryMoment.of(it, teller) for it in story.moments)]
    return page(f"/v1/people/{person_id}/story", query, items, following, Content_Language=teller.language.tag)


def _ahead(person: Person, teller: StoryTeller) -> list[StoryMoment]:
    """What may be done for them, the latest first: it stands over what has happened."""
    outlook, now = deps.outlook(), deps.now()
    plan = care.care(person, outlook.settings, teller.program, now, mailbox=outlook.mailbox(person))
    lines = [*([plan.go] if plan.go else []), *plan.ahead]
    return sorted((StoryMoment.ahead(it, teller) for it in lines), key=lambda it: it.at, reverse=True)


def _group(query: dict[str, str]) -> Group | None:
    if "group" not in query:
        return None
    found = next((it for it in GROUPS if it == query["group"]), None)
    if found is None:
        raise bad_field("?group", f"is one of {', '.join(GROUPS)}")
    return found


def _links(moment: Moment) -> dict[str, Any]:
    """What of all there is a moment leads to."""
    about, behind = moment.about, moment.behind
    links: dict[str, Any] = {"order_id": getattr(about, "order_id", None), "author": getattr(about, "author", None)}
    match about:
        case LedgerEntry():
            links["entry_id"] = about.id
        case Message():
            order = about.cause.id if about.cause.kind == "order" else None
            links |= {"message_id": public_id(about.id), "order_id": order}
        case Claim():
            links["claim_id"] = about.id
        case Offer():
            links["code"] = about.code
    if moment.kind == "task":
        links |= {"task_id": about.id, "author": about.by}
    if moment.kind == "code":
        links["code"] = about.code
    match behind:
        case Withdrawal():
            links |= {"withdrawal_id": behind.id, "code": behind.code}
        case Gift():
            links["gift_id"] = behind.id
        case Adjustment():
            links["adjustment_id"] = behind.id
    return links
