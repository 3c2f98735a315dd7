"""Photographs the pages and mails as a phone shows them: 360 CSS pixels wide, two pixels to each.

    python tests/shots.py docs/images                   # the pictures of the documentation
    python tests/shots.py --all --chromium chromium build/shots   # every page, mail, name and mode
    python tests/shots.py --letters build/letters # sheets of all letters, by day, by night, bare, branded

Speaks the DevTools protocol over a pipe, because Chromium's own `--window-size` stops at 500 pixels.
Not a test: a person looks at the result. Needs Chromium with Noto fonts; makes smaller files with Pillow.
"""

import argparse
import base64
import fcntl
import io
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

sys.path.insert(0, str(Path(__file__).parent.parent))

from chalicelib.domain.model.people import Consent, Person
from chalicelib.domain.program.brand import Brand, Text
from chalicelib.web import answers, pages, preferences, qr, rights
from chalicelib.web.language import choose, offered
from chalicelib.web.letters import shared
from chalicelib.web.mail import Mail
from chalicelib.web.notice import Notice
from chalicelib.web.rights import names_of_entries, names_of_letters
from tests.letters import GUIDE, NOW, RULES, mails

SHOP = "Fern & Fig"
NAMES = {
    "en": "Maya",
    "gu": "માયા પટેલ",
    "bn": "মায়া চট্টোপাধ্যায়",
    "hi": "माया चतुर्वेदी",
    "long": "Maximiliane-Alexandra Wolfeschlegelsteinhausenbergerdorff von und zu Hohenlohe-S",
}
FLAGS = (
    "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --hide-scrollbars "
    "--disable-component-update --disable-sync --remote-debugging-pipe"
)


class Browser:
    """One headless Chromium, driven through the pipe on its descriptors 3 and 4."""

    def __init__(self, chromium: str, profile: str) -> None:
        """Starts it with a fresh profile."""
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (theirs_in, theirs_out)]
        self._process = subprocess.Popen(
            [chromium, *FLAGS.split(), f"--user-data-dir={profile}", "about:blank"],
            preexec_fn=lambda: [os.dup2(high[0], 3), os.dup2(high[1], 4)],
            close_fds=False,
            stderr=subprocess.DEVNULL,
        )
        for end in (theirs_in, theirs_out, *high):
            os.close(end)
        self._out, self._in = os.fdopen(ours_out, "wb"), os.fdopen(ours_in, "rb")
        self._sent, self._buffer = 0, b""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable")

    def __enter__(self) -> Self:
        """Leaves the browser to the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends the browser."""
        self._process.terminate()
        self._process.wait()

    def call(self, method: str, **params: Any) -> Any:
        """One command and its answer; events in between are dropped."""
        self._sent += 1
        message = {"id": self._sent, "method": method, "params": params}
        if not method.startswith("Target."):
            message["sessionId"] = self._session
        self._out.write(json.dumps(message).encode() + b"\0")
        self._out.flush()
        while (answer := self._read()).get("id") != self._sent:
            pass
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def _read(self) -> Any:
        while b"\0" not in self._buffer:
            chunk = os.read(self._in.fileno(), 65536)
            if not chunk:
                raise EOFError("the browser ended")
            self._buffer += chunk
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)

    def picture(self, html: str, *, dark: bool = False, width: int = 360, zoom: int = 100) -> bytes:
        """The whole page as a PNG, at least 640 pixels tall."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        screen = {"width": width, "height": 640, "deviceScaleFactor": 2, "mobile": width < 600}
        self.call("Emulation.setDeviceMetricsOverride", **screen)
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        frame = self.call("Page.getFrameTree")["frameTree"]["frame"]["id"]
        self.call("Page.setDocumentContent", frameId=frame, html=html)
        if zoom != 100:
            self._run(f"document.documentElement.style.fontSize = '{zoom}%'")
        overflow = self._run("document.documentElement.scrollWidth - innerWidth")
        if overflow > 0:
            print(f"wider than the screen by {overflow} px", file=sys.stderr)
        height = max(640, self._run("document.documentElement.scrollHeight"))
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        shot = self.call("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)
        return base64.b64decode(shot["data"])

    def _run(self, expression: str) -> Any:
        return self.call("Runtime.evaluate", expression=expression)["result"].get("value")


SPOKEN = {"en": NAMES["en"], "es": "Nuria", "gu": NAMES["gu"], "bn-u-nu-beng": NAMES["bn"], "hi": NAMES["hi"]}
"""A name for each language that there are words in, Bengali in its own digits."""

CAPPED = pages.Offer(basis_points=1000, amount=None, currency="EUR", minimum=123400, maximum=5050)
TEN_PERCENT = pages.Offer(basis_points=1000, amount=None, currency="EUR", minimum=2000)


def landing(name: str, offer: pages.Offer | None = TEN_PERCENT, locale: str = "en") -> str:
    """The friend's page with this name on it."""
    share = "https://friends.fern-fig.example/r/MAYA7K3Q"
    return pages.landing_page(
        pages.Landing(
            shop_name=SHOP,
            first_name=name,
            offer=offer,
            code="MAYA7K3Q",
            shop_link="https://fern-fig.example/?ref=MAYA7K3Q",
            share_url=share,
        ),
        locale,
    )


