"""Writes history.csv: five and a half months of a small ceramics shop that never existed.

    python examples/make_history.py            # writes examples/history.csv again, byte for byte

The file is drawn by chance from a fixed seed, around three ambassadors whose stories are told by hand because
README.md works out their balances on paper. Only `random.random()` is used: Python promises the same numbers
from it for the same seed in every version, and promises that of no other method.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

FIRST, LAST = date(2026, 3, 1), date(2026, 8, 15)
STYLES = ("as-is", "lower", "spaced", "hyphenated", "mixed")
PRICES = (2400, 2850, 3195, 3600, 4290, 4999, 5450, 5900, 7450, 8925, 11999, 14800)


@dataclass(frozen=True)
class Line:
    """One line of the history; README.md says what each column means."""

    line: str = ""
    day: str = ""
    at: str = ""
    event: str = ""
    person: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    locale: str = ""
    order_id: str = ""
    code_of: str = ""
    code_style: str = ""
    amount: str = ""
    currency: str = ""
    first_order: str = ""
    refund_id: str = ""
    kind: str = ""
    expect: str = "accepted"


@dataclass(frozen=True)
class Person:
    """Somebody who shares, buys, or first buys and then shares."""

    key: str
    first_name: str
    last_name: str
    email: str
    locale: str


# key, first name, last name, locale, day of enrolment, orders to draw, key of whoever referred them
AMBASSADORS = (
    ("maya", "Maya", "Fielding", "en", 0, 46, ""),
    ("ananya", "অনন্যা", "চট্টোপাধ্যায়", "bn", 1, 31, ""),
    ("asha", "આશા", "પટેલ", "gu", 0, 0, ""),
    ("inigo", "Iñigo", "Muñoz", "es", 0, 0, ""),
    ("lucja", "Łucja", "Wiśniewska", "en", 1, 0, ""),
    ("lucia", "Lucía", "Fernández", "es", 2, 16, ""),
    ("jignesh", "જીગ્નેશ", "શાહ", "gu", 4, 15, ""),
    ("zoe", "Zoë", "Lindqvist", "en", 6, 14, ""),
    ("sourav", "সৌরভ", "দত্ত", "bn", 9, 12, "ananya"),
    ("oliver", "Oliver", "Hartley", "en", 12, 11, "maya"),
    ("meera", "મીરા", "દેસાઈ", "gu", 15, 8, "maya"),
    ("sofia", "Sofía", "Núñez", "es", 18, 7, "lucia"),
    ("francois", "François", "Lefèvre", "en", 21, 6, ""),
    ("mitali", "মিতালী", "সেন", "bn", 25, 6, "ananya"),
    ("bjorn", "Björn", "Åkesson", "en", 30, 5, "zoe"),
    ("harsh", "હર્ષ", "મહેતા", "gu", 34, 5, "jignesh"),
    ("andres", "Andrés", "Peña", "es", 41, 5, ""),
    ("siobhan", "Siobhán", "Ó Briain", "en", 48, 4, "oliver"),
    ("arnab", "অর্ণব", "ঘোষ", "bn", 55, 4, ""),
    ("bhumi", "ભૂમિ", "ત્રિવેદી", "gu", 63, 4, "meera"),
    ("grace", "Grace", "Whitmore", "en", 72, 3, "maya"),
    ("jose", "José María", "Ibáñez", "es", 80, 3, "sofia"),
    ("tania", "তানিয়া", "রহমান", "bn", 91, 3, ""),
    ("hannah", "Hannah", "Sørby", "en", 104, 2, "maya"),
    ("ketan", "કેતન", "જોશી", "gu", 118, 1, ""),
    ("begona", "Begoña", "Güell", "es", 135, 0, ""),
)

AT_GMAIL = {"maya": "maya.fielding", "zoe": "zoelindqvist", "andres": "a.pena.ceramica"}

FRIENDS = {
    "en": ("Amelia", "Chloë", "Edward", "Freya", "George", "Isla", "Renée", "Søren", "Thomas", "Zuzanna"),
    "gu": ("અમિત", "દીપિકા", "હેતલ", "કિરણ", "નેહા", "પારસ", "રાધા", "સંજય"),
    "bn": ("অভিজিৎ", "দেবযানী", "ইমরান", "মৌসুমী", "নীলাঞ্জনা", "পূজা", "রাজীব", "শ্রেয়া"),
    "es": ("Álvaro", "Begoña", "Concepción", "Joaquín", "Mónica", "Nuria", "Raúl", "Ximena"),
}


@dataclass
class History:
    """Lines as they are invented, and what the rest of the invention must know about them."""

    chance: Random = field(default_factory=lambda: Random(20260301))  # noqa: S311 - the same draws each time
    lines: list[Line] = field(default_factory=list)
    people: dict[str, Person] = field(default_factory=dict)
    enrolled: dict[str, date] = field(default_factory=dict)
    refunds: int = 0

    def below(self, number: int) -> int:
        """A whole number from 0 up to, and without, `number`."""
        return int(self.chance.random() * number)

    def add(self, line: Line) -> Line:
        """Keeps the line, and hands it back so that it can be repeated or refunded."""
        self.lines.append(line)
        return line

    def moment(self, day: date, first_hour: int, hours: int) -> str:
        """A time on that day. All times lie before noon; the player sends the day's lines at noon."""
        minutes = first_hour * 60 + self.below(hours * 60)
        return f"{day}T{minutes // 60:02}:{minutes % 60:02}:{self.below(60):02}Z"

    def person(self, key: str, first_name: str, last_name: str, locale: str, email: str = "") -> Person:
        """Makes a person known under a key, with an address of their own."""
        made = Person(key, first_name, last_name, email or f"{key}@example.com", locale)
        return self.people.setdefault(key, made)

    def friend(self) -> Person:
        """Somebody new, with a name in one of the four languages."""
        number = 1 + sum(key.startswith("friend") for key in self.people)
        locale = ("en", "gu", "bn", "es")[self.below(4)]
        names = FRIENDS[locale]
        return self.person(
            f"friend{number:03}", names[self.below(len(names))], "", locale, f"friend{number:03}@example.org"
        )

    def enrol(self, key: str, day: date) -> Line:
        """Somebody starts to share."""
        who = self.people[key]
        self.enrolled[key] = day
        return self.add(
            Line(
                day=str(day),
                at=self.moment(day, 6, 1),
                event="enrol",
                person=key,
                first_name=who.first_name,
                last_name=who.last_name,
                email=who.email,
                locale=who.locale,
            )
        )

    def order(
        self,
        code_of: str,
        placed: date,
        amount: int,
        who: Person | None = None,
        *,
        sent: date | None = None,
        **columns: str,
    ) -> Line:
        """Somebody buys with that ambassador's code; `sent` is later when the shop reports it late."""
        who = who or self.friend()
        number = 1001 + sum(line.event == "order" for line in self.lines)
        line = Line(
            day=str(sent or placed),
            at=self.moment(placed, 7, 4),
            event="order",
            person=who.key,
            first_name=who.first_name,
            email=who.email,
            locale=who.locale,
            order_id=f"KC-{number}",
            code_of=code_of,
            code_style=STYLES[self.below(len(STYLES))],
            amount=str(amount),
            currency="EUR",
            first_order="true" if self.below(4) == 0 else "",
        )
        return self.add(replace(line, **columns))

    def refund(self, order: Line, day: date, amount: int, kind: str = "refund") -> Line:
        """Money goes back, or the order is called off."""
        self.refunds += 1
        return self.add(
            Line(
                day=str(day),
                at=self.moment(day, 11, 1),
                event="refund",
                order_id=order.order_id,
                amount=str(amount),
                currency="EUR",
                refund_id=f"RF-{self.refunds:03}",
                kind=kind,
            )
        )

    def reversal(self, refund: Line, day: date) -> Line:
        """A dispute is won: that refund no longer counts."""
        return self.add(
            Line(
                day=str(day),
                at=self.moment(day, 11, 1),
                event="reversal",
                order_id=refund.order_id,
                refund_id=refund.refund_id,
            )
        )

    def repeat(self, line: Line, days: int = 0, expect: str = "replayed") -> Line:
        """The shop sends a line again, some days later."""
        day = min(date.fromisoformat(line.day) + timedelta(days=days), LAST)
        return self.add(replace(line, day=str(day), expect=expect))


