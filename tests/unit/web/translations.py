"""What a translation must keep to, whatever it says: the rules, and what each language brings along for them."""

import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from chalicelib.web import language

MESSAGES = "messages"
"""The catalogue of all that customers read."""

HELD = re.compile(r"%\((\w+)\)([sd])")
"""What is put into a sentence."""

JOINER = "\u2060"
"""No line breaks where it stands."""

IN_WORD = r"(?:\w|[\u0900-\u0963\u0966-\u0dff])"
"""A letter, or a mark of an Indian script: a mark is none to Python's `\\w`."""


@dataclass(frozen=True, slots=True)
class Tongue:
    """What is particular to a language.

    Attributes:
        script: the first word of its letters' names in Unicode.
        stop: what ends a sentence.
        endings: what joins a name, a figure or a date directly, in the order of a pattern.
        loose: an ending that stands apart from its word.
        foreign: words in letters of another script that readers know as such.
        same: sentences that are the same in English.
        sounds_wrong: patterns that readers have stumbled over, and what to say instead or why.
    """

    script: str
    stop: str = "."
    endings: str = r"(?!)"
    loose: str = r"(?!)"
    foreign: frozenset[str] = frozenset()
    same: frozenset[str] = frozenset()
    sounds_wrong: dict[str, str] = field(default_factory=dict)


_KNOWN = frozenset({"QR"})
_GUJARATI = "ને|ની|નો|ના|નું|નાં|થી|માં|માંથી|નાથી|વાળા|વાળી|વાળો|વાળું"

ENGLISH = Tongue(
    script="LATIN",
    sounds_wrong={
        "falls away": "is lost",
        "set aside for you until": "reads as a deadline",
        r"\b(?:e-)?mails?\b": "email",
    },
)

TONGUES = {
    "bn": Tongue(
        script="BENGALI",
        stop="।",
        endings=rf"কে|টি|-{JOINER}(?:এর|এ|র|তে|য়|এই)",
        loose=rf"%\(\w+\)[sd]\s+-?{JOINER}?(?:কে|র|এর|য়|তে|টি)(?!{IN_WORD})|[\u0980-\u09ff]-(?!{JOINER})",
        foreign=_KNOWN,
        sounds_wrong={
            "সুপারিশ": "officialese: -এর কথা বলছেন",
            "কর্মসূচি": "officialese: প্রোগ্রাম",
            "লিঙ্ক": "লিংক",
            "ইমেইল": "ইমেল",
            r"\b(?:তুমি|তোমা|তুই)": "আপনি",
        },
    ),
    "es": Tongue(
        script="LATIN",
        sounds_wrong={
            "persona amiga": "alguien",
            "El botón": "nothing walks by itself",
            "guardamos": "reads as a deadline",
            r"^[^¿]*\?|^[^¡]*!": "¿…?, ¡…!",
            r"\b(?:[Uu]n|[Ee]l|[Nn]ingún|[Ee]ste) (?:administrador|embajador|amigo)\b": "says that it is a man",
            r"(?i)\busted|\b[Ss]u (?:código|pedido|recompensa|enlace|correo)\b": "tú",
        },
        same=frozenset({"No", "no"}),
    ),
    "gu": Tongue(
        script="GUJARATI",
        endings=_GUJARATI,
        loose=rf"(?<![^\s(])(?:{_GUJARATI})(?![^\s.,;:!?)])",
        foreign=_KNOWN,
        sounds_wrong={
            "લીધે": "sounds like blame: ના સૌજન્યથી, પ્રમાણે",
            "એડમિન": "ઍડમિન",
            "ઈમેલ|ઈમેઇલ|ઈમેઈલ|ઇમેલ": "ઇમેઇલ",
            "ઓર્ડર": "ઑર્ડર",
            "ઇનામો": "ઇનામ",
            "કાર્યક્રમ": "an event: યોજના",
            "નહીં તો": "sounds like a threat",
            "લખીશું": "જણાવીશું",
            "આરામ": "a code takes no rest",
        },
    ),
    "hi": Tongue(
        script="DEVANAGARI",
        stop="।",
        foreign=_KNOWN,
        sounds_wrong={
            r"(?<!\S)(?:तुम|तू|तेर|तुम्ह)": "आप",
            r"(?<!\S)आप [^।,]*(?:ते हैं|ती हैं|ेंगे|ेंगी)": "says whether the reader is a man: आपने, आपको, … जा सकता है",
            r"(?:दोस्त|एडमिन|एंबेसडर) (?!(?:का|की|के|को|ने|से|पर) )[^।,]*(?:ते|ती) हैं": "the same: … की ओर से",
            "पुरस्कार": "इनाम",
            "आर्डर": "ऑर्डर",
            "कार्यक्रम": "प्रोग्राम",
            "उपहार": "तोहफ़ा",
            "मित्र": "दोस्त",
            "कृपया करके": "कृपया",
        },
    ),
}


@cache
def source(domain: str = MESSAGES) -> Catalog:
    """The template of all catalogues of a domain."""
    return read_po(io.BytesIO((language.DIRECTORY / f"{domain}.pot").read_bytes()))