NOTICE = Notice(
    "Fern & Fig, 1 Fern Way, Figton",
    "Rewards for your friends and you.",
    "A contract.",
    "",
    "In Ireland.",
    SHOP,
    "https:",
)
KNOWN: dict[str, Any] = {
    "orders": [
        {"order_id": "10023", "reported": {"placed_at": NOW, "amount": 4800, "currency": "EUR"}, "redemption": None}
    ],
    "offers": [
        {"code": "FIGS7K3Q", "rate": {"basis_points": 1000}, "currency": "EUR", "created_at": NOW, "until": NOW}
    ],
    "messages": [{"owed_at": NOW, "letter": {"name": name}} for name in names_of_letters(choose("en"))],
    "ambassador": {
        "ledger": [
            {"kind": kind, "at": NOW, "legs": [{"account": "ambassador:held", "amount": 450, "currency": "EUR"}]}
            for kind in names_of_entries(choose("en"))
        ]
    },
}
"""All that may stand on the page of what is known of somebody."""


def choices(locale: str) -> dict[str, str]:
    """The pages on which somebody chooses what they get, in each state."""
    frame = preferences.Frame(SHOP, "https://fern-fig.example/", choose(locale), notice=NOTICE)
    person = Person("per_1", consents={"tips": Consent(own_yes=NOW)})
    view = preferences.Choices(frame, "maya@fern-fig.example", False, person, offered(RULES), False)
    return {
        "preferences": preferences.preferences_page(view),
        "preferences-saved": preferences.preferences_page(replace(view, saved=True, is_stopped=True)),
        "unsubscribe": preferences.unsubscribe_page(frame, "rewards", "https://friends.example/p/x"),
        "unsubscribed": preferences.unsubscribed_page(frame, "rewards", "https://friends.example/p/x"),
        "unsubscribed-all": preferences.unsubscribed_page(frame, "", "https://friends.example/p/x"),
        "gone": preferences.gone_page(frame),
        "rights": rights.rights_page(frame),
        "rights-known": rights.export_page(frame, replace(person, email="maya@fern-fig.example"), KNOWN, RULES),
        "rights-forgotten": rights.forgotten_page(frame),
    }


LIKES = {
    "en": ["Ferns", "Fig trees", "Pots", "Workshops for two on a Saturday morning"],
    "es": ["Helechos", "Higueras", "Macetas", "Talleres para dos los sábados por la mañana"],
    "gu": ["ફર્ન", "અંજીરનાં ઝાડ", "કુંડાં", "શનિવારે સવારે બે જણ માટે કાર્યશાળા"],
    "bn": ["ফার্ন", "ডুমুর গাছ", "টব", "শনিবার সকালে দুজনের জন্য কর্মশালা"],
    "hi": ["फ़र्न", "अंजीर के पेड़", "गमले", "शनिवार की सुबह दो लोगों के लिए कार्यशाला"],
}
"""What the shop offers to choose from."""


