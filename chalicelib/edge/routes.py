"""Every route on one page: method, path, who may call it, and the view that answers.

A view is imported when its route is first called, so that a cold start pays for what its request needs, however many
routes there are.
"""

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

from chalice.app import Chalice, Request, Response

from chalicelib.domain.model.access import ApiKey, Session
from chalicelib.edge import browsers
from chalicelib.edge.auth import authenticated, authorise, resolved
from chalicelib.edge.call import Call
from chalicelib.edge.fields import parse
from chalicelib.edge.problems import Problem, newer_format
from chalicelib.edge.scopes import ANYONE, SESSION
from chalicelib.edge.views import Contract
from chalicelib.operations.program.programs import NoProgramError
from chalicelib.store.table import BusyError, NewerError
from chalicelib.store.wire import one_look
from chalicelib.telemetry import logger


class Route(NamedTuple):
    """One operation of the HTTP surface.

    Attributes:
        callers: The scopes of which a caller holds one, with blanks between. `anyone` makes the route public, `session`
            admits an ambassador; `me` and `console` are pages for whoever has signed in with a browser.
        view: The module, and the function in it.
        takes: The content types of what it takes.
    """

    method: str
    path: str
    callers: str
    view: str
    takes: tuple[str, ...] = ("application/json",)

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes of which a caller holds one."""
        return tuple(self.callers.split())

    @property
    def is_public(self) -> bool:
        """Whether anybody may call it, without saying who they are."""
        return self.callers == ANYONE

    @property
    def name(self) -> str:
        """The name of the view, which is the operation's."""
        return self.view.rpartition(".")[2]


FORM = ("application/x-www-form-urlencoded", "multipart/form-data")
"""What a route for the form of a page takes."""

