"""Every letter that the program writes: one function for each says what fills the words of the template of its name."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from chalicelib.domain.calendar import local, months_after
from chalicelib.domain.model.accounts import Account
from chalicelib.domain.model.messages import Cause, Letter, Name
from chalicelib.domain.model.offers import Offer
from chalicelib.domain.model.tasks import Guide
from chalicelib.domain.people.links import Value
from chalicelib.domain.people.sign_in import LASTS as SIGN_IN_LASTS
from chalicelib.domain.program.program import GIFT, Program, Rate, least_spent
from chalicelib.web.language import Language, choose, format_amount, format_date
from chalicelib.web.mail import Content, Mail, Picture, Reader, mail
from chalicelib.web.numbers import NBSP, format_money, format_number, format_percent


@dataclass(frozen=True, slots=True)
class Matter:
    """What a touch of care, or a letter to sign in, is about as it is written. Each letter needs little of it.

    Attributes:
        link: where the letter leads: to join, to a guide, to one's interests, in; to the shop if it is empty.
        answers: the page behind each answer to a check-in.
        bought_at: when the order was placed that a check-in asks about.
        code: what lets its reader sign in on another device.
        locale: the language in which they have asked for it; empty if that is not known.
        guide: what a how-to shows.
        offer: the reader's own, if one comes with it.
        began: what has its anniversary, and `years` how long ago that was.
    """

    link: str = ""
    answers: Mapping[Value, str] = field(default_factory=dict)
    bought_at: datetime | None = None
    code: str = ""
    locale: str = ""
    guide: Guide | None = None
    offer: Offer | None = None
    began: Literal["joining", "purchase"] = "purchase"
    years: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """What a letter is written from.

    Attributes:
        letter: what is owed.
        cause: what its message is about.
        reader: whom it is written to.
        program: the rules that it speaks of; its days are by their clocks.
        rules: those in force, which have to keep what it promises.
        account: read the account of the reader, who is an ambassador. Only some letters need it.
        now: when it is written.
        matter: what it is about, if it is a touch of care or a way to sign in.
    """

    letter: Letter
    cause: Cause
    reader: Reader
    program: Program
    rules: Program
    account: Callable[[], Account]
    now: datetime
    matter: Matter = field(default_factory=Matter)

    @property
    def language(self) -> Language:
        """The language of its reader."""
        return choose(self.reader.locale)


def write(draft: Draft) -> Mail:
    """Write a letter, whichever it is."""
    name = draft.letter.name
    return mail(name, draft.reader, LETTERS[name](draft), draft.rules.brand, variant=draft.letter.variant)


def write_digest(drafts: Sequence[Draft]) -> Mail:
    """Write one mail to one reader in the place of several, which have news of rewards; there is at least one.

    Each is said in a line. What there is to use in all is told once, as it is now.
    """
    last = drafts[-1]
    news = [(it.letter.name, LETTERS[it.letter.name](it)) for it in drafts]
    return mail("digest", last.reader, _stand(last, last.account()), last.rules.brand, news)


def friend_thanks(draft: Draft) -> Content:
    """To the friend, after the purchase: thanks, and what the code took off."""
    letter = draft.letter
    discount = format_money(letter.amount, letter.unit, draft.language.tag) if letter.amount else ""
    return Content({"order": draft.cause.id}, {"discount": discount})


def welcome(draft: Draft) -> Content:
    """To a new ambassador: their code and link, and what comes of sharing them."""
    code = draft.reader.code
    return Content({"code": code}, shared(draft.rules, draft.language), code=code, shows_link=True)


def reward_held(draft: Draft) -> Content:
    """To the ambassador: a friend bought (never who), and why the reward waits until the day it is theirs."""
    return Content(figures=_reward(draft), marks={"when": draft.letter.when})


def reward_released(draft: Draft) -> Content:
    """To the ambassador: the reward is theirs, how much they can use in all, from how much on and until when."""
    letter, language = draft.letter, draft.language
    available, least = letter.available or 0, least_spent(draft.rules, letter.unit)
    figures = {
        "available": format_amount(available, letter.unit, language),
        "minimum": format_amount(least, letter.unit, language, is_limit=True) if least and least > 1 else "",
        "until": _until(letter.active_at, draft),
    }
    marks = {"usable": least is not None, "enough": available >= (least or 0), "turn": letter.turn}
    return Content(figures={**_reward(draft), **figures}, marks=marks)


def reward_changed(draft: Draft) -> Content:
    """To the ambassador: what was announced comes to another amount or day, and why."""
    letter = draft.letter
    return Content(figures=_reward(draft), marks={"when": letter.when, "turn": letter.turn})


def reward_lost(draft: Draft) -> Content:
    """To the ambassador: there is no reward for an order, and why, as far as it concerns them."""
    letter = draft.letter
    marks = {"turn": letter.turn, "was_theirs": letter.was is not None and letter.was.is_theirs}
    return Content(figures=_before(draft), marks=marks)


def tier_reached(draft: Draft) -> Content:
    """To the ambassador: a level that they have reached, what came with it, and what they earn from now on."""
    letter, rules, language = draft.letter, draft.rules, draft.language
    reward = next((tier.reward for tier in rules.tiers if tier.name == letter.tier), None)
    extra = format_amount(letter.amount, letter.unit, language) if letter.amount else ""
    return Content({"tier": letter.tier or ""}, {"amount": extra, **_earned(reward, rules, language)})


def gift_sent(draft: Draft) -> Content:
    """To the ambassador: a gift of theirs is on its way."""
    return Content(figures={"gift": format_amount(draft.letter.amount, draft.letter.unit, draft.language)})


def proof_approved(draft: Draft) -> Content:
    """To the ambassador: what they have shown has earned something."""
    letter = draft.letter
    amount = format_amount(letter.amount, letter.unit, draft.language)
    gift = amount if letter.unit.startswith(GIFT) else ""
    return Content({"task": letter.about or ""}, {"amount": amount, "gift": gift})


def proof_denied(draft: Draft) -> Content:
    """To the ambassador: what they have shown has earned nothing."""
    return Content({"task": draft.letter.about or ""})


def spent(draft: Draft) -> Content:
    """To the ambassador: rewards of theirs were used, so that they notice if it was somebody else."""
    amount = format_amount(draft.letter.amount, draft.letter.unit, draft.language)
    return Content(figures={"amount": amount}, link=draft.program.shop_url)


def expiring(draft: Draft) -> Content:
    """To the ambassador: how long what they have is theirs still, as it is now."""
    stand = _stand(draft, draft.account())
    figures = {**stand.figures, "until": _day(draft.letter.until, draft)}
    return Content(figures=figures, link=draft.program.shop_url)


def balances(draft: Draft) -> Content:
    """To the ambassador: where things stand, in all units in which there is something; from how much on, until when."""
    return _stand(draft, draft.account())


def sign_in(draft: Draft) -> Content:
    """To whoever wants to sign in and reads this mail: a link, and the code for another device."""
    code, lasts = draft.matter.code, _minutes(SIGN_IN_LASTS, draft.language)
    return Content(figures={"lasts": lasts}, link=draft.matter.link, code=f"{code[:4]} {code[4:]}")


def confirm(_: Draft) -> Content:
    """To whoever asked to see or to delete what is known of them: the link by which they do."""
    return Content()


def check_in(draft: Draft) -> Content:
    """To whoever has bought: are you happy with it? Three answers, one tap."""
    matter = draft.matter
    return Content(figures={"date": _day(matter.bought_at, draft)}, answers=matter.answers)


def how_to(draft: Draft) -> Content:
    """To whoever has bought: a guide that shows what can be done with it."""
    guide = draft.matter.guide
    assert guide is not None, "a how-to shows a guide"
    picture = Picture(guide.picture, guide.picture_text or guide.title) if guide.picture else None
    return Content({"title": guide.title}, picture=picture, link=draft.matter.link or guide.link)


def birthday(draft: Draft) -> Content:
    """To somebody whose day it is: a wish, and what comes with it."""
    return _given(draft)


def anniversary(draft: Draft) -> Content:
    """To somebody who joined, or first bought, some years ago: thanks, and what came of it."""
    matter, language = draft.matter, draft.language
    figures = {"years": _years(matter.years, language), "friends": "", "thanked": ""}
    if matter.began == "joining":
        account = draft.account()
        figures |= {
            "friends": _friends(account.referrals, language) if account.referrals else "",
            "thanked": _all(_thanked(account), language),
        }
    given = _given(draft)
    shares = matter.began == "joining" and not given.figures["gift"]
    return replace(
        given,
        figures={**given.figures, **figures},
        marks={**given.marks, "began": matter.began, "shares": shares},
        link=None if shares else given.link,
    )


def surprise(draft: Draft) -> Content:
    """To somebody who asked for nothing: a small gift."""
    return _given(draft)


def invitation(draft: Draft) -> Content:
    """To a customer: what their friends would get, and they themselves, if they shared a code."""
    return Content(figures=shared(draft.rules, draft.language), link=_leads(draft))


def miss_you(draft: Draft) -> Content:
    """To somebody who has long been away: the shop's news, and an offer of their own."""
    return _given(draft)


