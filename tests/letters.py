"""Every mail there is, in each case that has words of its own: for tests, and for pictures to look at."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from chalicelib.domain.model.accounts import Account
from chalicelib.domain.model.messages import Cause, Letter, Name
from chalicelib.domain.model.orders import News
from chalicelib.domain.program.program import Program, Rate, Tier
from chalicelib.web.letters import Occasion, write
from chalicelib.web.mail import Mail, Reader

HELD = News(1000, datetime(2026, 3, 12, 9, tzinfo=UTC))
YOURS, LOST, OPEN = News(1000), News(0), News(1000, when="open")
EXPECTED = replace(HELD, when="expected")
LATER = replace(HELD, release_at=datetime(2026, 4, 2, 9, tzinfo=UTC))
LESS, LESS_YOURS = replace(HELD, amount=700), News(700)
LINK = "https://friends.example/r/MAYA7K3Q?a=b&c=d"

ORDER = Cause("order", "10023", 2)
NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)
TEN_PERCENT = Rate(1000)
RULES = Program(
    version=1,
    shop_name="Fern & Fig",
    shop_url="https://fern-fig.example/",
    currency="EUR",
    offer=TEN_PERCENT,
    tiers=(Tier("Starter", 0, TEN_PERCENT),),
)


def mails(
    *, shop_name: str = "Fern & Fig", first_name: str | None = "Maya", locale: str = "en", unit: str = "EUR"
) -> dict[str, Mail]:
    """One mail of each kind, and of each case that has words of its own."""
    rules, reader = replace(RULES, currency=unit), Reader(shop_name, first_name, LINK, locale)
    least, little = replace(rules, spend_minimum=2000), replace(rules, spend_minimum=5000)

    def written(letter: Letter, rules: Program = rules, account: Account | None = None) -> Mail:
        return write(Occasion(letter, ORDER, reader, RULES, rules, lambda: account or Account("amb_1"), NOW))

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

    def stand(account: Account) -> Mail:
        return written(Letter("balances"), replace(least, expiry_months=12), account)

    rich = {unit: {"available": 2500, "held": 450}, "gift:Tea mug": {"available": 1}}
    return {
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
        "stand at nothing": stand(Account("amb_1")),
        "lost": lost(turn="cancelled"),
        "lost, returned": lost(was=YOURS, turn="returned"),
        "lost, too little": lost(turn="below_minimum"),
        "denied": lost(was=None, turn="denied"),
        "denied, told": lost(turn="denied"),
    }
