"""Everything that must be true of a year of care, worked out anew from what was told and what the mail service took.

Nothing of care is asked: its occasions are said once more in `spec`, the policy here, and both differently.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.domain.model.messages import Message
from chalicelib.domain.model.offers import Offer, SurpriseGift
from chalicelib.domain.model.people import Person
from chalicelib.domain.model.tasks import Task
from chalicelib.operations.audit.audit import audit_all
from chalicelib.store.items import entity_of
from chalicelib.store.kinds import mark_in
from tests.life.judge import TIMES_MAX, MailJudge, carrier
from tests.life.post import Stored, Taken
from tests.year.facts import Fact, Somebody, is_agreed
from tests.year.rules import GIFT_COST, PROMOTIONAL
from tests.year.spec import (
    DAY,
    PURPOSES,
    Key,
    Picture,
    Window,
    has_guide,
    is_drawn,
    is_held_out,
    midnight,
    pictures,
    terms_of,
    the_day,
    variant_of,
)
from tests.year.town import Town, Tried

MINUTE = timedelta(seconds=60)
HOUR = timedelta(hours=1)
STRETCH = 5
"""Whatever may go for so many hours on end goes within them, whatever faults there are."""

AFTER_OUTAGE = timedelta(hours=4, minutes=30)
"""So long after the mail service took nothing somebody may still be left alone."""

EPOCH = 20 * DAY
SETTLED = {"hold_out", "no_guide", "no_budget"}
"""A touch that ended so is done with as if it had gone."""

SINGLE = {"birthday", "time_zone", "country", "email", "handles", "interests"}
"""What is known once of a person: of two who are one, what the first one has."""

CAUSED: Mapping[str, set[str]] = {
    "stopped": {"bounced", "spam"},
    "erased": {"erase"},
    "no_address": {"erase"},
    "restricted": {"restrict"},
    "complaint_open": {"case", "spam"},
    "kept_free": {"birthday"},
}
"""What must have been told for a reason to hold."""

SERVICE = {"friend_thanks", "balances", "confirm", "sign_in", "welcome", "spent"}


@dataclass(frozen=True, slots=True)
class Touch:
    """A touch as it is stored at last, or a visit.

    Attributes:
        at: When it was let through first, or was done with otherwise; None if it ended without.
    """

    key: Key
    somebody: Somebody
    at: datetime | None
    message: Message | None = None
    is_held_out: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A mail that caps count, by the message under whose id it went."""

    at: datetime
    purpose: str
    key: str


