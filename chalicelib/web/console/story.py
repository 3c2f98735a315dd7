"""What an admin is told of a person's story: a sentence for each moment, and why, as far as that is stored."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.domain.accounts.ledger import moved
from chalicelib.domain.calendar import local
from chalicelib.domain.care.care import Line
from chalicelib.domain.model.access import Session
from chalicelib.domain.model.accounts import Adjustment, Gift, LedgerEntry, Suspension, Withdrawal
from chalicelib.domain.model.claims import Claim
from chalicelib.domain.model.messages import Message
from chalicelib.domain.model.offers import Offer, SurpriseGift
from chalicelib.domain.model.orders import Redemption
from chalicelib.domain.model.people import Answer, Code, Person, Profile, Stop
from chalicelib.domain.model.tasks import Task
from chalicelib.domain.people.story import Bought, Moment, Said
from chalicelib.domain.program.program import GIFT, Program
from chalicelib.web.console.decide import entries
from chalicelib.web.explain import explain
from chalicelib.web.language import Language, choose, format_amount, format_date
from chalicelib.web.messages import tell_message
from chalicelib.web.numbers import format_number, format_percent
from chalicelib.web.policy import tell_ahead

Sentences = list[str]
"""The first says what happened, the others why, and what became of it."""


@dataclass(frozen=True, slots=True)
class StoryTeller:
    """Tells a person's story to an admin in the `language` of the console, by the clocks of the `program`."""

    person: Person
    program: Program
    language: Language

    def tell(self, moment: Moment) -> Sentences:
        """Say what happened, and why."""
        tellers: Mapping[str, Callable[[Any], Iterator[str]]] = {
            "met": self._met,
            "joined": self._joined,
            "code": self._code,
            "session": self._session,
            "suspension": self._suspension,
            "order": self._order,
            "referral": self._referral,
            "claim": self._claim,
            "mail": self._mail,
            "answer": self._answer,
            "offer": self._offer,
            "surprise": self._surprise,
            "task": self._task,
            "consent": self._consent,
            "stop": self._stop,
        }
        if moment.kind == "entry":
            return list(self._entry(moment.about, moment.behind))
        if moment.kind in tellers:
            return list(tellers[moment.kind](moment.about))
        _ = self._
        return [
            {
                "complaint": _("Something came up that they are not happy with."),
                "complaint_closed": _("What they were not happy with was settled."),
                "restricted": _("Their data is used for service and rewards alone from here on."),
                "erased": _("All that was known of them was erased."),
            }[moment.kind]
        ]

    def tell_ahead(self, line: Line) -> Sentences:
        """Say what may be done for them, when, and what keeps it from going."""
        what = self._("Ahead: %(occasion)s.") % {"occasion": occasions(self.language)[line.touch.occasion]}
        return [what, *tell_ahead(line, self.person, self.program, "admin", self._letters)]

    def _met(self, _person: Person) -> Iterator[str]:
        yield self._("The shop came to know them.")

    def _joined(self, profile: Profile) -> Iterator[str]:
        yield self._("They became an ambassador, with the code %(code)s.") % {"code": profile.code}

    def _code(self, code: Code) -> Iterator[str]:
        yield self._("They got the further code %(code)s.") % {"code": code.code}
        if code.campaign:
            yield self._("It is of the campaign %(campaign)s.") % {"campaign": code.campaign}
        if code.expires_at:
            yield self._("It works until %(date)s.") % {"date": self._day(code.expires_at)}
        if code.state == "paused":
            yield self._("It is paused.")

    def _session(self, session: Session) -> Iterator[str]:
        yield self._("They signed in to their own page.")
        if session.ended_at:
            yield self._("It was ended on %(date)s.") % {"date": self._day(session.ended_at)}

    def _suspension(self, suspension: Suspension) -> Iterator[str]:
        yield {
            "suspended": self._("An admin suspended them: nothing leaves their account."),
            "reinstated": self._("An admin reinstated them."),
        }[suspension.state]
        yield from self._note(suspension.note)

    def _order(self, order: Bought) -> Iterator[str]:
        redemption, told = order.redemption, order.redemption or order.purchase
        assert told is not None, "an order of which nothing is known is not told"
        bought = {"order": order.order_id, "amount": self._sum(told.amount, told.currency)}
        if redemption is None:
            yield self._("They bought for %(amount)s (order %(order)s).") % bought
            return
        bought["code"] = redemption.code
        if redemption.friend_discount:
            text = self._(
                "They bought for %(amount)s with the code %(code)s, which took %(off)s off (order %(order)s)."
            )
            yield text % {**bought, "off": self._sum(redemption.friend_discount, redemption.currency)}
        else:
            yield self._("They bought for %(amount)s with the code %(code)s (order %(order)s).") % bought

    def _referral(self, order: Redemption) -> Iterator[str]:
        text = self._("A friend bought with their code %(code)s (order %(order)s).")
        yield text % {"code": order.code, "order": order.order_id}
        yield from explain(order, "admin", self._letters, self.program)

    def _entry(self, entry: LedgerEntry, behind: Any) -> Iterator[str]:
        amounts = [self._sum(moved(entry), entry.legs[-1].currency)] if entry.legs else []
        yield self._("%(what)s: %(amount)s.") % {
            "what": entries(self.language)[entry.kind],
            "amount": ", ".join(amounts) or format_number(0, self.language.tag),
        }
        yield from self._because(entry)
        if entry.reason == "expired":
            yield self._("Its time was over.")
        else:
            yield from self._note(entry.reason)
        yield from self._behind(entry, behind)

    def _because(self, entry: LedgerEntry) -> Iterator[str]:
        """Say what made an entry, by the causes that it names."""
        _, order = self._, {"order": entry.order_id or ""}
        told: dict[str, str] = {
            "redemption": _("A friend’s order was settled: %(order)s.") % order,
            "hold_ended": _("The hold of the order %(order)s ended.") % order,
            "review_deadline": _("Nobody decided on the order %(order)s in time, so the program did.") % order,
            "refund": _("Something of the order %(order)s was paid back.") % order,
            "reversal": _("A refund of the order %(order)s was taken back.") % order,
            "fulfilment": _("The delivery of the order %(order)s was reported.") % order,
            "review": _("An admin decided on the order %(order)s.") % order,
            "payment": _("The order %(order)s was paid for.") % order,
            "freed": _("The order %(order)s has set its friend free.") % order,
        }
        for cause in entry.cause.split(","):
            kind, _mark, own = cause.partition(":")
            if kind in told:
                yield told[kind]
            elif kind == "tier":
                yield _("For reaching the tier %(name)s.") % {"name": own}
            elif kind == "milestone":
                yield _("For the milestone %(name)s.") % {"name": own}
            elif kind == "inactive_since":
                yield _("Nothing was earned or spent since %(date)s.") % {"date": own}
            elif kind == "merge":
                yield _("Another account of theirs went into this one, or this one into it.")

    def _behind(self, entry: LedgerEntry, behind: Any) -> Iterator[str]:
        if isinstance(behind, Withdrawal):
            if behind.code:
                yield self._("The coupon is %(code)s.") % {"code": behind.code}
            if behind.reference:
                yield self._("Reference: %(text)s") % {"text": behind.reference}
            if entry.kind in {"spend", "payout"}:
                yield from self._note(behind.note)
            elif behind.closing:
                yield self._("Closed with: %(text)s") % {"text": behind.closing}
        elif isinstance(behind, Gift):
            yield {
                "open": self._("The gift is still to be sent."),
                "sent": self._("The gift was sent."),
                "withdrawn": self._("The gift is not to be sent any more."),
            }[behind.state]
            yield from self._note(behind.note)
        elif isinstance(behind, Adjustment) and behind.decided_by:
            yield self._("A second admin agreed.")

    def _claim(self, claim: Claim) -> Iterator[str]:
        yield self._("They claimed the order %(order)s as a friend’s.") % {"order": claim.order_id}
        yield from self._quote(claim.note)
        yield {
            "open": self._("Nobody has decided yet."),
            "approved": self._("An admin approved it."),
            "denied": self._("An admin denied it."),
        }[claim.state]
        yield from self._note(claim.answer)

    def _mail(self, message: Message) -> Iterator[str]:
        yield self._("Letter: %(letter)s.") % {"letter": letters(self.language)[message.letter.name]}
        yield from tell_message(message, self.person, self.program, "admin", self._letters)
        arrival = (
            message.arrival
            and {
                "delayed": self._("Their email service has not taken it yet."),
                "returned": self._("It came back, which may pass."),
                "delivered": self._("It has arrived."),
                "rejected": self._("The email service would not send what is in it."),
                "bounced": self._("It came back for good."),
                "complained": self._("They called it spam."),
            }[message.arrival]
        )
        if arrival:
            yield arrival
        if message.answer:
            yield self._("They answered: %(answer)s.") % {"answer": message.answer}
        if message.clicked_at:
            yield self._("They followed its link.")
        if message.copy:
            yield self._("An admin sent it again.")
        yield from self._note(message.note)

    def _answer(self, answer: Answer) -> Iterator[str]:
        about, _mark, order = answer.about.partition(":")
        if about == "check_in":
            said = {"happy": self._("happy"), "fine": self._("fine"), "unhappy": self._("not happy")}
            text = self._("Asked how the order %(order)s was, they said: %(answer)s.")
            yield text % {"order": order, "answer": said.get(answer.value, answer.value)}
        else:
            text = self._("They answered to %(question)s: %(answer)s.")
            yield text % {"question": answer.about, "answer": answer.value}

    def _offer(self, offer: Offer) -> Iterator[str]:
        off = (
            self._sum(offer.rate.amount, offer.currency)
            if offer.rate.amount is not None
            else format_percent(offer.rate.basis_points or 0, self.language.tag)
        )
        text = self._("They got an offer of their own: %(off)s off with %(code)s, until %(date)s.")
        yield text % {"off": off, "code": offer.code, "date": self._day(offer.until)}
        if offer.order_id:
            yield self._("It was used on the order %(order)s.") % {"order": offer.order_id}

    def _surprise(self, gift: SurpriseGift) -> Iterator[str]:
        text = self._("The surprise of %(month)s was drawn for them: %(amount)s.")
        yield text % {"month": gift.month, "amount": self._sum(gift.amount, gift.unit)}

    def _task(self, task: Task) -> Iterator[str]:
        yield {
            "care": self._("Somebody of the shop is to answer them."),
            "social": self._("Somebody of the shop is to visit them where they are at home."),
            "proof": self._("They showed what they have made, and an admin looks at it."),
        }[task.kind]
        yield from self._quote(task.words)
        if task.state == "open":
            yield self._("It is open, until %(date)s.") % {"date": self._day(task.until)}
        elif task.decision:
            yield {"approve": self._("It was approved."), "deny": self._("It was denied.")}[task.decision]
        else:
            yield self._("It is done.")
        yield from self._note(task.note)

    def _consent(self, said: Said) -> Iterator[str]:
        _, purpose = self._, {"purpose": purposes(self.language).get(said.purpose, said.purpose)}
        yield {
            (True, True): _("They agreed to %(purpose)s."),
            (True, False): _("They refused %(purpose)s."),
            (False, True): _("The shop said that they agree to %(purpose)s."),
            (False, False): _("The shop said that they refuse %(purpose)s."),
        }[said.own, said.given] % purpose
        if said.source:
            yield _("Where: %(source)s.") % {"source": said.source}
        if said.text:
            yield _("To what: %(text)s") % {"text": said.text}

    def _stop(self, stop: Stop) -> Iterator[str]:
        yield {
            "bounce": self._("An address of theirs does not exist: nothing is sent there any more."),
            "complaint": self._("They called a letter spam: nothing is sent to that address any more."),
            "unreachable": self._("An address of theirs was full or away too often: nothing is sent there any more."),
        }[stop.kind]

    def _note(self, note: str | None) -> Iterator[str]:
        if note:
            yield self._("Note: %(text)s") % {"text": note}

    def _quote(self, words: str | None) -> Iterator[str]:
        if words:
            yield self._("“%(words)s”") % {"words": words}

    @property
    def _(self) -> Callable[[str], str]:
        return self.language.translations.gettext

    @property
    def _letters(self) -> Language:
        """The same language, with the words that letters have."""
        return choose(self.language.tag)

    def _sum(self, amount: int, unit: str) -> str:
        if unit.startswith(GIFT):
            return f"{format_number(amount, self.language.tag)} × {unit.removeprefix(GIFT)}"
        return format_amount(amount, unit, self._letters)

    def _day(self, at: datetime) -> str:
        return format_date(local(at, self.program), self._letters)


