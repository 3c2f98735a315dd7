"""QR codes of a share link: an SVG for screens and a PNG for print and link previews."""

from collections.abc import Iterable
from functools import lru_cache
from struct import pack
from xml.sax.saxutils import escape
from zlib import compress, crc32

from qrcode import ERROR_CORRECT_M, QRCode

from chalicelib.web.text import one_line

_QUIET = 4  # modules of white that the standard asks for on each side
_SMALLEST_MODULE = 2  # pixels; anything smaller is lost on its way through a camera
_SIZES = range(128, 1025)


def svg(url: str, title: str) -> str:
    """A scalable code, named by its title for screen readers, on white so that it scans in dark mode."""
    modules = _modules(url)
    side = len(modules) + 2 * _QUIET
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {side} {side}"'
        f' shape-rendering="crispEdges"><title>{escape(one_line(title))}</title>'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path stroke="#000" d="{_path(modules)}"/></svg>'
    )


def png(url: str, size: int) -> bytes:
    """A picture of exactly `size` x `size` pixels: whole pixels per module, the rest is quiet zone."""
    modules = _modules(url)
    scale = _scale(len(modules), size)
    before = (size - scale * len(modules)) // 2
    white = _row("", before, size)
    rows = [white] * before
    for line in modules:
        bits = "".join(("0" if dark else "1") * scale for dark in line)
        rows += [_row(bits, before, size)] * scale
    rows += [white] * (size - len(rows))
    return _file(size, rows)


def _file(size: int, rows: Iterable[bytes]) -> bytes:
    """A PNG of one bit per pixel (ISO/IEC 15948); each row begins with its filter, of which it has none."""
    header = pack(">2I5B", size, size, 1, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", compress(b"".join(b"\0" + row for row in rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind + content) for kind, content in parts)


def _chunk(content: bytes) -> bytes:
    return pack(">I", len(content) - 4) + content + pack(">I", crc32(content))


def _scale(modules: int, size: int) -> int:
    if size not in _SIZES:
        raise ValueError(f"a QR code is {_SIZES.start} to {_SIZES.stop - 1} pixels wide, not {size}")
    if modules * _SMALLEST_MODULE > size:
        raise ValueError(f"{modules} modules do not fit into {size} pixels")
    return max(size // (modules + 2 * _QUIET), _SMALLEST_MODULE)


def _row(bits: str, before: int, size: int) -> bytes:
    length = (size + 7) // 8
    return int(("1" * before + bits).ljust(length * 8, "1"), 2).to_bytes(length, "big")


def _path(modules: tuple[tuple[bool, ...], ...]) -> str:
    """Every run of dark modules as one stroke, one module thick, each from the end of the one before."""
    return "".join(f"M{_QUIET} {_QUIET + y}.5" + _runs(line) for y, line in enumerate(modules))


def _runs(line: tuple[bool, ...]) -> str:
    steps, start = "", 0
    for end in range(1, len(line) + 1):
        if end < len(line) and line[end] == line[start]:
            continue
        steps += f"h{end - start}" if line[start] else f"m{end - start} 0"
        start = end
    return steps


@lru_cache(maxsize=128)
def _modules(url: str) -> tuple[tuple[bool, ...], ...]:
    code = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(url)
    code.make(fit=True)
    return tuple(tuple(bool(dark) for dark in line) for line in code.get_matrix())
