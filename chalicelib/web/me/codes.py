"""The words of codes and of the places where they are shared."""

from chalicelib.web.language import Language


def places(language: Language) -> dict[str, str]:
    """Where a link may stand, by the channel that it says (`?ch=`)."""
    _ = language.translations.gettext
    return {
        "whatsapp": "WhatsApp",
        "email": _("Email"),
        "instagram": "Instagram",
        "facebook": "Facebook",
        "telegram": "Telegram",
    }


def no_code(language: Language) -> str:
    """What was typed can't be a code."""
    return language.translations.gettext(
        "A code is a short word of letters from A to Z and figures, and not of figures alone."
    )
