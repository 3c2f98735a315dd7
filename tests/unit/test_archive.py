"""The zip that is deployed is written by hand, and read by others."""

import io
import sys
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.deploy.archive import zipped

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0\\:"), min_size=1, max_size=20)
FILES = st.dictionaries(NAMES, st.binary(max_size=300) | st.builds(bytes, st.integers(0, 100_000)), max_size=8)


@pytest.fixture(params=["as it is", "zlib alone"])
def packer(request: pytest.FixtureRequest) -> pytest.MonkeyPatch:
    """Whichever packer there is on a machine."""
    patch: pytest.MonkeyPatch = request.getfixturevalue("monkeypatch")
    if request.param == "zlib alone":
        patch.setitem(sys.modules, "deflate", None)
    return patch


@given(files=FILES)
def test_what_goes_in_comes_out(files: dict[str, bytes]) -> None:
    """Every file is there under its name, with its content and the right sum, and may be read by everybody."""
    with zipfile.ZipFile(io.BytesIO(zipped(files))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == files
        assert {file.external_attr >> 16 for file in archive.infolist()} <= {0o100644}


def test_it_is_packed_and_the_same_for_the_same(packer: pytest.MonkeyPatch) -> None:
    """Whenever it is made: a deployment of what is deployed changes nothing. What repeats itself takes no room."""
    made = zipped({"a/b.txt": b"much of the same " * 1000, "c": b""})
    assert made == zipped({"a/b.txt": b"much of the same " * 1000, "c": b""})
    assert len(made) < 500
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.read("a/b.txt") == b"much of the same " * 1000
