"""Pictures, and how long a client may keep one."""

import hashlib
from collections.abc import Callable
from typing import Annotated

from chalice.app import Response
from msgspec import Meta

from chalicelib.edge.call import Call
from chalicelib.edge.problems import Headers

FOREVER = "public, max-age=31536000, immutable"
"""For a picture whose address names what it shows."""

IF_NONE_MATCH = {"If-None-Match": Annotated[str, Meta(description="The `ETag` of what you have.")]}
"""The header by which a client says what it has already."""


def picture(call: Call, content: str, kept: str, kind: str, draw: Callable[[], str | bytes]) -> Response:
    """Return a picture and how long it may be `kept`, or say that the client has it already.

    `content` identifies what it shows. It is drawn only for a client that does not have it.
    """
    etag = f'"{hashlib.sha256(content.encode()).hexdigest()[:32]}"'
    headers: Headers = {"ETag": etag, "Cache-Control": kept}
    if call.has(etag):
        return Response("", headers, 304)
    return Response(draw(), {**headers, "Content-Type": kind})
