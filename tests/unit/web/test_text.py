"""Plain text as the standard library would wrap it, which takes many times as long."""

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.web.text import wrapped

words = st.one_of(
    st.text("abc-/\u00e9\u0a95\u0abe\u09ac\u09be", min_size=1, max_size=12),
    st.text("x-", min_size=60, max_size=90),
    st.just("\u20ac\u00a05.00"),
)


@pytest.mark.parametrize("start", ["", "- "])
@given(words=st.lists(words, max_size=40))
def test_a_line_holds_as_many_words_as_have_room(start: str, words: list[str]) -> None:
    """Of 72 letters; a longer link stands alone, an amount is never parted, a list's lines begin below its words."""
    paragraph = " ".join(words)
    usual = textwrap.fill(
        paragraph,
        72,
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_long_words=False,
        break_on_hyphens=False,
    )
    assert wrapped(paragraph, start) == (usual or start)
