"""A planted uplift is found with its interval, none where none was planted; costs and K are what they are called."""

from random import Random

from chalicelib.domain.model.stats import Rows
from chalicelib.domain.stats.definitions import COHORTS, FIGURES, RESULTS
from chalicelib.domain.stats.summary import Result, cost, cost_of_customer, results, spread


def played(seed: int, went: int, held: int, share: float, held_share: float, variant: str = "") -> Rows:
    """What an occasion comes to whose readers buy with some chance, and those who are held out with another."""
    chance, here = Random(seed), {"touches": went, "compared": went, "held_touches": held, "held_compared": held}
    for prefix, number, likely in (("", went, share), ("held_", held, held_share)):
        spent = [int(chance.gammavariate(2, 2500)) if chance.random() < likely else 0 for _ in range(number)]
        here[f"{prefix}bought"] = sum(it > 0 for it in spent)
        here[f"{prefix}spent"], here[f"{prefix}squares"] = sum(spent), sum(it * it for it in spent)
    return {f"miss_you|{variant}": here}


def only(rows: Rows) -> Result:
    """The one result of some rows."""
    (found,) = results(rows, by_variant=False)
    return found


def test_a_planted_uplift_is_found() -> None:
    """20 % would have bought anyway, 30 % do with the letter: the interval holds 10 points, and leaves out zero."""
    found = only(played(1, 3000, 600, 0.30, 0.20))
    assert found.share is not None
    assert found.value is not None
    assert found.share.low < 0.10 < found.share.high
    assert found.share.is_clear
    assert found.value.low < 0.10 * 5000 < found.value.high
    assert found.value.is_clear


def test_where_none_was_planted_none_is_found() -> None:
    """Of a hundred shops whose letters do nothing about five see a clear difference, by chance alone."""
    shops = [only(played(seed, 400, 100, 0.2, 0.2)) for seed in range(100)]
    assert sum(it.share.is_clear for it in shops if it.share) <= 10
    assert sum(it.value.is_clear for it in shops if it.value) <= 10


def test_a_variant_is_compared_with_all_who_are_held_out() -> None:
    """Nobody who is held out has seen a variant: so all of them tell what would have been."""
    rows = {**played(1, 100, 20, 0.5, 0.2, "short"), **played(2, 100, 30, 0.3, 0.2, "long")}
    long, short = results(rows, by_variant=True)
    assert (long.variant, long.went.touches, long.held_out.touches) == ("long", 100, 50)
    assert (short.variant, short.went.touches, short.held_out.touches) == ("short", 100, 50)
    whole = only(rows)
    assert (whole.variant, whole.went.touches, whole.held_out.touches) == (None, 200, 50)


def test_without_a_hold_out_nothing_is_compared() -> None:
    """There is nobody to compare with, and no figure is made up."""
    found = only({"birthday|": {"touches": 9, "compared": 9, "bought": 3, "spent": 900, "squares": 300_000}})
    assert (found.share, found.value) == (None, None)


def test_a_new_customer_costs_what_was_promised_and_given() -> None:
    """Only money is added up, rounded in favour of nobody knowing better: down. Points have no price here."""
    measures = {
        "new_customers": 3, "rewards:EUR": 1000, "discounts:EUR": 600, "offers:EUR": 50, "gifts:EUR": 40,
        "adjustments:EUR": -20, "rewards:points": 9999, "revenue:EUR": 70_000, "expired:EUR": 300,
    }  # fmt: skip
    assert cost(measures, "EUR") == 1670
    assert cost_of_customer(measures, "EUR") == 556
    assert cost_of_customer({"rewards:EUR": 1000}, "EUR") is None


def test_k_is_visits_for_each_ambassador_times_conversion() -> None:
    """Each factor is there if it can be told; their product is how many customers each ambassador has brought."""
    found = spread({"visits": 200, "new_customers": 10, "ambassadors": 20})
    assert (found.visits_per_ambassador, found.conversion, found.k) == (10, 0.05, 0.5)
    nobody = spread({})
    assert (nobody.visits_per_ambassador, nobody.conversion, nobody.k) == (None, None, None)


def test_every_definition_is_a_sentence() -> None:
    """What stands beside a figure can be read."""
    for text in (*FIGURES.values(), *RESULTS.values(), *COHORTS.values()):
        assert text[0].isupper()
        assert text.endswith(".")