def relationship(locale: str) -> dict[str, str]:
    """The pages behind the links of care, in each state."""
    language = choose(locale)
    frame = preferences.Frame(SHOP, "https://fern-fig.example/", language, notice=NOTICE)
    sharing = answers.Sharing("MAYA7K3Q", "https://friends.fern-fig.example/r/MAYA7K3Q", QR)
    terms = shared(RULES, language)
    invited = answers.Invitation(terms, "/j/x")
    wishes = preferences.texts(language)["wishes"].partition(": ")
    choices = LIKES[locale.partition("-")[0]]
    likes = answers.Likes(choices, choices[1:3], asks_birthday=True, wishes=(wishes[0], wishes[2]))

    def answered(value: Any, **more: Any) -> str:
        return answers.answered_page(frame, value, **{"cared_for": False, "invitation": None, "sharing": None, **more})

    return {
        "answer": answers.answer_page(frame, "10023", "happy"),
        "answered-happy": answered("happy", invitation=invited),
        "answered-ambassador": answered("happy", sharing=sharing),
        "answered-fine": answered("fine"),
        "answered-note": answered("happy", cared_for=True),
        "answered-unhappy": answered("unhappy", cared_for=True),
        "join": answers.join_page(frame, terms),
        "joined": answers.joined_page(frame, sharing),
        "join-closed": answers.not_open_page(frame),
        "interests": answers.interests_page(frame, likes),
        "interests-saved": answers.interests_page(frame, replace(likes, asks_birthday=False, wishes=None, saved=True)),
        "interests-problem": answers.interests_page(frame, replace(likes, problem=True)),
    }


QR = (
    "data:image/svg+xml;base64,"
    + base64.b64encode(qr.svg("https://friends.fern-fig.example/r/MAYA7K3Q", "QR").encode()).decode()
)


POSTER = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="360"><rect width="640" height="360" fill="#cfe0c8"/>'
    '<path d="M250 330h140l-16-110H266z" fill="#b5643c"/><path d="M320 220C200 180 230 60 320 40c90 20 120 140 0 180z" '
    'fill="#2f6b45"/></svg>'
)
"""What a guide shows."""


def with_pictures(mail: Mail) -> str:
    """The HTML part of a mail with the pictures that it brings along, as a mail program shows them."""
    html = mail.html
    for image in mail.images:
        data = base64.b64encode(image.content).decode()
        html = html.replace(f"cid:{image.cid}", f"data:{image.media_type};base64,{data}")
    poster = "data:image/svg+xml;base64," + base64.b64encode(POSTER.encode()).decode()
    return html.replace(str(GUIDE.picture), poster)


def main() -> None:
    """Takes the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--chromium", default="chromium")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--letters", action="store_true")
    parser.add_argument("--only", default="", metavar="WORD", help="of all, those with this in their name")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    with profile as folder, Browser(options.chromium, folder) as browser:
        if options.letters:
            take_the_letters(browser, options.folder)
            return
        for name in ("en", "gu", "bn", "hi"):
            save(options.folder / f"landing-{name}.png", browser.picture(landing(NAMES[name], locale=name)))
        if options.all:
            take_the_rest(browser, options.folder, options.only)


LETTERS = (
    "thanks", "welcome", "held", "released", "less and later", "lost", "tier", "gift", "spent", "expiring", "stand",
    "digest",
)  # fmt: skip
"""A mail of each letter."""

CARE = (
    "check in", "how to", "birthday", "birthday, gift", "birthday, sent", "birthday, offer", "anniversary",
    "anniversary, offer", "anniversary, purchase", "surprise, gift", "miss you", "miss you, bounded offer",
    "invitation", "invitation, nothing off", "interests",
)  # fmt: skip
"""A mail of each occasion, with what may come with it."""

BRAND = Brand(
    logo_url="https://fern-fig.example/logo.png",
    color="#5b2a86",
    text_color="#fdf6ff",
    address="1 Fern Way, Figton",
    texts=(Text("spent", "en", opening="Nice to see you back, {name}!", closing="See you soon among the figs."),),
)
LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="150" height="40"><circle cx="20" cy="20" r="20" fill="#5b2a86"/>'
    '<text x="50" y="28" font-size="24" font-family="serif" fill="#2a211a">F &amp; F</text></svg>'
)


def take_the_letters(browser: Browser, folder: Path) -> None:
    """Sheets of all letters: in each language by day and by night, without pictures, and in a shop's own colours."""
    for tag, name in SPOKEN.items():
        written = mails(shop_name=SHOP, first_name=name, locale=tag, unsubscribe="https://friends.example/u/x")
        pages, care = ([with_pictures(written[kind]) for kind in kinds] for kinds in (LETTERS, CARE))
        for mode in ("light", "dark"):
            sheet(folder / f"care-{tag}-{mode}.png", [browser.picture(it, dark=mode == "dark") for it in care], 5)
            shots = [browser.picture(page, dark=mode == "dark") for page in pages]
            sheet(folder / f"letters-{tag}-{mode}.png", shots, columns=6)
            if tag in {"en", "gu"} and mode == ("light" if tag == "en" else "dark"):
                sheet(
                    folder / f"letters-{tag}.png",
                    [shots[LETTERS.index(it)] for it in SHOWN],
                    columns=len(SHOWN),
                    width=180,
                )
    bare = [mails(locale=tag)["welcome"].html for tag in SPOKEN]
    sheet(folder / "letters-bare.png", [browser.picture(it, dark=dark) for dark in (False, True) for it in bare], 5)
    own = mails(first_name=NAMES["en"], brand=BRAND, unsubscribe="https://friends.example/u/x")
    logo = "data:image/svg+xml;base64," + base64.b64encode(LOGO.encode()).decode()
    branded = [with_pictures(own[kind]).replace(str(BRAND.logo_url), logo) for kind in ("welcome", "held", "spent")]
    branded.append(own["spent"].html)
    sheet(folder / "letters-brand.png", [browser.picture(it, dark=dark) for dark in (False, True) for it in branded], 4)


