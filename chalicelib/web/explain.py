"""Why a reward is what it is, when it is released, or why there is none: the steps of a trace as plain sentences.

Two readers get two tellings. An admin is told everything, with the figures. An ambassador is told kindly what concerns
them: nothing about the friend but that one bought and what went back, and nothing that says what looked suspicious.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar, Literal

from chalicelib.domain.calendar import local
from chalicelib.domain.model.orders import Redemption
from chalicelib.domain.orders.explain import PaymentState, Rule, Step, trace
from chalicelib.domain.orders.fraud import safe_to_tell
from chalicelib.domain.program.program import GIFT, Program
from chalicelib.web.language import Language, format_amount, format_date
from chalicelib.web.numbers import format_money, format_number, format_percent

Reader = Literal["admin", "ambassador"]
Sentences = Iterator[str]
Told = dict[str, Any]
"""The details of a step, and its outcome among them."""


def explain(
    redemption: Redemption, reader: Reader, language: Language, program: Program, payment: PaymentState | None = None
) -> list[str]:
    """Tell a reader about a reward: first what it is and when it is released, then what led there.

    Days are by the clocks of the `program`.
    """
    teller = TELLERS[reader](redemption, language, program)
    steps = sorted(trace(redemption, payment), key=teller.is_background)
    return [sentence for step in steps for sentence in teller.tell(step)]


class Teller:
    """What both tellings share. Each has a method for every rule, to be told."""

    foreground: ClassVar[frozenset[Rule]]

    def __init__(self, redemption: Redemption, language: Language, program: Program) -> None:
        self.redemption = redemption
        self.standing = redemption.standing
        self.language = language
        self.program = program
        self._ = language.translations.gettext
        self.ngettext = language.translations.ngettext

    def is_background(self, step: Step) -> bool:
        """Tell what led to the reward from where it stands now."""
        return step["rule"] not in self.foreground and step["outcome"] != "open"

    def tell(self, step: Step) -> Sentences:
        """Say a step in no, one or more sentences."""
        sentences: Sentences = getattr(self, f"tell_{step['rule']}")({**step["detail"], "outcome": step["outcome"]})
        return sentences

    @property
    def worth(self) -> int:
        """What the reward is now, in its unit."""
        return self.standing.worth if self.standing else 0

    @property
    def was_earned(self) -> bool:
        """Tell whether it was available once."""
        return self.standing is not None and self.standing.has("earned")

    @property
    def has_expired(self) -> bool:
        """Tell whether all of it came back as expired."""
        return self.standing is not None and self.standing.age is not None and self.standing.age.back >= self.worth

    @property
    def waits_for_review(self) -> bool:
        """Tell whether somebody has to decide before anything is released."""
        return self.standing is not None and self.standing.review_open

    @property
    def is_gift(self) -> bool:
        """Tell whether the reward is a thing and not a number."""
        return self.redemption.unit.startswith(GIFT)

    def reward(self, amount: int) -> str:
        """Write an amount in the unit of the reward."""
        return format_amount(amount, self.redemption.unit, self.language)

    def estimate(self, amount: int) -> str:
        """Write what the checkout was told before there were terms."""
        return format_amount(amount, self.redemption.reward_unit or self.redemption.currency, self.language)

    def money(self, amount: int) -> str:
        """Write an amount of the order."""
        return format_money(amount, self.redemption.currency, self.language.tag)

    def number(self, number: int) -> str:
        """Write how many, or which one."""
        return format_number(number, self.language.tag)

    def date(self, moment: datetime) -> str:
        """Write a day."""
        return format_date(local(moment, self.program), self.language)

    def part(self, granted: int, full: int) -> dict[str, str]:
        """The figures of "so much of so much"."""
        return {"granted": self.reward(granted), "full": self.reward(full)}

    def share(self, it: Told) -> dict[str, str]:
        """The figures of a percentage."""
        figures = {"percent": format_percent(it["basis_points"], self.language.tag), "paid": self.money(it["of"])}
        limit = {"maximum": self.reward(it["maximum"])} if "maximum" in it else {}
        return {**figures, **limit, "full": self.reward(it["outcome"])}


class ToAdmin(Teller):
    """Complete, with figures."""

    foreground = frozenset({"worth", "expired", "hold", "payment", "withdrawn"})

    def tell_offer(self, it: Told) -> Sentences:
        """The order, and what the friend got; of an order that the code is not used on there is neither."""
        if self.redemption.withdrawn:
            return
        figures = {"amount": self.money(it["amount"]), "discount": self.money(it["outcome"])}
        if it["outcome"]:
            yield self._("The order is for %(amount)s; the code took %(discount)s off.") % figures
        else:
            yield self._("The order is for %(amount)s; the code took nothing off.") % figures
        if it.get("tax"):
            yield self._("%(tax)s of it is tax, which does not count.") % {"tax": self.money(it["tax"])}
        if it.get("excluded"):
            text = self._("Of that, %(excluded)s does not count, such as gift cards; %(paid)s is left.")
            yield text % {"excluded": self.money(it["excluded"]), "paid": self.money(it["paid"])}

    def tell_claim(self, it: Told) -> Sentences:
        """That it came late."""
        yield self._("The code was not used at checkout: an admin approved a late claim (%(claim)s).") % {
            "claim": it["id"]
        }

    def tell_payment(self, it: Told) -> Sentences:
        """Whether it is paid for, as long as that matters."""
        if it["outcome"] == "pending":
            yield self._("It has not been paid for yet, and earns nothing until it is.")
        elif it["outcome"] == "lapsed":
            yield self._("It was not paid for in time. It earns nothing unless it still is.")

    def tell_withdrawn(self, it: Told) -> Sentences:
        """The cart changed before it was paid for."""
        text = self._("Before it was paid for, it changed so that the code is not used on it: %(reason)s.")
        yield text % {"reason": it["outcome"]}

    def tell_place(self, _: Told) -> Sentences:
        """The friend's first order is another one."""
        yield self._("Another order of the same friend is rewarded already, so this one is not.")

    def tell_replaced(self, _: Told) -> Sentences:
        """The friend is free again."""
        yield self._("It has set its friend free for another order, so it earns nothing any more.")

    def tell_settlement(self, it: Told) -> Sentences:
        """Nothing is decided yet."""
        amount = self.estimate(it["estimate"])
        yield self._("It has not been settled yet; the estimate is %(amount)s.") % {"amount": amount}

    def tell_tier(self, it: Told) -> Sentences:
        """Which rules applied, and why those."""
        yield self._("Version %(version)s of the program applies.") % {"version": self.number(it["program_version"])}
        text = self.ngettext(
            "The tier is %(tier)s, with %(reached)s counted referral.",
            "The tier is %(tier)s, with %(reached)s counted referrals.",
            it["reached"],
        )
        yield text % {"tier": it["outcome"], "reached": self.number(it["reached"])}
        if it["place"]:
            yield self._("It was the ambassador’s order number %(place)s to be settled.") % {
                "place": self.number(it["place"])
            }

    def tell_campaign(self, it: Told) -> Sentences:
        """Other terms than the program's."""
        yield self._("The campaign %(campaign)s applies.") % {"campaign": it["outcome"]}

    def tell_rate(self, it: Told) -> Sentences:
        """What the rate gives before anything is taken off."""
        if "gift" in it:
            yield self._("The rate is a gift: %(gift)s.") % {"gift": it["gift"]}
        elif "maximum" in it:
            yield self._("The rate is %(percent)s of %(paid)s, at most %(maximum)s: %(full)s.") % self.share(it)
        elif "basis_points" in it:
            yield self._("The rate is %(percent)s of %(paid)s: %(full)s.") % self.share(it)
        elif it["amount"]:
            yield self._("The rate is a fixed %(full)s.") % {"full": self.reward(it["amount"])}
        else:
            yield self._("The rules give no reward for it.")

    def tell_cap(self, it: Told) -> Sentences:
        """What the caps left."""
        if it["outcome"]:
            text = self._("The ambassador’s cap leaves %(granted)s of %(full)s.")
            yield text % self.part(it["outcome"], it["wanted"])
        else:
            yield self._("The ambassador’s cap has been reached and leaves nothing.")

    def tell_budget(self, it: Told) -> Sentences:
        """What the budget left."""
        if it["outcome"]:
            text = self._("The month’s budget leaves %(granted)s of %(full)s.")
            yield text % self.part(it["outcome"], it["wanted"])
        else:
            yield self._("The month’s budget is used up and leaves nothing.")

    def tell_cancelled(self, _: Told) -> Sentences:
        """Nothing is left of the order."""
        yield self._("The order was cancelled.")

    def tell_refunds(self, it: Told) -> Sentences:
        """What was kept of the order, and of the reward."""
        figures = {
            name: self.money(it[key]) for name, key in (("refunded", "refunded"), ("net", "net"), ("paid", "of"))
        }
        yield self._("%(refunded)s was refunded; %(net)s of %(paid)s is left.") % figures
        if "valued" in it:
            text = self._("Of that, %(valued)s is what an admin said refunds in another currency are worth.")
            yield text % {"valued": self.money(it["valued"])}
        if "crumbs" in it:
            text = self._("The %(crumbs)s that rounding left over counts as refunded.")
            yield text % {"crumbs": self.money(it["crumbs"])}
        if it["outcome"] != it["granted"]:
            yield self._("That leaves %(granted)s of %(full)s.") % self.part(it["outcome"], it["granted"])

    def tell_below_minimum(self, _: Told) -> Sentences:
        """Too little was kept."""
        yield self._("What was kept is below the minimum order, which voids the reward.")

    def tell_review(self, it: Told) -> Sentences:
        """Who decided, or that nobody has."""
        match it.get("decision"), it.get("by"):
            case None, _:
                yield self._("It waits for an admin to decide.")
            case "deny", "admin":
                yield self._("An admin denied it (decision %(number)s).") % {"number": self.number(it["number"])}
            case "deny", _ if "question" in it:
                yield self._(
                    "No admin said in time what a refund in another currency is worth, so the reward was denied. "
                    "An admin can still decide."
                )
            case "deny", _:
                yield self._("No admin decided in time, so the program’s default denied it.")
            case _, "admin":
                yield self._("An admin approved it (decision %(number)s).") % {"number": self.number(it["number"])}
            case _:
                yield self._("No admin decided in time, so the program’s default approved it.")

    def tell_worth(self, it: Told) -> Sentences:
        """What comes of it all."""
        if it["outcome"] and self.is_gift:
            yield self._("The reward is a gift: %(gift)s.") % {"gift": self.reward(it["outcome"])}
        elif it["outcome"]:
            yield self._("The reward is %(amount)s.") % {"amount": self.reward(it["outcome"])}
        elif self.was_earned:
            yield self._("There is no reward any more; what was available has been clawed back.")
        else:
            yield self._("There is no reward.")

    def tell_expired(self, it: Told) -> Sentences:
        """What of it can't be used any more, whatever comes back."""
        if it["outcome"]:
            text = self._("Of this, %(amount)s had expired before and came back as expired.")
            yield text % {"amount": self.reward(it["outcome"])}
        if it["gone"]:
            text = self._("Of what was taken back, %(amount)s had expired. If it comes back, it does so as expired.")
            yield text % {"amount": self.reward(it["gone"])}

    def tell_hold(self, it: Told) -> Sentences:
        """When it is available."""
        if not self.worth:
            return
        until = {"date": self.date(it["release_at"])}
        if it["outcome"] == "ended":
            yield self._("The hold has ended, and it is available.")
        elif self.waits_for_review:
            yield self._("It is held until the decision, and at least until %(date)s.") % until
        else:
            yield self._("It is held until %(date)s.") % until
        if it.get("undelivered"):
            yield self._("Not everything has been reported as delivered, so that day may still change.")


