"""Every mail there is, in each case that has words of its own: for tests, and for pictures to look at."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, get_args

from chalicelib.domain.model.accounts import Account
from chalicelib.domain.model.messages import Cause, Letter, Name
from chalicelib.domain.model.offers import Offer
from chalicelib.domain.model.orders import News
from chalicelib.domain.model.tasks import Guide
from chalicelib.domain.people.links import Value
from chalicelib.domain.program.brand import USUAL, Brand
from chalicelib.domain.program.program import Program, Rate, Tier
from chalicelib.web.letters import Draft, Matter, write, write_digest
from chalicelib.web.mail import Mail, Reader

HELD = News(1000, datetime(2026, 3, 12, 9, tzinfo=UTC))
YOURS, LOST, OPEN = News(1000), News(0), News(1000, when="open")
EXPECTED = replace(HELD, when="expected")
LATER = replace(HELD, release_at=datetime(2026, 4, 2, 9, tzinfo=UTC))
LESS, LESS_YOURS = replace(HELD, amount=700), News(700)
LINK = "https://friends.example/r/MAYA7K3Q?a=b&c=d"
PREFERENCES, STOP = "https://friends.example/p/AbC-1_x", "https://friends.example/u/AbC-1_x"

GUIDE_LINK = "https://friends.example/g/AbC-1_x"
SIGN_IN = "https://friends.example/sign-in/AbC-1_x"
JOIN, INTERESTS = "https://friends.example/j/AbC-1_x", "https://friends.example/i/AbC-1_x"
ANSWERS: dict[Value, str] = {it: f"https://friends.example/a/{it}-1_x" for it in get_args(Value)}

ORDER = Cause("order", "10023", 2)
NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)
UNTIL = datetime(2027, 3, 12, 9, tzinfo=UTC)
TEN_PERCENT = Rate(basis_points=1000)
OFFER = Offer(
    "CPNMAYA7K3Q", "per_1", "touch:per_1:birthday:2026", TEN_PERCENT, "EUR", NOW, datetime(2026, 4, 12, 21, tzinfo=UTC)
)
BOUNDED = replace(OFFER, rate=replace(TEN_PERCENT, maximum=5000), minimum=3000)
GUIDE = Guide(
    "gde_1",
    "How to repot a fern",
    "https://fern-fig.example/repotting",
    "en",
    NOW,
    picture="https://fern-fig.example/repot.jpg",
    picture_text="Two hands set a fern into a larger pot",
)
RULES = Program(
    version=1,
    shop_name="Fern & Fig",
    shop_url="https://fern-fig.example/",
    currency="EUR",
    offer=TEN_PERCENT,
    tiers=(Tier("Starter", 0, TEN_PERCENT),),
)


def mails(  # noqa: C901 - a small function for each kind of letter
    *,
    shop_name: str = "Fern & Fig",
    first_name: str | None = "Maya",
    locale: str = "en",
    unit: str = "EUR",
    brand: Brand = USUAL,
    unsubscribe: str | None = None,
) -> dict[str, Mail]:
    """One mail of each kind, and of each case that has words of its own."""
    rules, reader = (
        replace(RULES, currency=unit, brand=brand),
        Reader(shop_name, first_name, LINK, locale, PREFERENCES, unsubscribe, "MAYA7K3Q"),
    )
    least, little = replace(rules, spend_minimum=2000), replace(rules, spend_minimum=5000)

    def draft(
        letter: Letter, rules: Program = rules, account: Account | None = None, matter: Matter | None = None
    ) -> Draft:
        return Draft(letter, ORDER, reader, RULES, rules, lambda: account or Account("amb_1"), NOW, matter or Matter())

    def written(
        letter: Letter, rules: Program = rules, account: Account | None = None, matter: Matter | None = None
    ) -> Mail:
        return write(draft(letter, rules, account, matter))

    def news(name: Name, told: News, rules: Program = rules, **more: Any) -> Mail:
        plain = Letter(name, told.amount, unit, told.release_at, told.when, 2500, NOW)
        return written(replace(plain, **more), rules)

    def thanks(discount: int) -> Mail:
        return written(Letter("friend_thanks", discount, "EUR"))

    def released(told: News = YOURS, rules: Program = rules, **more: Any) -> Mail:
        return news("reward_released", told, rules, **{"was": HELD, **more})

    def changed(told: News, **more: Any) -> Mail:
        return news("reward_changed", told, **{"was": HELD, **more})

    def lost(**more: Any) -> Mail:
        return news("reward_lost", LOST, **{"was": HELD, **more})

    def earned(name: Name, level: Tier, **more: Any) -> Mail:
        offer = replace(TEN_PERCENT, maximum=5000)
        return written(Letter(name, **more), replace(rules, offer=offer, minimum=2000, tiers=(level,)))

    def gathered(*letters: Letter) -> Mail:
        account = Account("amb_1", balances=rich, active_at=NOW)
        return write_digest([draft(it, replace(least, expiry_months=12), account) for it in letters])

    def stand(account: Account) -> Mail:
        return written(Letter("balances"), replace(least, expiry_months=12), account)

    def touched(letter: Letter, matter: Matter | None = None, rules: Program = rules) -> Mail:
        return written(letter, rules, Account("amb_1", balances=rich, referrals=3), matter)

    def given(name: Name, matter: Matter | None = None) -> dict[str, Mail]:
        """A letter with each that may come with it, and with nothing."""
        told, usual = name.replace("_", " "), matter or Matter()
        gift = Letter(name, 500, unit)
        return {
            told: touched(Letter(name), usual),
            f"{told}, gift": touched(gift, usual),
            f"{told}, gift to use later": touched(gift, usual, little),
            f"{told}, sent": touched(Letter(name, 1, "gift:Tea mug"), usual),
            f"{told}, offer": touched(Letter(name), replace(usual, offer=OFFER)),
            f"{told}, bounded offer": touched(Letter(name), replace(usual, offer=BOUNDED)),
        }

    rich = {unit: {"available": 2500, "held": 450}, "gift:Tea mug": {"available": 1}}
    gathering = (
        Letter("reward_held", 1000, unit, HELD.release_at),
        Letter("reward_released", 1000, unit),
        Letter("reward_changed", 700, unit, HELD.release_at, turn="part_returned"),
        Letter("reward_lost", 0, unit, turn="cancelled"),
        Letter("tier_reached", tier="Gold"),
        Letter("gift_sent", 1, "gift:Tea mug"),
        Letter("proof_approved", 500, unit, about="A picture"),
        Letter("proof_denied", 500, unit, about="A review"),
        Letter("expiring", until=UNTIL),
    )
    share, amount, gift = (
        Tier("Gold", 0, replace(TEN_PERCENT, maximum=5000)),
        Tier("Gold", 0, Rate(500)),
        Tier("Gold", 0, Rate(gift="Tea mug")),
    )
    return {
        "welcome": earned("welcome", share),
        "welcome, amount": earned("welcome", amount),
        "welcome, gift": earned("welcome", gift),
        "welcome, alone": written(Letter("welcome"), replace(rules, offer=None, tiers=(Tier("Starter", 0),))),
        "tier": earned("tier_reached", share, tier="Gold"),
        "tier, extra": earned("tier_reached", amount, tier="Gold", amount=1000, unit=unit),
        "tier, gift": earned("tier_reached", gift, tier="Gold"),
        "gift": written(Letter("gift_sent", 1, "gift:Tea mug")),
        "proof": written(Letter("proof_approved", 500, unit, about="A picture")),
        "proof, gift": written(Letter("proof_approved", 1, "gift:Tea mug", about="A picture")),
        "proof, denied": written(Letter("proof_denied", 500, unit, about="A review")),
        "expiring": written(
            Letter("expiring", until=UNTIL), replace(least, expiry_months=12), Account("amb_1", balances=rich)
        ),
        "digest": gathered(*(replace(it, was=HELD) for it in gathering)),
        "spent": written(Letter("spent", 1250, unit)),
        "thanks": thanks(480),
        "thanks alone": thanks(0),
        "held": news("reward_held", HELD),
        "held, expected": news("reward_held", EXPECTED),
        "released": released(),
        "released, never told": released(was=None),
        "released, less": released(LESS_YOURS, turn="part_returned"),
        "released, again": released(was=LOST, turn="counts_again"),
        "released, least": released(rules=replace(least, expiry_months=12)),
        "released, too little": released(rules=little),
        "released, until": released(rules=replace(rules, expiry_months=12)),
        "released, not usable": released(rules=replace(rules, currency="another")),
        "less": changed(LESS, turn="part_returned"),
        "less, yours": changed(LESS_YOURS, was=YOURS, turn="part_returned"),
        "more, yours": changed(YOURS, was=LESS_YOURS, turn="counts_again"),
        "later": changed(LATER),
        "less and later": changed(replace(LATER, amount=700), turn="part_returned"),
        "expected later": changed(replace(LATER, when="expected")),
        "looked at": changed(OPEN),
        "again": changed(HELD, was=LOST, turn="counts_again"),
        "stand": stand(Account("amb_1", balances=rich, active_at=NOW)),
        "confirm": written(Letter("confirm")),
        "sign in": written(Letter("sign_in"), matter=Matter(SIGN_IN, code="40718352")),
        "stand at nothing": stand(Account("amb_1")),
        "lost": lost(turn="cancelled"),
        "lost, returned": lost(was=YOURS, turn="returned"),
        "lost, too little": lost(turn="below_minimum"),
        "denied": lost(was=None, turn="denied"),
        "denied, told": lost(turn="denied"),
        "check in": touched(Letter("check_in"), Matter(answers=ANSWERS, bought_at=NOW)),
        "check in, long ago": touched(Letter("check_in"), Matter(answers=ANSWERS)),
        "how to": touched(Letter("how_to"), Matter(GUIDE_LINK, guide=GUIDE)),
        "how to, no picture": touched(Letter("how_to"), Matter(GUIDE_LINK, guide=replace(GUIDE, picture=None))),
        **given("birthday"),
        **given("anniversary", Matter(began="joining", years=2)),
        "anniversary, alone": written(Letter("anniversary"), matter=Matter(began="joining", years=1)),
        "anniversary, only helped": written(
            Letter("anniversary"), account=Account("amb_1", referrals=1), matter=Matter(began="joining", years=1)
        ),
        "anniversary, purchase": touched(Letter("anniversary"), Matter(years=1)),
        **given("surprise"),
        **given("miss_you"),
        "invitation": written(Letter("invitation"), replace(rules, minimum=2000), matter=Matter(JOIN)),
        "invitation, nothing off": written(
            Letter("invitation"), replace(rules, offer=None, tiers=(gift,)), matter=Matter(JOIN)
        ),
        "interests": written(Letter("interests"), matter=Matter(INTERESTS)),
    }
