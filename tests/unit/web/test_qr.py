"""QR codes that a camera reads, at exactly the size that was asked for."""

import io
import re
from xml.etree import ElementTree

import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageOps

from chalicelib.web import qr

URL = "https://friends.maya-shop.example/r/MAYA7K3Q?ch=qr"
LONG_URL = URL + "&to=" + "x" * 170
SVG = "{http://www.w3.org/2000/svg}"


def read(image: Image.Image) -> list[str]:
    """What a camera would read."""
    return [found.text for found in zxingcpp.read_barcodes(image.convert("L"))]


def picture(url: str, size: int) -> Image.Image:
    """The PNG as pixels."""
    return Image.open(io.BytesIO(qr.png(url, size)))


def drawn(svg: str, scale: int = 4) -> Image.Image:
    """The SVG as pixels: its black path is made of moves and horizontal strokes, one module thick."""
    root = ElementTree.fromstring(svg)
    side = int(root.attrib["viewBox"].split()[2])
    image = Image.new("L", (side * scale, side * scale), 255)
    pen = ImageDraw.Draw(image)
    x, y = 0.0, 0.0
    for command, first, second in re.findall(
        r"([Mmh])([\d.]+)(?: ([\d.]+))?", root.findall(f"{SVG}path")[1].attrib["d"]
    ):
        if command == "M":
            x, y = float(first), float(second)
        elif command == "m":
            x += float(first)
        else:
            end = x + float(first)
            pen.rectangle((x * scale, (y - 0.5) * scale, end * scale - 1, (y + 0.5) * scale - 1), fill=0)
            x = end
    return image


@pytest.mark.parametrize("size", [128, 300, 512, 1024, 129, 777])
def test_png_has_the_size_asked_for_and_scans(size: int) -> None:
    """Any size from 128 to 1024 gives exactly that many pixels each way, and reads back as the link."""
    image = picture(URL, size)
    assert image.size == (size, size)
    assert read(image) == [URL]


@pytest.mark.parametrize("size", [128, 300, 512, 1024])
def test_png_keeps_a_quiet_zone_of_four_modules(size: int) -> None:
    """There is white of at least four modules on every side, and modules are whole pixels."""
    left, top, right, bottom = dark_box(picture(URL, size))
    modules = 33  # version 4, which this link needs at level M
    assert (right - left) % modules == 0
    module = (right - left) // modules
    assert min(left, top, size - right, size - bottom) >= 4 * module


def test_png_gives_up_quiet_zone_before_legibility() -> None:
    """A link so long that four modules of white do not fit still gets modules of two pixels, and scans."""
    image = picture(LONG_URL, 128)
    left, _, right, _ = dark_box(image)
    assert right - left == 2 * 61
    assert 0 < left < 4 * 2
    assert read(image) == [LONG_URL]


def test_png_is_one_bit_deep() -> None:
    """A code of 1024 pixels is a download of a few kilobytes."""
    data = qr.png(URL, 1024)
    assert data[24:26] == b"\x01\x00"  # IHDR: one bit, greyscale
    assert len(data) < 4096


@pytest.mark.parametrize("size", [0, 127, 1025])
def test_png_refuses_other_sizes(size: int) -> None:
    """A size outside the contract is an error, never a huge picture."""
    with pytest.raises(ValueError, match="128 to 1024"):
        qr.png(URL, size)


def test_png_refuses_what_no_camera_could_read() -> None:
    """A link too long for two pixels per module is an error, not an unreadable picture."""
    with pytest.raises(ValueError, match="do not fit"):
        qr.png(URL + "x" * 400, 128)


def test_svg_scans() -> None:
    """The path of the SVG, drawn, reads back as the link."""
    assert read(drawn(qr.svg(URL, "Share link"))) == [URL]


def test_svg_and_png_show_the_same_modules() -> None:
    """Both formats draw one matrix; at four pixels per module they are the same picture."""
    image = drawn(qr.svg(URL, ""))
    assert image.tobytes() == picture(URL, image.width).convert("L").tobytes()


def test_svg_is_accessible_and_scalable() -> None:
    """A screen reader hears the title; the picture has no fixed size and a white ground under a dark page."""
    root = ElementTree.fromstring(qr.svg(URL, "Maya’s link"))
    assert root.attrib["role"] == "img"
    assert root[0].tag == f"{SVG}title"
    assert root[0].text == "Maya’s link"
    assert root.attrib["viewBox"] == "0 0 41 41"
    assert "width" not in root.attrib
    assert root[1].attrib == {"fill": "#fff", "d": "M0 0h41v41H0z"}


def test_svg_title_is_harmless() -> None:
    """Markup or control characters in a title stay text, and the document stays well-formed."""
    root = ElementTree.fromstring(qr.svg(URL, '</title><script>alert("1")</script>\x00\n&'))
    assert root[0].text == '</title><script>alert("1")</script> &'
    assert [child.tag for child in root] == [f"{SVG}title", f"{SVG}path", f"{SVG}path"]


def dark_box(image: Image.Image) -> tuple[int, int, int, int]:
    """The smallest box around everything dark."""
    box = ImageOps.invert(image.convert("L")).getbbox()
    assert box is not None
    return box
