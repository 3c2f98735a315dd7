"""What an admin is told of a reward."""

from chalicelib.web.tellers.teller import Detail, Sentences, Teller


class ToAdmin(Teller):
    """Complete, with figures."""

    foreground = frozenset({"worth", "expired", "hold", "payment", "withdrawn"})

    def tell_offer(self, detail: Detail) -> Sentences:
        """The order, and what the friend got; of an order that the code is not used on there is neither."""
        if self.redemption.withdrawn:
            return
        figures = {"amount": self.money(detail["amount"]), "discount": self.money(detail["outcome"])}
        if detail["outcome"]:
            yield self._("The order is for %(amount)s; the code took %(discount)s off.") % figures
        else:
            yield self._("The order is for %(amount)s; the code took nothing off.") % figures
        if detail.get("tax"):
            yield self._("%(tax)s of it is tax, which does not count.") % {"tax": self.money(detail["tax"])}
        if detail.get("excluded"):
            text = self._("Of that, %(excluded)s does not count, such as gift cards; %(paid)s is left.")
            yield text % {"excluded": self.money(detail["excluded"]), "paid": self.money(detail["paid"])}

    def tell_claim(self, detail: Detail) -> Sentences:
        """That it came late."""
        yield self._("The code was not used at checkout: an admin approved a late claim (%(claim)s).") % {
            "claim": detail["id"]
        }

    def tell_payment(self, detail: Detail) -> Sentences:
        """Whether it is paid for, as long as that matters."""
        if detail["outcome"] == "pending":
            yield self._("It has not been paid for yet, and earns nothing until it is.")
        elif detail["outcome"] == "lapsed":
            yield self._("It was not paid for in time. It earns nothing unless it still is.")

    def tell_withdrawn(self, detail: Detail) -> Sentences:
        """The cart changed before it was paid for."""
        text = self._("Before it was paid for, it changed so that the code is not used on it: %(reason)s.")
        yield text % {"reason": detail["outcome"]}

    def tell_place(self, _: Detail) -> Sentences:
        """The friend's first order is another one."""
        yield self._("Another order of the same friend is rewarded already, so this one is not.")

    def tell_replaced(self, _: Detail) -> Sentences:
        """The friend is free again."""
        yield self._("It has set its friend free for another order, so it earns nothing any more.")

    def tell_settlement(self, detail: Detail) -> Sentences:
        """Nothing is decided yet."""
        amount = self.estimate(detail["estimate"])
        yield self._("It has not been settled yet; the estimate is %(amount)s.") % {"amount": amount}

    def tell_tier(self, detail: Detail) -> Sentences:
        """Which rules applied, and why those."""
        version = self.number(detail["program_version"])
        yield self._("Version %(version)s of the program applies.") % {"version": version}
        text = self.ngettext(
            "The tier is %(tier)s, with %(reached)s counted referral.",
            "The tier is %(tier)s, with %(reached)s counted referrals.",
            detail["reached"],
        )
        yield text % {"tier": detail["outcome"], "reached": self.number(detail["reached"])}
        if detail["place"]:
            yield self._("It was the ambassador’s order number %(place)s to be settled.") % {
                "place": self.number(detail["place"])
            }

    def tell_campaign(self, detail: Detail) -> Sentences:
        """Other terms than the program's."""
        yield self._("The campaign %(campaign)s applies.") % {"campaign": detail["outcome"]}

    def tell_rate(self, detail: Detail) -> Sentences:
        """What the rate gives before anything is taken off."""
        if "gift" in detail:
            yield self._("The rate is a gift: %(gift)s.") % {"gift": detail["gift"]}
        elif "maximum" in detail:
            yield self._("The rate is %(percent)s of %(paid)s, at most %(maximum)s: %(full)s.") % self.share(detail)
        elif "basis_points" in detail:
            yield self._("The rate is %(percent)s of %(paid)s: %(full)s.") % self.share(detail)
        elif detail["amount"]:
            yield self._("The rate is a fixed %(full)s.") % {"full": self.reward(detail["amount"])}
        else:
            yield self._("The rules give no reward for it.")

    def tell_cap(self, detail: Detail) -> Sentences:
        """What the caps left."""
        if detail["outcome"]:
            text = self._("The ambassador’s cap leaves %(granted)s of %(full)s.")
            yield text % self.part(detail["outcome"], detail["wanted"])
        else:
            yield self._("The ambassador’s cap has been reached and leaves nothing.")

    def tell_budget(self, detail: Detail) -> Sentences:
        """What the budget left."""
        if detail["outcome"]:
            text = self._("The month’s budget leaves %(granted)s of %(full)s.")
            yield text % self.part(detail["outcome"], detail["wanted"])
        else:
            yield self._("The month’s budget is used up and leaves nothing.")

    def tell_cancelled(self, _: Detail) -> Sentences:
        """Nothing is left of the order."""
        yield self._("The order was cancelled.")

    def tell_refunds(self, detail: Detail) -> Sentences:
        """What was kept of the order, and of the reward."""
        figures = {
            name: self.money(detail[key]) for name, key in (("refunded", "refunded"), ("net", "net"), ("paid", "of"))
        }
        yield self._("%(refunded)s was refunded; %(net)s of %(paid)s is left.") % figures
        if "valued" in detail:
            text = self._("Of that, %(valued)s is what an admin said refunds in another currency are worth.")
            yield text % {"valued": self.money(detail["valued"])}
        if "crumbs" in detail:
            text = self._("The %(crumbs)s that rounding left over counts as refunded.")
            yield text % {"crumbs": self.money(detail["crumbs"])}
        if detail["outcome"] != detail["granted"]:
            yield self._("That leaves %(granted)s of %(full)s.") % self.part(detail["outcome"], detail["granted"])

    def tell_below_minimum(self, _: Detail) -> Sentences:
        """Too little was kept."""
        yield self._("What was kept is below the minimum order, which voids the reward.")

    def tell_review(self, detail: Detail) -> Sentences:
        """Who decided, or that nobody has."""
        match detail.get("decision"), detail.get("by"):
            case None, _:
                yield self._("It waits for an admin to decide.")
            case "deny", "admin":
                yield self._("An admin denied it (decision %(number)s).") % {"number": self.number(detail["number"])}
            case "deny", _ if "question" in detail:
                yield self._(
                    "No admin said in time what a refund in another currency is worth, so the reward was denied. "
                    "An admin can still decide."
                )
            case "deny", _:
                yield self._("No admin decided in time, so the program’s default denied it.")
            case _, "admin":
                yield self._("An admin approved it (decision %(number)s).") % {"number": self.number(detail["number"])}
            case _:
                yield self._("No admin decided in time, so the program’s default approved it.")

    def tell_worth(self, detail: Detail) -> Sentences:
        """What comes of it all."""
        if detail["outcome"] and self.is_gift:
            yield self._("The reward is a gift: %(gift)s.") % {"gift": self.reward(detail["outcome"])}
        elif detail["outcome"]:
            yield self._("The reward is %(amount)s.") % {"amount": self.reward(detail["outcome"])}
        elif self.was_earned:
            yield self._("There is no reward any more; what was available has been clawed back.")
        else:
            yield self._("There is no reward.")

    def tell_expired(self, detail: Detail) -> Sentences:
        """What of it can't be used any more, whatever comes back."""
        if detail["outcome"]:
            text = self._("Of this, %(amount)s had expired before and came back as expired.")
            yield text % {"amount": self.reward(detail["outcome"])}
        if detail["gone"]:
            text = self._("Of what was taken back, %(amount)s had expired. If it comes back, it does so as expired.")
            yield text % {"amount": self.reward(detail["gone"])}

    def tell_hold(self, detail: Detail) -> Sentences:
        """When it is available."""
        if not self.worth:
            return
        until = {"date": self.date(detail["release_at"])}
        if detail["outcome"] == "ended":
            yield self._("The hold has ended, and it is available.")
        elif self.waits_for_review:
            yield self._("It is held until the decision, and at least until %(date)s.") % until
        else:
            yield self._("It is held until %(date)s.") % until
        if detail.get("undelivered"):
            yield self._("Not everything has been reported as delivered, so that day may still change.")
