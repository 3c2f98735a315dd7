"""The list of names, kept by the table itself: whoever stores a person lists them by the words of their name.

So nobody who writes a person can forget it, it changes in the very transaction in which a name does, and costs nothing
as long as it stays (docs/adr/0057-search-by-name.md). A word has a place with its person; one that is left over says no
word, so what was a name is gone with the name.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from chalicelib.domain.effects import Create, Effect, Replace
from chalicelib.domain.model.people import NameWord, Person
from chalicelib.domain.people.names import listed_words


def with_names(effects: Sequence[Effect]) -> tuple[list[Effect], list[NameWord]]:
    """Return effects with people as they are listed from now on, and the words that are to be stored beside them."""
    listed, words = list(effects), list[NameWord]()
    for place, effect in enumerate(effects):
        if isinstance(effect, Create | Replace) and isinstance(effect.entity, Person):
            person = effect.entity
            after = listed_words(person.first_name, person.last_name)
            if after != person.listed:
                words += _changed(person, after)
                listed[place] = type(effect)(replace(person, listed=after))
    return listed, words


def _changed(person: Person, after: Sequence[str]) -> Iterator[NameWord]:
    for place in range(max(len(person.listed), len(after))):
        before, word = (it[place] if place < len(it) else None for it in (person.listed, after))
        if before != word:
            yield NameWord(person.id, place, word)
