"""A network of one's own: DynamoDB Local listens on all interfaces, so it runs only where loopback is all there is."""

import fcntl
import os
import shutil
import socket
import struct
import subprocess
from collections.abc import Sequence

_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 0x1  # SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP of Linux

IMPOSSIBLE = """\
DynamoDB Local listens on all interfaces and has no option to change that, so it runs only in a network
namespace of their own, which could not be made here: {reason}
What helps:
- Linux needs `unshare` (util-linux) and the right to use it: run as root, or allow namespaces of users
  (sysctl kernel.unprivileged_userns_clone=1, on Ubuntu also kernel.apparmor_restrict_unprivileged_userns=0).
- In a container: start it with --cap-add SYS_ADMIN. Or run `make test-dynamodb` there once, so that everything is
  fetched, and then again in a container without a network (--network none).
- macOS and Windows: use a container or a virtual machine with Linux."""


class TogetherError(Exception):
    """This process shares its network and can't leave it; the text says what to do."""


def is_alone() -> bool:
    """Whether no interface but loopback is up, so that nothing outside can reach what listens here."""
    return all(name == "lo" or not _flags(name) & _UP for _, name in socket.if_nameindex())


def raise_loopback() -> None:
    """Bring up loopback: a new network namespace begins with nothing."""
    flags = _flags("lo")
    if not flags & _UP:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh", b"lo", flags | _UP))


def run_alone(command: Sequence[str]) -> None:
    """Go on as another command in a network namespace of its own; does not return.

    Raises:
        TogetherError: no namespace can be made here.
    """
    if not shutil.which("unshare"):
        raise TogetherError(IMPOSSIBLE.format(reason="there is no `unshare`."))
    told = ""
    for leave in (["unshare", "--net"], ["unshare", "--net", "--map-root-user"]):
        tried = subprocess.run([*leave, "true"], capture_output=True, text=True, check=False)
        if tried.returncode == 0:
            os.execvp(leave[0], [*leave, *command])  # noqa: S606 - it takes this process's place
        told = tried.stderr.strip()
    raise TogetherError(IMPOSSIBLE.format(reason=told))


def _flags(interface: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        answer = fcntl.ioctl(any_socket, _GET_FLAGS, struct.pack("16sh14x", interface.encode(), 0))
    flags: int = struct.unpack("16sh", answer[:18])[1]
    return flags
