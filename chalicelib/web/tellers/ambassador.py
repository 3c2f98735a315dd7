"""What an ambassador is told of a reward."""

from chalicelib.domain.orders.fraud import safe_to_tell
from chalicelib.web.tellers.teller import Detail, Sentences, Teller


class ToAmbassador(Teller):
    """Kind, and safe to show."""

    foreground = frozenset({"offer", "worth", "expired", "hold", "payment", "withdrawn"})

    def tell_offer(self, detail: Detail) -> Sentences:
        """That a friend bought; what they paid is theirs to tell."""
        figures = {"code": self.redemption.code, "date": self.date(self.redemption.placed_at)}
        yield self._("A friend ordered with your code %(code)s on %(date)s.") % figures
        if detail.get("excluded"):
            yield self._("A part of the order, such as a gift card, does not count towards your reward.")

    def tell_claim(self, _: Detail) -> Sentences:
        """That we agreed."""
        yield self._("You claimed this order, and we have agreed that it is yours.")

    def tell_payment(self, detail: Detail) -> Sentences:
        """Whether it is paid for, as long as that matters."""
        if detail["outcome"] == "pending":
            yield self._("The order has not been paid for yet. Your reward begins when it is.")
        elif detail["outcome"] == "lapsed":
            yield self._("The order was not paid for, so there is no reward for it.")

    def tell_withdrawn(self, _: Detail) -> Sentences:
        """The code was left out in the end."""
        yield self._("In the end the order was placed without your code.")

    def tell_place(self, _: Detail) -> Sentences:
        """Who had bought before is the friend's to tell."""
        yield self._("We thank you for the first order of each friend, and this was not the first.")

    def tell_replaced(self, _: Detail) -> Sentences:
        """Nothing is left of the order."""
        yield self._("This order does not count any more.")

    def tell_settlement(self, _: Detail) -> Sentences:
        """Nothing is decided yet."""
        yield self._("We are still working out your reward.")

    def tell_tier(self, detail: Detail) -> Sentences:
        """The level, and what it took."""
        if detail["reached"]:
            text = self.ngettext(
                "Your level was %(tier)s, thanks to %(reached)s friend who bought before.",
                "Your level was %(tier)s, thanks to %(reached)s friends who bought before.",
                detail["reached"],
            )
            yield text % {"tier": detail["outcome"], "reached": self.number(detail["reached"])}
        else:
            yield self._("Your level was %(tier)s.") % {"tier": detail["outcome"]}

    def tell_campaign(self, detail: Detail) -> Sentences:
        """Other terms than the program's."""
        yield self._("The order counted for our campaign %(campaign)s.") % {"campaign": detail["outcome"]}

    def tell_rate(self, detail: Detail) -> Sentences:
        """What was promised for such an order."""
        if "gift" in detail:
            yield self._("For such an order we give a gift: %(gift)s.") % {"gift": detail["gift"]}
        elif "maximum" in detail:
            text = self._(
                "For such an order we give %(percent)s of what your friend paid, at most %(maximum)s: %(full)s."
            )
            yield text % self.share(detail)
        elif "basis_points" in detail:
            text = self._("For such an order we give %(percent)s of what your friend paid: %(full)s.")
            yield text % self.share(detail)
        elif detail["amount"]:
            yield self._("For such an order we give %(full)s.") % {"full": self.reward(detail["amount"])}
        else:
            yield self._("For such an order our program gives no reward.")

    def tell_cap(self, detail: Detail) -> Sentences:
        """What the caps left."""
        if detail["outcome"]:
            text = self._("There is a limit to what one person can receive. It left %(granted)s of %(full)s.")
            yield text % self.part(detail["outcome"], detail["wanted"])
        else:
            yield self._("There is a limit to what one person can receive, and you had reached it.")

    def tell_budget(self, detail: Detail) -> Sentences:
        """What the budget left."""
        if detail["outcome"]:
            text = self._("Our budget for the month was nearly used up. It left %(granted)s of %(full)s.")
            yield text % self.part(detail["outcome"], detail["wanted"])
        else:
            yield self._("Our budget for the month was used up.")

    def tell_cancelled(self, _: Detail) -> Sentences:
        """Nothing is left of the order."""
        yield self._("The order was cancelled.")

    def tell_refunds(self, detail: Detail) -> Sentences:
        """What was kept of the reward."""
        if not detail["net"]:
            yield self._("The order was sent back.")
        elif detail["outcome"] == detail["granted"]:
            yield self._("A part of the order was sent back, which changes nothing for you.")
        else:
            text = self._("A part of the order was sent back. That leaves %(granted)s of %(full)s.")
            yield text % self.part(detail["outcome"], detail["granted"])

    def tell_below_minimum(self, _: Detail) -> Sentences:
        """Too little was kept."""
        yield self._("What your friend kept is less than the smallest order that counts.")

    def tell_review(self, detail: Detail) -> Sentences:
        """That somebody looks, or what came of it; never what there was to look at, nor who did."""
        if "decision" not in detail:
            yield self.waiting()
        elif detail["decision"] == "deny":
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

    def tell_worth(self, detail: Detail) -> Sentences:
        """What comes of it all."""
        if detail["outcome"] and self.is_gift:
            yield self._("Your reward for it is a gift: %(gift)s.") % {"gift": self.reward(detail["outcome"])}
        elif detail["outcome"]:
            yield self._("Your reward for it is %(amount)s.") % {"amount": self.reward(detail["outcome"])}
        elif self.was_earned:
            yield self._("There is no reward for it any more.")
        else:
            yield self._("There is no reward for it.")

    def tell_expired(self, detail: Detail) -> Sentences:
        """What of it can't be used any more."""
        if detail["outcome"]:
            text = self._("Of this, %(amount)s had expired before and can no longer be used.")
            yield text % {"amount": self.reward(detail["outcome"])}

    def tell_hold(self, detail: Detail) -> Sentences:
        """When it is theirs."""
        if not self.worth or self.has_expired:
            return
        until = {"date": self.date(detail["release_at"])}
        if detail["outcome"] == "ended":
            yield self._("The wait is over, and it is yours.")
        elif self.waits_for_review:
            yield self._("It will be yours when we have looked at it, and not before %(date)s.") % until
        else:
            yield self._("It will be yours on %(date)s.") % until
            yield self._("Until then your friend can still send the order back.")
        if detail.get("undelivered"):
            yield self._("That day may still change, because the order is still on its way.")
