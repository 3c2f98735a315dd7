"""How the shop looks: logo and colours, tried on beside the form, and published."""

from typing import Any
from urllib.parse import urlencode

from chalice.app import Response

from chalicelib.domain.program.brand import Brand
from chalicelib.edge.forms import Fields
from chalicelib.edge.problems import Headers
from chalicelib.site.console.rules import Document, plain_document, version_in_force
from chalicelib.site.screens import Page
from chalicelib.web import pages
from chalicelib.web.brand import USUAL
from chalicelib.web.screens import languages_of

LOOK = ("color", "text_color", "logo_url", "logo_ground", "address")
"""What this form is about; the sentences of the brand have a screen of their own."""

_ALONE: Headers = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "SAMEORIGIN",
    "X-Robots-Tag": "noindex",
}


def show(page: Page) -> Response:
    """Show the form with what is in force or tried, or one of the pages that it frames."""
    part = page.query.get("as")
    if part in {"landing", "mail"}:
        return _alone(page, part)
    document = plain_document(page.client.get("/v1/program").body)
    return _form(page, document.get("brand") or {})


def act(page: Page, form: Fields) -> Response:
    """Try a look on, or publish it."""
    document = plain_document(page.client.get("/v1/program").body)
    brand = _with(document.get("brand") or {}, form)
    if form.text("do") == "try":
        return _form(page, brand, tried=True)
    note = form.text("note") or page.language.translations.gettext("Another look")
    whole = {**document, "brand": brand, "note": note}
    page.client.send("PUT", "/v1/program", whole, if_match=f'"{form.text("version")}"')
    return page.done("published")


def _form(page: Page, brand: Document, *, tried: bool = False) -> Response:
    look = _with(brand, page.typed) if page.problem else brand
    preview = {} if page.problem else _preview(page, look, page.language.tag)
    query = {name: it for name, it in look.items() if name in LOOK and it}
    return page.render(
        "brand.html",
        look={name: look.get(name) or "" for name in LOOK},
        own=bool(look.get("color")),
        usual=USUAL,
        tried=tried,
        version=page.typed.text("version") or str(version_in_force(page)),
        contrasts=preview.get("contrasts", []),
        frames=[part for part in ("landing", "mail") if preview.get(part)],
        framed=lambda part, locale: f"{page.path}?{urlencode({**query, 'as': part, 'locale': locale})}",
        locale=page.query.get("locale") or (page.program.locale if page.program else "en"),
        spoken=languages_of("me/", page.program),
    )


def _with(brand: Document, form: Fields) -> Document:
    """Return a brand as the form has it: what is left empty there is not said."""
    colours = {name: form.text(name) if form.text("own") else "" for name in ("color", "text_color")}
    said = {**{name: form.text(name) for name in LOOK}, **colours}
    return {**{name: it for name, it in brand.items() if name not in LOOK}, **{n: it for n, it in said.items() if it}}


def _preview(page: Page, brand: Document, locale: str) -> dict[str, Any]:
    asked = {"brand": brand, "locale": locale.partition("-u-")[0]}
    found: dict[str, Any] = page.client.send("POST", "/v1/brand/preview", asked).body
    return found


def _alone(page: Page, part: str) -> Response:
    """A page or mail in the colours that hang on the address, which may do nothing but be looked at."""
    brand = {name: it for name in LOOK if (it := page.query.get(name))}
    html = _preview(page, brand, page.query.get("locale") or "en").get(part) or ""
    if part == "mail":
        policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data: https:; frame-ancestors 'none'"
    else:
        look = Brand(logo_url=brand.get("logo_url"), color=brand.get("color"), text_color=brand.get("text_color"))
        policy = pages.content_security_policy(look)
    framed = policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    return Response(html, {**_ALONE, "Content-Security-Policy": f"sandbox; {framed}"}, 200)
