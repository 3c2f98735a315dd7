"""The words of the contract that stand beside no view: what is common to all routes, and what each reason means."""

from typing import Annotated, Any

from msgspec import Meta

from chalicelib.edge import fields

DESCRIPTION = """\
A store thanks the customers who recommend it. This service issues their codes and links, checks a code at the
checkout, keeps the ledger of rewards, and explains every amount.

## First steps

1. Get a key from whoever runs the service, and send it: `curl -H 'Authorization: Bearer rk_…' …`.
2. Enrol a customer: `POST /v1/ambassadors` answers their code and link.
3. When a friend types the code at your checkout, ask `POST /v1/quotes` what it takes off.
4. When the order is placed, send it to `POST /v1/redemptions`. If that is refused, the order goes on without the code.
5. Report what becomes of it: refunds, deliveries. `GET /v1/redemptions/{order_id}` says why the reward is what it is.

## Keys

A server key `rk_…` holds scopes; each route names those that it takes. Where a route takes it, an ambassador's session
`rs_…` works as well; it lasts an hour. Keep server keys out of browsers. A second admin is a key of another owner that
no key of the first one has made.

A page in a browser may call routes without a key from any origin, and those that take a session from the origin of
`shop_url` and the program's `origins`; the others from none.

## Money and time

Money is whole minor units beside a currency: `{"amount": 1250, "currency": "EUR"}` is 12.50. What is no money, such as
points, has a `unit` instead. Times are RFC 3339 in UTC. A field that a request does not know is an error.

## Repeats

An order, a refund and a delivery are known by your own ids, and an order has one payment: the first report is answered
with 201, the same again with 200 and `Idempotent-Replayed: true`, other content under the same id with 409. Where there
is no such id, a route asks for an `Idempotency-Key`. What is reported is worked off within seconds: until then a reward
stands as it stood.

## Errors

They are `application/problem+json` (RFC 9457). `reason` is stable: decide by it. `detail` is for people. With 503, and
after a timeout, send the same request again; with 429, as soon as `Retry-After` says. Whoever comes with a valid key or
session is not counted. A path that does not take a method answers 405, `method_not_allowed`.

## Lists

Lists that may grow take `limit` and `cursor`, and answer `next_cursor` and a `Link` to the next page. A page may be
short, or empty, and yet not the last one: that is the one whose `next_cursor` is null.
"""

STATUSES: dict[int | str, str] = {
    200: "What was asked for.",
    "done": "Done, or it was so before.",
    201: "Done.",
    202: "Accepted; it is worked on, or waits for somebody.",
    204: "Done; there is nothing to say.",
    302: "Where it leads.",
    304: "What you have is what there is.",
    404: "There is no such page.",
    "again": "It was done before, and stands as it was.",
}

_SHOPS_ID = (
    "An id of yours as it is; or `~` and its base64url, for ids with a slash or other signs that paths can't carry."
)
_Key = Annotated[str, Meta(min_length=1, max_length=128, pattern=r"^ *[!-~][ -~]*\Z")]

