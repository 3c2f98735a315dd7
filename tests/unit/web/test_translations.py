"""The catalogues are whole, and each sentence of theirs can be read by who grew up with the language."""

import ast
import gettext
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from gettext import c2py
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo

from chalicelib.web import language
from tests.unit.web.translations import (
    ENGLISH,
    JOINER,
    MESSAGES,
    TONGUES,
    asked,
    faults,
    flaws_of,
    folder,
    said,
    sentences,
    source,
    translated,
)

CONSOLE = "console"
DOMAINS = (MESSAGES, CONSOLE)
"""What customers read, and what admins read in the console."""

CATEGORIES = ("zero", "one", "two", "few", "many", "other")
"""The plural categories of CLDR, in the order of a catalogue's forms."""


def test_all_languages_are_tested() -> None:
    """A language that is added is held to the same promises."""
    assert sorted(path.parent.name for path in language.DIRECTORY.glob("*/LC_MESSAGES")) == list(TONGUES)


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_template_holds_every_sentence_of_the_source(domain: str) -> None:
    """A sentence that was written or changed is in the template of its catalogues: `make words` was run."""
    web = language.DIRECTORY.parent
    with (language.DIRECTORY / f"{domain}.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found = {found[2] for found in extract_from_dir(web, methods, options)}
    assert {message.id for message in sentences(source(domain))} == found


def test_what_is_to_be_translated_is_found() -> None:
    """No sentence goes to a catalogue by another name than `_`, or from within an f-string, where none collects it."""
    known = {form for domain in DOMAINS for message in sentences(source(domain)) for form in asked(message)}
    lost = [text for path in language.DIRECTORY.parent.rglob("*.py") for text in looked_up(path) if text not in known]
    assert lost == []


def looked_up(path: Path) -> Iterator[str]:
    """The sentences that a module looks up in a catalogue, by whatever name it calls it."""
    nodes = [*ast.walk(ast.parse(path.read_text()))]
    names = {"_", "gettext", "ngettext"}
    for node in nodes:
        if isinstance(node, ast.Assign) and getattr(node.value, "attr", "") in names:
            names |= {getattr(target, "id", getattr(target, "attr", "")) for target in node.targets}
    for node in nodes:
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in names:
            yield from (it.value for it in node.args if isinstance(it, ast.Constant) and isinstance(it.value, str))


def test_a_sentence_that_nothing_collects_is_seen(tmp_path: Path) -> None:
    """By another name, within an f-string, as an attribute or in two forms."""
    module = tmp_path / "module.py"
    module.write_text(
        "say = it.gettext\nf\"{say('a')}\"\nself.tell = it.ngettext\nself.tell('b', 'c', 1)\n_('d')\nother('e')"
    )
    assert sorted(looked_up(module)) == ["a", "b", "c", "d"]


def test_the_source_keeps_its_own_rules() -> None:
    """English is held to what all sentences are: no figure, no bare percent sign, no word that reads wrongly."""
    found = {
        form: [*flaws_of(ENGLISH, form, figures=domain == CONSOLE)]
        for domain in DOMAINS
        for message in sentences(source(domain))
        for form in asked(message)
    }
    assert {form: broken for form, broken in found.items() if broken} == {}


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("tag", TONGUES)
def test_a_catalogue_has_the_sentences_of_the_source(tag: str, domain: str) -> None:
    """No sentence is missing, and none is left over from what was said once."""
    catalogue = translated(tag, domain)
    assert {message.id for message in sentences(catalogue)} == {message.id for message in sentences(source(domain))}
    assert not catalogue.obsolete


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("tag", TONGUES)
def test_every_sentence_is_translated_well(tag: str, domain: str) -> None:
    """Each has all its forms, in the letters of the language, with what is put in, and breaks no rule of it."""
    catalogue = translated(tag, domain)
    tongue, forms, figures = TONGUES[tag], catalogue.num_plurals, domain == CONSOLE
    found = {asked(it)[0]: [*faults(tongue, it, forms, figures=figures)] for it in sentences(catalogue)}
    assert {sentence: broken for sentence, broken in found.items() if broken} == {}


@pytest.mark.parametrize("tag", TONGUES)
def test_a_language_counts_as_cldr_does(tag: str) -> None:
    """Its catalogue has a form for each category that whole numbers fall into, and takes that of CLDR's category."""
    rule, chosen = Locale.parse(tag).plural_form, c2py(translated(tag).plural_expr)
    numbers = (*range(205), *(power * times for power in (10**3, 10**5, 10**6, 10**9) for times in (1, 2, 5, 11)))
    categories = [it for it in CATEGORIES if it in {rule(number) for number in numbers}]
    assert translated(tag).num_plurals == len(categories), categories
    assert {n: rule(n) for n in numbers if chosen(n) != categories.index(rule(n))} == {}


def test_english_counts_as_cldr_does() -> None:
    """The source has two forms, of which the first is for one alone."""
    rule, plain = Locale.parse("en").plural_form, gettext.NullTranslations().ngettext
    assert [plain("one", "other", n) for n in range(205)] == [rule(n) for n in range(205)]


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("tag", TONGUES)
def test_what_runs_is_what_people_edit(tag: str, domain: str) -> None:
    """The compiled catalogue is that of the one beside it: `make words` was run."""
    compiled = io.BytesIO()
    write_mo(compiled, translated(tag, domain))
    assert (folder(tag) / f"{domain}.mo").read_bytes() == compiled.getvalue()


@pytest.mark.parametrize("tag", TONGUES)
def test_a_figure_in_big_type_has_no_ending(tag: str) -> None:
    """What an offer takes off stands on a line of its own, so the next line begins with a word."""
    (offer,) = said(translated(tag)["%(discount)s off your order"])
    assert re.fullmatch(r"%\(discount\)s \w.*", offer)


# --- the rules themselves


NAME, ORDER, POINTS = "Hello %(name)s.", "Your order.", ("%(n)s point", "%(n)s points")


@pytest.mark.parametrize(
    ("tag", "english", "translation", "rule"),
    [
        ("es", ORDER, "", "is missing"),
        ("es", ORDER, " ", "is missing"),
        ("es", POINTS, ("%(n)s punto", "%(n)s puntos"), "is missing"),
        ("es", POINTS, ("%(n)s punto", "", "%(n)s puntos"), "is missing"),
        ("es", ORDER, "Your order.", "is left in English"),
        ("es", POINTS, ("%(n)s point", "%(n)s de puntos", "%(n)s puntos"), "is left in English"),
        ("es", NAME, "Hola.", "holds something else"),
        ("es", NAME, "Hola, %(nombre)s.", "holds something else"),
        ("es", NAME, "Hola, %(name)d.", "holds something else"),
        ("es", NAME, "Hola, %(name)s: %(shop)s.", "holds something else"),
        ("es", NAME, "Hola, %(name)s, cien %.", "has a bare percent sign"),
        ("es", ORDER, "Tu <b>pedido</b>.", "has other markup"),
        ("es", "<b>Your</b> order.", "<b>Tu pedido.", "has other markup"),
        ("es", ORDER, "Tu  pedido.", "is untidy"),
        ("es", ORDER, " Tu pedido.", "is untidy"),
        ("es", ORDER, 'Tu "pedido".', "is untidy"),
        ("es", "Your code.", "Tu co\u0301digo.", "is untidy"),
        ("es", ORDER, "Tu pedido 2.", "has a figure that is not put in"),
        ("bn", ORDER, "আপনার ২ অর্ডার।", "has a figure that is not put in"),
        ("es", ORDER, "Tu pedido", "ends otherwise"),
        ("es", "Your code", "Tu código.", "ends otherwise"),
        ("hi", ORDER, "आपका ऑर्डर.", "ends otherwise"),
        ("gu", ORDER, "તમારો ઑર્ડર।", "ends otherwise"),
        ("bn", ORDER, "আপনার order।", "is in a wrong script"),
        ("gu", ORDER, "તમારો order.", "is in a wrong script"),
        ("gu", ORDER, "તમારો ऑर्डर.", "is in a wrong script"),
        ("hi", ORDER, "आपका ઑર્ડર।", "is in a wrong script"),
        ("hi", ORDER, "आपका оrder।", "is in a wrong script"),
        ("es", ORDER, "Tu реdido.", "is in a wrong script"),
        ("gu", NAME, "%(name)s ને નમસ્તે.", "has a loose ending"),
        ("gu", NAME, "ની છૂટ %(name)s.", "has a loose ending"),
        ("gu", NAME, "%(name)s થી નમસ્તે.", "has a loose ending"),
        ("bn", NAME, "%(name)s কে নমস্কার।", "has a loose ending"),
        ("bn", NAME, f"%(name)s -{JOINER}এর নমস্কার।", "has a loose ending"),
        ("bn", NAME, "%(name)s-এর নমস্কার।", "joins what is no ending"),
        ("bn", NAME, "%(name)s ধীরে-ধীরে।", "has a loose ending"),
        ("bn", NAME, f"%(name)s-{JOINER}কে নমস্কার।", "joins what is no ending"),
        ("hi", NAME, "%(name)sको नमस्ते।", "joins what is no ending"),
        ("hi", NAME, "%(name)s-को नमस्ते।", "joins what is no ending"),
        ("gu", NAME, "%(name)sનેહ.", "joins what is no ending"),
        ("gu", NAME, "%(name)sનમસ્તે.", "joins what is no ending"),
        ("bn", NAME, "%(name)sনমস্কার।", "joins what is no ending"),
        ("es", ORDER, "El botón.", "sounds wrong"),
        ("es", ORDER, "Usted y su pedido.", "sounds wrong"),
        ("es", "Your order?", "Tu pedido?", "sounds wrong"),
        ("hi", ORDER, "तुम्हारा ऑर्डर।", "sounds wrong"),
        ("hi", ORDER, "आप ऑर्डर करते हैं।", "sounds wrong"),
        ("hi", ORDER, "आप ऑर्डर करेंगी।", "sounds wrong"),
        ("hi", ORDER, "आपके दोस्त ऑर्डर लौटा सकते हैं।", "sounds wrong"),
        ("bn", ORDER, "তোমার অর্ডার।", "sounds wrong"),
        ("gu", ORDER, "તમારો કાર્યક્રમ.", "sounds wrong"),
    ],
)
def test_each_rule_sees_its_fault(
    tag: str, english: str | tuple[str, ...], translation: str | tuple[str, ...], rule: str
) -> None:
    """What a translator may get wrong is noticed, and only that: the rules tell by name what it is."""
    assert {*faults(TONGUES[tag], Message(english, translation), 3 if tag == "es" else 2)} == {rule}


def test_a_proper_word_may_stay_as_it_is() -> None:
    """A name is the same in many languages, if it is listed."""
    message = Message("Instagram", "Instagram")
    assert [*faults(TONGUES["es"], message, 3)] == ["is left in English"]
    assert [*faults(replace(TONGUES["es"], same=frozenset({"Instagram"})), message, 3)] == []


def test_a_guess_is_no_translation() -> None:
    """What a tool carried over from a similar sentence is marked as fuzzy, and has to be looked at."""
    assert [*faults(TONGUES["es"], Message(ORDER, "Tu pedido.", flags=["fuzzy"]), 3)] == ["is a guess"]


@pytest.mark.parametrize(
    ("tag", "english", "translation"),
    [
        ("es", NAME, "Hola, %(name)s."),
        ("es", POINTS, ("%(n)s punto", "%(n)s de puntos", "%(n)s puntos")),
        ("es", "%(a)d %(b)d", "%(a)d %(b)d"),
        ("es", "Hello,", "Hola:"),
        ("es", "All %% of it", "Todo el %%"),
        ("gu", NAME, "%(name)sને નમસ્તે."),
        ("gu", NAME, "%(name)sથી QR."),
        ("bn", NAME, "%(name)sকে নমস্কার।"),
        ("bn", NAME, f"%(name)s-{JOINER}এর নমস্কার।"),
        ("hi", NAME, "%(name)s को नमस्ते।"),
        ("hi", ORDER, "हम आपका ऑर्डर देखते हैं।"),
    ],
)
def test_no_rule_sees_a_fault_where_there_is_none(
    tag: str, english: str | tuple[str, ...], translation: str | tuple[str, ...]
) -> None:
    """A good sentence is left in peace."""
    assert [*faults(TONGUES[tag], Message(english, translation), 3 if tag == "es" else 2)] == []
