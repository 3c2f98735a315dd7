"""How people of the shop go about a task, as a sentence for whoever does it."""

from chalicelib.web.language import Language


def tell_hint(kind: str, language: Language) -> str:
    """Say how a task of a kind is done, where the program says nothing of its own."""
    _ = language.translations.gettext
    return {
        "care": _(
            "Answer as a person: say that you have read it, and what you do about it. Until this is done, nobody asks "
            "them for anything."
        ),
        "social": _(
            "Look at what they do, and say something kind about it. Sell nothing, and name no order where others can "
            "read it."
        ),
        "proof": _("Look at it, and approve it if it shows what you asked for."),
        "gift": _("Say that it is sent before you pack it: if the answer is that it was withdrawn, don’t send it."),
    }[kind]