def letters(language: Language) -> dict[str, str]:
    """What each letter is called to an admin."""
    _ = language.translations.gettext
    return {
        "friend_thanks": _("thanks for an order"),
        "welcome": _("welcome"),
        "reward_held": _("a reward is held"),
        "reward_released": _("a reward is theirs"),
        "reward_changed": _("a reward has changed"),
        "reward_lost": _("a reward is lost"),
        "tier_reached": _("a new tier"),
        "gift_sent": _("a gift is on its way"),
        "proof_approved": _("their proof was approved"),
        "proof_denied": _("their proof was denied"),
        "spent": _("what they have spent"),
        "expiring": _("rewards that soon expire"),
        "balances": _("where their rewards stand"),
        "confirm": _("a link to their data"),
        "check_in": _("how an order was"),
        "how_to": _("a tip"),
        "birthday": _("birthday"),
        "anniversary": _("anniversary"),
        "surprise": _("a surprise"),
        "invitation": _("an invitation to share a code"),
        "miss_you": _("we miss you"),
        "interests": _("what they like"),
        "sign_in": _("a link to sign in"),
    }


def occasions(language: Language) -> dict[str, str]:
    """What each occasion of care is called to an admin."""
    _ = language.translations.gettext
    return {**letters(language), "social": _("a visit where they are at home")}


def purposes(language: Language) -> dict[str, str]:
    """What letters are for, as they stand after “agreed to”."""
    _ = language.translations.gettext
    return {
        "rewards": _("news of their rewards"),
        "care": _("questions how it went"),
        "tips": _("tips"),
        "wishes": _("good wishes"),
        "offers": _("offers"),
        "*": _("all letters"),
    }
