"""What must be true of a week of trouble at the mail service, beside a week of the same shop without any."""

from collections import Counter
from collections.abc import Iterator

from chalicelib.domain.model.messages import Message
from infra.resources import read_resources
from tests.life.judge import MailJudge
from tests.week.shop import NOBODY_ANSWERS, NOBODY_THERE, WEEK, Shop

WAIT = NOBODY_ANSWERS + NOBODY_THERE


class Judge(MailJudge):
    """Looks at a shop that had trouble, and at the same one that had none."""

    def __init__(self, shop: Shop, calm: Shop) -> None:
        super().__init__(shop.world)
        self.shop, self.calm = shop, calm

    def violations(self) -> Iterator[str]:
        """What is wrong, each in a line."""
        yield from self._of_settling()
        yield from self._of_alarms()
        yield from self._of_letters()
        yield from self._of_waits()
        for message_id, states in self.shop.world.stored.items():
            yield from self.of_doubles(message_id, states)
        for message_id, mails in self.mails.items():
            if len(mails) > 1 and not self._ends(self.shop)[message_id].unsure:
                yield f"{message_id} went {len(mails)} times, though it was known that it went"

    def figures(self) -> Counter[str]:
        """What came of it."""
        found = Counter(
            {f"calls, {name}": number for name, number in Counter(it[1] for it in self.shop.world.calls).items()}
        )
        found["orders settled"] = len({order_id for order_id, _ in self.shop.postings()})
        found["mails"] = len(self.shop.world.taken)
        found["mails twice"] = sum(len(it) - 1 for it in self.mails.values() if it)
        found["letters sent again by hand"] = self.shop.sent_again
        for message in self._ends(self.shop).values():
            found[f"letters {message.outcome or message.state} {', '.join(message.why)}".strip()] += 1
        return found

    def _of_settling(self) -> Iterator[str]:
        """Each order is settled and released at the moment at which it would have been."""
        mine, calm = self.shop.postings(), self.calm.postings()
        if not calm or mine.keys() != calm.keys():
            yield f"{len(mine.keys() ^ calm.keys())} postings only in one of the two weeks"
        yield from (f"{it} at {mine[it]}, and not at {at}" for it, at in calm.items() if mine.get(it, at) != at)
        if self.shop.longest["settles"]:
            yield f"settling waited {self.shop.longest['settles']} s"

    def _of_alarms(self) -> Iterator[str]:
        """The metric of each trouble is counted in the minute of the first call, and an alarm watches it.

        A letter that has been stuck for a day is told as blocked, whatever refuses it now.
        """
        alarms = {
            it["Properties"].get("MetricName")
            for it in read_resources()["Resources"].values()
            if it.get("Type") == "AWS::CloudWatch::Alarm"
        }
        for trouble in WEEK:
            first = next((at for at, name in self.shop.world.calls if name == trouble.name), None)
            told = self.shop.told.get((trouble.name, trouble.metric))
            blocked = (
                self.shop.told.get((trouble.name, "LettersBlocked")) if trouble.metric == "LettersRefused" else None
            )
            if first is None or told is None or min(told, blocked or told) > first:
                yield f"{trouble.name}: first call {first}, {trouble.metric} {told}, LettersBlocked {blocked}"
            if trouble.metric not in alarms:
                yield f"no alarm watches {trouble.metric}"
        yield from (f"{name} was counted" for name in ("LettersFailed", "SettlesFailed") if self.shop.metrics[name])
        abandoned = sum(it.why in {("unsure",), ("given_up",)} for it in self._ends(self.shop).values())
        if self.shop.metrics["LettersAbandoned"] != abandoned:
            yield f"{abandoned} letters were given up, {self.shop.metrics['LettersAbandoned']} told"

    def _of_letters(self) -> Iterator[str]:
        """All that is owed without trouble is owed with it, and goes: by itself, or again by hand."""
        mine, calm = self._ends(self.shop), self._ends(self.calm)
        if calm.keys() - mine.keys():
            yield f"{len(calm.keys() - mine.keys())} letters are owed only without trouble"
        for message_id, message in mine.items():
            copies = [mine[f"{message.first}+{n + 1}"] for n in range(message.copies)]
            went = any(it.outcome == "sent" for it in (message, *copies))
            if not went and message.why != ("overtaken",) and not message.copy:
                yield f"{message_id} is lost: {message.state} {message.outcome} {message.why}"
            if went and not any(self.mails[it.id] or it.carried_by for it in (message, *copies)):
                yield f"{message_id} was never taken"

    def _of_waits(self) -> Iterator[str]:
        """A mail service that hangs costs one wait a run, and an account that may not send one call."""
        if self.shop.longest["mails"] > max(WAIT, 60):
            yield f"a run took {self.shop.longest['mails']} s"
        for trouble in WEEK:
            if trouble.name != "sender not verified":
                runs = Counter(at for at, name in self.shop.world.calls if name == trouble.name)
                most = max(runs.values(), default=0)
                if most > 2:
                    yield f"{trouble.name}: {most} calls in the two runs of a minute"

    @staticmethod
    def _ends(shop: Shop) -> dict[str, Message]:
        return {name: states[-1].message for name, states in shop.world.stored.items()}