@cache
def translated(tag: str, domain: str = MESSAGES) -> Catalog:
    """What people edit."""
    return read_po(io.BytesIO((folder(tag) / f"{domain}.po").read_bytes()))


def folder(tag: str) -> Path:
    """Where a language lies."""
    return language.DIRECTORY / tag / "LC_MESSAGES"


def sentences(catalogue: Catalog) -> list[Message]:
    """The messages of a catalogue but for its header."""
    return [message for message in catalogue if message.id]


def asked(message: Message) -> list[str]:
    """Every form of a sentence in English."""
    return list(message.id) if isinstance(message.id, tuple | list) else [str(message.id)]


def said(message: Message) -> list[str]:
    """Every form of a translation."""
    return list(message.string) if isinstance(message.string, tuple | list) else [str(message.string)]


def faults(tongue: Tongue, message: Message, forms: int, *, figures: bool = False) -> Iterator[str]:
    """Yield the names of the rules that a translation breaks, in a language with so many plural forms."""
    if message.fuzzy:
        yield "is a guess"
    if len(said(message)) != (forms if message.pluralizable else 1) or not all(it.strip() for it in said(message)):
        yield "is missing"
        return
    for form in said(message):
        if _letters(form) and form in asked(message) and form not in tongue.same:
            yield "is left in English"
        yield from _broken(form, asked(message)[-1])
        yield from flaws_of(tongue, form, asked(message)[-1], figures=figures)
        if _ending(form, tongue.stop) not in _ENDINGS[_ending(asked(message)[-1], ".")]:
            yield "ends otherwise"


def flaws_of(tongue: Tongue, form: str, english: str = "", *, figures: bool = False) -> Iterator[str]:
    """Yield the names of the rules that a sentence of a language breaks by itself, English too.

    What is typed as it stands may stay so in every language, if it stands so in the `english`; in the console, whose
    digits are always the usual ones, `figures` may as well.
    """
    bare = without_literals(HELD.sub(" ", form), HELD.sub(" ", english or form))
    if re.search(r"%(?!%)", bare.replace("%%", "")):
        yield "has a bare percent sign"
    if (
        form != form.strip()
        or "  " in form
        or unicodedata.normalize("NFC", form) != form
        or re.search(r"['\"\n]", re.sub("<[^>]*>", "", form))
    ):
        yield "is untidy"
    if re.search(r"\d", bare) and not figures:
        yield "has a figure that is not put in"
    words = re.findall(r"[^\W\d_]+", _without_marks(bare))
    if [word for word in words if word not in tongue.foreign and _scripts(word) - {tongue.script}]:
        yield "is in a wrong script"
    if (tongue.stop != "." and re.search(r"\.(?!\S)", bare)) or (tongue.stop == "." and "।" in bare):
        yield "ends otherwise"
    if " " in form and re.search(tongue.loose, form):
        yield "has a loose ending"
    if re.search(rf"%\(\w+\)[sd](?!(?:{tongue.endings})(?!{IN_WORD}))-?{JOINER}?{IN_WORD}", form):
        yield "joins what is no ending"
    if any(re.search(wrong, form) for wrong in tongue.sounds_wrong):
        yield "sounds wrong"


LITERAL = re.compile(
    r"<[^>]*>|`[^`]*`|https://(?:[\w./-]*[\w/-])?|\bmake fit\b|\b[A-Z]+\d\b|\b[A-Z]{2,}\b|\b\d+ x \d+\b"
    r"|\b(?=[^\s<>`%]*[A-Z\d_:/])[A-Za-z0-9]+(?:[-_:/.][A-Za-z0-9]+)+\b",
    re.ASCII,
)
"""What is typed or read as it stands: markup, names of fields, scopes and formats, addresses, dates, commands."""


def without_literals(form: str, english: str) -> str:
    """A sentence without what stands in the English as it is typed."""
    for literal in sorted(set(LITERAL.findall(english)), key=len, reverse=True):
        form = form.replace(literal, " ")
    return form


_ENDINGS = {".": {"."}, ":": {":"}, ",": {",", ":"}, "?": {"?"}, "!": {"!", "."}, "…": {"…"}, "": {""}}
"""What may end a translation, by what ends the English; Spanish greets with a colon."""


def _ending(form: str, stop: str) -> str:
    last = form.rstrip("”»)")[-1:]
    return "." if last == stop else last if last in ":,?!…" else ""


def _broken(form: str, english: str) -> Iterator[str]:
    if set(HELD.findall(form)) != set(HELD.findall(english)):
        yield "holds something else"
    if re.findall(r"<[^>]*>|&\w+;", form) != re.findall(r"<[^>]*>|&\w+;", english):
        yield "has other markup"


def _letters(form: str) -> bool:
    return bool(re.search(r"[^\W\d_]", HELD.sub("", form)))


def _without_marks(text: str) -> str:
    return "".join(it for it in text if unicodedata.category(it)[0] != "M" and it not in "\u200c\u200d" + JOINER)


def _scripts(word: str) -> set[str]:
    return {unicodedata.name(letter).partition(" ")[0] for letter in word}
