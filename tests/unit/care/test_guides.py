"""Which guide shows somebody what they have bought."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from chalicelib.domain.care.guides import guide_for
from chalicelib.domain.model.tasks import Guide

START = datetime(2026, 3, 1, tzinfo=UTC)


def guide(name: str, **fields: Any) -> Guide:
    """A guide in English, unless said otherwise."""
    said: dict[str, Any] = {"language": "en", "created_at": START, **fields}
    return Guide(name, name, "https://x.example", **said)


ABOUT_POT = guide("pot", skus=("POT",))
ABOUT_TEA = guide("tea", categories=("tea",))


@pytest.mark.parametrize(
    ("languages", "guides", "best"),
    [
        (["en"], [ABOUT_POT, ABOUT_TEA], "pot"),
        (["en"], [ABOUT_TEA], "tea"),
        (["en"], [guide("other", skus=("CUP",), categories=("cups",))], None),
        (["gu"], [ABOUT_POT, ABOUT_TEA], None),
        (["gu", "en"], [ABOUT_POT, guide("gu", skus=("POT",), language="gu")], "gu"),
        (["gu", "en"], [ABOUT_POT, guide("gu", categories=("tea",), language="gu")], "pot"),
        (["gu-IN"], [guide("gu", skus=("POT",), language="gu")], "gu"),
        (["gu"], [guide("gu", skus=("POT",), language="GU_in")], "gu"),
        (["gu-IN"], [guide("gu", skus=("POT",), language="gu-GB")], None),
        (["en"], [ABOUT_POT, guide("new", skus=("POT",), created_at=START + timedelta(days=1))], "new"),
        (["en"], [guide("b", skus=("POT",)), ABOUT_POT], "b"),
        (["en"], [guide("old", skus=("POT",), retired_at=START), ABOUT_TEA], "tea"),
        ([], [ABOUT_POT], None),
    ],
)
def test_the_best_guide_is_the_nearest_in_the_best_language(
    languages: list[str], guides: list[Guide], best: str | None
) -> None:
    """The very goods before their category, then the best language, then the newest; none in a foreign language.

    It never depends on the order in which guides come.
    """
    for some in permutations(guides):
        found = guide_for(["POT", "LEAF"], languages, some, categories=["tea"])
        assert (found.id if found else None) == best