class Judge(MailJudge):
    """Looks at a town once its year is over."""

    def __init__(self, town: Town) -> None:
        super().__init__(town.world)
        self.town = town
        items = self.world.engine.items.values()
        entities = [entity_of(it) for it in items if mark_in(it["SK"]["S"]) in {"PERSON", "OFFER", "SURPRISE", "TASK"}]
        self.people = [it for it in entities if isinstance(it, Person)]
        self.offers = {it.code: it for it in entities if isinstance(it, Offer)}
        self.gifts = [it for it in entities if isinstance(it, SurpriseGift)]
        self.tasks = [it for it in entities if isinstance(it, Task)]
        self.touches = list(self._touches())
        self._by_root: dict[int, list[Touch]] = defaultdict(list)
        for touch in self.touches:
            self._by_root[touch.somebody.now.number].append(touch)

    def _touches(self) -> Iterator[Touch]:
        for states in self.world.stored.values():
            last = states[-1].message
            if last.cause.kind != "touch":
                continue
            person_id, occasion, subject = last.cause.id.split(":", 2)
            claims = [it.message.sending_at for it in states if it.message.sending_at]
            at = claims[0] if claims else last.done_at if SETTLED & set(last.why) else None
            yield Touch((occasion, subject), self.town.by_id[person_id], at, last)
        for task in self.tasks:
            if task.kind == "social":
                at = task.opened_at
                yield Touch(("social", task.about), self.town.by_id[task.person_id], at)
        for person in self.people:
            for it in person.touches:
                if it.occasion == "social" and it.held_out:
                    yield Touch(("social", it.subject), self.town.by_id[person.id], it.at, is_held_out=True)

    def violations(self) -> Iterator[str]:
        """What is wrong, each in a line."""
        if self.world.postponed:
            yield "somebody or something was postponed"
        yield from self._of_mails()
        yield from self._of_caps()
        for message_id, states in self.world.stored.items():
            yield from self.of_doubles(message_id, states)
            yield from self._of_ends(message_id, states)
        for touch in self.touches:
            yield from self._of_reasons(touch)
        yield from self._of_shares()
        yield from self._of_surprises()
        yield from self._of_offers()
        yield from self._of_missed()
        yield from self._of_rest()
        yield from (f"audit: {it}" for it in audit_all(self.world.table, now=self.world.now))

    # --- what was known -----------------------------------------------------------------------------------------------

    def facts(self, somebody: Somebody, at: datetime, *, merged: bool = True) -> list[Fact]:
        """What was told of somebody until a time, and of those who had turned out to be them."""
        if merged and somebody.into:
            union = next(it for it in somebody.into.of("merged") if it.value is somebody)
            if union.may_count(at):
                return self.facts(somebody.into, at)
        found = list(somebody.facts)
        for union in somebody.of("merged"):
            if merged and union.may_count(at):
                own = {it.kind for it in found if it.kind in SINGLE and it.asked is not None}
                others = self.facts(union.value, at, merged=False)
                found += [it for it in others if it.kind not in own]
        return found

    def readings(self, somebody: Somebody, at: datetime) -> Iterator[list[Fact]]:
        """What may have been known: while two become one, of one of them or of both."""
        yield self.facts(somebody, at)
        roots = (somebody, somebody.now)
        if any(it.may_count(at) and not it.counts(at - HOUR) for one in roots for it in one.of("merged")):
            yield self.facts(somebody, at, merged=False)

    def rules(self, at: datetime) -> list[Mapping[str, Any]]:
        """The rules by which somebody may have gone."""
        sure = [it for it in self.town.program if it.counts(at)]
        maybe = [it.value for it in self.town.program if it.may_count(at) and it not in sure]
        return [*([sure[-1].value] if sure else []), *maybe]

    @staticmethod
    def _values(facts: Iterable[Fact], kind: str, at: datetime) -> list[Any]:
        told = sorted((it for it in facts if it.kind == kind and it.may_count(at)), key=lambda it: it.last)
        sure = [it.value for it in told if it.counts(at)]
        return [*(sure[-1:]), *(it.value for it in told if not it.counts(at - HOUR))]

    def zones(self, facts: Sequence[Fact], at: datetime) -> list[str]:
        """By whose clocks somebody may live."""
        own = self._values(facts, "time_zone", at)
        if own and any(it.kind == "time_zone" and it.counts(at - HOUR) for it in facts):
            return own
        return [*own, *(self._values(facts, "country", at) or [self.town.rules["time_zone"]])]

    def _whose(self, message: Message) -> Somebody:
        return self.town.by_id[message.to.id]

    @staticmethod
    def purpose(message: Message) -> str:
        """What a message is for."""
        name = message.letter.name
        return PURPOSES.get(name) or ("service" if name in SERVICE else "rewards")

    # --- mails --------------------------------------------------------------------------------------------------------

    def _of_mails(self) -> Iterator[str]:
        """Each goes to whom it is about, within a minute after its claim, and never against what they have told."""
        for taken in self.world.taken:
            if not taken.messages:
                yield f"a mail of {taken.at} was claimed by nobody"
                continue
            for message in taken.messages:
                somebody, at = self._whose(message), taken.at
                if self.town.by_email[taken.to].now is not somebody.now:
                    yield f"{message.id} went to somebody else"
                if message.sending_at is None or at - message.sending_at >= MINUTE:
                    yield f"{message.id} went at {at}, claimed at {message.sending_at}"
                    continue
                place = self.places[message.id, message.version]
                bars = [self._bar(taken.to, it, message, place, at) for it in self.readings(somebody, at)]
                if all(bars):
                    yield f"{message.id} went at {at} to {taken.to}: {bars[0]}"

    def _bar(self, to: str, facts: list[Fact], message: Message, place: int, at: datetime) -> str | None:
        """Why no mail may have been claimed in this place, or begin at this time; None if one may."""
        purpose = self.purpose(message)
        sure = [it for it in facts if it.answered is not None and it.answered < place]
        maybe = [it for it in facts if it.asked is not None and it.asked < place]
        erased = [it for it in facts if it.kind == "erase" and it.answered_at]
        late = [it for it in erased if it.answered_at and at > (it.mail_until or it.answered_at)]
        lifted = max((it.answered or place for it in maybe if it.kind == "lift"), default=-1)
        closed = {it.about for it in maybe if it.kind == "closed"}
        promotes = purpose in PROMOTIONAL
        zones, rules = self.zones(facts, at), self.rules(at)
        bars = {
            "another address": to not in self._values(facts, "email", at),
            "the address is stopped": any(it.kind in {"bounced", "spam"} and it.about == to for it in sure),
            "erased": bool(late) or any(it in sure for it in erased),
            "no": purpose != "service" and not is_agreed(facts, purpose, place),
            "spam": promotes and any(it.kind == "spam" for it in sure),
            "restricted": promotes and any(it.kind == "restrict" and it.last > lifted for it in sure),
            "a case is open": promotes and any(it.kind == "case" and it.about not in closed for it in sure),
            "by night": purpose != "service" and not any(_is_day(at, zone, it) for zone in zones for it in rules),
        }
        return next((bar for bar, holds in bars.items() if holds), None)

    def _of_caps(self) -> Iterator[str]:
        """No span of days has more mails than a cap allows. A mail that went twice is one."""
        by_root: dict[int, list[Taken]] = defaultdict(list)
        for taken in self.world.taken:
            if taken.messages:
                by_root[self._whose(taken.messages[0]).now.number].append(taken)
        for mine in by_root.values():
            for mail in mine:
                wrong = [self._over_cap(mail, mine, caps["letters"]["caps"]) for caps in self.rules(mail.at)]
                if all(wrong):
                    yield f"{mail.messages[0].id} went at {mail.at}: {wrong[0]}"

    def _over_cap(self, mail: Taken, mine: Sequence[Taken], caps: Sequence[Any]) -> str | None:
        purpose, whose = self.purpose(mail.messages[0]), self._whose(mail.messages[0])
        for cap in caps:
            if purpose not in cap["purposes"]:
                continue
            since = mail.at - cap["days"] * DAY
            near = [it for it in mine if since < it.at <= mail.at and self.purpose(it.messages[0]) in cap["purposes"]]
            others = {carrier(it) for it in near if self._are_one(self._whose(it.messages[0]), whose, mail.at)}
            if len(others - {carrier(mail)}) >= cap["letters"]:
                return f"{len(others)} mails in {cap['days']} days"
        return None

    @staticmethod
    def _are_one(one: Somebody, other: Somebody, at: datetime) -> bool:
        """Whether two were known to be one at a time."""
        if one is other:
            return True
        unions = [it for root in (one.now, one, other) for it in root.of("merged") if it.value in {one, other}]
        return bool(unions) and all(it.counts(at - HOUR) for it in unions)

    # --- messages -----------------------------------------------------------------------------------------------------

    def _of_ends(self, message_id: str, states: Sequence[Stored]) -> Iterator[str]:
        """Each is told at last, or closed for a reason that holds."""
        last = states[-1].message
        is_ahead = last.state == "pending" and last.until and last.due_at and self.world.now < last.due_at < last.until
        if is_ahead:
            return
        if last.state != "done":
            yield f"{message_id} is lost: {last.state}, due at {last.due_at}"
        elif last.outcome == "sent":
            if not self.mails[message_id]:
                yield f"{message_id} counts as sent, and no mail was taken"
        elif not last.why:
            yield f"{message_id} ended as {last.outcome}, for no reason"
        else:
            for why in last.why:
                if not self._may_be(why, last):
                    yield f"{message_id} ended as {last.outcome} at {last.done_at}: {why}, which is not so"

    def _may_be(self, why: str, message: Message) -> bool:
        """Whether a reason for not going may hold."""
        at, whose = message.done_at or self.world.now, self._whose(message)
        facts = self.facts(whose, at)
        kinds = {it.kind for it in facts if it.may_count(at)}
        if why in CAUSED:
            return bool(kinds & CAUSED[why])
        match why:
            case "refused" | "no_consent":
                words = [it.asked_at for it in facts if it.may_count(at) and it.kind in {"no", "yes", "spam"}]
                times = [message.owed_at, at, *filter(None, words)]
                return any(not is_agreed(facts, self.purpose(message), at=it + MINUTE) for it in times)
            case "cap":
                return bool(self.claims(whose, at - 40 * DAY, at))
            case "no_guide":
                return not has_guide(self.town.orders[message.letter.about or ""], whose.words["locale"])
            case "no_budget":
                return self._is_used_up(message.letter.about or "", at)
        unsure = why == "unsure" and message.unsure >= TIMES_MAX
        return unsure or why in {"hold_out", "quiet_hours", "late", "mail_service", "digest", "overtaken"}

    def _is_used_up(self, month: str, at: datetime) -> bool:
        terms = [terms_of(it["care"]["surprise"], month) for it in self.rules(at)]
        used = sum(it.amount for it in self.gifts if it.month == month and it.at <= at)
        return any(it is None or used + GIFT_COST > it["budget"] for it in terms)

    def claims(self, somebody: Somebody, since: datetime, until: datetime) -> list[Claim]:
        """When mails that caps count were let through in a time, whoever they are by now."""
        return [it for it in self._counted[somebody.now.number] if since < it.at <= until]

    @cached_property
    def _counted(self) -> dict[int, list[Claim]]:
        """Each claim, and each that was held out, which counts as one."""
        found: dict[int, list[Claim]] = defaultdict(list)
        for states in self.world.stored.values():
            for message in (it.message for it in states):
                at = message.done_at if "hold_out" in message.why else message.sending_at
                purpose = self.purpose(message)
                if at and purpose != "service" and (message.state == "sending" or "hold_out" in message.why):
                    claim = Claim(at, purpose, message.carried_by or message.id)
                    found[self._whose(message).now.number].append(claim)
        return found

    # --- touches ------------------------------------------------------------------------------------------------------

    def _of_reasons(self, touch: Touch) -> Iterator[str]:
        """Each that went had a reason, and went within its time."""
        if touch.at is None:
            return
        at = touch.at
        gone = self._gone(touch.somebody, at, but=touch)
        for facts in self.readings(touch.somebody, at):
            owners = list(dict.fromkeys([touch.somebody.person_id, touch.somebody.now.person_id]))
            for picture in pictures(facts, self.rules(at), self.zones(facts, at), gone, owners, at):
                for key, (starts, ends) in picture.windows(at):
                    if key == touch.key and starts <= at + timedelta(seconds=1) and at < ends:
                        return
        yield f"{touch.key} of {touch.somebody.number} was done at {at}, for no reason"

    def _gone(self, somebody: Somebody, at: datetime, but: Touch | None = None) -> dict[Key, datetime]:
        """When what was done for somebody before a time was done."""
        mine = self._by_root[somebody.now.number]
        return {
            it.key: it.at
            for it in mine
            if it is not but and it.at and it.at < at and self._are_one(it.somebody, somebody, at)
        }

    def _of_shares(self) -> Iterator[str]:
        """Who is held out of an occasion always is, who has a variant always has it; and about so many do."""
        held: dict[tuple[str, str], set[bool]] = defaultdict(set)
        variants: dict[tuple[str, str], set[str | None]] = defaultdict(set)
        for touch in self.touches:
            message, occasion = touch.message, touch.key[0]
            if touch.at is None:
                continue
            person_id = message.to.id if message else touch.somebody.person_id
            out = is_held_out(occasion, person_id, self.town.rules)
            if (message and bool(self.mails[message.id]) and out) or (message is None and touch.is_held_out != out):
                yield f"{touch.key} went to {person_id}, who is held out"
            if message is None:
                continue
            if "hold_out" in message.why and not out:
                yield f"{touch.key} did not go to {person_id}, who is not held out"
            if message.letter.variant != variant_of(occasion, person_id, self.town.rules):
                yield f"{touch.key} of {person_id} as {message.letter.variant}"
            held[occasion, person_id].add(out)
            variants[occasion, person_id].add(message.letter.variant)
        care = self.town.rules["care"]
        for occasion in PURPOSES:
            asked = care[occasion].get("hold_out_percent", 0) / 100
            share = 1 - (1 - asked) * (1 - self.town.rules["letters"]["hold_out_percent"] / 100)
            found = [max(it) for (name, _), it in held.items() if name == occasion]
            yield from _unlikely(f"{occasion} held out", found, share)
            for variant in care[occasion].get("variants", ()):
                chosen = [variant["name"] in it for (name, _), it in variants.items() if name == occasion]
                yield from _unlikely(f"{occasion} as {variant['name']}", chosen, variant["percent"] / 100)

    # --- what was given -----------------------------------------------------------------------------------------------

    def _of_surprises(self) -> Iterator[str]:
        """Each who was given something was drawn, once; the months' budgets are kept to the cent."""
        months = Counter[str]()
        for gift in self.gifts:
            months[gift.month] += gift.amount
            settings = [it["care"]["surprise"] for it in self.rules(gift.at)]
            if not any(is_drawn(gift.person_id, gift.month, terms_of(it, gift.month)) for it in settings):
                yield f"{gift.person_id} was not drawn in {gift.month}"
            if gift.amount != GIFT_COST or sum(amount for _, amount in gift.taken) != gift.amount:
                yield f"a surprise of {gift.amount} has taken {gift.taken}"
            message = self.world.stored.get(f"touch:{gift.person_id}:surprise:{gift.month}#1")
            if not message or not any(it.message.sending_at for it in message):
                yield f"of the surprise of {gift.person_id} in {gift.month} nothing was told"
        for month, given in months.items():
            terms = terms_of(self.town.rules["care"]["surprise"], month)
            used = sum(self.world.table.read_used(f"surprise:{month}"))
            if used != given:
                yield f"{month}: {given} was given, and {used} taken"
            if terms is None or given > terms["budget"]:
                yield f"{month}: {given} is more than the budget"
        told = [it for it in self.touches if it.key[0] == "surprise" and it.message and it.message.sending_at]
        given_to = {(it.person_id, it.month) for it in self.gifts}
        for touch in told:
            if touch.message and (touch.message.to.id, touch.key[1]) not in given_to:
                yield f"{touch.key} of {touch.somebody.number} told of nothing"

    def _of_offers(self) -> Iterator[str]:
        """Each is used on one order, by whose it is; and is told of."""
        tries: dict[str, list[Tried]] = defaultdict(list)
        for tried in self.town.tried:
            tries[tried.code].append(tried)
        for code, offer in self.offers.items():
            owner, used = self.town.by_id[offer.person_id], [it for it in tries[code] if it.became == "used"]
            if any(it.who.now is not owner.now for it in used):
                yield f"somebody else has used {code}"
            if len({it.order_id for it in used}) > 1:
                yield f"{code} was used {len(used)} times"
            if any(it.at > offer.until for it in used):
                yield f"{code} was used when it was over"
            for it in tries[code]:
                late = it.at > offer.until - MINUTE
                taken = any(other is not it and _used_at(other, offer) <= it.at + HOUR for other in tries[code])
                if it.became != "used" and it.who.now is owner.now and not (late or taken):
                    yield f"{code} could not be used at {it.at} by its owner: {it.became}"
            message = self.world.stored.get(f"{offer.cause}#1")
            if not message or message[-1].message.letter.offer != code:
                yield f"of {code} nothing was told"

    # --- what was missed ----------------------------------------------------------------------------------------------

    def _of_missed(self) -> Iterator[str]:
        """Nothing waits that might go for hours; and whatever ended without has a record."""
        for somebody in self.town.people:
            if not somebody.quiet:
                yield from self._missed_by(somebody)

    def _missed_by(self, somebody: Somebody) -> Iterator[str]:
        since, until = self.town.size.start, self.world.now - HOUR
        merged = [it for it in somebody.of("merged") if it.answered_at]
        since = max([since, *(it.answered_at + HOUR for it in merged if it.answered_at)])
        if somebody.into:
            union = next(it for it in somebody.into.of("merged") if it.value is somebody)
            until = min(until, (union.asked_at or until) - HOUR)
        if any(somebody.of("erase")):
            until = min(until, *(it.asked_at or until for it in somebody.of("erase")))
        if since >= until:
            return
        facts = self.facts(somebody, until)
        mine = [it for it in self._by_root[somebody.now.number] if it.somebody.became(somebody)]
        done = {it.key: it.at for it in reversed(mine) if it.at}
        recorded = {it.key for it in mine}
        times = {since, until, *(it for fact in (*facts, *self.town.program) for it in _changes(fact)), *done.values()}
        splits = sorted(it for it in times if since <= it <= until)
        claims = self.claims(somebody, since - 40 * DAY, until)
        for begins, ends in pairwise(splits):
            at = begins
            while at < ends:
                end = min(ends, at + EPOCH)
                if end - at > STRETCH * HOUR:
                    yield from self._missed_in(somebody, facts, (at, end), done, recorded, claims)
                at = end

    def _missed_in(
        self,
        somebody: Somebody,
        facts: list[Fact],
        epoch: Window,
        done: Mapping[Key, datetime],
        recorded: set[Key],
        claims: Sequence[Claim],
    ) -> Iterator[str]:
        """In a time in which nothing new is told, and all is known for sure."""
        begins, ends = epoch
        at = begins + HOUR / 2
        known, rules, zones = [it for it in facts if it.counts(at)], self.rules(at), self.zones(facts, at)
        if any(it.may_count(at) and not it.counts(at) for it in facts) or len(rules) > 1 or len(set(zones)) > 1:
            return
        gone = {key: it for key, it in done.items() if it <= begins}
        picture = Picture(known, rules[0], zones[0], gone, somebody.person_id)
        windows = {key: it for key, it in picture.windows(at) if key not in gone}
        birthdays = [it for (occasion, _), it in windows.items() if occasion == "birthday"]
        gate = _Gate(self, known, rules[0], zones[0], claims, at)
        for key, (starts, stops) in windows.items():
            is_unseen = key[0] == "social" and is_held_out("social", somebody.person_id, self.town.rules)
            if is_unseen or not gate.lets(key[0]):
                continue
            firm = birthdays if key[0] != "birthday" else []
            first = max(starts, begins)
            if run := gate.stretch(key[0], first, min(stops, ends), firm):
                yield f"{key} of {somebody.number} might have gone at {run}, and did not"
            is_over = begins <= starts and stops + 2 * DAY < ends
            if is_over and key[0] != "social" and key not in recorded:
                yield f"{key} of {somebody.number} ended at {stops}, and nobody says why"

    # --- at rest ------------------------------------------------------------------------------------------------------

    def _of_rest(self) -> Iterator[str]:
        """Nothing is due, and who was silent has cost nothing."""
        for person in self.people:
            if person.due_at is not None and person.due_at <= self.world.now - HOUR:
                yield f"{person.id} is due since {person.due_at}"
        for began, ended in self.town.silences:
            for somebody in self.town.people:
                if somebody.quiet and (cost := ended[somebody.person_id] - began[somebody.person_id]):
                    yield f"{somebody.number} was silent, and was looked at {cost} times"

    def birthdays(self) -> Counter[str]:
        """What came of wishes: for 29 February, and for those whose date was told less than 30 days ahead."""
        found = Counter[str]()
        for touch in self.touches:
            if touch.key[0] == "birthday" and touch.message and touch.message.outcome == "sent":
                told = [it.value for it in touch.somebody.of("birthday")]
                found["for 29 February"] += any(it[-5:] == "02-29" for it in told)
                found["wished"] += 1
        for somebody in self.town.people:
            for fact in somebody.of("birthday"):
                assert fact.asked_at is not None, "it was told"
                day = midnight(the_day(fact.value, fact.asked_at.year), somebody.home)
                found["told less than 30 days ahead"] += timedelta() < day - fact.asked_at < 30 * DAY
            found["told anew"] += sum(1 for _ in somebody.of("birthday")) > 1
        return found

    def spent(self) -> dict[str, tuple[int, int]]:
        """What surprises came to in each month, and the budget."""
        months = Counter[str]()
        for gift in self.gifts:
            months[gift.month] += gift.amount
        terms = {it: terms_of(self.town.rules["care"]["surprise"], it) for it in sorted(months)}
        return {month: (months[month], found["budget"] if found else 0) for month, found in terms.items()}

    def silent(self) -> int:
        """How many were silent all the time."""
        return sum(it.quiet for it in self.town.people)

    def tried(self) -> Counter[str]:
        """What came of trying to use offers, by owners and by others."""
        owner = {code: self.town.by_id[it.person_id].now for code, it in self.offers.items()}
        return Counter(f"{'' if owner[it.code] is it.who.now else 'others: '}{it.became}" for it in self.town.tried)

    def figures(self) -> dict[str, Counter[str]]:
        """By letter, what came of it."""
        told: dict[str, Counter[str]] = defaultdict(Counter)
        for states in self.world.stored.values():
            last = states[-1].message
            column = "sent" if last.outcome == "sent" else ", ".join(last.why)
            told[last.letter.name][column] += 1
            told[last.letter.name]["moved"] += bool(last.waited)
            told[last.letter.name]["twice"] += max(0, len(self.mails[last.id]) - 1)
        for task in self.tasks:
            told[f"{task.kind} (task)"][task.state] += 1
        return told