def paid(order: Line) -> int:
    """What the friend pays: the amount less a tenth, the tenth rounded down."""
    return int(order.amount) - int(order.amount) // 10


def tell_asha(history: History) -> None:
    """Reaches Silver, loses it by a refund, reaches it again: rewards keep the tier they began with."""
    orders = [history.order("asha", date(2026, 3, day), 3000) for day in (2, 4, 7, 9, 12)]
    history.order("asha", date(2026, 4, 13), 4000, code_style="lower")
    history.refund(orders[0], date(2026, 4, 15), 2700)
    history.order("asha", date(2026, 4, 17), 4000, code_style="spaced")
    history.order("asha", date(2026, 5, 20), 4999, code_style="hyphenated")
    disputed = history.refund(orders[1], date(2026, 5, 25), 2700, "chargeback")
    history.reversal(disputed, date(2026, 6, 10))
    history.order("asha", date(2026, 8, 3), 2000, code_style="mixed")


def tell_inigo(history: History) -> None:
    """Facts in the wrong order: a refund before its order, orders reported late, an order called off."""
    early = history.order("inigo", date(2026, 3, 5), 6000, sent=date(2026, 3, 9))
    history.refund(early, date(2026, 3, 7), 1800)
    late = history.order("inigo", date(2026, 3, 20), 8925, sent=date(2026, 4, 24))
    history.refund(late, date(2026, 5, 4), 2000)
    called_off = history.order("inigo", date(2026, 4, 2), 14800)
    history.refund(called_off, date(2026, 4, 3), 1, "cancellation")
    held = history.order("inigo", date(2026, 7, 20), 5450)
    disputed = history.refund(held, date(2026, 7, 27), 4905, "chargeback")
    history.reversal(disputed, date(2026, 8, 6))