def interests(draft: Draft) -> Content:
    """To somebody who was never asked: what do you like?"""
    return Content(link=_leads(draft))


LETTERS: Mapping[Name, Callable[[Draft], Content]] = {
    "friend_thanks": friend_thanks,
    "welcome": welcome,
    "reward_held": reward_held,
    "reward_released": reward_released,
    "reward_changed": reward_changed,
    "reward_lost": reward_lost,
    "tier_reached": tier_reached,
    "gift_sent": gift_sent,
    "proof_approved": proof_approved,
    "proof_denied": proof_denied,
    "spent": spent,
    "expiring": expiring,
    "balances": balances,
    "confirm": confirm,
    "sign_in": sign_in,
    "check_in": check_in,
    "how_to": how_to,
    "birthday": birthday,
    "anniversary": anniversary,
    "surprise": surprise,
    "invitation": invitation,
    "miss_you": miss_you,
    "interests": interests,
}


def _stand(draft: Draft, account: Account) -> Content:
    """What an account holds; from how much on it can be used, and until when."""
    language, rules = draft.language, draft.rules
    available = {unit: amount for unit in account.balances if (amount := account.balance(unit, "available")) > 0}
    held = {unit: amount for unit in account.balances if (amount := account.balance(unit, "held")) > 0}
    least = {unit: amount for unit in available if (amount := least_spent(rules, unit) or 1) > 1}
    return Content(
        figures={
            "available": _all((it for it in available.items() if not it[0].startswith(GIFT)), language),
            "gifts": _all((it for it in available.items() if it[0].startswith(GIFT)), language),
            "held": _all(held.items(), language),
            "minimum": ", ".join(format_amount(least[unit], unit, language, is_limit=True) for unit in least),
            "until": _until(account.active_at, draft),
        },
    )