PARAMETERS: dict[str, tuple[Any, str]] = {
    "ambassador_id": (fields.OurId, "An ambassador's id. In a session, `me`."),
    "person_id": (fields.OurId, "A person's id. In a session, `me`."),
    "order_id": (fields.IdInPath, f"The order. {_SHOPS_ID}"),
    "refund_id": (fields.IdInPath, f"The refund. {_SHOPS_ID}"),
    "code": (fields.Spoken, "A code, in whatever spelling somebody typed it."),
    "token": (fields.Spoken, "What a mail's link ends with. It is signed: nobody else can make one."),
    "claim_id": (fields.OurId, "The id of a claim."),
    "adjustment_id": (fields.OurId, "The id of an adjustment."),
    "gift_id": (fields.OurId, "The id of a gift."),
    "guide_id": (fields.OurId, "The id of a guide."),
    "task_id": (fields.OurId, "The id of a task, or of a gift."),
    "message_id": (fields.Spoken, "The id of a message."),
    "spend_id": (fields.OurId, "The id of a coupon that was made of rewards, which is not its code."),
    "payout_id": (fields.OurId, "The id of a payout."),
    "session_id": (fields.OurId, "The id of a session, which is not its token."),
    "admin_id": (fields.OurId, "The id of an admin. `me` is whoever asks, where it is about sessions."),
    "key_id": (fields.OurId, "The id of a key, which is not its secret."),
    "job_id": (fields.OurId, "The id of a job."),
    "calendar_month": (Annotated[str, Meta(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])\Z")], "A month, such as 2026-03."),
    "version": (fields.Spoken, "The number of a version."),
    "Idempotency-Key": (
        _Key,
        "New for each new request, and the same when it is sent again: 1 to 128 printable ASCII characters.",
    ),
}
"""Type and description of what stands in paths and headers."""

HEADERS: dict[str, Any] = {
    "X-Request-Id": {"description": "Names this request in the logs.", "schema": {"type": "string"}},
    "Idempotent-Replayed": {
        "description": "There if this very request was carried out before.",
        "schema": {"const": "true"},
    },
    "Retry-After": {"description": "After how many seconds to send it again.", "schema": {"type": "string"}},
    "ETag": {"description": "Names what was answered, for If-None-Match and If-Match.", "schema": {"type": "string"}},
    "Location": {"description": "Where to go on.", "schema": {"type": "string"}},
    "Content-Language": {"description": "The language of the explanation (BCP 47).", "schema": {"type": "string"}},
    "Link": {"description": "The next page, if there is one (RFC 8288).", "schema": {"type": "string"}},
}

SCHEMES: dict[str, Any] = {
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": "A server key, `rk_…`. The names beside it are scopes, of which it holds one.",
    },
    "session": {
        "type": "http",
        "scheme": "bearer",
        "description": "An ambassador's session, `rs_…`, which the store begins for a customer who is signed in.",
    },
}

