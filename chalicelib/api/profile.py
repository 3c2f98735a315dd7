"""An ambassador as the API shows one: who that is, balances, tier and the way to the next one, share kit."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Self

from msgspec import structs

from chalicelib import deps
from chalicelib.api.suspensions import Suspension
from chalicelib.domain.accounts.tiers import reached
from chalicelib.domain.calendar import month_of
from chalicelib.domain.model import accounts
from chalicelib.domain.model.people import Person, Profile
from chalicelib.domain.people.consent import agreed
from chalicelib.domain.program.program import Program, Rate, tier_after, tier_of
from chalicelib.edge.answers import Answer, Sum, money, money_if
from chalicelib.edge.language import language_of
from chalicelib.operations.people import share
from chalicelib.web import share as ways
from chalicelib.web.explain import not_available_now


class ReachedTier(Answer):
    """The tier that an ambassador has reached, and the way to the next one if there is one.

    Attributes:
        earns: What an order of a friend earns in it, unless other terms go before.
        next_at: From how many referrals on one is in the next tier.
        referrals_to_next: How many more referrals must count for it.
        next_earns: What an order of a friend earns there.
        next_bonus: What is granted once for reaching it.
    """

    name: str
    earns: "Earning | None" = None
    next: str | None = None
    next_at: int | None = None
    referrals_to_next: int | None = None
    next_earns: "Earning | None" = None
    next_bonus: Sum | None = None

    @classmethod
    def of(cls, program: Program, referrals: int) -> Self:
        """Show what a number of referrals reaches."""
        tier, following = tier_of(program, referrals), tier_after(program, referrals)
        shown = cls(tier.name, Earning.of(tier.reward, program))
        if following is None:
            return shown
        return structs.replace(
            shown,
            next=following.name,
            next_at=following.threshold,
            referrals_to_next=following.threshold - referrals,
            next_earns=Earning.of(following.reward, program),
            next_bonus=money(following.bonus, program.currency) if following.bonus else None,
        )


class Earning(Answer, kw_only=True):
    """What an order of a friend earns: an amount, which may be a gift, or a share of what the friend pays.

    Attributes:
        maximum: The most that a share comes to.
    """

    amount: Sum | None = None
    basis_points: int | None = None
    maximum: Sum | None = None

    @classmethod
    def of(cls, rate: Rate | None, program: Program) -> Self | None:
        """Show a rate; None for one of nothing."""
        if rate is None or not (rate.gift or rate.amount or rate.basis_points) or rate.maximum == 0:
            return None
        unit = rate.unit_in(program.currency)
        if rate.basis_points is not None:
            return cls(basis_points=rate.basis_points, maximum=money_if(rate.maximum, unit))
        return cls(amount=money(rate.of(0), unit))


class ShareWay(Answer):
    """A channel by which an ambassador can share.

    Attributes:
        url: Opens it with a text in the ambassador's language and the link, whose clicks count for this channel.
    """

    channel: str
    url: str


class Account(Answer, kw_only=True):
    """Balances, each a list of amounts with the program's currency first.

    Attributes:
        held: Rewards that wait until goods can no longer come back.
        available: What can be spent or paid out.
        reserved: What is in coupons that are not used yet, and in payouts that are pending.
        spent: What went into coupons that were used, and gifts that were sent.
        paid: What was paid out.
        expired: What nobody spent in time.
        counted: How many referrals count: their reward was released and is still worth something.
        version: Rises with each change of the account.
    """

    held: list[Sum]
    available: list[Sum]
    reserved: list[Sum]
    spent: list[Sum]
    paid: list[Sum] | None = None
    expired: list[Sum] | None = None
    counted: int
    version: int

    @classmethod
    def of(cls, account: accounts.Account, currency: str) -> Self:
        """Show an account under a program with this currency."""
        units = [currency, *sorted(account.balances.keys() - {currency})]
        names = {"held", "available", "reserved", "spent"}.union(*account.balances.values())
        balances = {name: [money(account.balance(unit, name), unit) for unit in units] for name in names}
        return cls(**balances, counted=account.referrals, version=account.version)


class Spendable(Answer):
    """From how much on, and in which steps, something can be spent.

    Attributes:
        minimum: The least that can be spent at once.
        per: Only multiples of this can be spent; there unless it is money.
        value: What each `per` is worth in money.
    """

    minimum: Sum
    per: Sum | None = None
    value: Sum | None = None

    @classmethod
    def those_of(cls, program: Program) -> list[Self]:
        """Show what can be spent: money, then the program's own units by name."""
        currency = program.currency
        units = [
            cls(money(worth.minimum, unit), money(worth.per, unit), money(worth.value, currency))
            for unit, worth in sorted(program.units.items())
        ]
        return [cls(money(program.spend_minimum, currency)), *units]