# fmt: off
ROUTES = (
    # checkout, and what becomes of orders
    Route("POST", "/v1/quotes", "checkout", "chalicelib.api.checkout.post_quote"),
    Route("POST", "/v1/redemptions", "checkout", "chalicelib.api.checkout.post_redemption"),
    Route("GET", "/v1/redemptions/{order_id}", "checkout admin:read", "chalicelib.api.orders.get_redemption"),
    Route("POST", "/v1/orders", "checkout", "chalicelib.api.purchases.post_order"),
    Route("GET", "/v1/orders/{order_id}", "admin:read", "chalicelib.api.orders.get_order"),
    Route("POST", "/v1/orders/{order_id}/refunds", "checkout", "chalicelib.api.facts.post_refund"),
    Route("POST", "/v1/orders/{order_id}/refunds/{refund_id}/reversal", "checkout", "chalicelib.api.facts.post_reversal"),
    Route("POST", "/v1/orders/{order_id}/fulfilments", "checkout", "chalicelib.api.facts.post_fulfilment"),
    Route("POST", "/v1/orders/{order_id}/payments", "checkout", "chalicelib.api.facts.post_payment"),
    Route("POST", "/v1/orders/{order_id}/release-friend", "admin:write", "chalicelib.api.friends.post_release"),
    Route("POST", "/v1/orders/{order_id}/keep-friend", "admin:write", "chalicelib.api.friends.post_keep"),
    # ambassadors
    Route("POST", "/v1/ambassadors", "enrol", "chalicelib.api.ambassadors.post_ambassador"),
    Route("GET", "/v1/ambassadors", "admin:read", "chalicelib.api.ambassadors.get_ambassadors"),
    Route("GET", "/v1/ambassadors/names", "admin:read", "chalicelib.api.names.get_names"),
    Route("GET", "/v1/ambassadors/{ambassador_id}", "admin:read session", "chalicelib.api.ambassadors.get_ambassador"),
    Route("PATCH", "/v1/ambassadors/{ambassador_id}", "admin:write session", "chalicelib.api.ambassadors.patch_ambassador"),
    Route("POST", "/v1/ambassadors/{ambassador_id}/merge", "admin:write", "chalicelib.api.merge.post_merge"),
    Route("GET", "/v1/ambassadors/{ambassador_id}/referrals", "admin:read session", "chalicelib.api.ambassadors.get_referrals"),
    Route("GET", "/v1/ambassadors/{ambassador_id}/ledger", "admin:read session", "chalicelib.api.ambassadors.get_ambassador_ledger"),
    Route("GET", "/v1/ambassadors/{ambassador_id}/statements", "admin:read session", "chalicelib.api.statements.get_statements"),
    Route("GET", "/v1/ambassadors/{ambassador_id}/statements/{calendar_month}", "admin:read session", "chalicelib.api.statements.get_statement"),
    Route("GET", "/v1/ambassadors/{ambassador_id}/leaderboard", "admin:read session", "chalicelib.api.leaderboard.get_leaderboard"),
    Route("PUT", "/v1/ambassadors/{ambassador_id}/leaderboard", "session", "chalicelib.api.leaderboard.put_leaderboard"),
    Route("DELETE", "/v1/ambassadors/{ambassador_id}/leaderboard", "admin:write session", "chalicelib.api.leaderboard.delete_leaderboard"),
    Route("POST", "/v1/ambassadors/{ambassador_id}/codes", "admin:write session", "chalicelib.api.codes.post_code"),
    Route("GET", "/v1/ambassadors/{ambassador_id}/codes", "admin:read session", "chalicelib.api.codes.get_codes"),
    Route("PATCH", "/v1/ambassadors/{ambassador_id}/codes/{code}", "session", "chalicelib.api.codes.patch_own_code"),
    Route("PATCH", "/v1/codes/{code}", "admin:write", "chalicelib.api.codes.patch_code"),
    Route("GET", "/v1/codes/{code}", "anyone", "chalicelib.api.codes.get_code"),
    Route("POST", "/v1/ambassadors/{ambassador_id}/sessions", "sessions", "chalicelib.api.sessions.post_session"),
    Route("GET", "/v1/ambassadors/{ambassador_id}/sessions", "sessions admin:read session", "chalicelib.api.sessions.get_sessions"),
    Route("DELETE", "/v1/ambassadors/{ambassador_id}/sessions", "sessions admin:write session", "chalicelib.api.sessions.delete_sessions"),
    Route("DELETE", "/v1/ambassadors/{ambassador_id}/sessions/{session_id}", "sessions admin:write session", "chalicelib.api.sessions.delete_session"),
    Route("POST", "/v1/sessions", "anyone", "chalicelib.api.sign_in.post_sign_in"),
    Route("POST", "/v1/sessions/confirm", "anyone", "chalicelib.api.sign_in.post_sign_in_confirmation"),
    Route("POST", "/v1/ambassadors/{ambassador_id}/claims", "session", "chalicelib.api.claims.post_claim"),
    Route("GET", "/v1/ambassadors/{ambassador_id}/claims", "admin:read session", "chalicelib.api.claims.get_ambassador_claims"),
    Route("GET", "/v1/claims", "admin:read", "chalicelib.api.claims.get_claims"),
    Route("GET", "/v1/claims/{claim_id}", "admin:read", "chalicelib.api.claims.get_claim"),
    Route("POST", "/v1/claims/{claim_id}", "admin:write", "chalicelib.api.claims.post_claim_decision"),
    # people
    Route("PUT", "/v1/people", "people", "chalicelib.api.people.put_person"),
    Route("GET", "/v1/people", "admin:read", "chalicelib.api.people.get_people"),
    Route("GET", "/v1/people/{person_id}", "admin:read session", "chalicelib.api.people.get_person"),
    Route("PATCH", "/v1/people/{person_id}", "admin:write session", "chalicelib.api.people.patch_person"),
    Route("POST", "/v1/people/{person_id}/merge", "admin:write", "chalicelib.api.people.post_person_merge"),
    Route("POST", "/v1/people/{person_id}/answers", "people admin:write", "chalicelib.api.answers.post_person_answer"),
    Route("POST", "/v1/people/{person_id}/restrict", "admin:write session", "chalicelib.api.people.post_restrict"),
    Route("GET", "/v1/people/{person_id}/export", "admin:read session", "chalicelib.api.rights.get_export"),
    Route("GET", "/v1/people/{person_id}/worth", "admin:read", "chalicelib.api.worth.get_worth"),
    Route("DELETE", "/v1/people/{person_id}", "admin:write session", "chalicelib.api.rights.delete_person"),
    Route("GET", "/v1/people/{person_id}/offers", "admin:read session", "chalicelib.api.coupons.get_offers"),
    Route("GET", "/v1/people/{person_id}/story", "admin:read", "chalicelib.api.story.get_story"),
    Route("GET", "/v1/people/{person_id}/care", "admin:read", "chalicelib.api.care.get_care"),
    Route("GET", "/v1/erasures", "admin:read", "chalicelib.api.rights.get_erasures"),
    # what the shop does for people
    Route("GET", "/v1/tasks", "admin:read", "chalicelib.api.tasks.get_tasks"),
    Route("GET", "/v1/tasks/counts", "admin:read", "chalicelib.api.tasks.get_task_counts"),
    Route("GET", "/v1/tasks/{task_id}", "admin:read", "chalicelib.api.tasks.get_task"),
    Route("POST", "/v1/tasks/{task_id}/done", "admin:write", "chalicelib.api.tasks.post_task_done"),
    Route("POST", "/v1/tasks/{task_id}/reopen", "admin:write", "chalicelib.api.tasks.post_task_reopen"),
    Route("POST", "/v1/people/{person_id}/notes", "people admin:write", "chalicelib.api.tasks.post_note"),
    Route("GET", "/v1/ambassadors/{ambassador_id}/tasks", "admin:read session", "chalicelib.api.proofs.get_ambassador_tasks"),
    Route("POST", "/v1/ambassadors/{ambassador_id}/proofs", "session", "chalicelib.api.proofs.post_proof"),
    Route("GET", "/v1/guides", "admin:read", "chalicelib.api.guides.get_guides"),
    Route("PUT", "/v1/guides", "admin:write", "chalicelib.api.guides.put_guide"),
    Route("GET", "/v1/guides/{guide_id}", "admin:read", "chalicelib.api.guides.get_guide"),
    Route("DELETE", "/v1/guides/{guide_id}", "admin:write", "chalicelib.api.guides.delete_guide"),
    # what leaves an account, and what is corrected by hand
    Route("POST", "/v1/ambassadors/{ambassador_id}/spends", "session", "chalicelib.api.coupons.post_spend"),
    Route("GET", "/v1/ambassadors/{ambassador_id}/spends", "admin:read session", "chalicelib.api.coupons.get_spends"),
    Route("POST", "/v1/ambassadors/{ambassador_id}/spends/{spend_id}/cancel", "session", "chalicelib.api.coupons.post_spend_cancel"),
    Route("GET", "/v1/coupons/{code}", "checkout admin:read", "chalicelib.api.coupons.get_coupon"),
    Route("POST", "/v1/coupons/{code}/quote", "checkout", "chalicelib.api.coupons.post_coupon_quote"),
    Route("POST", "/v1/coupons/{code}/confirm", "checkout", "chalicelib.api.coupons.post_coupon_confirm"),
    Route("POST", "/v1/coupons/{code}/cancel", "checkout", "chalicelib.api.coupons.post_coupon_cancel"),
    Route("POST", "/v1/coupons/{code}/return", "checkout admin:write", "chalicelib.api.coupons.post_coupon_return"),
    Route("POST", "/v1/ambassadors/{ambassador_id}/payouts", "admin:write", "chalicelib.api.payouts.post_payout"),
    Route("GET", "/v1/payouts", "admin:read", "chalicelib.api.payouts.get_payouts"),
    Route("GET", "/v1/payouts/{payout_id}", "admin:read", "chalicelib.api.payouts.get_payout"),
    Route("POST", "/v1/payouts/{payout_id}/confirm", "admin:write", "chalicelib.api.payouts.post_payout_confirm"),
    Route("POST", "/v1/payouts/{payout_id}/cancel", "admin:write", "chalicelib.api.payouts.post_payout_cancel"),
    Route("POST", "/v1/payouts/{payout_id}/return", "admin:write", "chalicelib.api.payouts.post_payout_return"),
    Route("POST", "/v1/ambassadors/{ambassador_id}/adjustments", "admin:write", "chalicelib.api.adjustments.post_adjustment"),
    Route("GET", "/v1/adjustments", "admin:read", "chalicelib.api.adjustments.get_adjustments"),
    Route("GET", "/v1/adjustments/{adjustment_id}", "admin:read", "chalicelib.api.adjustments.get_adjustment"),
    Route("POST", "/v1/adjustments/{adjustment_id}/decision", "admin:write", "chalicelib.api.adjustments.post_adjustment_decision"),
    Route("POST", "/v1/adjustments/{adjustment_id}/undo", "admin:write", "chalicelib.api.adjustments.post_adjustment_undo"),
    Route("GET", "/v1/surprises/{calendar_month}", "admin:read", "chalicelib.api.surprises.get_surprises"),
    Route("GET", "/v1/surprises/{calendar_month}/gifts", "admin:read", "chalicelib.api.surprises.get_surprise_gifts"),
    Route("GET", "/v1/gifts", "admin:read", "chalicelib.api.gifts.get_gifts"),
    Route("POST", "/v1/gifts/{gift_id}/sent", "admin:write", "chalicelib.api.gifts.post_gift_sent"),
    Route("POST", "/v1/gifts/{gift_id}/unsent", "admin:write", "chalicelib.api.gifts.post_gift_unsent"),
    Route("POST", "/v1/ambassadors/{ambassador_id}/suspend", "admin:write", "chalicelib.api.suspensions.post_suspend"),
    Route("POST", "/v1/ambassadors/{ambassador_id}/reinstate", "admin:write", "chalicelib.api.suspensions.post_reinstate"),
    # what admins read and decide
    Route("GET", "/v1/today", "admin:read", "chalicelib.api.today.get_today"),
    Route("GET", "/v1/reviews", "admin:read", "chalicelib.api.reviews.get_reviews"),
    Route("POST", "/v1/reviews", "admin:write", "chalicelib.api.reviews.post_reviews"),
    Route("POST", "/v1/reviews/{order_id}", "admin:write", "chalicelib.api.reviews.post_review"),
    Route("GET", "/v1/ledger", "admin:read", "chalicelib.api.ledger.get_ledger"),
    Route("GET", "/v1/ledger/audit", "admin:read", "chalicelib.api.audit.get_audit"),
    Route("POST", "/v1/ledger/audit", "admin:write", "chalicelib.api.audit.post_audit"),
    Route("GET", "/v1/program", "admin:read", "chalicelib.api.program.get_program"),
    Route("PUT", "/v1/program", "admin:write", "chalicelib.api.program.put_program"),
    Route("GET", "/v1/program/versions", "admin:read", "chalicelib.api.program.get_versions"),
    Route("GET", "/v1/program/versions/{version}", "admin:read", "chalicelib.api.program.get_version"),
    Route("GET", "/v1/program/schema", "anyone", "chalicelib.api.program.get_schema"),
    Route("POST", "/v1/program/check", "admin:read", "chalicelib.api.program.post_check"),
    Route("POST", "/v1/program/preview", "admin:read", "chalicelib.api.program.post_preview"),
    Route("POST", "/v1/brand/preview", "admin:read", "chalicelib.api.brand.post_brand_preview"),
    Route("GET", "/v1/people/{person_id}/messages", "admin:read session", "chalicelib.api.messages.get_messages"),
    Route("POST", "/v1/messages/{message_id}/resend", "admin:write", "chalicelib.api.messages.post_resend"),
    Route("POST", "/v1/messages/preview", "admin:read", "chalicelib.api.letters.post_letter_preview"),
    Route("GET", "/v1/stats", "admin:read", "chalicelib.api.stats.get_stats"),
    Route("GET", "/v1/jobs", "admin:read", "chalicelib.api.jobs.get_jobs"),
    Route("GET", "/v1/liability", "admin:read", "chalicelib.api.liability.get_liability"),
    Route("GET", "/v1/liability/journal", "admin:read", "chalicelib.api.liability.get_journal"),
    Route("GET", "/v1/jobs/{job_id}", "admin:read", "chalicelib.api.jobs.get_job"),
    Route("GET", "/v1/worth/model", "admin:read", "chalicelib.api.worth.get_fit"),
    Route("PUT", "/v1/worth/model", "admin:write", "chalicelib.api.worth.put_fit"),
    Route("GET", "/v1/worth/histories", "admin:read", "chalicelib.api.worth.get_histories"),
    Route("GET", "/v1/worth/cohorts", "admin:read", "chalicelib.api.worth.get_cohorts"),
    # the service itself
    Route("POST", "/v1/keys", "admin:keys", "chalicelib.api.keys.post_key"),
    Route("GET", "/v1/keys", "admin:keys", "chalicelib.api.keys.get_keys"),
    Route("GET", "/v1/authors", "admin:read", "chalicelib.api.keys.get_authors"),
    Route("DELETE", "/v1/keys/{key_id}", "admin:keys", "chalicelib.api.keys.delete_key"),
    Route("POST", "/v1/admins", "admin:keys", "chalicelib.api.admins.post_admin"),
    Route("GET", "/v1/admins", "admin:keys", "chalicelib.api.admins.get_admins"),
    Route("DELETE", "/v1/admins/{admin_id}", "admin:keys", "chalicelib.api.admins.delete_admin"),
    Route("GET", "/v1/admins/{admin_id}/sessions", "admin:keys admin:read admin:write", "chalicelib.api.admins.get_admin_sessions"),
    Route("DELETE", "/v1/admins/{admin_id}/sessions", "admin:keys admin:read admin:write", "chalicelib.api.admins.delete_admin_sessions"),
    Route("DELETE", "/v1/admins/{admin_id}/sessions/{session_id}", "admin:keys admin:read admin:write", "chalicelib.api.admins.delete_admin_session"),
    Route("GET", "/healthz", "anyone", "chalicelib.api.health.get_health"),
    # the contract
    Route("GET", "/v1/openapi.json", "anyone", "chalicelib.site.reference.get_contract"),
    Route("GET", "/docs", "anyone", "chalicelib.site.reference.get_reference"),
    # pages
    Route("GET", "/r/{code}", "anyone", "chalicelib.site.share_page.get_landing"),
    Route("GET", "/R/{code}", "anyone", "chalicelib.site.share_page.get_landing_in_capitals"),
    Route("GET", "/r/{code}/qr.svg", "anyone", "chalicelib.site.qr.get_qr_svg"),
    Route("GET", "/r/{code}/qr.png", "anyone", "chalicelib.site.qr.get_qr_png"),
    Route("GET", "/r/{code}/card.png", "anyone", "chalicelib.site.card.get_card"),
    Route("GET", "/u/{token}", "anyone", "chalicelib.site.preferences.get_unsubscribe"),
    Route("POST", "/u/{token}", "anyone", "chalicelib.site.preferences.post_unsubscribe", FORM),
    Route("GET", "/p/{token}", "anyone", "chalicelib.site.preferences.get_preferences"),
    Route("POST", "/p/{token}", "anyone", "chalicelib.site.preferences.post_preferences", FORM),
    Route("GET", "/a/{token}", "anyone", "chalicelib.site.answers.get_answer"),
    Route("POST", "/a/{token}", "anyone", "chalicelib.site.answers.post_answer", FORM),
    Route("GET", "/j/{token}", "anyone", "chalicelib.site.joining.get_join"),
    Route("POST", "/j/{token}", "anyone", "chalicelib.site.joining.post_join", FORM),
    Route("GET", "/i/{token}", "anyone", "chalicelib.site.answers.get_interests"),
    Route("POST", "/i/{token}", "anyone", "chalicelib.site.answers.post_interests", FORM),
    Route("GET", "/g/{token}", "anyone", "chalicelib.site.leading.get_guide_of_mail"),
    Route("GET", "/s/{token}", "anyone", "chalicelib.site.leading.get_shop_of_mail"),
    Route("GET", "/d/{token}", "anyone", "chalicelib.site.rights.get_rights"),
    Route("POST", "/d/{token}", "anyone", "chalicelib.site.rights.post_rights", FORM),
)

