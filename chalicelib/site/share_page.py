"""What a friend who opens a share link sees."""

from typing import Annotated

from chalice.app import Response
from msgspec import Meta

from chalicelib import deps
from chalicelib.domain.people.codes import share_url
from chalicelib.domain.program.brand import Brand
from chalicelib.domain.program.links import shop_link
from chalicelib.edge.answers import SHARED_FOR_A_MINUTE
from chalicelib.edge.call import Call
from chalicelib.edge.language import SPOKEN
from chalicelib.edge.problems import Headers
from chalicelib.edge.views import Media, view
from chalicelib.operations.people import share
from chalicelib.site.card import card_for, offer_for
from chalicelib.site.visits import is_visit
from chalicelib.telemetry import logger
from chalicelib.web import pages
from chalicelib.web.card import Card
from chalicelib.web.language import Language, accepted, spoken
from chalicelib.web.notice import notice_of

Channel = Annotated[str, Meta(description="Where the link was shared, such as `whatsapp` or `qr`.")]

Wanted = Annotated[str, Meta(description="A language tag (BCP 47). Anything else is passed over: a link always works.")]

_PAGE = {200: Media("text/html"), 404: Media("text/html")}
_QUERY = {"ch": Channel, "lang": Wanted}
_HEADERS = {"Accept-Language": Annotated[str, Meta(description="In which languages to show the page.")]}


@view(_PAGE, query=_QUERY, headers=_HEADERS, gives=SPOKEN)
def get_landing(call: Call, code: str) -> Response:
    """Show a friend who recommends the shop and what they get, and count the visit.

    A cache of the shop's may keep the page for a minute; visits that it answers are not counted.
    """
    return _visit(call, code)


@view(_PAGE, query=_QUERY, headers=_HEADERS, gives=SPOKEN)
def get_landing_in_capitals(call: Call, code: str) -> Response:
    """Show the same to whoever typed the link in capitals."""
    return _visit(call, code)


def _visit(call: Call, code: str) -> Response:
    """Show a friend's page. A HEAD only asks whether the link works."""
    shared = share.look_up(deps.table(), code, now=deps.now()) if deps.program().open else None
    if shared and is_visit(call):
        _count(shared, call.sent().get("ch"))
    return _landing(call, shared)


def _landing(call: Call, shared: share.Shared | None) -> Response:
    program, sent = deps.program(), call.sent()
    wanted = [sent.get("lang", ""), *accepted(call.header("accept-language"))]
    language = spoken(wanted, program)
    locale = language.tag
    is_usual = sent.keys() <= {"ch"} and _tongue(language) == _tongue(spoken([], program))
    kept = SHARED_FOR_A_MINUTE if is_usual else "no-store"
    if shared is None:
        page = pages.unusable_page(program.shop_name, shop_link(program.shop_url, None, sent), locale, program.brand)
        return _html(404, page, locale, program.brand, kept)
    code = shared.code.code
    link = share_url(deps.settings().public_url, code)
    landing = pages.Landing(
        shop_name=program.shop_name,
        first_name=shared.by.first_name,
        offer=offer_for(program, shared),
        code=code,
        shop_link=shop_link(program.shop_url, code, sent),
        share_url=link,
        image_url=program.share_image_url or _card_url(link, card_for(program, shared)),
        brand=program.brand,
        notice=notice_of(program, language),
    )
    return _html(200, pages.landing_page(landing, locale=locale), locale, program.brand, kept)


def _tongue(language: Language) -> str:
    """A language without its region."""
    return language.tag.partition("-")[0]


def _card_url(link: str, card: Card | None) -> str | None:
    return f"{link}/card.png?v={card.version}" if card else None


def _html(status: int, page: str, locale: str, brand: Brand, kept: str) -> Response:
    """Answer with a page. A cache in between keeps what is in the shop's own language, and in nobody's own terms.

    Another language, and links that hold what measures somebody's visit, are not for others: there are caches that heed
    neither `Vary` nor the query.
    """
    headers: Headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": pages.content_security_policy(brand),
        "Content-Language": locale,
        "Vary": "Accept-Language",
        "Cache-Control": kept,
        "Referrer-Policy": "strict-origin-when-cross-origin",
    }
    return Response(page, headers, status)


def _count(shared: share.Shared, channel: str | None) -> None:
    """Count a visit if the table takes it at once: a friend who waits for a page has no use for our statistics."""
    try:
        share.count_click(deps.counter(), shared.code, channel, deps.program(), now=deps.now())
    except Exception:  # noqa: BLE001 - whatever went wrong, the page matters more
        logger.warning("a visit could not be counted", exc_info=True)