def _leads(draft: Draft) -> str:
    """Where a touch of care leads."""
    return draft.matter.link or draft.program.shop_url


def _given(draft: Draft) -> Content:
    """What comes with a touch of care: a gift, an offer of the reader's own, or nothing."""
    letter, offer, language = draft.letter, draft.matter.offer, draft.language
    if offer is not None:
        return _offering(draft, offer)
    least = least_spent(draft.rules, letter.unit)
    return Content(
        {"code": ""},
        {
            "gift": format_amount(letter.amount, letter.unit, language) if letter.amount else "",
            **dict.fromkeys(("most", "minimum", "until"), ""),
        },
        marks={
            "is_offer": False,
            "is_sent": letter.unit.startswith(GIFT),
            "usable": least is not None and letter.amount >= least,
        },
        link=_leads(draft),
    )


def _offering(draft: Draft, offer: Offer) -> Content:
    """An offer of the reader's own."""
    rules, language = replace(draft.rules, currency=offer.currency), draft.language
    return Content(
        {"code": offer.code},
        {
            "gift": _offered(offer.rate, rules, language),
            "most": _most(offer.rate, rules, language),
            "minimum": format_amount(offer.minimum, offer.currency, language, is_limit=True) if offer.minimum else "",
            "until": _day(offer.until, draft),
        },
        marks={"is_offer": True, "is_sent": False, "usable": False},
        link=_leads(draft),
        code=offer.code,
    )