PAGES = (
    Route("GET", "/sign-in", "anyone", "chalicelib.site.sign_in.get_sign_in"),
    Route("POST", "/sign-in", "anyone", "chalicelib.site.sign_in.post_sign_in_page", FORM),
    Route("GET", "/sign-in/{token}", "anyone", "chalicelib.site.sign_in.get_way_in"),
    Route("POST", "/sign-in/{token}", "anyone", "chalicelib.site.sign_in.post_way_in", FORM),
    Route("POST", "/sign-out", "anyone", "chalicelib.site.sign_in.post_sign_out", FORM),
    Route("GET", "/me", "me", "chalicelib.site.me.get_me"),
    Route("GET", "/me/{screen}", "me", "chalicelib.site.me.get_my_screen"),
    Route("POST", "/me/{screen}", "me", "chalicelib.site.me.post_my_screen", FORM),
    Route("GET", "/me/{screen}/{subject}", "me", "chalicelib.site.me.get_my_subject"),
    Route("POST", "/me/{screen}/{subject}", "me", "chalicelib.site.me.post_my_subject", FORM),
    Route("GET", "/console", "console", "chalicelib.site.console.get_console"),
    Route("GET", "/console/{screen}", "console", "chalicelib.site.console.get_console_screen"),
    Route("POST", "/console/{screen}", "console", "chalicelib.site.console.post_console_screen", FORM),
    Route("GET", "/console/{screen}/{subject}", "console", "chalicelib.site.console.get_console_subject"),
    Route("POST", "/console/{screen}/{subject}", "console", "chalicelib.site.console.post_console_subject", FORM),
    Route("GET", "/assets/{name}", "anyone", "chalicelib.site.assets.get_asset"),
)
"""What people use with a browser. It is no contract: its addresses are kept, its forms may change."""
# fmt: on