def tell_lucja(history: History) -> None:
    """Refunds by thirds, which leave no cent behind, on both sides of the release."""
    whole = history.order("lucja", date(2026, 3, 3), 4999)
    for day in (date(2026, 3, 10), date(2026, 3, 20), date(2026, 4, 10)):
        history.refund(whole, day, 1500)
    part = history.order("lucja", date(2026, 3, 8), 8900)
    history.refund(part, date(2026, 4, 14), 2670)
    over = history.order("lucja", date(2026, 5, 6), 3195)
    history.refund(over, date(2026, 6, 30), 3195)
    history.order("lucja", date(2026, 7, 16), 2400)
    history.order("lucja", date(2026, 7, 17), 2400)


def draw_orders(history: History) -> list[Line]:
    """Everybody else's friends, by chance: dense at first for the popular, so that tiers move early."""
    orders = []
    for key, _, _, _, _, count, _ in AMBASSADORS:
        start = history.enrolled[key] + timedelta(days=1)
        span = (LAST - start).days
        for number in range(count):
            placed = start + timedelta(days=int((number + history.chance.random()) ** 1.2 / count**1.2 * span))
            amount = PRICES[history.below(len(PRICES))] * (1 + (history.below(5) == 0))
            late = 1 + history.below(4) if history.below(16) == 0 and placed < LAST - timedelta(days=5) else 0
            orders.append(history.order(key, placed, amount, sent=placed + timedelta(days=late)))
    return orders


def enrol_everybody(history: History) -> None:
    """Ambassadors join over the first months; some were referred by another first, a few days before."""
    for key, first_name, last_name, locale, day, _, referrer in AMBASSADORS:
        gmail = f"{AT_GMAIL[key]}@gmail.com" if key in AT_GMAIL else ""
        who = history.person(key, first_name, last_name, locale, gmail)
        joined = FIRST + timedelta(days=day)
        if referrer:
            history.order(referrer, joined - timedelta(days=1 + history.below(3)), PRICES[history.below(9)], who)
        history.enrol(key, joined)


def free_day(history: History, order: Line, wanted: date) -> date:
    """The wanted day, or the next on which nobody buys with the same code.

    A refund after the release takes a referral off the count, so whether an order of that same day still
    sees it would hang on which of the two is settled first.
    """
    busy = {line.day for line in history.lines if line.code_of == order.code_of}
    while str(wanted) in busy:
        wanted += timedelta(days=1)
    return wanted


