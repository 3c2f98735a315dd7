"""A story in which each operation is called as somebody would call it: its requests and answers are the examples.

It is played in memory from the same beginning each time, so the same story is told again, letter by letter.
"""

import json
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any
from urllib.parse import urlencode

from chalice.test import HTTPResponse

from chalicelib import deps
from chalicelib.domain.care.draws import budget_of, surprise
from chalicelib.domain.care.giving import give
from chalicelib.domain.care.offers import Terms, offer_for
from chalicelib.domain.effects import Create
from chalicelib.domain.model.people import Person
from chalicelib.domain.people.links import Link, mark, sign
from chalicelib.domain.people.sign_in import token_of
from chalicelib.domain.program.program import Rate
from chalicelib.edge.routes import FORM, ROUTES
from chalicelib.operations.access import api_keys, console_sessions
from chalicelib.operations.audit.surprises import month_of
from memory.shop import PROGRAM, Shop, eur, open_shop

Body = dict[str, Any]

SEED = 20260301

_ROUTES = {route.name: route for route in ROUTES}


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request of the story and its answer.

    Attributes:
        name: What happens, in a few words.
        operation: The name of its route.
        parameters: What stands in path and query, by name.
        headers: The request's headers beside who calls.
        sent: The body of the request, if it has one.
        answer: The body of the answer: JSON as it is, other content as text, None for bytes or nothing.
    """

    name: str
    operation: str
    parameters: dict[str, str]
    headers: dict[str, str]
    sent: Any
    status: int
    content_type: str
    answer: Any


def exchanges() -> list[Exchange]:
    """Play the story and return all that was said."""
    with open_shop(seed=SEED) as shop:
        return played(shop)


def played(shop: Shop) -> list[Exchange]:
    """Play the story in a shop that has just been opened, and return all that was said."""
    return list(_Story(shop).play())


class _Story:
    """A shop, and what is known of it so far."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def _say(
        self,
        name: str,
        operation: str,
        body: Any = None,
        *,
        session: str | None = None,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        **at: str,
    ) -> Exchange:
        """Send one request, with a key that the route takes or in a session."""
        route, sent = _ROUTES[operation], dict(headers or {})
        path = re.sub(r"\{(\w+)\}", lambda it: at[it[1]], route.path)
        held = [scope for scope in route.scopes if scope in self._shop.keys]
        scope = held[0] if held and session is None else None
        if session is not None:
            sent["Authorization"] = f"Bearer {session}"
        url, given = f"{path}?{urlencode(query)}" if query else path, body
        if route.takes == FORM and body is not None:
            given, sent["Content-Type"] = urlencode(body, doseq=True).encode(), FORM[0]
        answer = self._shop.call(route.method, url, given, scope=scope, **sent)
        kind = str(answer.headers.get("Content-Type", ""))
        shown = {name: text for name, text in sent.items() if name != "Authorization"}
        return Exchange(
            name, operation, {**at, **(query or {})}, shown, body, answer.status_code, kind, _content(answer, kind)
        )

    def play(self) -> Iterator[Exchange]:
        """Tell the story of Maya, her friends Ben and Iris, and the admins of a small store."""
        yield from self._ambassadors()
        yield from self._checkout()
        yield from self._later()
        yield from self._withdrawals()
        yield from self._by_hand()
        yield from self._guides()
        yield from self._tasks()
        yield from self._admins()
        yield from self._signing_in()
        yield from self._worth()
        yield from self._pages()

    # --- people -------------------------------------------------------------------------------------------------------

    def _ambassadors(self) -> Iterator[Exchange]:
        newcomer = {
            "email": "maya@example.com", "first_name": "Maya", "last_name": "Shah", "locale": "gu-IN",
            "customer_id": "c-1001", "birthday": "04-17", "consents": ["marketing"],
        }  # fmt: skip
        enrolled = yield from self._telling("A customer begins to share", "post_ambassador", newcomer)
        self.maya, self.code = enrolled.answer["id"], enrolled.answer["code"]
        yield self._say("The same customer again", "post_ambassador", newcomer)
        begun = yield from self._telling("Maya is signed in", "post_session", {}, ambassador_id=self.maya)
        self.token = begun.answer["token"]
        yield self._say("Maya looks at her page", "get_ambassador", session=self.token, ambassador_id="me")
        yield self._say("Support finds her", "get_ambassadors", query={"email": "Maya@Example.com"})
        yield self._say("A list names her", "get_names", query={"ids": self.maya})
        change = {"first_name": "Maya K.", "locale": "en"}
        yield self._say("Maya corrects her name", "patch_ambassador", change, session=self.token, ambassador_id="me")
        wished = {"code": "MAYABAKES"}
        keyed = {"Idempotency_Key": "7d1f"}
        yield self._say(
            "She wishes for a code", "post_code", wished, session=self.token, headers=keyed, ambassador_id="me"
        )
        yield self._say("Her codes", "get_codes", ambassador_id=self.maya)
        yield self._say("A shop page asks what a code offers", "get_code", code=self.code)
        yield self._say("A code that nobody has", "get_code", code="NOBODY22")
        yield self._say("Her sessions", "get_sessions", ambassador_id=self.maya)
        yield from self._people()

    def _people(self) -> Iterator[Exchange]:
        leo = {
            "email": "leo@example.com", "customer_id": "c-3001", "first_name": "Leo", "locale": "es-MX",
            "time_zone": "America/Mexico_City", "birthday": "09-02", "interests": ["glazes"],
            "handles": {"instagram": "leo.clay"},
            "consents": {"tips": {"given": True, "at": "2026-02-20T10:00:00Z", "source": "checkout", "text": "v3"}},
        }  # fmt: skip
        told = yield from self._telling("The shop tells of a customer", "put_person", leo)
        self.leo = told.answer["id"]
        yield self._say("It is told each night", "put_person", leo)
        yield from self._choosing()
        clash = {"email": "leo@example.com", "customer_id": "c-1001"}
        yield self._say("An address and an id of two people", "put_person", clash)
        yield self._say("Support looks for him", "get_people", query={"customer_id": "c-3001"})
        yield self._say("Support looks for everybody named so", "get_people", query={"name": "leo"})
        yield self._say("Support looks at him", "get_person", person_id=self.leo)
        yield self._say("What lies ahead of him", "get_care", person_id=self.leo)
        yield self._say("His whole story", "get_story", person_id=self.leo, query={"limit": "3"})
        yield self._say("His birthday was wrong", "patch_person", {"birthday": "02-09"}, person_id=self.leo)
        refusal = {"consents": {"offers": {"given": False}}}
        yield self._say("Maya wants no offers", "patch_person", refusal, session=self.token, person_id="me")
        other = self._say("", "put_person", {"email": "leo@work.example", "first_name": "Leo"}).answer["id"]
        merged = {"other": other, "note": "He wrote from both addresses."}
        yield self._say("Two who are one", "post_person_merge", merged, person_id=self.leo)
        yield from self._offers(other)
        yield self._say("His data is to rest", "post_restrict", {"restricted": True}, person_id=self.leo)
        yield self._say("He has thought it over", "post_restrict", {"restricted": False}, person_id=self.leo)
        yield self._say("Maya wants to see what lies about her", "get_export", session=self.token, person_id="me")
        why = {"note": "Asked by letter."}
        yield self._say("Leo wants to be forgotten", "delete_person", query=why, person_id=self.leo)
        yield self._say("Who wanted that", "get_erasures")

    def _offers(self, person_id: str) -> Iterator[Exchange]:
        """What he was given for his birthday, while he was still taken for two."""
        table, program = deps.table(), deps.program()
        ten = Terms(Rate(amount=1000), days=30, minimum=3000)
        cause = f"touch:{person_id}:birthday:2026"
        given = offer_for(Person(person_id), ten, cause, program, now=self._shop.now, chance=Random(SEED))  # noqa: S311
        table.commit([Create(given)])
        order: Body = {"order_id": "4001", "customer": {"email": "leo@example.com"}, "amount": eur(4500)}
        yield self._say("What he has of his own", "get_offers", person_id=self.leo)
        yield self._say("What it would take off", "post_coupon_quote", order, code=given.code)
        other = {**order, "customer": {"email": "ben@example.com"}}
        yield self._say("Nobody else can use it", "post_coupon_confirm", other, code=given.code)
        yield self._say("He uses it", "post_coupon_confirm", order, code=given.code)
        yield self._say("He has changed his mind", "post_coupon_cancel", {"order_id": "4001"}, code=given.code)

    # --- orders -------------------------------------------------------------------------------------------------------

    def _checkout(self) -> Iterator[Exchange]:
        ben = {"email": "ben@example.com", "id": "c-2001", "first_name": "Ben", "locale": "en"}
        quoted = {"code": self.code, "order": {"amount": eur(5000), "customer": {"email": "ben@example.com"}}}
        yield self._say("What the code would give", "post_quote", quoted)
        yield self._say("A code that can't be used", "post_quote", {**quoted, "code": "NOBODY22"})
        order = {
            "order_id": "1001", "code": self.code.lower(), "customer": ben, "amount": eur(5950), "tax": eur(950),
            "items": [{"sku": "MUG-BLUE", "quantity": 2, "amount": eur(5950), "tax": eur(950)}],
        }  # fmt: skip
        yield self._say("Ben's order is paid for", "post_redemption", order)
        yield self._say("The checkout was not sure, and sends it again", "post_redemption", order)
        own = {**order, "order_id": "1002", "customer": {"email": "maya+shop@example.com", "id": "c-1001"}}
        yield self._say("Maya uses her own code", "post_redemption", own)
        yield self._say("A body with mistakes", "post_redemption", {"order_id": "1003", "amount": {"amount": 1.5}})
        self._shop.stream()
        yield self._say("Why this reward", "get_redemption", order_id="1001")
        yield self._say("What is known of the order", "get_order", order_id="1001")
        plain = {
            "order_id": "1000", "customer": {"email": "cleo@example.com", "id": "c-1007", "first_name": "Cleo"},
            "amount": eur(4200), "items": [{"sku": "MUG-BLUE", "category": "mugs"}],
            "placed_at": "2026-01-05T10:00:00Z",
        }  # fmt: skip
        yield self._say("An order without a code", "post_order", plain)
        unpaid = {
            "order_id": "1004", "code": self.code, "customer": {"email": "iris@example.com", "first_name": "Iris"},
            "amount": eur(3200), "payment": "pending",
        }  # fmt: skip
        yield self._say("An order that is to be paid by invoice", "post_redemption", unpaid)

    def _later(self) -> Iterator[Exchange]:
        paid = {"payment_id": "pay-1", "paid_at": f"{self._shop.now:%Y-%m-%dT%H:%M:%SZ}"}
        yield self._say("The invoice is paid", "post_payment", paid, order_id="1004")
        delivered = {"fulfilment_id": "parcel-1", "delivered_at": "2026-03-01T10:00:00Z"}
        yield self._say("The parcel has arrived", "post_fulfilment", delivered, order_id="1001")
        refund = {"refund_id": "r-1", "amount": eur(2975), "tax": eur(475)}
        yield self._say("One of two mugs comes back", "post_refund", refund, order_id="1001")
        yield self._say("That is sent again", "post_refund", refund, order_id="1001")
        yield self._say("It was a mistake", "post_reversal", {}, order_id="1001", refund_id="r-1")
        self._shop.days(40)
        begun = self._say("Maya is signed in", "post_session", {}, ambassador_id=self.maya)
        self.token = begun.answer["token"]
        yield self._say("Maya's referrals", "get_referrals", session=self.token, ambassador_id="me")
        yield self._say("Her ledger", "get_ambassador_ledger", session=self.token, ambassador_id="me")
        self._shop.publish(leaderboard={"by": "quarter"})
        shown = {"name": "Maya of the lake"}
        yield self._say(
            "She wants to be on the leaderboard", "put_leaderboard", shown, session=self.token, ambassador_id="me"
        )
        yield self._say("Whom she is next to", "get_leaderboard", session=self.token, ambassador_id="me")
        yield self._say("She would rather not", "delete_leaderboard", session=self.token, ambassador_id="me")
        months = yield from self._telling("Her months", "get_statements", session=self.token, ambassador_id="me")
        yield self._say(
            "Her last month", "get_statement", session=self.token, ambassador_id="me",
            calendar_month=months.answer["items"][0]["month"],
        )  # fmt: skip
        letters = yield from self._telling(
            "What she was sent", "get_messages", session=self.token, query={"limit": "2"}, person_id="me"
        )
        yield self._say(
            "She has lost a letter", "post_resend", {"note": "She asked for it."}, headers={"Idempotency_Key": "l-1"},
            message_id=letters.answer["items"][0]["id"],
        )  # fmt: skip
        claimed = {"order_id": "1005", "note": "My neighbour forgot the code."}
        yield self._say(
            "Maya claims an order", "post_claim", claimed, session=self.token, headers={"Idempotency_Key": "c-1"},
            ambassador_id="me",
        )  # fmt: skip
        yield self._say("Her claims", "get_ambassador_claims", session=self.token, ambassador_id="me")
        yield self._say(
            "She pauses her code", "patch_own_code", {"state": "paused"}, session=self.token, ambassador_id="me",
            code=self.code,
        )  # fmt: skip
        yield self._say(
            "It works again", "patch_own_code", {"state": "active"}, session=self.token, ambassador_id="me",
            code=self.code,
        )  # fmt: skip
        waiting = yield from self._telling("The claims that wait", "get_claims")
        decision = {
            "decision": "approve", "note": "The neighbour confirms it.",
            "order": {
                "customer": {"email": "nila@example.com"}, "amount": eur(4000),
                "placed_at": f"{self._shop.now:%Y-%m-%dT%H:%M:%SZ}",
            },
        }  # fmt: skip
        claim_id = waiting.answer["items"][0]["id"]
        yield self._say("An admin admits it", "post_claim_decision", decision, claim_id=claim_id)
        yield self._say("How it was decided", "get_claim", claim_id=claim_id)

    # --- money --------------------------------------------------------------------------------------------------------

    def _withdrawals(self) -> Iterator[Exchange]:
        spend, keyed = {"amount": eur(300)}, {"Idempotency_Key": "s-1"}
        made = yield from self._telling(
            "Maya takes a coupon", "post_spend", spend, session=self.token, headers=keyed, ambassador_id="me"
        )
        coupon = made.answer["code"]
        yield self._say(
            "More than there is", "post_spend", {"amount": eur(90000)}, session=self.token,
            headers={"Idempotency_Key": "s-2"}, ambassador_id="me",
        )  # fmt: skip
        third = yield from self._telling(
            "She takes another one", "post_spend", {"amount": eur(100)}, session=self.token,
            headers={"Idempotency_Key": "s-3"}, ambassador_id="me",
        )  # fmt: skip
        yield self._say(
            "She would rather keep it", "post_spend_cancel", {}, session=self.token, ambassador_id="me",
            spend_id=third.answer["id"],
        )  # fmt: skip
        yield self._say("Her coupons", "get_spends", session=self.token, ambassador_id="me")
        yield self._say("The checkout looks at the coupon", "get_coupon", code=coupon)
        yield self._say("It is used on an order", "post_coupon_confirm", {"order_id": "2001"}, code=coupon)
        back = {"note": "The order was cancelled.", "amount": eur(100)}
        yield self._say("A part of it was not needed", "post_coupon_return", back, headers={"Idempotency_Key": "b-1"},
                        code=coupon)  # fmt: skip
        other = self._say("", "post_spend", {"amount": eur(100)}, session=self.token,
                          headers={"Idempotency_Key": "s-3"}, ambassador_id="me")  # fmt: skip
        yield self._say("A coupon is given back", "post_coupon_cancel", {}, code=other.answer["code"])
        payout = {"amount": eur(100), "reference": "bank transfer"}
        asked = yield from self._telling(
            "Maya wants money", "post_payout", payout, headers={"Idempotency_Key": "p-1"}, ambassador_id=self.maya
        )
        first = asked.answer["id"]
        yield self._say("The payouts that wait", "get_payouts", query={"state": "pending"})
        yield self._say("It was made", "post_payout_confirm", {"reference": "SEPA-77"}, payout_id=first)
        yield self._say("One payout", "get_payout", payout_id=first)
        came_back = {"note": "The account is closed."}
        yield self._say("The bank sends it back", "post_payout_return", came_back, headers={"Idempotency_Key": "b-2"},
                        payout_id=first)  # fmt: skip
        second = self._say("", "post_payout", payout, headers={"Idempotency_Key": "p-2"}, ambassador_id=self.maya)
        cancelled = {"note": "She would rather have a coupon."}
        yield self._say("A payout is not made", "post_payout_cancel", cancelled, payout_id=second.answer["id"])

    # --- what the shop does for people ----------------------------------------------------------------------------

    def _guides(self) -> Iterator[Exchange]:
        guide = {
            "id": "mug-glaze", "title": "How a glaze stays bright", "link": "https://shop.example/films/glaze",
            "language": "en", "skus": ["MUG-BLUE"], "categories": ["mugs"],
            "picture": {"url": "https://shop.example/films/glaze.jpg", "text": "A blue mug, half of it wet"},
        }  # fmt: skip
        kept = yield from self._telling("A film about a mug", "put_guide", guide)
        yield from self._answering(kept.answer["id"])
        yield self._say("The guides", "get_guides")
        yield self._say("One guide", "get_guide", guide_id=kept.answer["id"])
        yield self._say("It is out of date", "delete_guide", guide_id=kept.answer["id"])

    def _answering(self, guide_id: str) -> Iterator[Exchange]:
        """What Cleo does by the links of her mails."""
        key, cleo = deps.settings().link_keys[0], self._cleo()
        asked = sign(Link("answer", cleo, value="happy", about=mark("1000")), key)
        yield self._say("Cleo has tapped an answer in a mail", "get_answer", token=asked)
        yield self._say("She sends it", "post_answer", {"value": "happy", "note": ""}, token=asked)
        join = sign(Link("join", cleo), key)
        yield self._say("She looks at what her friends would get", "get_join", token=join)
        yield self._say("And has a code of her own", "post_join", {"join": "yes"}, token=join)
        likes = sign(Link("interests", cleo), key)
        yield self._say("She is asked what she likes", "get_interests", token=likes)
        told = {"sent": "yes", "day": "17", "month": "4", "wishes": "yes"}
        yield self._say("She tells her birthday", "post_interests", told, token=likes)
        film = Link("guide", cleo, about=mark("how_to:1000"), guide=guide_id)
        yield self._say("She opens a film", "get_guide_of_mail", token=sign(film, key))
        shop = Link("shop", cleo, about=mark("birthday:2026"))
        yield self._say("And the shop", "get_shop_of_mail", token=sign(shop, key))
        chat = {"order_id": "1000", "value": "fine", "at": "2026-03-01T09:00:00Z"}
        yield self._say("She has said so in a chat before", "post_person_answer", chat, person_id=cleo)

    def _cleo(self) -> str:
        return str(self._say("", "get_people", query={"email": "cleo@example.com"}).answer["items"][0]["id"])

    def _tasks(self) -> Iterator[Exchange]:
        cleo = self._cleo()
        ticket = {"note_id": "T-311", "text": "The handle came off when I washed it."}
        opened = yield from self._telling("Cleo has written to the shop", "post_note", ticket, person_id=cleo)
        yield self._say("What is to be done", "get_tasks", query={"kind": "care"})
        yield self._say("One task", "get_task", task_id=opened.answer["id"])
        answered = {"note": "Sent a new mug, and said sorry."}
        yield self._say("It is done", "post_task_done", answered, task_id=opened.answer["id"])
        again = {"note": "The mug came back: wrong address."}
        yield self._say("It is not, after all", "post_task_reopen", again, task_id=opened.answer["id"])
        yield self._say("What waits, and how long it takes", "get_task_counts")
        picture = {
            "name": "A picture", "kind": "picture", "reward": {"amount": 500}, "times": 2, "days": 365,
            "words": {"en": "Show your mug where you drink from it."},
        }  # fmt: skip
        self._shop.publish(tasks=[picture])
        begun = self._say("", "post_session", {}, ambassador_id=self.maya).answer["token"]
        yield self._say("What Maya can do", "get_ambassador_tasks", session=begun, ambassador_id="me")
        proof = {"task": "A picture", "link": "https://pictures.example/maya/1", "note": "By the lake!"}
        sent = yield from self._telling("She shows it", "post_proof", proof, session=begun, ambassador_id="me")
        good = {"note": "Lovely.", "decision": "approve"}
        yield self._say("It is what was asked for", "post_task_done", good, task_id=sent.answer["id"])

    def _surprises(self) -> Iterator[Exchange]:
        """A customer is met by the draw of the month."""
        shop, table = self._shop, deps.table()
        drawn = {"since": "2026-03", "chance": 10_000, "budget": 50_000, "gift": {"amount": 500}}
        shop.publish(care={"surprise": {"rounds": [drawn]}})
        known = self._say("", "put_person", {"email": "noor@example.com", "first_name": "Noor"}).answer["id"]
        person, month = Person(known), f"{shop.now:%Y-%m}"
        held = month_of(table, month, deps.program())
        assert held is not None, "there is a round"
        cause, chance = f"touch:{known}:surprise:{month}", Random(SEED)  # noqa: S311 - the same story each time
        given = give(held.terms.gift, person, None, cause, deps.program(), now=shop.now, chance=chance)
        assert given is not None, "anybody can have an amount"
        taken = surprise(given, person, held.terms, table.read_used(budget_of(month)), now=shop.now)
        table.commit([*given.effects, *(taken or ())])
        yield self._say("What the month gives", "get_surprises", calendar_month=month)
        yield self._say("Whom it has met", "get_surprise_gifts", calendar_month=month)

    # --- admins -------------------------------------------------------------------------------------------------------

    def _by_hand(self) -> Iterator[Exchange]:
        sorry, keyed = {"amount": eur(500), "reason": "Sorry for the late answer."}, {"Idempotency_Key": "a-1"}
        posted = yield from self._telling(
            "An admin says sorry", "post_adjustment", sorry, headers=keyed, ambassador_id=self.maya
        )
        yield self._say("One adjustment", "get_adjustment", adjustment_id=posted.answer["id"])
        wrong = {"note": "That was for another Maya."}
        undone = yield from self._telling(
            "It was a mistake", "post_adjustment_undo", wrong, adjustment_id=posted.answer["id"]
        )
        wrong = {"note": "No, it was for her."}
        yield self._say("And so was that", "post_adjustment_undo", wrong, adjustment_id=undone.answer["id"])
        yield from self._surprises()
        self._shop.publish(adjustment_limit=1000)
        large = {"amount": eur(5000), "reason": "A reader of her blog bought for the whole office."}
        asked = yield from self._telling(
            "A large one waits for a second admin", "post_adjustment", large, headers={"Idempotency_Key": "a-2"},
            ambassador_id=self.maya,
        )  # fmt: skip
        yield self._say("The adjustments that wait", "get_adjustments")
        agreed = {"decision": "approve", "note": "Agreed."}
        yield self._say("The same admin may not approve it", "post_adjustment_decision", agreed,
                        adjustment_id=asked.answer["id"])  # fmt: skip
        second = api_keys.issue(deps.table(), "Bea", ["admin:write"], self._shop.now, owner="Bea")
        yield self._say(
            "Somebody else does", "post_adjustment_decision", agreed, session=second, adjustment_id=asked.answer["id"]
        )
        stopped = {"note": "Two accounts, one bank account. We ask.", "pause_codes": True}
        yield self._say("An account is suspended", "post_suspend", stopped, ambassador_id=self.maya)
        yield self._say("It is cleared up", "post_reinstate", {"note": "Sisters."}, ambassador_id=self.maya)
        yield self._say("Her code works again", "patch_code", {"state": "active"}, code=self.code)
        twin = self._shop.enrol("maya.shah@example.org", "Maya")
        merged = {"other": twin["id"], "note": "She wrote from both addresses."}
        yield self._say("Two accounts of one person", "post_merge", merged, ambassador_id=self.maya)

    def _admins(self) -> Iterator[Exchange]:
        yield self._say("The ledger of one order", "get_ledger", query={"order_id": "1001"})
        yield self._say("The rules", "get_program")
        rules = {
            **PROGRAM,
            "watch": {"review_at": 30},
            "milestones": [{"name": "Four friends", "at": 4, "reward": {"gift": "A blue mug"}}],
        }
        version = self._say("", "get_program").answer["version"]
        yield self._say(
            "Other rules",
            "put_program",
            {**rules, "note": "A mug for four friends."},
            headers={"If_Match": f'"{version}"'},
        )
        yield self._say("What has changed", "get_versions", query={"limit": "2"})
        yield self._say("One version", "get_version", version=str(version))
        yield self._say("How a program is written", "get_schema")
        period = {"from": "2026-03-01", "to": "2026-03-31"}
        yield self._say("Looked over before it is published", "post_check", {"program": {**rules, "minimum": 2500}})
        yield self._say("What it would have cost", "post_preview", {"program": rules, "period": period})
        yield self._say(
            "A letter, before anybody gets it", "post_letter_preview", {"letter": "tier_reached", "locale": "es"}
        )
        yield self._say(
            "Other colours, before anybody sees them",
            "post_brand_preview",
            {"brand": {"color": "#5b2a86", "text_color": "#8a7a9a"}},
        )
        yield self._say("The books of one ambassador", "get_audit", query={"ambassador_id": self.maya})
        job = yield from self._telling("All books", "post_audit", {"all": True})
        self._shop.stream()
        yield self._say("How far that is", "get_job", job_id=job.answer["id"])
        yield self._say("What was audited lately", "get_jobs", query={"kind": "audit", "limit": "2"})
        fay = {"email": "fay@mailinator.com", "first_name": "Fay"}
        suspicious = {"order_id": "1006", "code": self.code, "customer": fay, "amount": eur(9000)}
        yield self._say("A friend with a mailbox for ten minutes", "post_redemption", suspicious)
        self._shop.stream()
        yield self._say("What waits today", "get_today")
        yield self._say("The rewards that wait", "get_reviews")
        yield self._say("An admin decides", "post_review", {"decision": "approve", "note": "Known to us."},
                        order_id="1006")  # fmt: skip
        many = {"order_ids": ["1006", "9999"], "decision": "approve", "note": "Known to us."}
        yield self._say("Many at once", "post_reviews", many)
        self._shop.days(40)
        gifts = yield from self._telling("The gifts to send", "get_gifts")
        gift_id = gifts.answer["items"][0]["id"]
        yield self._say("The mug is on its way", "post_gift_sent", {"note": "DHL 4711"}, gift_id=gift_id)
        wrong = {"note": "The parcel is still here."}
        yield self._say("It is not, after all", "post_gift_unsent", wrong, gift_id=gift_id)
        free = {"note": "The friend asked for it.", "void_reward": True}
        yield self._say("A friend may use a code again", "post_release", free, order_id="1006")
        wrong = {"note": "It was the friend of another order."}
        yield self._say("They should not", "post_keep", wrong, order_id="1006")
        key = {"name": "Back office", "owner": "Anna", "scopes": ["admin:keys"]}
        made = yield from self._telling("A new key", "post_key", key, headers={"Idempotency_Key": "k-1"})
        yield self._say("All keys", "get_keys", query={"limit": "1"})
        yield self._say("Who is behind them", "get_authors", query={"limit": "2"})
        yield self._say("A key is revoked", "delete_key", key_id=made.answer["id"])
        yield self._say("Nobody without a key", "get_keys", session="rk_unknown")
        yield self._say("The service answers", "get_health")

    def _signing_in(self) -> Iterator[Exchange]:
        bea = {"email": "bea@shop.example", "name": "Bea", "scopes": ["admin:keys"]}
        bea_made = yield from self._telling("Bea is an admin, too", "post_admin", bea)
        yield self._say("All admins", "get_admins")
        bea_is = {"admin_id": bea_made.answer["id"]}
        key = deps.table().find_api_key(bea_is["admin_id"])
        assert key is not None
        for _ in range(2):
            console_sessions.begin(deps.table(), key, browser="Firefox, Android", now=self._shop.now)
        known = yield from self._telling("Where Bea is signed in", "get_admin_sessions", **bea_is)
        one = known.answer["items"][0]["id"]
        yield self._say("Not there any more", "delete_admin_session", session_id=one, **bea_is)
        yield self._say("Nor anywhere", "delete_admin_sessions", **bea_is)
        yield self._say("Bea has left", "delete_admin", admin_id=bea_made.answer["id"])
        asking = {"email": "maya@example.com", "locale": "gu"}
        asked = yield from self._telling("Maya asks for a way in", "post_sign_in", asking)
        pending = asked.answer["pending"]
        wrong = {"pending": pending, "code": "0000 0000"}
        yield self._say("She types another code", "post_sign_in_confirmation", wrong)
        self._shop.stream()
        token = token_of(pending, deps.settings().link_keys[0])
        yield self._say("She opens the link in her mail", "post_sign_in_confirmation", {"token": token})
        yield self._say("She opens it again", "post_sign_in_confirmation", {"token": token})
        session = self._say("", "post_session", {}, ambassador_id=self.maya).answer["id"]
        yield self._say("One session ends", "delete_session", ambassador_id=self.maya, session_id=session)
        yield self._say("All sessions end", "delete_sessions", ambassador_id=self.maya)

    def _worth(self) -> Iterator[Exchange]:
        yield self._say("How customers buy", "get_histories", query={"limit": "5"})
        fit = {
            "until": "2026-06-30", "customers": 2357, "repeating": 1172, "currency": "EUR", "discount": 1000,
            "buying": {"r": 0.2536, "alpha": 38.13, "a": 0.6074, "b": 2.647, "log_likelihood": -16432.2},
            "spending": {"p": 4.683, "q": 4.19, "v": 2439.1, "log_likelihood": -10411.9},
        }  # fmt: skip
        yield self._say("The models have been fitted", "put_fit", fit)
        yield self._say("What they were fitted to be", "get_fit")
        self._shop.stream()
        cleo = self._say("", "get_people", query={"email": "cleo@example.com"}).answer["items"][0]["id"]
        yield self._say("What a customer is worth", "get_worth", person_id=cleo)
        yield self._say("What all customers are worth", "get_cohorts")
        self._shop.now += timedelta(days=1)
        self._shop.day()
        yield self._say("What the program brings, by tier", "get_stats", query={"from": "2026-02-01", "by": "tier"})

        period = {"from": "2026-03-01", "to": "2026-03-31"}
        yield self._say("What the program owes", "get_liability", query=period)
        yield self._say("The same for a spreadsheet", "get_liability", headers={"Accept": "text/csv"}, query=period)
        yield self._say("What a bookkeeper imports", "get_journal", query={"month": "2026-03"})

    def _pages(self) -> Iterator[Exchange]:
        yield self._say("A developer reads the contract", "get_reference")
        yield self._say("A friend opens the link", "get_landing", code=self.code)
        yield self._say("And whoever types it in capitals", "get_landing_in_capitals", code=self.code)
        yield self._say("The link as a QR", "get_qr_svg", code=self.code)
        yield self._say("The same in pixels", "get_qr_png", query={"size": "256"}, code=self.code)
        yield self._say("The picture of a preview", "get_card", code=self.code)

    def _choosing(self) -> Iterator[Exchange]:
        key = deps.settings().link_keys[0]
        refuse, choose = (
            sign(it, key) for it in (Link("unsubscribe", self.leo, "tips"), Link("preferences", self.leo))
        )
        yield self._say("A reader is asked first", "get_unsubscribe", token=refuse)
        clicked = {"List-Unsubscribe": "One-Click"}
        yield self._say("A mail program unsubscribes with one click", "post_unsubscribe", clicked, token=refuse)
        yield self._say("A reader looks at what they get", "get_preferences", token=choose)
        wanted = {"purpose": ["rewards", "wishes"], "locale": "es"}
        yield self._say("And chooses", "post_preferences", wanted, token=choose)
        yield self._say("And wants to see what is known of them", "post_preferences", {"data": "ask"}, token=choose)
        own = sign(Link("rights", self.leo, until=self._shop.now + timedelta(hours=1)), key)
        yield self._say("The link that was mailed then", "get_rights", token=own)
        yield self._say("It shows all of it", "post_rights", {"wish": "see"}, token=own)

    def _telling(self, name: str, operation: str, body: Any = None, **more: Any) -> Generator[Exchange, None, Exchange]:
        """Yield an exchange, and return it for what follows."""
        told = self._say(name, operation, body, **more)
        yield told
        return told


def _content(answer: HTTPResponse, kind: str) -> Any:
    if "json" in kind and answer.body:
        return json.loads(answer.body)
    return None
