"""How a screen is drawn: a template, the words of its language, and how amounts and days are said in it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

from markupsafe import Markup

from chalicelib.domain.program.brand import USUAL
from chalicelib.domain.program.links import origin_of
from chalicelib.domain.program.program import Program
from chalicelib.web import assets
from chalicelib.web.brand import page_style
from chalicelib.web.language import NAMES, Language, format_amount, format_birthday, format_date, offered
from chalicelib.web.numbers import format_number, format_percent, write_digits
from chalicelib.web.pages import digest_of
from chalicelib.web.templating import environment
from chalicelib.web.text import one_line


def screen(template: str, language: Language, program: Program | None, **values: Any) -> str:
    """Fill the template of a screen.

    It finds `money`, `day`, `birthday`, `moment`, `number`, `percent`, which take what the API answers, and `values`.
    """
    brand = program.brand if program else USUAL
    found = environment(language, True).get_template(template)
    return found.render(
        language=language,
        languages=languages_of(template, program),
        shop=one_line(program.shop_name) if program else "",
        shop_link=program.shop_url if program else "",
        logo_url=brand.logo_url,
        brand_style=page_style(brand),
        asset=assets.address,
        **Sayings(language, program).all(),
        **values,
    )


def content_security_policy(program: Program | None) -> str:
    """The header that all screens need: nothing but what is ours, and the shop's logo; no script in a page itself."""
    brand = program.brand if program else USUAL
    own = f" 'sha256-{digest_of(page_style(brand))}'" if page_style(brand) else ""
    logo = f" {origin_of(brand.logo_url)}" if brand.logo_url else ""
    return (
        f"default-src 'none'; style-src 'self'{own}; script-src 'self'; img-src 'self' data:{logo}; "
        "frame-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def languages_of(template: str, program: Program | None) -> list[tuple[str, str]]:
    """The languages among which a reader may choose, by tag: an admin's are all, a customer's those of the program."""
    if template.startswith("console/") or program is None:
        return list(NAMES.items())
    return [(it.tag, it.name) for it in offered(program)]


class Sayings:
    """How the templates of a screen say what the API answers: in its language, by the program's clocks."""

    def __init__(self, language: Language, program: Program | None) -> None:
        """Say it in a language; without a program, days are those of UTC."""
        self._language = language
        self._zone = program.zone if program else UTC

    def money(self, amount: dict[str, Any] | None) -> str:
        """Say an amount of a currency or another unit; "" for none."""
        if amount is None:
            return ""
        return format_amount(amount["amount"], amount.get("currency") or amount["unit"], self._language)

    def day(self, at: str | datetime | None) -> str:
        """Say the day of a moment, or a date; "" for none."""
        if not at:
            return ""
        if isinstance(at, str) and len(at) == len("2026-01-31"):
            return format_date(datetime.combine(date.fromisoformat(at), time(), UTC), self._language)
        return format_date(self._local(at), self._language)

    def birthday(self, text: str) -> str:
        """Say a birthday."""
        return format_birthday(text, self._language)

    def moment(self, at: str | datetime | None) -> str:
        """Say the day and the time of a moment, for machines as well; "" for none."""
        if not at:
            return ""
        here = self._local(at)
        text = f"{format_date(here, self._language)}, {write_digits(f'{here:%H:%M}', self._language.tag)}"
        return Markup('<time datetime="{}">{}</time>').format(here.isoformat(timespec="seconds"), text)

    def number(self, value: int) -> str:
        """Say a whole number."""
        return format_number(value, self._language.tag)

    def percent(self, basis_points: int) -> str:
        """Say a share."""
        return format_percent(basis_points, self._language.tag)

    def all(self) -> dict[str, Callable[..., str]]:
        """Return them by the names that templates use."""
        names = (self.money, self.day, self.birthday, self.moment, self.number, self.percent)
        return {it.__name__: it for it in names}

    def _local(self, at: str | datetime) -> datetime:
        return (datetime.fromisoformat(at) if isinstance(at, str) else at).astimezone(self._zone)