def refund_some(history: History, orders: list[Line]) -> None:
    """About one order in six goes back: wholly, by halves or thirds, before or after the release."""
    for order in orders:
        way = history.below(36)
        placed, sent = date.fromisoformat(order.at[:10]), date.fromisoformat(order.day)
        delay = 2 + history.below(26) if way % 2 else 31 + history.below(30)
        day = free_day(history, order, max(sent + timedelta(days=1), placed + timedelta(days=delay)))
        later = free_day(history, order, day + timedelta(days=1 + history.below(9)))
        last = free_day(history, order, later + timedelta(days=1 + history.below(9)))
        if sent > placed and way < 18:
            history.refund(order, placed, paid(order) // 3)  # reported before its own order
        elif way > 5 or last > LAST:
            continue
        elif way <= 1:
            history.refund(order, day, paid(order))
        elif way == 2:
            history.refund(order, day, paid(order) // 2)
        elif way == 3:
            third = paid(order) // 3
            for when, amount in ((day, third), (later, third), (last, paid(order) - 2 * third)):
                history.refund(order, when, amount)
        elif way == 4:
            disputed = history.refund(order, day, paid(order), "chargeback")
            history.reversal(disputed, later)
        else:
            history.refund(order, day, paid(order), "cancellation")


def send_refused(history: History, orders: list[Line]) -> None:
    """Orders that the program turns down, each for one reason only."""
    by_order = {line.order_id: history.people[line.person] for line in orders}
    for number in range(6):
        day = FIRST + timedelta(days=20 + number * 25)
        history.order("maya", day, 4999 + number, currency="USD", expect="currency_mismatch")
        history.order("lucia", day + timedelta(days=2), (1999, 1950, 500)[number % 3], expect="below_minimum")
        history.order("jignesh", day + timedelta(days=3), 5900, first_order="false", expect="not_first_order")
        known = orders[number * 9]
        again = max(day, date.fromisoformat(known.day) + timedelta(days=1))
        who = by_order[known.order_id]
        history.order(
            ("zoe", known.code_of)[number % 2],
            again,
            3600,
            replace(who, email=who.email.title()),
            expect="friend_already_referred",
        )
        history.order(f"?NOBODY{22 + number}", day + timedelta(days=5), 7450, expect="unknown_code")
    maya, zoe = history.people["maya"], history.people["zoe"]
    for week, who, email in (
        (2, maya, "mayafielding@gmail.com"),
        (6, zoe, "Zoe.Lindqvist+me@gmail.com"),
        (10, maya, "m.a.y.a.fielding+shop@gmail.com"),
        (14, zoe, "zoelindqvist@gmail.com"),
    ):
        day = FIRST + timedelta(weeks=week)
        history.order(who.key, day, 5900, replace(who, email=email), expect="own_code")
    # A refusal is not held against anybody: the same friend comes back in euros, and right at the minimum.
    forgiven = ("currency_mismatch", "below_minimum")
    for refused in [line for line in history.lines if line.expect in forgiven][:4]:
        day = date.fromisoformat(refused.day) + timedelta(days=4)
        history.order(refused.code_of, day, 2000, history.people[refused.person])


def send_repeats(history: History, orders: list[Line]) -> None:
    """The shop tries again, as shops do: the same line, or by mistake another one under the same number."""
    refunds = [line for line in history.lines if line.event == "refund"]
    reversals = [line for line in history.lines if line.event == "reversal"]
    for order in orders[3::14]:
        history.repeat(order, days=(0, 0, 1, 40)[history.below(4)])
    for order in orders[7::34]:
        other = replace(order, amount=str(int(order.amount) + 1000))
        history.repeat(other, days=1 + history.below(3), expect="conflicting_repeat")
    for refund in refunds[2::9]:
        history.repeat(refund, days=history.below(3))
    for refund in refunds[5::20]:
        history.repeat(replace(refund, amount=str(int(refund.amount) + 1)), 1, "conflicting_repeat")
    history.repeat(reversals[0], days=1)
    enrolments = {line.person: line for line in history.lines if line.event == "enrol"}
    history.repeat(enrolments["lucia"], days=40, expect="known")
    history.repeat(replace(enrolments["andres"], email="APenaCeramica+tienda@gmail.com"), 9, "known")


def refund_strangers(history: History) -> None:
    """The shop reports the refunds of all its orders, also of those never referred or turned down."""
    for number in range(18):
        day = FIRST + timedelta(days=4 + number * 9)
        history.refund(
            Line(order_id=f"KC-{9001 + number * 7}"),
            day,
            PRICES[history.below(len(PRICES))],
            ("refund", "refund", "chargeback", "cancellation")[history.below(4)],
        )
    refused = next(line for line in history.lines if line.expect == "currency_mismatch")
    history.refund(refused, date.fromisoformat(refused.day) + timedelta(days=6), 4999)


def make() -> list[Line]:
    """The whole history in the order in which the shop sends it."""
    history = History()
    enrol_everybody(history)
    for tell in (tell_asha, tell_inigo, tell_lucja):
        tell(history)
    history.order("begona", LAST, 5450)
    orders = draw_orders(history)
    send_refused(history, orders)
    refund_some(history, orders)
    send_repeats(history, orders)
    refund_strangers(history)
    return sorted(history.lines, key=lambda line: (line.day, line.at[11:]))


def as_texts(lines: list[Line]) -> list[dict[str, str]]:
    """The lines numbered, every column as text: what reading the file gives."""
    return [asdict(replace(line, line=str(number))) for number, line in enumerate(lines, 1)]


def write(lines: list[Line], path: Path) -> None:
    """As CSV, with the line ends that version control leaves alone."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [column.name for column in fields(Line)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(as_texts(lines))


def main() -> int:
    """Writes the file named on the command line, or the one beside this script."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("history.csv")
    lines = make()
    write(lines, path)
    for (event, expect), count in sorted(Counter((line.event, line.expect) for line in lines).items()):
        print(f"{event:9} {expect:24} {count:4}")
    print(f"{len(lines)} lines written to {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
