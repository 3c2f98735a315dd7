"""The pages on which somebody says what they want to get by mail: forms that work without scripts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chalicelib.domain.model.people import Person
from chalicelib.domain.people.preferences import CHOICES, gets
from chalicelib.domain.program.brand import USUAL, Brand
from chalicelib.web.language import Language, Offered, choose
from chalicelib.web.notice import Notice
from chalicelib.web.pages import page
from chalicelib.web.text import one_line


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around each page."""

    shop_name: str
    shop_url: str
    language: Language
    brand: Brand = USUAL
    notice: Notice | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """What the page of preferences shows.

    Attributes:
        address: Whom it is about, as only they know it; empty if there is none.
        is_stopped: Whether nothing is sent to that address, since mails came back or were called spam.
        person: What they have chosen so far.
        languages: Those that the shop writes in.
        saved: Whether it has just been saved.
        mailed: Whether the link to all that is known of them has just been mailed.
    """

    frame: Frame
    address: str
    is_stopped: bool
    person: Person
    languages: Sequence[Offered]
    saved: bool
    mailed: bool = False


def texts(language: Language) -> dict[str, str]:
    """Return what somebody agrees to by ticking a purpose: what it is called, and what it means."""
    return {purpose: f"{name}: {meaning}" for purpose, (name, meaning) in _purposes(language).items()}


def selected(language: Language, languages: Iterable[Offered]) -> str:
    """Return which of the offered languages serves somebody now; "" if none of them does."""
    return next((it.tag for it in languages if choose(it.tag).catalogue == language.catalogue), "")


def unsubscribe_page(frame: Frame, purpose: str, preferences: str) -> str:
    """The page that asks whether somebody wants no more mails of a kind; it has one button."""
    return framed("unsubscribe.html", frame, done=False, name=_name(frame, purpose), preferences=preferences)


def unsubscribed_page(frame: Frame, purpose: str, preferences: str) -> str:
    """The page that says that it is done."""
    return framed("unsubscribe.html", frame, done=True, name=_name(frame, purpose), preferences=preferences)


def preferences_page(view: Choices) -> str:
    """The page on which somebody chooses; when it was saved it says so, and what will come."""
    chosen = [it for it in CHOICES if gets(view.person, it)]
    told = _purposes(view.frame.language)
    return framed(
        "preferences.html",
        view.frame,
        address=view.address,
        is_stopped=view.is_stopped,
        saved=view.saved,
        mailed=view.mailed,
        choices=[(it, *told[it], it in chosen) for it in CHOICES],
        chosen=[told[it][0] for it in chosen],
        languages=view.languages,
        selected=selected(view.frame.language, view.languages),
    )


def gone_page(frame: Frame) -> str:
    """The page behind a link that leads nowhere."""
    return framed("gone.html", frame)


def _name(frame: Frame, purpose: str) -> str:
    """What letters of a purpose are called; "" for all."""
    return _purposes(frame.language).get(purpose, ("", ""))[0]


def _purposes(language: Language) -> dict[str, tuple[str, str]]:
    """What each purpose is called to its reader, and what it means."""
    _ = language.translations.gettext
    return {
        "rewards": (_("News of your rewards"), _("When a friend has bought, and when a reward is yours.")),
        "care": (_("How it went"), _("We ask whether you are happy with what you bought.")),
        "tips": (_("Tips"), _("What you can do with the things you have.")),
        "wishes": (_("Good wishes"), _("On your birthday and on other days of yours.")),
        "offers": (_("Offers"), _("Invitations, and offers that fit you.")),
    }


def framed(template: str, frame: Frame, **values: object) -> str:
    """Fill a template within the frame."""
    around = {"shop": one_line(frame.shop_name), "shop_link": frame.shop_url, "notice": frame.notice}
    return page(template, frame.language, frame.brand, **around, **values)