class Ambassador(Answer, kw_only=True):
    """An ambassador with balances, tier and the way to the next one, and share kit.

    Attributes:
        person_id: Who they are as a person.
        locale: The language of mails and explanations.
        customer_id: Your own id of the customer.
        birthday: `MM-DD` or `YYYY-MM-DD`, as it was told.
        consents: The names of those that are given.
        absorbed: The ids of ambassadors who were merged into this one.
        merged_into: This ambassador's id, where one of those was asked for who were merged into them.
        code: The first of the ambassador's codes.
        share_url: Add `?ch=` and a channel, such as `email` or `whatsapp`, to see where clicks come from.
        qr_url: The picture of the link as a QR code, in SVG.
        spending: Money first, then each unit that the program says is worth something.
        share_text: What an ambassador may say to a friend, in the language of the answer; the link goes behind it.
        share: A few channels, those usual in the ambassador's country first, unless the program lists others.
        clicks: By channel, how often people opened the links of all their codes in the last 30 days. Robots and
            previews are left out.
        not_available: What the ambassador reads while nothing leaves the account; not there otherwise.
        suspension: What an admin decided last, for admins.
    """

    id: str
    person_id: str
    email: str | None
    first_name: str | None
    last_name: str | None
    locale: str
    customer_id: str | None
    birthday: str | None
    consents: list[str]
    created_at: datetime
    absorbed: list[str] | None = None
    merged_into: str | None = None
    code: str
    share_url: str
    qr_url: str
    tier: ReachedTier
    account: Account
    spending: list[Spendable]
    share_text: str
    share: list[ShareWay]
    clicks: dict[str, int]
    not_available: str | None = None
    suspension: Suspension | None = None

    @classmethod
    def of(
        cls, profile: Profile, person: Person, account: accounts.Account, program: Program, month: str, **beside: Any
    ) -> Self:
        """Show an ambassador as of a month; beside that go the addresses of the code, and the clicks."""
        return cls(
            id=profile.ambassador_id,
            person_id=person.id,
            email=person.email,
            first_name=person.first_name,
            last_name=person.last_name,
            locale=person.locale or program.locale,
            customer_id=person.customer_id,
            birthday=person.birthday,
            consents=sorted(purpose for purpose in person.consents if agreed(person.consents, purpose)),
            created_at=profile.created_at,
            absorbed=list(profile.absorbed) or None,
            code=profile.code,
            tier=ReachedTier.of(program, reached(account, program, month)),
            account=Account.of(account, program.currency),
            spending=Spendable.those_of(program),
            **beside,
        )


CLICK_DAYS = 30


def shown_ambassador(profile: Profile, person: Person | None = None, wanted: str | None = None) -> Ambassador:
    """Show an ambassador as of now, with the visits of the last days; the person is read if nobody has yet.

    What they would say to friends is in the `wanted` language, or else in theirs.
    """
    program, (account, known, further) = deps.program(), deps.table().read_standing(profile)
    person = person or known
    assert account is not None, "profile and account are made in one transaction"
    assert person is not None, "and so is the person"
    month, urls = month_of(deps.now(), program), urls_of(profile.code)
    language = language_of({"lang": wanted} if wanted else {}, person.locale or "")
    shared = ways.ways(program, profile.code, urls["share_url"], language, person.locale)
    return Ambassador.of(
        profile,
        person,
        account,
        program,
        month,
        share_text=ways.text(program, profile.code, language),
        share=[ShareWay(it.channel, it.url) for it in shared],
        clicks=_clicks((profile.code, *(further.codes if further else ()))),
        not_available=not_available_now(language) if account.suspended else None,
        **urls,
    )


def urls_of(code: str) -> share.Urls:
    """The addresses of a code: what its ambassador shares, and its picture."""
    return share.urls(deps.settings().public_url, code)


def _clicks(codes: Iterable[str]) -> dict[str, int]:
    """How many opened a link of any of these codes lately, by channel."""
    table, since = deps.table(), (deps.now() - timedelta(days=CLICK_DAYS)).date()
    clicks: dict[str, int] = {}
    for code in codes:
        for day in table.read_clicks(code, since):
            for channel, number in day.channels.items():
                clicks[channel] = clicks.get(channel, 0) + number
    return clicks
