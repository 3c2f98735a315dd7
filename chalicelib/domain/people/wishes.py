"""Which codes an ambassador may wish for: words of their own that nobody mistakes for the shop's, or minds.

ASCII letters and digits alone: a code is typed on any keyboard, read aloud, printed as a QR and passed on in links; and
letters of other scripts look like these (Cyrillic А, Greek Ο), so that two codes could not be told apart.
"""

import re
from typing import Literal

from chalicelib.domain.people.codes import COUPON, likeness, normal_code

SHORTEST, LONGEST = 3, 20

Unfit = Literal["form", "not_allowed"]

_THE_SHOPS = (
    "ADMIN ADMINISTRATOR MODERATOR ROOT SYSTEM SUPPORT HELP HELPDESK SERVICE SERVICES OFFICIAL STAFF TEAM SHOP STORE "
    "OWNER MANAGER CUSTOMER SALE SALES DISCOUNT OFFER DEAL SAVE COUPON VOUCHER GIFT GIFTCARD FREE REFUND PAYOUT "
    "CASHBACK PROMO PROMOTION CODE REFERRAL FRIEND FRIENDS WELCOME NEWSLETTER BLACKFRIDAY CYBERMONDAY CHECKOUT CART "
    "LOGIN SIGNUP TEST DEMO EXAMPLE NULL NONE UNDEFINED UNKNOWN ANONYMOUS TRUE FALSE"
)
_RESERVED = frozenset(map(likeness, _THE_SHOPS.split()))
"""Words by which a code would speak for the shop, or be taken for a coupon of it, or for no code at all."""

# Parts of words that hardly stand in a name; those that do (Ishita, Nazia, Peacock, Cassandra) are told from it.
_RUDE = re.compile(
    "FUCK|PHUCK|CUNT|SHIT(?![AI])|BITCH|WHORE|SLUT(?!SK)|NIGG|FAGGOT|AS+HOLE|DILDO|PENIS|VAGINA|TWAT|BOLLOCK|BLOWJOB|"
    "RAPIST|HITLER|SIEGHEIL|KKK|1488|PEDOPH|NAZI(?![AFHKLMRY])|NAZIS|PORNO|"
    "MIERDA|PENDEJ|CABRON|MARICON|GILIPOL|CHINGA|HIJODEPUT|COJON|"
    "CHOD$|CHODE|CHUTIY|CHUTIA|BHOSD|BHOSR|GANDU$|HARAMZAD|KHANKI|"
    "FCK|FVCK|FUKK|BTCH|PSSY|NGGR|HTLR|BHNC|MDRC"
)
_ALONE = (
    "ASS ARSE SEX SEXY DICK COCK TIT TITS BOOB BOOBS CUM PISS RAPE DIE KILL DEAD HATE FAG NAZI WANK WANKER CRAP FART "
    "NUDE XXX PUSSY CLIT TURD SUICIDE MURDER TERROR PORN HEIL PUTA PUTO PUTAS PUTOS VERGA JODER JODETE RANDI LAVDA "
    "LAUDA LUND GAND GAAND CHUT MAAL"
)
_RUDE_ALONE = frozenset(_ALONE.split())
# Digits stand in for letters; a 1 for two of them.
_AS_LETTERS = str.maketrans("023456789", "OZEASGTBG")


def unfit(typed: str, shop_name: str) -> Unfit | None:
    """Say why a word can't be a code: its form, or what it says; None if it can.

    It needs a letter: digits alone are a phone number, or the number of an order.
    """
    code = normal_code(typed)
    if code is None or not SHORTEST <= len(code) <= LONGEST or code.isdigit():
        return "form"
    if code.startswith(COUPON) or _is_the_shops(code, shop_name) or any(map(_is_rude, _readings(code))):
        return "not_allowed"
    return None


def _is_the_shops(code: str, shop_name: str) -> bool:
    """Whether a code is a word that is the shop's own, whatever digits stand in or behind it."""
    words = {likeness(code), *(likeness(reading) for reading in _readings(code))}
    name = normal_code(shop_name)
    return bool(words & _RESERVED) or (name is not None and likeness(name) in words)


def _is_rude(reading: str) -> bool:
    return bool(_RUDE.search(reading)) or reading in _RUDE_ALONE


def _readings(code: str) -> set[str]:
    """How people read a code: as it is, without its digits, and with digits as the letters they look like.

    Each also with letters once that are there many times in a row.
    """
    plain = {code, re.sub(r"\d", "", code), code.rstrip("0123456789")}
    plain |= {code.translate(_AS_LETTERS).replace("1", letter) for letter in "IL"}
    return plain | {re.sub(r"(.)\1+", r"\1", reading) for reading in plain}