REASONS = {
    # how a request is made
    "invalid_request": "A field, parameter or header is missing or wrong; `errors` names each.",
    "malformed_json": "The body is no JSON object, or names a field twice.",
    "malformed_form": "The body is no form in its content type.",
    "body_too_large": "The body has more than 64 KB, or a form more than 4.",
    "unsupported_media_type": "The body does not come as application/json, nor a page's form as a form.",
    "method_not_allowed": "The path does not take this method.",
    "unauthenticated": "There is no key or session, or it is not valid any more.",
    "wrong_scope": "The key or session may not do that.",
    "not_found": "There is no such thing, or none that the caller may know of.",
    "idempotency_key_reused": "The key came with another request before; this one was not carried out.",
    "conflicting_repeat": "It was reported before with other content, which stays as it is.",
    "busy": "The table did not answer in time. Send it again.",
    "newer_format": "What is stored was written by a newer version of the program. Send it again later.",
    "no_program": "No rules have been published yet.",
    "internal_error": "Something broke on our side. The request may be sent again.",
    # a code at the checkout: the order goes on without it
    "unknown_code": "There is no such code.",
    "paused_code": "The code is paused.",
    "paused_by_shop": "The code was paused by the shop, so its ambassador can't let it work again.",
    "expired_code": "The code has expired.",
    "own_code": "It is the customer's own code.",
    "friend_already_referred": "The customer has used a code on another order. One that was cancelled, paid back whole "
    "or never paid for gives its place to the next.",
    "not_first_order": "The program is for first orders.",
    "below_minimum": "The amount is too small.",
    "currency_mismatch": "The program runs in another currency.",
    "program_closed": "The program takes no orders, and nobody new.",
    "nothing_counts": "Nothing on the order counts for the offer.",
    "already_paid": "The order has been paid for, and stays as it was then.",
    # what becomes of orders
    "already_reversed": "The refund was reversed. Report another one under a new id.",
    "not_settled_yet": "The order has not been settled yet. Try again in a few seconds.",
    "reward_stands": "The reward stands; say `void_reward` to give it up.",
    "holds_no_place": "Another order of this friend is the one that is rewarded, or none is any more.",
    "adjustment_not_posted": "The adjustment waits or was denied, so there is nothing to undo.",
    "already_released": "The friend of this order has been set free before.",
    "conflicting_review": "Another admin decided at this moment. Look at it again.",
    # who is who
    "email_taken": "The address is somebody else's: of another ambassador, another person, or another admin.",
    "customer_id_taken": "The customer id is somebody else's: of another ambassador, or of another person.",
    "same_person": "A person can't be merged with themselves.",
    "same_ambassador": "An ambassador can't be merged with themselves.",
    "too_many_codes": "There are more codes than an ambassador may have, or than can move at once.",
    "code_taken": "There is such a code, or one that looks like it.",
    "code_not_allowed": "This word is not given as a code.",
    "name_not_allowed": "The leaderboard shows no names like this.",
    "restricted": "The person wants nothing made of what is known of them.",
    "unknown_campaign": "The program has no campaign of this name.",
    "too_many_claims": "Too many claims of this ambassador wait already.",
    "already_redeemed": "A code was used on the order.",
    "already_undone": "Another adjustment takes this one back, or waits to.",
    "claim_decided": "The claim has been decided otherwise, and that stays.",
    "task_ended": "The program takes no more proofs of this task.",
    "task_limit": "The program takes no more proofs of this task from this ambassador.",
    # signing in
    "too_many_requests": "There were too many of these from where you are. Wait as long as Retry-After says.",
    "sign_in_over": "The way in is over, was used, or was never there.",
    "wrong_code": "It is not the code that was mailed, or it was used.",
    "not_an_ambassador": "A customer who is no ambassador yet: say `consents`, and they are.",
    # what leaves an account
    "insufficient_balance": "There is less than that available.",
    "not_spendable": "The program does not say what this unit is worth.",
    "not_divisible": "That makes no whole number of steps.",
    "not_available_now": "The account is suspended: nothing leaves it until somebody reinstates it.",
    "coupon_confirmed": "The coupon was used, and stays so.",
    "coupon_cancelled": "The coupon was cancelled or has expired, and stays so.",
    "coupon_not_confirmed": "The coupon was not used, so there is nothing to give back.",
    "not_yours": "The offer is for one person alone, and the customer is not that person.",
    "details_needed": "It is an offer for one person alone: say `customer` and `amount`.",
    "not_returnable": "It is an offer and no money. Cancel it, with its order.",
    "payout_confirmed": "The payout was made, and stays so.",
    "payout_cancelled": "The payout was cancelled, and stays so.",
    "payout_not_confirmed": "The payout was not made, so nothing can have come back.",
    "more_than_left": "That is more than is left to give back.",
    "unknown_unit": "Neither does the program grant this unit, nor does the ambassador have any of it.",
    "not_released": "The friend of this order was not set free, or that was undone.",
    "place_taken": "Another order of this friend has taken the place.",
    "second_admin_required": "It takes a key of another owner than the one who asked.",
    "task_not_done": "The task is not done, or what it is about has come up anew since.",
    "gift_not_sent": "Nobody has said that this gift was sent.",
    "gift_withdrawn": "The ambassador does not have this gift any more. Don't send it.",
    "message_unfinished": "The letter, or a copy of it, has not gone out yet.",
    "letter_not_allowed": "Its reader, or the program, does not let this letter go; the detail says why.",
    "not_suspended": "The ambassador was never suspended.",
    # rules and keys
    "precondition_required": "Say which version you have read: If-Match with its ETag.",
    "outdated": "Another version is in force by now.",
    "scope_not_held": "A key grants no scope that it does not hold itself, nor an admin.",
    "last_admin_key": "No other key may make keys.",
}
"""What each reason of a problem means. Reasons of a reward that waits or is less are told by the explanation itself."""
