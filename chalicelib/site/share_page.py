"""What a share link shows to anyone: the friend's landing page, the QR of the link, the picture for previews."""

import hashlib
from collections.abc import Callable

from chalice.app import Response

from chalicelib import deps
from chalicelib.domain.people.codes import share_url
from chalicelib.domain.program.links import shop_link
from chalicelib.domain.program.program import Program, Rate
from chalicelib.edge.call import Call
from chalicelib.edge.problems import Headers, bad_field, not_found
from chalicelib.edge.views import view
from chalicelib.operations.people import share
from chalicelib.operations.people.visitors import is_person
from chalicelib.telemetry import logger
from chalicelib.web import pages, qr
from chalicelib.web.card import Card, card_of, draw
from chalicelib.web.language import accepted, spoken
from chalicelib.web.pages import Offer

_FOREVER = "public, max-age=31536000, immutable"
_QR_SIZES = range(128, 1025)
_QR_SIZE = 512


@view({200: dict})
def get_landing(call: Call, code: str) -> Response:
    """Show a friend who recommends the shop and what they get, and count the visit."""
    return _visit(call, code)


@view({200: dict})
def get_landing_in_capitals(call: Call, code: str) -> Response:
    """Show the same to whoever typed the link in capitals."""
    return _visit(call, code)


@view({200: dict})
def get_qr_svg(call: Call, code: str) -> Response:
    """Draw the share link as a QR that scales to any print."""
    link = _qr_link(code)

    return _kept(call, f"svg:{link}", _FOREVER, "image/svg+xml", lambda: qr.svg(link, title=link))


@view({200: dict})
def get_qr_png(call: Call, code: str) -> Response:
    """Draw the share link as a QR of a given number of pixels."""
    given = _sent(call).get("size", str(_QR_SIZE))
    if not (given.isascii() and given.isdigit() and len(given) < len("10000") and int(given) in _QR_SIZES):
        raise bad_field("?size", f"is a whole number from {_QR_SIZES[0]} to {_QR_SIZES[-1]}")
    link = _qr_link(code)

    return _kept(call, f"png{given}:{link}", _FOREVER, "image/png", lambda: qr.png(link, int(given)))


@view({200: dict})
def get_card(call: Call, code: str) -> Response:
    """Draw the picture for previews of a share link. Its address names what it shows, so it may be kept for good."""
    program = deps.program()
    shared = share.look_up(deps.table(), code, now=deps.now()) if program.open else None
    card = _card(program, shared) if shared else None
    if card is None:
        raise not_found("There is no such picture.")

    kept = _FOREVER if _sent(call).get("v") == card.version else "public, max-age=300"
    return _kept(call, f"card:{card.version}", kept, "image/png", lambda: draw(card))


def _visit(call: Call, code: str) -> Response:
    """Show a friend's page. A HEAD only asks whether the link works."""
    shared = share.look_up(deps.table(), code, now=deps.now()) if deps.program().open else None
    if shared and call.request.method == "GET" and _is_person(call):
        _count(shared, _sent(call).get("ch"))
    return _landing(call, shared)


def _landing(call: Call, shared: "share.Shared | None") -> Response:

    program, sent = deps.program(), _sent(call)
    wanted = [sent.get("lang", ""), *accepted(call.header("accept-language"))]
    locale = spoken(wanted, program).tag
    if shared is None:
        page = pages.unusable_page(program.shop_name, shop_link(program.shop_url, None, sent), locale=locale)
        return _html(404, page, locale)
    code = shared.code.code
    link = share_url(deps.settings().public_url, code)
    view = pages.Landing(
        shop_name=program.shop_name,
        first_name=shared.by.person.first_name,
        offer=_offer(program, share.offered(shared, program, now=deps.now())),
        code=code,
        shop_link=shop_link(program.shop_url, code, sent),
        share_url=link,
        image_url=program.share_image_url or _card_url(link, _card(program, shared)),
    )
    return _html(200, pages.landing_page(view, locale=locale), locale)


def _card(program: Program, shared: "share.Shared") -> "Card | None":
    """What the picture for previews shows. It is one for all readers, so its figure is as the shop writes them."""
    saving = pages.saving(_offer(program, share.offered(shared, program, now=deps.now())), program.locale)
    return card_of(program.shop_name, shared.by.person.first_name, saving)


def _card_url(link: str, card: "Card | None") -> str | None:
    return f"{link}/card.png?v={card.version}" if card else None


def _html(status: int, page: str, locale: str) -> Response:

    headers: Headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": pages.content_security_policy(),
        "Content-Language": locale,
        "Vary": "Accept-Language",
        "Cache-Control": "no-store",
        "Referrer-Policy": "strict-origin-when-cross-origin",
    }
    return Response(page, headers, status)


def _sent(call: Call) -> dict[str, str]:
    """The parameters of a link. People pass links on with whatever hangs on them, so none is an error."""
    return dict(call.request.query_params or {})


def _offer(program: Program, rate: Rate | None) -> "Offer | None":

    if rate is None:
        return None
    return Offer(rate.basis_points, rate.amount, program.currency, program.minimum, rate.maximum)


def _qr_link(typed: str) -> str:
    """The link that a QR carries: the share link with its own channel."""
    code = share.find(deps.table(), typed)
    if code is None:
        raise not_found("There is no such code.")
    return f"{share_url(deps.settings().public_url, code.code)}?ch=qr"


def _kept(call: Call, content: str, kept: str, kind: str, draw: Callable[[], str | bytes]) -> Response:
    """Answer with a picture and how long it may be `kept`, or say that the client has it already."""
    etag = f'"{hashlib.sha256(content.encode()).hexdigest()[:32]}"'
    headers: Headers = {"ETag": etag, "Cache-Control": kept}
    known = [tag.strip().removeprefix("W/") for tag in call.header("if-none-match").split(",")]
    if etag in known or "*" in known:
        return Response("", headers, 304)
    return Response(draw(), {**headers, "Content-Type": kind})


def _is_person(call: Call) -> bool:

    purpose = call.header("sec-purpose") or call.header("purpose") or call.header("x-moz")
    return is_person(call.header("user-agent"), purpose)


def _count(shared: "share.Shared", channel: str | None) -> None:
    """Count a visit if the table takes it at once: a friend who waits for a page has no use for our statistics."""
    try:
        share.count_click(deps.counter(), shared.code, channel, now=deps.now())
    except Exception:  # noqa: BLE001 - whatever went wrong, the page matters more
        logger.warning("a visit could not be counted", exc_info=True)
