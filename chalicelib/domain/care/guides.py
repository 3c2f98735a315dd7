"""Which guide shows somebody what they have bought."""

from collections.abc import Iterable, Sequence

from chalicelib.domain.model.tasks import Guide


def guide_for(
    skus: Iterable[str], languages: Sequence[str], guides: Iterable[Guide], *, categories: Iterable[str] = ()
) -> Guide | None:
    """Return the guide that fits best, or None: one in no language that somebody reads is of no use to them.

    One about the very goods comes before one about their category, then the language that is read best, then the
    newest guide. `languages` are tags such as `gu-IN`, the best first; a guide in `gu` serves its reader, and one in
    `gu-IN` a reader of `gu`.
    """
    goods, kinds, read = frozenset(skus), frozenset(categories), [_parts(it) for it in languages]

    def place(guide: Guide) -> tuple[bool, int, float, str] | None:
        is_near = not goods.isdisjoint(guide.skus)
        language = next((n for n, it in enumerate(read) if _serves(_parts(guide.language), it)), None)
        if language is None or not (is_near or not kinds.isdisjoint(guide.categories)):
            return None
        return not is_near, language, -guide.created_at.timestamp(), guide.id

    fitting = [(at, it) for it in guides if it.retired_at is None and (at := place(it))]
    return min(fitting, key=lambda it: it[0])[1] if fitting else None


def _parts(tag: str) -> list[str]:
    return tag.replace("_", "-").lower().split("-")


def _serves(guide: list[str], reader: list[str]) -> bool:
    """Whether one of two tags says no more than the other one."""
    length = min(len(guide), len(reader))
    return guide[:length] == reader[:length]
