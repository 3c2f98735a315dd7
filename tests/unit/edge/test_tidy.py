"""What of a request is only spelling."""

import pytest

from chalicelib.api.ambassadors import AmbassadorChange
from chalicelib.api.checkout import QuotedOrder
from chalicelib.api.reviews import Decision
from chalicelib.domain.people.pseudonyms import canonical_email
from chalicelib.edge.tidy import address, first_name, language_tag, tidied


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("zoe@fa\u00df.example", "zoe@xn--fa-hia.example"),
        ("zoe@FA\u1e9e.example", "zoe@xn--fa-hia.example"),
        ("zoe@fass.example", "zoe@fass.example"),
        ("n@\u03bd\u03af\u03ba\u03bf\u03c2.example", "n@xn--kxawhkp.example"),
        ("m@b\u00fccher.example", "m@xn--bcher-kva.example"),
        ("m@B\u00dcCHER.Example", "m@xn--bcher-kva.example"),
        ("m@bu\u0308cher\u3002example", "m@xn--bcher-kva.example"),
        ("m@\u2603.example", "m@xn--n3h.example"),
        ("\ufeffMaya@Example.com. \n", "Maya@Example.com"),
        ("\uff4d\uff20example\uff0ecom", "m@example.com"),
        ("mar\u00eda@example.com", "mar\u00eda@example.com"),
        ("m@\u00fc..example", "m@xn--tda..example"),
        ("no address at all", "no address at all"),
    ],
)
def test_an_address_is_written_as_mail_is_sent(typed: str, written: str) -> None:
    """The host in ASCII by the mapping of today, what shows nothing gone; the local part is its owner's own."""
    assert address(typed).lower() == written.lower()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("zoe@fa\u00df.example", "zoe@fass.example"),
        ("n@\u03bd\u03af\u03ba\u03bf\u03c2.example", "n@\u03bd\u03af\u03ba\u03bf\u03c3.example"),
        ("n@\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.example", "n@\u0646\u0627\u0645\u0647\u0627\u06cc.example"),
        ("n@\u0dc1\u0dca\u200d\u0dbb\u0dd3.example", "n@\u0dc1\u0dca\u0dbb\u0dd3.example"),
    ],
)
def test_hosts_that_differ_are_two_people(one: str, other: str) -> None:
    """Sharp s, the final sigma and both joiners tell hosts apart: mail would go to a stranger."""
    assert address(one) != address(other)
    assert canonical_email(address(one)) != canonical_email(address(other))


@pytest.mark.parametrize(
    ("told", "tag"),
    [
        ("en_US.UTF-8", "en-US"),
        ("ca_ES@valencia", "ca-ES"),
        ("zh-Hans-CN", "zh-Hans-CN"),
        (" gu ", "gu"),
        ("en-US,en;q=0.9", "en-US"),
        ("C", ""),
        ("POSIX", ""),
        ("English", ""),
        ("../en", ""),
        ("e-" + "x" * 40, ""),
        ("en-" + "-".join(["xxxxxxxx"] * 4), ""),
        ("", ""),
    ],
)
def test_a_locale_is_read_as_far_as_it_can_be(told: str, tag: str) -> None:
    """The language tag that it begins with; nothing where there is none, or one too long to be one."""
    assert language_tag(told) == tag


def test_what_lies_deeper_is_tidied_too() -> None:
    """In lists, in maps, in objects within objects; what does not fit stays for the check that follows."""
    small, large = {"amount": 1, "currency": "eur"}, {"amount": 1, "currency": "EUR"}
    decision = {"decision": "approve", "note": " ", "values": {"r/1": dict(small), "r2": 7}}
    assert tidied(decision, Decision)["values"] == {"r/1": large, "r2": 7}
    order = {"amount": dict(small), "items": [{"sku": " a ", "amount": dict(small)}, "no line"], "customer": []}
    assert tidied(order, QuotedOrder) == {
        "amount": large,
        "items": [{"sku": "a", "amount": large}, "no line"],
        "customer": [],
    }


def test_a_change_keeps_what_is_empty() -> None:
    """There, an empty text is an error and null takes something back: neither means that nothing was said."""
    change = {"last_name": " ", "locale": None, "email": " a@b.example "}
    assert tidied(change, AmbassadorChange) == {"last_name": "", "locale": None, "email": "a@b.example"}


def test_a_friends_name_is_one_line() -> None:
    """Controls and line breaks become blanks, and one too long to be greeted with is none."""
    assert first_name(" Mary\tAnn\r\n\u2028Lee\x07 ") == "Mary Ann Lee"
    assert first_name("x" * 80) == "x" * 80
    assert first_name("x" * 81) == ""
