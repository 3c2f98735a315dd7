"""The pages that a friend sees behind a share link, in their language."""

import base64
import hashlib
from dataclasses import dataclass
from functools import lru_cache

from chalicelib.domain.people.pseudonyms import greetable
from chalicelib.domain.program.brand import USUAL, Brand
from chalicelib.domain.program.links import origin_of
from chalicelib.web.brand import page_style
from chalicelib.web.language import Language, choose
from chalicelib.web.notice import Notice
from chalicelib.web.numbers import format_percent, format_round_money
from chalicelib.web.templating import environment
from chalicelib.web.text import one_line


@dataclass(frozen=True, slots=True)
class Offer:
    """What the friend gets: either a share of the order in `basis_points` or an `amount`."""

    basis_points: int | None
    amount: int | None
    currency: str
    minimum: int
    maximum: int | None = None

    def __post_init__(self) -> None:
        """Refuses an offer that would show two promises, or none."""
        if (self.basis_points is None) == (self.amount is None):
            raise ValueError("an offer is either basis points or an amount")


@dataclass(frozen=True, slots=True)
class Landing:
    """Everything the friend's page shows; the addresses come ready-made from the caller.

    `image_url` is the picture for previews, 1200 x 630 pixels, if there is one; `notice` what is told about data.
    """

    shop_name: str
    first_name: str | None
    offer: Offer | None
    code: str
    shop_link: str
    share_url: str
    image_url: str | None = None
    brand: Brand = USUAL
    notice: Notice | None = None


def landing_page(view: Landing, locale: str = "en") -> str:
    """The page behind a share link: who recommends, what the friend gets, and the one way to the shop."""
    language = choose(locale)
    return page(
        "landing.html",
        language,
        view.brand,
        shop=one_line(view.shop_name),
        name=one_line(greetable(view.first_name) or "") or language.translations.gettext("A friend"),
        code=one_line(view.code),
        shop_link=view.shop_link,
        share_url=view.share_url,
        image_url=view.image_url or "",
        notice=view.notice,
        **terms_of(view.offer, language.tag),
    )


def unusable_page(shop_name: str, shop_url: str, locale: str = "en", brand: Brand = USUAL) -> str:
    """The page for an unknown or paused code, which still leads the friend to the shop."""
    return page("unusable.html", choose(locale), brand, shop=one_line(shop_name), shop_link=shop_url)


@lru_cache(maxsize=8)
def content_security_policy(brand: Brand = USUAL, *, forms: bool = False) -> str:
    """The header that all pages need: it allows nothing but their own styles, by hash, own forms, the shop's logo."""
    sheets = ["style.css", "form.css"] if forms else ["style.css"]
    css = [environment(choose("en"), True).get_template(name).render() for name in sheets]
    styles = " ".join(f"'sha256-{digest_of(it)}'" for it in (*css, page_style(brand)) if it)
    logo = f" {origin_of(brand.logo_url)}" if brand.logo_url else ""
    return (
        f"default-src 'none'; style-src {styles}; img-src 'self' data:{logo}; "
        f"base-uri 'none'; form-action '{'self' if forms else 'none'}'; frame-ancestors 'none'"
    )


def digest_of(text: str) -> str:
    """The hash by which a policy names a style of ours."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def saving(offer: Offer | None, locale: str) -> str:
    """What the friend saves as a figure such as 10% or €5; "" for nothing."""
    if offer is None:
        return ""
    tag = choose(locale).tag
    if offer.amount is None:
        return format_percent(offer.basis_points or 0, tag)
    return format_round_money(offer.amount, offer.currency, tag)


def terms_of(offer: Offer | None, tag: str) -> dict[str, str]:
    """What a friend gets, and on which orders, as figures; "" for what is not so."""
    if offer is None:
        return dict.fromkeys(("discount", "minimum", "maximum"), "")
    return {
        "discount": saving(offer, tag),
        "minimum": format_round_money(offer.minimum, offer.currency, tag) if offer.minimum else "",
        "maximum": "" if offer.maximum is None else format_round_money(offer.maximum, offer.currency, tag),
    }


def page(template: str, language: Language, brand: Brand, **values: object) -> str:
    """Fill a template as all pages are: in a language, and in the shop's colours with its logo."""
    found, look = environment(language, True).get_template(template), page_style(brand)
    return found.render(language=language, brand_style=look, logo_url=brand.logo_url, **values)
