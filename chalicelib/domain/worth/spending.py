"""What a customer will spend on a day on which they buy: gamma-gamma, as Fader and Hardie write it down.

"The Gamma-Gamma Model of Monetary Value", http://www.brucehardie.com/notes/025/. What somebody spends varies around a
mean of their own; the means vary from customer to customer. The less is known of somebody, the nearer they are put to
all customers' mean.
"""

from dataclasses import dataclass

from chalicelib.domain.worth.history import History


@dataclass(frozen=True, slots=True)
class Spending:
    """The model's three parameters. `v` is in minor units.

    All customers' mean is `p * v / (q - 1)`, so `q` is above 1, the others above zero.
    """

    p: float
    q: float
    v: float

    def value(self, seen: History) -> float:
        """Return what is to be expected of one day on which somebody buys, in minor units: equation (5)."""
        known = self.p * seen.frequency
        return self.p * (self.v + seen.frequency * seen.value) / (known + self.q - 1)
