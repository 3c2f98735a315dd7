"""A first name goes out under the shop's own domain, so what is none is kept for admins and told to nobody else."""

import pytest

from chalicelib.web.language import choose
from memory.shop import Shop
from tests.unit.web.translations import TONGUES

BAIT = ("Your prize: http://evil.example/claim", "call +1 202 555 0123", "me@evil.example", "evil.example", "\u200b")
"""What somebody may write into a form instead of a name."""


def said(shop: Shop, code: str, locale: str) -> dict[str, str]:
    """Everything that goes out with a name in it, the mails by recipient."""
    shop.redeem(code, "o1", customer={"email": "fay@example.com", "first_name": BAIT[0], "locale": locale})
    shop.stream()
    shop.days(31)
    mails = {f"{sent.destinations['ToAddresses'][0]} {n}": sent.body for n, sent in enumerate(shop.sent())}
    assert len(mails) == 3
    page = shop.call("GET", f"/r/{code}?lang={locale}").body.decode()
    return {**mails, "page": page, "code": shop.call("GET", f"/v1/codes/{code}").body.decode()}


@pytest.mark.parametrize("locale", ["en", *TONGUES])
@pytest.mark.parametrize("name", BAIT)
def test_what_is_no_name_goes_nowhere(shop: Shop, name: str, locale: str) -> None:
    """Not into a mail to the friend or the ambassador, the page, its title and preview, or the public code."""
    maya = shop.enrol(first_name=name, locale=locale)
    greeting, friend = map(choose(locale).translations.gettext, ("Hello,", "A friend"))
    assert (locale == "en") == (greeting == "Hello,") == (friend == "A friend")
    for place, text in said(shop, maya["code"], locale).items():
        assert not [bait for bait in (*BAIT[:4], "555 0123", "evil") if bait in text], place
        if place == "page":
            assert f"<bdi>{friend}</bdi>" in text
            assert friend in text.partition("</title>")[0].partition("<title>")[2]
        elif place != "code":
            assert greeting in text
    assert shop.read(shop.call("GET", f"/v1/codes/{maya['code']}"))["ambassador"] == {"first_name": None}
    admins = shop.read(shop.call("GET", f"/v1/ambassadors/{maya['id']}", scope="admin:read"))
    assert admins["first_name"] == name


@pytest.mark.parametrize("name", ["D.J. Khaled", "Mary-Ann St. John", "કાવ્યા", "অন্নপূর্ণা", "张伟"])
def test_a_real_name_goes_everywhere(shop: Shop, name: str) -> None:
    """All mails to the ambassador, the page and the public code; the friend's does not tell it."""
    maya = shop.enrol(first_name=name)
    texts = said(shop, maya["code"], "en")
    assert [place.split()[0] for place, text in texts.items() if name not in text] == ["fay@example.com"]
