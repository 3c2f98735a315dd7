"""This contract, as an OpenAPI document and as a page."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from chalice.app import Response

from chalicelib.edge.call import Call
from chalicelib.edge.language import SPOKEN
from chalicelib.edge.views import Media, view
from chalicelib.site.pictures import IF_NONE_MATCH
from chalicelib.web import reference

_PUBLISHED = Path(__file__).with_name("openapi.json")
_KEPT = "public, max-age=3600"


@cache
def _published() -> str:
    return _PUBLISHED.read_text()


@view({200: Media("application/json", dict[str, Any]), 304: None}, headers=IF_NONE_MATCH, gives=["ETag"])
def get_contract(call: Call) -> Response:
    """Return the contract as an OpenAPI document."""
    etag = f'"{hashlib.sha256(_published().encode()).hexdigest()[:32]}"'
    kept: dict[str, str | list[str]] = {"ETag": etag, "Cache-Control": _KEPT}
    if call.has(etag):
        return Response("", kept, 304)
    return Response(_published(), {**kept, "Content-Type": "application/json"})


@view({200: Media("text/html")}, gives=SPOKEN)
def get_reference(call: Call) -> Response:
    """Show the contract to people."""
    headers: dict[str, str | list[str]] = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": reference.content_security_policy(),
        "Content-Language": "en",
        "Cache-Control": _KEPT,
        "Referrer-Policy": "no-referrer",
    }
    return Response(reference.page(_published()), headers)