def register(app: Chalice, routes: Iterable[Route] = (*ROUTES, *PAGES)) -> None:
    """Give the app its routes. HEAD comes with GET, and pages of a browser may read what is not for keys alone.

    Our own pages are read by whoever looks at them, and by no other page.
    """
    for route in routes:
        methods = ["GET", "HEAD"] if route.method == "GET" else [route.method]
        content_types = [] if route.method in {"GET", "DELETE"} else [*route.takes]
        handler = app.route(route.path, methods=methods, content_types=content_types, name=route.name)
        handler(_handler(app, route))
        if route not in PAGES and {ANYONE, SESSION} & set(route.scopes):
            readers = browsers.EVERYBODY if ANYONE in route.scopes else browsers.SHOP
            browsers.admit(app, route.path, methods, readers)


@cache
def view_of(route: Route) -> Callable[..., Response]:
    """Import the view of a route."""
    module, _, name = route.view.rpartition(".")
    view: Callable[..., Response] = getattr(import_module(module), name)
    return view


def contract_of(view: Callable[..., Response]) -> Contract:
    """Return what a view has promised."""
    contract: Contract = view.contract  # type: ignore[attr-defined]
    return contract


def _handler(app: Chalice, route: Route) -> Callable[..., Response]:
    looks = route.method == "GET" and route in PAGES

    def handle(**parameters: str) -> Response:
        request = app.current_request
        assert request is not None, "Chalice sets it before it calls"
        try:
            with one_look() if looks else nullcontext():
                who = authenticated(request, route.scopes)
                if who is None and route.is_public:
                    from chalicelib.edge import brake  # a checkout has a key

                    brake.count_stranger(request)
                return answered(route, request, who, parameters)
        except BusyError as error:
            logger.warning("busy", why=str(error), route=route.path)
            busy = "The table did not answer in time. Send it again."
            raise Problem(503, "busy", busy, headers={"Retry-After": "1"}) from error
        except NewerError as error:
            raise newer_format(route.path) from error
        except NoProgramError as error:
            detail = "No program has been published yet."
            raise Problem(503, "no_program", detail, headers={"Retry-After": "60"}) from error

    handle.__name__ = route.name
    return handle


def answered(route: Route, request: Request, who: ApiKey | Session | None, parameters: dict[str, str]) -> Response:
    """Answer a request of `who`, if they may call the route.

    Raises:
        Problem: 401, 403, or whatever is wrong with the request.
    """
    authorise(who, route.scopes)
    view = view_of(route)
    contract = contract_of(view)
    call = Call(request, who, resolved(parameters, who), contract.query)
    return view(call, *_taken(request, contract), **call.parameters)


def _taken(request: Any, contract: Contract) -> tuple[Any, ...]:
    """The body or the form of a request, if its view takes one."""
    if contract.form is not None:
        from chalicelib.edge.forms import Fields, parse_fields, parse_form  # a checkout sends none

        raw, content_type = _raw(request), request.headers.get("content-type", "")
        if contract.form is Fields:
            return (parse_fields(raw, content_type),)
        return (parse_form(raw, content_type, contract.form),)
    return () if contract.body is None else (parse(_raw(request), contract.body),)


def _raw(request: Any) -> bytes:
    raw = request.raw_body
    return raw if isinstance(raw, bytes) else raw.encode()
