"""The QR of a share link."""

from typing import Annotated

from chalice.app import Response
from msgspec import Meta

from chalicelib import deps
from chalicelib.domain.people.codes import share_url
from chalicelib.edge.answers import PNG
from chalicelib.edge.call import Call
from chalicelib.edge.problems import bad_field, not_found
from chalicelib.edge.views import Media, view
from chalicelib.operations.people import share
from chalicelib.site.pictures import FOREVER, IF_NONE_MATCH, picture
from chalicelib.web import qr

_SIZES = range(128, 1025)
_SIZE = 512

Size = Annotated[
    int, Meta(ge=_SIZES[0], le=_SIZES[-1], description="How many pixels each side has; 512 if it says none.")
]


@view({200: Media("image/svg+xml"), 304: None}, headers=IF_NONE_MATCH, gives=["ETag"], problems={404: ["not_found"]})
def get_qr_svg(call: Call, code: str) -> Response:
    """Draw the share link as a QR that scales to any print."""
    link = _link(code)
    return picture(call, f"svg:{link}", FOREVER, "image/svg+xml", lambda: qr.svg(link, title=link))


@view(
    {200: Media(PNG), 304: None},
    query={"size": Size},
    headers=IF_NONE_MATCH,
    gives=["ETag"],
    problems={404: ["not_found"]},
)
def get_qr_png(call: Call, code: str) -> Response:
    """Draw the share link as a QR of a given number of pixels."""
    size = call.sent().get("size", str(_SIZE))
    if not (size.isascii() and size.isdigit() and len(size) < len("10000") and int(size) in _SIZES):
        raise bad_field("?size", f"is a whole number from {_SIZES[0]} to {_SIZES[-1]}")
    link = _link(code)
    return picture(call, f"png{size}:{link}", FOREVER, PNG, lambda: qr.png(link, int(size)))


def _link(typed: str) -> str:
    """Return the link that a QR carries: the share link with its own channel."""
    code = share.find(deps.table(), typed)
    if code is None:
        raise not_found("There is no such code.")
    return f"{share_url(deps.settings().public_url, code.code)}?ch=qr"
