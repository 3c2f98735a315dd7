"""The words of what is known of somebody."""

from typing import Any

from chalicelib.web.language import NAMES, Language
from chalicelib.web.rights import names_of_facts


def facts(person: dict[str, Any], language: Language) -> list[tuple[str, str]]:
    """What is told of a person, as the API answers it, each with what it is called."""
    told = {**person, "locale": NAMES.get((person["locale"] or "").partition("-")[0], person["locale"])}
    found = [(label, told[name]) for name, label in names_of_facts(language).items() if told.get(name)]
    found += sorted(person["handles"].items())
    if person["interests"]:
        found.append((language.translations.gettext("Interests"), ", ".join(person["interests"])))
    return found