class _Gate:
    """The policy in a time in which nothing is told, strictly: what it lets go surely may."""

    def __init__(
        self,
        judge: Judge,
        known: Sequence[Fact],
        rules: Mapping[str, Any],
        zone: str,
        claims: Sequence[Claim],
        at: datetime,
    ) -> None:
        self._judge, self._known, self._rules, self._zone, self._claims, self._at = (
            judge,
            known,
            rules,
            zone,
            claims,
            at,
        )

    def lets(self, occasion: str) -> bool:
        """Whether nothing that was told is in the way."""
        kinds = {it.kind for it in self._known}
        email = max((it for it in self._known if it.kind == "email"), key=lambda it: it.last, default=None)
        restricted = max((it.last for it in self._known if it.kind == "restrict"), default=-1)
        lifted = max((it.last for it in self._known if it.kind == "lift"), default=-1)
        closed = {it.about for it in self._known if it.kind == "closed"}
        is_open = any(it.kind == "case" and it.about not in closed for it in self._known)
        if kinds & {"erase", "spam"} or restricted > lifted or is_open or email is None:
            return False
        if occasion == "social":
            return True
        if any(it.kind == "bounced" and it.about == email.value for it in self._known):
            return False
        return is_agreed(self._known, PURPOSES[occasion], at=self._at)

    def stretch(self, occasion: str, since: datetime, until: datetime, firm: Sequence[Window]) -> datetime | None:
        """Return when the first stretch of hours begins in which a touch may go all the time; None if there is none."""
        at, run = since, 0
        while at < until:
            run = run + 1 if self._is_free(occasion, at, firm) else 0
            if run > STRETCH:
                return at - STRETCH * HOUR
            at += HOUR
        return None

    def _is_free(self, occasion: str, at: datetime, firm: Sequence[Window]) -> bool:
        if occasion == "social":
            return True
        if not (_is_day(at, self._zone, self._rules, 46) and _is_day(at + 2 * MINUTE, self._zone, self._rules, 46)):
            return False
        if any(since - MINUTE <= at < until + AFTER_OUTAGE for since, until in self._judge.town.outages):
            return False
        if any(starts - 11 * DAY <= at < ends for starts, ends in firm):
            return False
        purpose = PURPOSES[occasion]
        for cap in self._rules["letters"]["caps"]:
            if purpose in cap["purposes"]:
                since = at - cap["days"] * DAY - 2 * MINUTE
                counted = {it.key for it in self._claims if it.purpose in cap["purposes"] and since < it.at <= at}
                if len(counted) >= cap["letters"]:
                    return False
        return True


