"""Writes down what the package `lifetimes` makes of the CDNOW purchases: `make reference`.

It needs that package with all that it stands on, which nothing else here does, so it runs in an environment of its own
and its result is kept: `cdnow.csv` has a line for each of the 2,357 customers, `cdnow.json` the parameters. Days are
numbered from 1 January 1997, money is in cents.
"""

import json
from pathlib import Path
from typing import Any

import lifetimes
import pandas
from lifetimes.utils import summary_data_from_transaction_data as summary_of

HERE = Path(__file__).parent
FIRST, QUARTER_3, LAST = "1997-01-01", "1997-09-30", "1998-06-30"
YEAR, MONTHS, MONTHLY = 365, 12, 0.01


def purchases() -> Any:
    """The data that come with the package: customer, day, cents."""
    path = Path(lifetimes.__file__).parent / "datasets" / "CDNOW_sample.txt"
    names = ["number", "customer", "date", "discs", "dollars"]
    found = pandas.read_csv(path, sep=r"\s+", header=None, names=names, dtype={"customer": str, "date": str})
    found["date"] = pandas.to_datetime(found["date"], format="%Y%m%d")
    found["cents"] = (found["dollars"] * 100).round()
    return found


def fitted(purchases: Any, until: str) -> tuple[Any, Any, Any]:
    """The summary of all customers until a day, and both models fitted to it."""
    seen = summary_of(
        purchases[purchases["date"] <= until], "customer", "date", "cents", observation_period_end=until, freq="D"
    )
    buying = lifetimes.BetaGeoFitter()
    buying.fit(seen["frequency"], seen["recency"], seen["T"])
    spent = seen[(seen["frequency"] > 0) & (seen["monetary_value"] > 0)]
    spending = lifetimes.GammaGammaFitter()
    spending.fit(spent["frequency"], spent["monetary_value"])
    return seen, buying, spending


def main() -> None:
    """Fit, predict, and write both files."""
    found = purchases()
    told: dict[str, Any] = {}
    for until in (QUARTER_3, LAST):
        seen, buying, spending = fitted(found, until)
        told[until] = {
            "customers": len(seen),
            "buying": dict(buying.params_.round(6)),
            "spending": dict(spending.params_.round(6)),
        }
    past = seen["frequency"], seen["recency"], seen["T"]
    seen["alive"] = buying.conditional_probability_alive(*past)
    seen["purchases"] = buying.conditional_expected_number_of_purchases_up_to_time(YEAR, *past)
    seen["per_purchase"] = spending.conditional_expected_average_profit(seen["frequency"], seen["monetary_value"])
    seen["value"] = spending.customer_lifetime_value(buying, *past, seen["monetary_value"], MONTHS, MONTHLY, "D")
    found["bought"] = [
        f"{(day - pandas.Timestamp(FIRST)).days}:{int(cents)}"
        for day, cents in zip(found["date"], found["cents"], strict=True)
    ]
    seen["bought"] = found.groupby("customer")["bought"].agg(" ".join)
    seen = seen.rename(columns={"monetary_value": "mean"}).astype({"frequency": int, "recency": int, "T": int})
    seen["mean"] = seen["mean"].round(6)
    seen.to_csv(HERE / "cdnow.csv", float_format="%.7g", lineterminator="\n")
    (HERE / "cdnow.json").write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
