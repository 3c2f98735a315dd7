"""What the screens load beside their HTML."""

from chalice.app import Response

from chalicelib.edge.call import Call
from chalicelib.edge.problems import Headers, not_found
from chalicelib.edge.views import Media, view
from chalicelib.web import assets


@view({200: Media("text/css")})
def get_asset(call: Call, name: str) -> Response:
    """Give a style sheet or the script. Its name holds its hash, so that it is asked for once."""
    found = assets.named(name)
    if found is None:
        raise not_found("There is no such file.")
    headers: Headers = {
        "Content-Type": found.content_type,
        "Cache-Control": "public, max-age=31536000, immutable",
    }
    return Response(found.text, headers, 200)