class ToAmbassador(Teller):
    """Kind, and safe to show."""

    foreground = frozenset({"offer", "worth", "expired", "hold", "payment", "withdrawn"})

    def tell_offer(self, it: Told) -> Sentences:
        """That a friend bought; what they paid is theirs to tell."""
        figures = {"code": self.redemption.code, "date": self.date(self.redemption.placed_at)}
        yield self._("A friend ordered with your code %(code)s on %(date)s.") % figures
        if it.get("excluded"):
            yield self._("A part of the order, such as a gift card, does not count towards your reward.")

    def tell_claim(self, _: Told) -> Sentences:
        """That we agreed."""
        yield self._("You claimed this order, and we have agreed that it is yours.")

    def tell_payment(self, it: Told) -> Sentences:
        """Whether it is paid for, as long as that matters."""
        if it["outcome"] == "pending":
            yield self._("The order has not been paid for yet. Your reward begins when it is.")
        elif it["outcome"] == "lapsed":
            yield self._("The order was not paid for, so there is no reward for it.")

    def tell_withdrawn(self, _: Told) -> Sentences:
        """The code was left out in the end."""
        yield self._("In the end the order was placed without your code.")

    def tell_place(self, _: Told) -> Sentences:
        """Who had bought before is the friend's to tell."""
        yield self._("We thank you for the first order of each friend, and this was not the first.")

    def tell_replaced(self, _: Told) -> Sentences:
        """Nothing is left of the order."""
        yield self._("This order does not count any more.")

    def tell_settlement(self, _: Told) -> Sentences:
        """Nothing is decided yet."""
        yield self._("We are still working out your reward.")

    def tell_tier(self, it: Told) -> Sentences:
        """The level, and what it took."""
        if it["reached"]:
            text = self.ngettext(
                "Your level was %(tier)s, thanks to %(reached)s friend who bought before.",
                "Your level was %(tier)s, thanks to %(reached)s friends who bought before.",
                it["reached"],
            )
            yield text % {"tier": it["outcome"], "reached": self.number(it["reached"])}
        else:
            yield self._("Your level was %(tier)s.") % {"tier": it["outcome"]}

    def tell_campaign(self, it: Told) -> Sentences:
        """Other terms than the program's."""
        yield self._("The order counted for our campaign %(campaign)s.") % {"campaign": it["outcome"]}

    def tell_rate(self, it: Told) -> Sentences:
        """What was promised for such an order."""
        if "gift" in it:
            yield self._("For such an order we give a gift: %(gift)s.") % {"gift": it["gift"]}
        elif "maximum" in it:
            text = self._(
                "For such an order we give %(percent)s of what your friend paid, at most %(maximum)s: %(full)s."
            )
            yield text % self.share(it)
        elif "basis_points" in it:
            yield self._("For such an order we give %(percent)s of what your friend paid: %(full)s.") % self.share(it)
        elif it["amount"]:
            yield self._("For such an order we give %(full)s.") % {"full": self.reward(it["amount"])}
        else:
            yield self._("For such an order our program gives no reward.")

    def tell_cap(self, it: Told) -> Sentences:
        """What the caps left."""
        if it["outcome"]:
            text = self._("There is a limit to what one person can receive. It left %(granted)s of %(full)s.")
            yield text % self.part(it["outcome"], it["wanted"])
        else:
            yield self._("There is a limit to what one person can receive, and you had reached it.")

    def tell_budget(self, it: Told) -> Sentences:
        """What the budget left."""
        if it["outcome"]:
            text = self._("Our budget for the month was nearly used up. It left %(granted)s of %(full)s.")
            yield text % self.part(it["outcome"], it["wanted"])
        else:
            yield self._("Our budget for the month was used up.")

    def tell_cancelled(self, _: Told) -> Sentences:
        """Nothing is left of the order."""
        yield self._("The order was cancelled.")

    def tell_refunds(self, it: Told) -> Sentences:
        """What was kept of the reward."""
        if not it["net"]:
            yield self._("The order was sent back.")
        elif it["outcome"] == it["granted"]:
            yield self._("A part of the order was sent back, which changes nothing for you.")
        else:
            text = self._("A part of the order was sent back. That leaves %(granted)s of %(full)s.")
            yield text % self.part(it["outcome"], it["granted"])

    def tell_below_minimum(self, _: Told) -> Sentences:
        """Too little was kept."""
        yield self._("What your friend kept is less than the smallest order that counts.")

    def tell_review(self, it: Told) -> Sentences:
        """That somebody looks, or what came of it; never what there was to look at, nor who did."""
        if "decision" not in it:
            yield self.waiting()
        elif it["decision"] == "deny":
            yield self._("We cannot give a reward for this order.")
            yield self._("If you think that this is a mistake, please write to us.")
        elif self.worth:
            yield self._("The order counts.")

    def waiting(self) -> str:
        """Say that an admin looks, and why as far as it may be told."""
        if self.standing and safe_to_tell(self.standing.terms.signals) == "returns":
            return self._(
                "Several orders with your code were sent back, so we look at this one before we release anything."
            )
        return self._("The order is still being looked at. There is nothing you need to do.")

    def tell_worth(self, it: Told) -> Sentences:
        """What comes of it all."""
        if it["outcome"] and self.is_gift:
            yield self._("Your reward for it is a gift: %(gift)s.") % {"gift": self.reward(it["outcome"])}
        elif it["outcome"]:
            yield self._("Your reward for it is %(amount)s.") % {"amount": self.reward(it["outcome"])}
        elif self.was_earned:
            yield self._("There is no reward for it any more.")
        else:
            yield self._("There is no reward for it.")

    def tell_expired(self, it: Told) -> Sentences:
        """What of it can't be used any more."""
        if it["outcome"]:
            text = self._("Of this, %(amount)s had expired before and can no longer be used.")
            yield text % {"amount": self.reward(it["outcome"])}

    def tell_hold(self, it: Told) -> Sentences:
        """When it is theirs."""
        if not self.worth or self.has_expired:
            return
        until = {"date": self.date(it["release_at"])}
        if it["outcome"] == "ended":
            yield self._("The wait is over, and it is yours.")
        elif self.waits_for_review:
            yield self._("It will be yours when we have looked at it, and not before %(date)s.") % until
        else:
            yield self._("It will be yours on %(date)s.") % until
            yield self._("Until then your friend can still send the order back.")
        if it.get("undelivered"):
            yield self._("That day may still change, because the order is still on its way.")


TELLERS: dict[Reader, type[Teller]] = {"admin": ToAdmin, "ambassador": ToAmbassador}


def not_available_now(language: Language) -> str:
    """What an ambassador reads whose account lets nothing out for now: nothing that accuses."""
    return language.translations.gettext("This isn’t available right now; please ask the shop.")
