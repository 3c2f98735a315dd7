"""Which addresses reach the same mailbox, as the large providers say of their own hosts.

Kept by hand, because what PyPI has either asks the DNS or knows a dozen hosts. A host that is missing here only means
that a tag makes another person of its user; a wrong rule would make one of two, so what a provider does not say is not
folded. Left out knowingly: Yahoo's `base-keyword` (the base is no mailbox, and may be somebody else's), GMX and Tuta
(no tags), companies' own hosts at Google or Microsoft (not to be told from the name).
"""

from collections.abc import Mapping
from dataclasses import field

from chalicelib.domain.frozen import frozen


@frozen
class Provider:
    """Hosts at which a `+tag` is delivered to the mailbox before it, and what else is folded there.

    `hosts` are parted by blanks. `same` maps characters that the provider reads alike, or does not read at all. `home`
    is the host under which all of the others have the same mailboxes; None when each host has its own. `subdomains`
    tells that anything @name.host is delivered to name@host.
    """

    hosts: str
    same: Mapping[str, str] = field(default_factory=dict)
    home: str | None = None
    subdomains: bool = False


def _under(names: str, ends: str) -> list[str]:
    return [f"{name}.{end}" for name in names.split() for end in ends.split()]


_MICROSOFT = (
    "at be ca ch cl co.id co.il co.jp co.kr co.nz co.th co.uk co.za com com.ar com.au com.br com.gr com.hk com.mx"
    " com.my com.pe com.pt com.sg com.tr com.tw com.vn cn cz de dk es eu fi fr gr hk hu id ie in it jp kr lv my nl no"
    " ph pt rs ru sa se sg sk"
)

PROVIDERS = (
    # Google's help, support.google.com/mail/answer: 7436150 (dots), 22370 (tags), 10313 (googlemail.com).
    Provider("gmail.com googlemail.com", same={".": ""}, home="gmail.com"),
    # Microsoft's help: "Add a +site address to your Outlook.com email". Hotmail, Live and Outlook are one service.
    Provider(" ".join([*_under("hotmail live outlook", _MICROSOFT), "msn.com passport.com windowslive.com"])),
    # Apple's help, support.apple.com/118230: who has @me.com or @mac.com has the same name @icloud.com
    Provider("icloud.com me.com mac.com", home="icloud.com"),
    # Proton's help, proton.me/support/addresses-and-aliases: a name belongs to one account at all of these hosts
    Provider("proton.me protonmail.com protonmail.ch pm.me", home="proton.me"),
    # Yandex's help, yandex.com/support/id/authorization/email: one user name at all hosts, in which a dot is a hyphen.
    Provider(
        "yandex.ru ya.ru yandex.by yandex.com yandex.com.tr yandex.kz yandex.ua yandex.uz yandex.az yandex.com.am"
        " yandex.com.ge yandex.co.il yandex.ee yandex.fr yandex.kg yandex.lt yandex.lv yandex.md yandex.tj yandex.tm",
        same={".": "-"},
        home="yandex.ru",
    ),
    # Fastmail's help, articles 6239365719055 (hosts) and 360060591053 (tags and subdomains)
    Provider(
        " ".join(_under("fastmail", "ca cn co.uk com com.au de es fm fr im in jp mx net nl org se to tw uk us"))
        + " 123mail.org 150mail.com 150ml.com 16mail.com 2-mail.com 4email.net 50mail.com airpost.net allmail.net"
        " bestmail.us cluemail.com elitemail.org emailcorner.net emailengine.net emailengine.org emailgroups.net"
        " emailplus.org emailuser.net eml.cc f-m.fm fast-email.com fast-mail.org fastem.com fastemail.us"
        " fastemailer.com fastest.cc fastimap.com fastmailbox.net fastmessaging.com fea.st fmailbox.com fmgirl.com"
        " fmguy.com ftml.net h-mail.us hailmail.net imap-mail.com imap.cc imapmail.org inoutbox.com"
        " internet-e-mail.com internet-mail.org internetemails.net internetmailing.net jetemail.net justemail.net"
        " letterboxes.org mail-central.com mail-page.com mailas.com mailbolt.com mailc.net mailcan.com mailforce.net"
        " mailhaven.com mailingaddress.org mailite.com mailmight.com mailnew.com mailsent.net mailservice.ms"
        " mailup.net mailworks.org ml1.net mm.st myfastmail.com mymacmail.com nospammail.net ownmail.net petml.com"
        " postinbox.com postpro.net proinbox.com promessage.com realemail.net reallyfast.biz reallyfast.info"
        " rushpost.com sent.as sent.at sent.com speedpost.net speedymail.org ssl-mail.com swift-mail.com"
        " the-fastest.net the-quickest.com theinternetemail.com veryfast.biz veryspeedy.net warpmail.net xsmail.com"
        " yepmail.net your-mail.com",
        subdomains=True,
    ),
    # The help of Hey and of Zoho: "plus addressing", "subaddressing".
    Provider("hey.com"),
    Provider(" ".join([*_under("zoho zohomail", "com eu in com.au jp ca"), "zohomail.cn"])),
)
"""The providers whose addresses are folded."""

_OF_HOST = {host: provider for provider in PROVIDERS for host in provider.hosts.split()}


def mailbox_of(local: str, host: str) -> tuple[str, str]:
    """Return local part and host of the mailbox that an address in small letters reaches."""
    name, _, parent = host.partition(".")
    provider = _OF_HOST.get(host)
    if provider is None:
        above = _OF_HOST.get(parent)
        return mailbox_of(name, parent) if above and above.subdomains else (local, host)
    tagless = local.partition("+")[0] or local
    return "".join(provider.same.get(it, it) for it in tagless), provider.home or host
