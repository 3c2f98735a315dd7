"""What touches of care were good for, in words and as a picture of what may be said and what may not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from chalicelib.web.console import charts
from chalicelib.web.console.charts import Interval, Range
from chalicelib.web.console.story import occasions
from chalicelib.web.language import Language, format_amount
from chalicelib.web.numbers import format_number

Body = Mapping[str, Any]

HUNDRED = 100
"""Shares are said of so many readers."""

_TENTHS = 10
"""… and drawn in tenths of one."""


class Conclusion(NamedTuple):
    """What an occasion, or a variant of it, was good for.

    Attributes:
        share: What can be said of how many bought.
        value: What can be said of how much they spent; "" as long as nothing can.
    """

    name: str
    share: str
    value: str
    is_clear: bool
    result: Body


class Unsent(NamedTuple):
    """How many touches of an occasion were not sent for a reason."""

    occasion: str
    reason: str
    number: str


@dataclass(frozen=True, slots=True)
class Results:
    """Tells what an admin may conclude from results, in a language."""

    language: Language

    def tell(self, results: Sequence[Body]) -> list[Conclusion]:
        """Say of each occasion, or of each variant, what it was good for."""
        return [
            Conclusion(
                self.name(it),
                self._share(it["share"]),
                self._value(it["value"], it["sent"]["spent"]),
                bool(it["share"] and it["share"]["clear"]),
                it,
            )
            for it in results
        ]

    def picture(self, results: Sequence[Body]) -> Interval:
        """Draw how many more of a hundred bought, and between what that lies."""
        return charts.interval([self._range(it) for it in results], self._tenths)

    def name(self, result: Body) -> str:
        """Say which occasion it is, and which of its variants."""
        _ = self.language.translations.gettext
        key: str = result["occasion"]
        name = occasions(self.language).get(key, key)
        name = name[:1].upper() + name[1:]
        if not result.get("variant"):
            return name
        return _("%(occasion)s (%(variant)s)") % {"occasion": name, "variant": result["variant"]}

    def unsent(self, results: Sequence[Body]) -> list[Unsent]:
        """Say why touches were not sent, the most frequent reason of each occasion first."""
        known = reasons(self.language)
        return [
            Unsent(self.name(it), known.get(why, why), self._number(number))
            for it in results
            for why, number in sorted(it["not_sent_why"].items(), key=lambda pair: (-pair[1], pair[0]))
        ]

    def _share(self, difference: Body | None) -> str:
        _ = self.language.translations.gettext
        if difference is None:
            return _("Nobody to compare with yet: of both groups somebody’s 30 days have to pass.")
        low, high = (round(difference[it] * HUNDRED) for it in ("low", "high"))
        told = {"low": self._number(abs(low)), "high": self._number(abs(high))}
        if difference["low"] < 0 < difference["high"] or not difference["clear"]:
            return _("Of 100, between %(low)s fewer and %(high)s more bought: nothing can be said yet.") % told
        if difference["low"] >= 0:
            return _("Of 100, between %(low)s and %(high)s more bought than without it.") % told
        turned = {"low": told["high"], "high": told["low"]}
        return _("Of 100, between %(low)s and %(high)s fewer bought than without it.") % turned

    def _value(self, difference: Body | None, spent: Body) -> str:
        _ = self.language.translations.gettext
        if difference is None or not (difference["low"] or difference["high"]):
            return ""
        unit = spent.get("currency") or spent["unit"]
        low, high = (format_amount(abs(round(difference[it])), unit, self.language) for it in ("low", "high"))
        if not difference["clear"]:
            return _("Each spent between %(low)s less and %(high)s more: nothing can be said yet.") % {
                "low": low,
                "high": high,
            }
        if difference["low"] >= 0:
            return _("Each spent between %(low)s and %(high)s more.") % {"low": low, "high": high}
        return _("Each spent between %(low)s and %(high)s less.") % {"low": high, "high": low}

    def _range(self, result: Body) -> Range:
        found, _ = result["share"], self.language.translations.gettext
        if found is None:
            return Range(self.name(result), _("nothing to compare yet"))
        value, low, high = (round(found[it] * HUNDRED * _TENTHS) for it in ("difference", "low", "high"))
        text = _("%(low)s to %(high)s of 100") % {"low": self._signed(low), "high": self._signed(high)}
        return Range(self.name(result), text, value, low, high, found["clear"])

    def _signed(self, tenths: int) -> str:
        """A number of a hundred, with its sign as it is printed."""
        whole = round(tenths / _TENTHS)
        return f"{'+' if whole > 0 else '−' if whole < 0 else ''}{self._number(abs(whole))}"

    def _tenths(self, tenths: int) -> str:
        """A place of the axis; between whole ones there is a fraction, which only a very short axis has."""
        whole, rest = divmod(abs(tenths), _TENTHS)
        sign = "+" if tenths > 0 else "−" if tenths < 0 else ""
        return f"{sign}{self._number(whole)}" + (f".{rest}" if rest else "")

    def _number(self, value: int) -> str:
        return format_number(value, self.language.tag)


def reasons(language: Language) -> dict[str, str]:
    """Why touches were not sent, in a few words."""
    _ = language.translations.gettext
    return {
        "erased": _("everything about them was erased"),
        "no_address": _("no address"),
        "stopped": _("their address takes no letters"),
        "refused": _("they have said no"),
        "no_consent": _("they have not agreed"),
        "restricted": _("they have restricted the use of their data"),
        "complaint_open": _("something is open between them and you"),
        "address": _("the email service can’t read the address"),
        "unsure": _("nobody knows whether it went"),
        "given_up": _("the email service took nothing for two weeks"),
        "digest": _("told in one letter with others"),
        "overtaken": _("no longer so when its time came"),
        "late": _("its time was over before it could go"),
        "no_budget": _("the month’s budget was used"),
        "no_guide": _("no guide in a language that they read"),
        "gathering": _("more news was awaited"),
        "cap": _("too many letters in those days"),
        "quiet_hours": _("quiet hours"),
        "kept_free": _("made room for another letter"),
        "mail_service": _("the email service took nothing"),
        "operator": _("something had to be mended at the email service"),
        "undeliverable": _("refused by the email service"),
        "closed": _("closed without a reason"),
    }