def _used_at(tried: Tried, offer: Offer) -> datetime:
    """When somebody tried to use an offer: whoever died after it was theirs hears of that when they try again."""
    return offer.used_at if offer.used_at and tried.order_id == offer.order_id else tried.at


def _is_day(at: datetime, zone: str, rules: Mapping[str, Any], later: int = 0) -> bool:
    """Whether it is no hour of the night, by a wall; with `later` also when the last morning has begun."""
    wall = at.astimezone(ZoneInfo(zone))
    quiet = rules["letters"]["quiet"]
    ends, starts = (int(it[:2]) * 60 + int(it[3:]) for it in (quiet["ends"], quiet["starts"]))
    return ends + later <= wall.hour * 60 + wall.minute < starts


def _changes(fact: Fact) -> Iterator[datetime]:
    if fact.asked_at:
        yield fact.asked_at
    if fact.known_at:
        yield fact.known_at


def _unlikely(what: str, found: Sequence[bool], share: float) -> Iterator[str]:
    """A share that chance does not bring about: five times as far off as is usual."""
    off = abs(sum(found) - len(found) * share)
    if off > 5 * (len(found) * share * (1 - share)) ** 0.5 + 1:
        yield f"{what}: {sum(found)} of {len(found)}, for {share:.0%}"
