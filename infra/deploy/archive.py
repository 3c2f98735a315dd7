"""A zip as small as can be, and the same for the same files; the standard library packs with zlib alone."""

import zlib
from collections.abc import Mapping
from struct import pack

_NAMES_IN_UTF8 = 0x800
_DEFLATED = 8
_FIRST_OF_1980 = (0, 0x21)
_READABLE_FILE = 0o100644 << 16
_UNIX_2_0, _VERSION_2_0 = 0x314, 20


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a zip of these files, by their paths (PKWARE's APPNOTE, 4.3); all may be read by everybody.

    It knows no ZIP64: less than 65,536 files and 4 GB.
    """
    content, directory = bytearray(), bytearray()
    for name, data in files.items():
        path, packed = name.encode(), _packed(data)
        sizes = (zlib.crc32(data), len(packed), len(data), len(path), 0)
        told = pack("<5H3I2H", _VERSION_2_0, _NAMES_IN_UTF8, _DEFLATED, *_FIRST_OF_1980, *sizes)
        directory += b"PK\1\2" + pack("<H", _UNIX_2_0) + told
        directory += pack("<3H2I", 0, 0, 0, _READABLE_FILE, len(content)) + path
        content += b"PK\3\4" + told + path + packed
    end = pack("<4H2IH", 0, 0, len(files), len(files), len(directory), len(content), 0)
    return bytes(content + directory + b"PK\5\6" + end)


def _packed(data: bytes) -> bytes:
    """Deflate (RFC 1951): by libdeflate, which takes 4 % less than zlib, where there is one for this machine."""
    try:
        from deflate import deflate_compress
    except ModuleNotFoundError:
        packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        return packer.compress(data) + packer.flush()
    return bytes(deflate_compress(data, 12))
