"""How-to guides: what letters show to whoever has bought what they are about."""

from typing import Any

from chalice.app import Response

from chalicelib.edge.client import path
from chalicelib.edge.forms import Fields
from chalicelib.site.screens import Page
from chalicelib.web.language import NAMES


def show(page: Page) -> Response:
    """List them, with a form for a new one, or for one of them."""
    listed = page.client.get("/v1/guides", limit=50, cursor=page.query.get("cursor")).body
    chosen = page.query.get("guide")
    guide = page.client.get(path("v1", "guides", chosen)).body if chosen else None
    return page.render("guides.html", listed=listed, guide=guide, spoken=list(NAMES.items()))


def act(page: Page, form: Fields) -> Response:
    """Keep a guide, or retire one."""
    if form.text("do") == "retire":
        page.client.send("DELETE", path("v1", "guides", form.text("id")))
        return page.done("guide_retired")
    guide: dict[str, Any] = {name: form.text(name) for name in ("id", "title", "link", "language")}
    guide |= {name: _lines(form.text(name)) for name in ("skus", "categories")}
    if form.text("url"):
        guide["picture"] = {"url": form.text("url"), "text": form.text("text")}
    page.client.send("PUT", "/v1/guides", guide)
    return page.done("guide_kept")


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]
