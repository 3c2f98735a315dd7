"""Where the links of a mail lead on to, a guide or the shop: the shop learns which mails are of use."""

from chalice.app import Response

from chalicelib import deps
from chalicelib.domain.people.links import LinkKind
from chalicelib.domain.program.links import shop_link
from chalicelib.edge.call import Call
from chalicelib.edge.problems import Headers
from chalicelib.edge.views import Media, view
from chalicelib.operations.people import answers
from chalicelib.operations.people.preferences import whose
from chalicelib.site.preferences import HEADERS, gone, link_in
from chalicelib.site.visits import is_visit
from chalicelib.telemetry import logger

AWAY = {302: None, 404: Media("text/html")}
LEADS = ["Location"]


@view(AWAY, headers=HEADERS, gives=LEADS)
def get_guide_of_mail(call: Call, token: str) -> Response:
    """Lead on to a guide, and note that the mail was of use. One that is shown no more gives way to the shop."""
    return _lead(call, token, "guide")


@view(AWAY, headers=HEADERS, gives=LEADS)
def get_shop_of_mail(call: Call, token: str) -> Response:
    """Lead on to the shop, and note that the mail was of use."""
    return _lead(call, token, "shop")


def _lead(call: Call, token: str, kind: LinkKind) -> Response:
    """Lead on. A click that can't be noted at once is not: nobody waits for our statistics."""
    table, link = deps.table(), link_in(token, kind)
    person = whose(table, link)
    if link is None or person is None:
        return gone(call)
    if is_visit(call):
        try:
            answers.follow(deps.counter(), link, person, now=deps.now())
        except Exception:  # noqa: BLE001 - whatever went wrong, where the link leads matters more
            logger.warning("a click could not be noted", exc_info=True)
    guide = answers.guide_of(table, link.guide) if kind == "guide" else None
    place = guide.link if guide else shop_link(deps.program().shop_url, None, call.sent())
    headers: Headers = {
        "Location": place,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex, nofollow, noarchive",
    }
    return Response("", headers, 302)