def _thanked(account: Account) -> list[tuple[str, int]]:
    """What somebody got as thanks, by its unit: what they have, have used and were paid."""
    got = ("available", "reserved", "spent", "paid")
    sums = [(unit, sum(account.balance(unit, name) for name in got)) for unit in account.balances]
    return [(unit, amount) for unit, amount in sums if amount > 0]


def _years(years: int, language: Language) -> str:
    text = language.translations.ngettext("%(number)s year", "%(number)s years", years)
    return (text % {"number": format_number(years, language.tag)}).replace(" ", NBSP)


def _minutes(span: timedelta, language: Language) -> str:
    minutes = int(span.total_seconds()) // 60
    text = language.translations.ngettext("%(number)s minute", "%(number)s minutes", minutes)
    return (text % {"number": format_number(minutes, language.tag)}).replace(" ", NBSP)


def _friends(friends: int, language: Language) -> str:
    text = language.translations.ngettext("%(number)s friend", "%(number)s friends", friends)
    return (text % {"number": format_number(friends, language.tag)}).replace(" ", NBSP)


def shared(rules: Program, language: Language) -> dict[str, str]:
    """What comes of sharing a code: to friends, and to whoever shares it."""
    return {
        "offer": _offered(rules.offer, rules, language),
        "minimum": format_amount(rules.minimum, rules.currency, language, is_limit=True) if rules.minimum else "",
        "off_most": _most(rules.offer, rules, language),
        **_earned(rules.tiers[0].reward, rules, language),
    }


def _offered(offer: Rate | None, rules: Program, language: Language) -> str:
    """What a friend saves; empty if that is nothing."""
    if offer is None or offer.maximum == 0:
        return ""
    if offer.basis_points is not None:
        return format_percent(offer.basis_points, language.tag) if offer.basis_points else ""
    return format_amount(offer.amount, rules.currency, language, is_limit=True) if offer.amount else ""


def _earned(reward: Rate | None, rules: Program, language: Language) -> dict[str, str]:
    """What an ambassador gets for a friend: a gift, a share of what they pay, or an amount; empty what it is not."""
    earned = {"gift": "", "share": "", "reward": "", "most": _most(reward, rules, language)}
    if reward is None:
        return earned
    if reward.gift is not None:
        return {**earned, "gift": reward.gift}
    unit = reward.unit_in(rules.currency)
    if reward.amount:
        return {**earned, "reward": format_amount(reward.amount, unit, language)}
    if reward.basis_points and unit == rules.currency:
        return {**earned, "share": format_percent(reward.basis_points, language.tag)}
    return earned


def _most(rate: Rate | None, rules: Program, language: Language) -> str:
    """What a share comes to at most."""
    if rate is None or not rate.maximum or not rate.basis_points:
        return ""
    return format_amount(rate.maximum, rate.unit_in(rules.currency), language, is_limit=True)


def _all(amounts: Iterable[tuple[str, int]], language: Language) -> str:
    """Amounts of several units in one line; empty if there are none."""
    return ", ".join(format_amount(amount, unit, language) for unit, amount in amounts)


def _reward(draft: Draft) -> dict[str, str]:
    """What a mail is about, and the one before: `gift` is empty unless it is one, because that is sent and not used."""
    letter = draft.letter
    written = format_amount(letter.amount, letter.unit, draft.language)
    return {
        "amount": written,
        "gift": written if letter.unit.startswith(GIFT) else "",
        "date": _day(letter.release_at, draft),
        **_before(draft),
    }


def _before(draft: Draft) -> dict[str, str]:
    """What the mail before was about."""
    was = draft.letter.was
    if was is None:
        return {"was": "", "was_date": ""}
    return {
        "was": format_amount(was.amount, draft.letter.unit, draft.language) if was.amount else "",
        "was_date": _day(was.release_at, draft),
    }


def _day(at: datetime | None, draft: Draft) -> str:
    return format_date(local(at, draft.program), draft.language) if at else ""


def _until(active_at: datetime | None, draft: Draft) -> str:
    """The day on which what is there expires; empty if it does not, or may at any moment."""
    rules = draft.rules
    ends = active_at and rules.expiry_months and months_after(active_at, rules.expiry_months, rules)
    return format_date(local(ends, rules), draft.language) if ends and ends > draft.now else ""