SHOWN = ("welcome", "held", "digest")
"""The letters of the picture in the documentation."""


def sheet(path: Path, pictures: list[bytes], columns: int, width: int = 360) -> None:
    """Writes pictures beside and below each other."""
    from PIL import Image

    shots = [Image.open(io.BytesIO(it)).convert("RGB") for it in pictures]
    shots = [it.resize((width, it.height * width // it.width), Image.Resampling.LANCZOS) for it in shots]
    rows = [shots[n : n + columns] for n in range(0, len(shots), columns)]
    heights = [max(it.height for it in row) for row in rows]
    whole = Image.new("RGB", (width * columns, sum(heights)), "#888888")
    for n, row in enumerate(rows):
        for column, shot in enumerate(row):
            whole.paste(shot, (column * width, sum(heights[:n])))
    whole.quantize(128).save(path, optimize=True)
    print(path)


def take_the_rest(browser: Browser, folder: Path, word: str = "") -> None:
    """What the documentation does not show, but a person changing a template should see."""
    large = pages.Offer(basis_points=None, amount=1_000_000, currency="INR", minimum=5_000_000, maximum=None)
    shown: dict[str, tuple[str, dict[str, Any]]] = {
        "landing-long": (landing(NAMES["long"]), {}),
        "landing-dark": (landing(NAMES["gu"]), {"dark": True}),
        "landing-amount": (landing(NAMES["en"], large), {}),
        **{f"landing-no-offer-{tag}": (landing(NAMES["en"], None, tag), {}) for tag in ("en", "es", "gu", "bn", "hi")},
        "landing-zoom": (landing(NAMES["en"]), {"zoom": 200}),
        "landing-desktop": (landing(NAMES["bn"]), {"width": 1280}),
        "unusable": (pages.unusable_page(SHOP, "https://fern-fig.example/"), {}),
        "unusable-dark": (pages.unusable_page(SHOP, "https://fern-fig.example/"), {"dark": True}),
    }
    for locale, name in SPOKEN.items():
        shown[f"landing-{locale}"] = (landing(name, CAPPED, locale), {})
        shown[f"unusable-{locale}"] = (pages.unusable_page(SHOP, "https://fern-fig.example/", locale), {})
        for about, page in {**choices(locale), **relationship(locale)}.items():
            html = page.replace('<details class="notice">', '<details class="notice" open>')
            shown[f"{about}-{locale}"] = (html, {})
            shown[f"{about}-{locale}-dark"] = (html, {"dark": True})
        for kind, mail in mails(shop_name=SHOP, first_name=name, locale=locale).items():
            about = f"mail-{locale}-{kind.replace(', ', '-').replace(' ', '-')}"
            shown[about] = (with_pictures(mail), {})
            shown[f"{about}-dark"] = (with_pictures(mail), {"dark": True})
            if mail.images:
                shown[f"{about}-bare"] = (mail.html, {})
    shown["mail-desktop"] = (mails(first_name=NAMES["gu"])["held"].html, {"width": 900})
    for name, (html, screen) in shown.items():
        if word in name:
            save(folder / f"{name}.png", browser.picture(html, **screen))


def save(path: Path, picture: bytes) -> None:
    """Writes the picture, in 128 colours when Pillow is there."""
    try:
        from PIL import Image
    except ImportError:
        path.write_bytes(picture)
    else:
        Image.open(io.BytesIO(picture)).convert("RGB").quantize(128).save(path, optimize=True)
    print(path)


if __name__ == "__main__":
    main()
