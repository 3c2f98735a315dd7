"""Connections: whom they trust, what they do when they break, and that nothing goes twice that must not."""

import gc
import json
import os
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zlib import crc32

import pytest
import trustme

from chalicelib.aws import credentials, lines
from chalicelib.aws.credentials import Credentials, NoCredentialsError
from chalicelib.aws.lines import LostError, Reply, UnreachedError
from chalicelib.aws.services import DYNAMODB, SES, RefusedError, Service
from chalicelib.store.wire import BusyError, Wire
from tests.integration.aws.server import Connection, Server, answering, closing, resetting, serving, whole

WHO = Credentials("AKIA", "secret")
SENT = b'{"MessageId": "m"}'
ITEM = {"TableName": "t", "Key": {}}

pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"  # a connection is kept for the life of its thread
)


@pytest.fixture(autouse=True)
def none_left() -> Iterator[None]:
    """No connection of one test ends in another one."""
    yield
    gc.collect()


def dynamodb(server: Server, *, answer: float = 2.0, scheme: str = "http", host: str = "127.0.0.1") -> Service:
    """The service as the program speaks to it, at a server of the test's."""
    url = f"{scheme}://{host}:{server.port}"
    return Service(DYNAMODB, connect=2, answer=answer, region="eu-central-1", url=url, who=lambda: WHO)


# --- trust ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Somebody who vouches for servers."""
    return trustme.CA()


@pytest.fixture
def trusting(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A system that trusts this authority, and no other."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    lines._trust.cache_clear()  # noqa: SLF001 - the system's authorities are read once in the life of a process
    yield
    lines._trust.cache_clear()  # noqa: SLF001 - as above


def secured(authority: trustme.CA, name: str) -> ssl.SSLContext:
    """A server's side of TLS, under a name that an authority vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


@pytest.mark.usefixtures("trusting")
def test_a_server_that_is_vouched_for_is_spoken_to(authority: trustme.CA) -> None:
    """Over one connection, however many calls: a handshake is dear."""
    with serving(context=secured(authority, "localhost")) as server:
        service = dynamodb(server, scheme="https", host="localhost")
        for _ in range(3):
            assert service.call("GetItem", ITEM) == {"Item": {}}
        assert server.over == [1, 1, 1]


@pytest.mark.usefixtures("trusting")
def test_a_server_under_another_name_is_not_spoken_to(authority: trustme.CA) -> None:
    """Its certificate is good, but for somebody else: not a byte of a request goes there."""
    with serving(context=secured(authority, "elsewhere.example")) as server:
        with pytest.raises(UnreachedError):
            dynamodb(server, scheme="https", host="localhost").call("GetItem", ITEM)
        assert server.bodies == []


@pytest.mark.usefixtures("trusting")
def test_a_server_that_nobody_vouches_for_is_not_spoken_to() -> None:
    """The name is right, but the issuer is unknown here."""
    with serving(context=secured(trustme.CA(), "localhost")) as server:
        with pytest.raises(UnreachedError):
            dynamodb(server, scheme="https", host="localhost").call("GetItem", ITEM)
        assert server.bodies == []


@pytest.mark.usefixtures("trusting")
def test_whoever_names_authorities_as_for_aws_is_heard(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`AWS_CA_BUNDLE` counts here as in AWS's own tools: only those in it are trusted, not those of the system."""
    other = trustme.CA()
    other.cert_pem.write_to_path(tmp_path / "other.pem")
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "other.pem"))
    with serving(context=secured(other, "localhost")) as server:
        assert dynamodb(server, scheme="https", host="localhost").call("GetItem", ITEM) == {"Item": {}}
    with serving(context=secured(authority, "localhost")) as server, pytest.raises(UnreachedError):
        dynamodb(server, scheme="https", host="localhost").call("GetItem", ITEM)


@pytest.mark.parametrize(
    "url", ["localhost:8000", "dynamodb.eu-central-1.amazonaws.com", "ftp://localhost", "https://"]
)
def test_what_is_no_address_is_not_guessed_at(url: str) -> None:
    """Without a scheme it would be some other host than was meant: whoever set it is told."""
    with pytest.raises(ValueError, match="no address of a service"):
        lines.Line(url, connect=1, answer=1)


# --- what breaks ------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_connection_that_died_while_the_function_was_frozen(authority: trustme.CA, scheme: str) -> None:
    """The host has closed it meanwhile: nobody notices, and the request goes there once."""
    context = secured(authority, "localhost") if scheme == "https" else None
    with serving(closing(whole()), context=context) as server:
        service = dynamodb(server, scheme=scheme, host="localhost")
        service.call("GetItem", ITEM)
        time.sleep(0.1)
        assert service.call("GetItem", ITEM) == {"Item": {}}
        assert server.over == [1, 2]


def test_a_kept_connection_that_breaks_at_the_request() -> None:
    """It was alive a moment before: the request goes once more, with the same token, over a new connection."""
    with serving(answering(whole()), closing()) as server:
        service = dynamodb(server)
        service.call("GetItem", ITEM)
        assert service.call("TransactWriteItems", {"ClientRequestToken": "once"}) == {"Item": {}}
        assert server.bodies[1:] == [b'{"ClientRequestToken":"once"}'] * 2
        assert server.over == [1, 1, 2]


def ses(server: Server) -> Service:
    """The mail service as the program speaks to it."""
    url = f"http://127.0.0.1:{server.port}"
    return Service(SES, connect=2, answer=2, region="eu-central-1", url=url, who=lambda: WHO)


def test_a_mail_meets_no_connection_that_is_closed() -> None:
    """A mail service closes what was idle: nobody may have to wonder afterwards whether a mail went."""
    with serving(closing(whole(body=SENT)), answering(whole(body=SENT))) as server:
        service = ses(server)
        service.call("SendEmail", {})
        time.sleep(0.1)
        assert service.call("SendEmail", {}) == {"MessageId": "m"}
        assert server.over == [1, 2]


def test_no_mail_goes_twice_by_a_connection_that_breaks() -> None:
    """SES may have taken it: whether to send it again is decided by whoever knows what that means."""
    with serving(answering(whole(body=SENT)), closing()) as server:
        service = ses(server)
        assert service.call("SendEmail", {}) == {"MessageId": "m"}
        with pytest.raises(LostError) as lost:
            service.call("SendEmail", {})
        assert not isinstance(lost.value, UnreachedError)
        assert len(server.bodies) == 2


def test_a_request_whose_answer_has_begun_goes_once() -> None:
    """It was carried out, whatever becomes of the rest: who asked decides whether to ask again."""
    with serving(answering(whole()), resetting(whole()[:-3])) as server:
        service = dynamodb(server)
        service.call("GetItem", ITEM)
        with pytest.raises(LostError):
            service.call("UpdateItem", ITEM)
        assert len(server.bodies) == 2


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 OK\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{} ",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        whole()[:-3],
        whole(body=b"{}  ")[:-2],
        b"nonsense\r\n\r\n",
        whole(body=b"<html>"),
        whole(body=b"[]"),
        whole(body=b'{"a":' * 10_000 + b"1" + b"}" * 10_000),
        b"SSH-2.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}{}\r\n0\r\n\r\n",
    ],
)
def test_an_answer_that_is_not_whole_is_none(broken: bytes) -> None:
    """On a new connection nothing is sent again by itself: whoever asked decides, and the next call is well."""
    with serving(closing(broken)) as server:
        service = dynamodb(server)
        with pytest.raises(LostError) as lost:
            service.call("GetItem", ITEM)
        assert not isinstance(lost.value, UnreachedError)
        assert len(server.bodies) == 1
        assert service.call("GetItem", ITEM) == {"Item": {}}


CHUNKS = b'4;x=y\r\n{"It\r\n8\r\nem": {}}\r\n0\r\nTrailer: t\r\n\r\n'


@pytest.mark.parametrize("raw", [whole(), b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKS])
@pytest.mark.parametrize("size", [2, 3, 1000])
def test_an_answer_in_pieces_is_put_together(raw: bytes, size: int) -> None:
    """However it is cut: a proxy may send chunks, and the connection is ready for the next call."""

    def in_pieces(connection: Connection, _: bytes) -> bool:
        for begin in range(0, len(raw), size):
            connection.sendall(raw[begin : begin + size])
            time.sleep(0.0002)
        return True

    with serving(in_pieces) as server:
        service = dynamodb(server)
        assert [service.call("GetItem", ITEM) for _ in range(2)] == [{"Item": {}}] * 2
        assert server.over == [1, 1]


def test_a_connection_that_will_be_closed_is_not_kept() -> None:
    """The host says so beforehand, or speaks a version that closes; or it has said more than it was asked for.

    The next request goes over a new one at once.
    """

    def last(connection: Connection, _: bytes) -> bool:
        connection.sendall(whole(body=SENT, Connection="close"))
        time.sleep(0.3)
        return False

    old = whole(body=SENT).replace(b"HTTP/1.1", b"HTTP/1.0")
    two = whole(body=SENT) + whole(body=b'{"MessageId": "another\'s"}')
    with serving(last, answering(old), answering(two), answering(whole(body=SENT))) as server:
        service = ses(server)
        assert [service.call("SendEmail", {}) for _ in range(4)] == [{"MessageId": "m"}] * 4
        assert server.over == [1, 2, 3, 4]


@pytest.mark.parametrize("pause", [0.0, 0.6])
def test_a_silent_host_is_waited_for_no_longer_than_was_said(pause: float) -> None:
    """And its late answer is not taken for that of the next call."""

    def late(connection: Connection, _: bytes) -> bool:
        time.sleep(0.6)
        connection.sendall(whole(body=b'{"Item": {"late": {"S": "x"}}}'))
        return True

    with serving(late) as server:
        service, began = dynamodb(server, answer=0.2), time.monotonic()
        with pytest.raises(LostError):
            service.call("GetItem", ITEM)
        assert time.monotonic() - began < 0.55
        time.sleep(pause)
        assert service.call("GetItem", ITEM) == {"Item": {}}


@pytest.mark.parametrize("begun", [b"", whole(body=b"{" + b" " * 99)[:-98]])
def test_a_host_that_sends_a_letter_now_and_then_holds_up_nobody(begun: bytes) -> None:
    """The time is that of the whole answer, not that between two letters of it."""

    def slow(connection: Connection, _: bytes) -> bool:
        connection.sendall(begun)
        for letter in (whole() if not begun else b" " * 20)[:20]:
            time.sleep(0.05)
            connection.sendall(bytes([letter]))
        return False

    with serving(slow) as server:
        service, began = dynamodb(server, answer=0.2), time.monotonic()
        with pytest.raises(LostError):
            service.call("GetItem", ITEM)
        assert time.monotonic() - began < 0.45


@pytest.mark.parametrize(
    "endless",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n{",
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"a%d: b\r\n" % number for number in range(9_000)),
        b"HTTP/1.1 200 OK\r\n" + b"a" * 70_000,
    ],
)
def test_an_answer_that_is_longer_than_any_is_not_waited_for(endless: bytes) -> None:
    """No service says so much: it is given up at once, before it fills the memory."""
    with serving(answering(endless)) as server:
        service, began = dynamodb(server, answer=2), time.monotonic()
        with pytest.raises(LostError):
            service.call("GetItem", ITEM)
        assert time.monotonic() - began < 1


def test_what_comes_before_an_answer_is_passed_over() -> None:
    """A proxy or a balancer may say that it goes on (RFC 9110, 15.2): the answer is what comes then."""
    before = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
    with serving(answering(before + whole())) as server:
        service = dynamodb(server)
        assert [service.call("GetItem", ITEM) for _ in range(2)] == [{"Item": {}}] * 2
        assert server.over == [1, 1]


def test_whoever_breaks_off_leaves_no_answer_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even by what nobody expects, a key pressed or a full memory: the next call has its own connection."""

    def late(connection: Connection, _: bytes) -> bool:
        time.sleep(0.1)
        connection.sendall(whole(body=b'{"Item": {"late": {"S": "x"}}}'))
        return True

    def interrupted(*_: object) -> Reply:
        raise KeyboardInterrupt

    with serving(answering(whole()), late) as server:
        service = dynamodb(server)
        service.call("GetItem", ITEM)
        with monkeypatch.context() as patched:
            patched.setattr(lines, "_read", interrupted)
            with pytest.raises(KeyboardInterrupt):
                service.call("GetItem", ITEM)
        assert service.call("GetItem", ITEM) == {"Item": {}}
        assert server.over == [1, 1, 2]


def test_where_nobody_listens_nothing_was_sent() -> None:
    """That is surely known: a mail may be sent again."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with pytest.raises(UnreachedError):
        dynamodb(Server(port=port)).call("GetItem", ITEM)


def test_where_a_proxy_is_set_it_is_said_that_it_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind one, AWS is not reached; whoever looks why is not left to guess."""
    monkeypatch.setenv("HTTPS_PROXY", "http://somebody:secret@proxy.example:3128")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with pytest.raises(UnreachedError, match=r"^ConnectionRefusedError \(HTTPS_PROXY is set, .* not used\)$"):
        dynamodb(Server(port=port), scheme="https").call("GetItem", ITEM)
    with pytest.raises(UnreachedError, match=r"^ConnectionRefusedError$"):
        dynamodb(Server(port=port)).call("GetItem", ITEM)


@pytest.mark.parametrize(
    ("behind", "code", "told"),
    [
        (900, "InvalidSignatureException", "InvalidSignatureException: this clock is -900 s from the service's"),
        (5, "InvalidSignatureException", "InvalidSignatureException"),
        (900, "ValidationException", "ValidationException"),
    ],
)
def test_a_wrong_clock_is_named(behind: int, code: str, told: str) -> None:
    """A signature is good for some minutes. By whose clock it was refused, the answer says; nobody has to guess."""
    date = (datetime.now(UTC) + timedelta(seconds=behind)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    refusal = whole(400, b'{"__type": "com.amazon.coral.service#%s"}' % code.encode(), Date=date)
    with serving(answering(refusal)) as server:
        with pytest.raises(RefusedError) as refused:
            dynamodb(server).call("GetItem", ITEM)
        assert (refused.value.code, re.sub("-(899|901)", "-900", str(refused.value))) == (code, told)


def test_an_answer_that_was_changed_on_its_way_is_none() -> None:
    """DynamoDB says the checksum of what it sends; one that is right is taken."""
    right = whole(x_amz_crc32=str(crc32(b'{"Item": {}}')))
    with serving(answering(whole(x_amz_crc32="1")), answering(right)) as server:
        service = dynamodb(server)
        with pytest.raises(LostError):
            service.call("GetItem", ITEM)
        assert service.call("GetItem", ITEM) == {"Item": {}}


# --- what is said -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (whole(400, b'{"__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"}'), "ResourceNotFound"),
        (whole(400, b"{}", x_amzn_ErrorType="MessageRejected:http://internal.amazon.com/"), "MessageRejected"),
        (whole(503, b"<html>a proxy</html>"), "503"),
        (whole(500, b""), "500"),
    ],
)
def test_a_refusal_has_a_code_however_it_is_said(reply: bytes, code: str) -> None:
    """In the body, in a header, or by its status alone; and its text says no more than that."""
    with serving(answering(reply)) as server, pytest.raises(RefusedError) as refusal:
        dynamodb(server).call("GetItem", ITEM)
    assert refusal.value.code.removesuffix("Exception") == code
    assert str(refusal.value) == refusal.value.code


@pytest.mark.parametrize(
    ("reply", "error", "asked"),
    [
        (whole(400, b'{"__type": "x#ThrottlingException"}'), BusyError, 3),
        (whole(500, b"{}"), BusyError, 3),
        (whole(503, b"busy"), BusyError, 3),
        (whole(400, b'{"__type": "x#ValidationException"}'), RefusedError, 1),
        (whole(400, b'{"__type": "x#AccessDeniedException"}'), RefusedError, 1),
    ],
)
def test_what_passes_is_tried_again_what_stays_is_not(reply: bytes, error: type[Exception], asked: int) -> None:
    """A read is tried three times in all where that may help; then the table is busy."""
    with serving(*[answering(reply)] * 9) as server:
        wire = Wire(dynamodb(server).call, "t", sleep=lambda _: None)
        with pytest.raises(error):
            next(wire.query("AMB#a"), None)
        assert len(server.bodies) == asked


def test_each_thread_has_a_connection_of_its_own() -> None:
    """So no answer ever comes to somebody else."""

    def echo(connection: Connection, body: bytes) -> bool:
        connection.sendall(whole(body=b'{"Item": ' + body + b"}"))
        return True

    with serving(*[echo] * 400) as server:
        service, wrong, together = dynamodb(server), [], threading.Barrier(8)

        def work(number: int) -> None:
            together.wait(5)
            for turn in range(50):
                asked = {"n": number * 1000 + turn}
                if service.call("GetItem", asked) != {"Item": asked}:
                    wrong.append(asked)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not wrong
        assert server.connections == 8
        service.call("GetItem", ITEM)
        one = threading.Thread(target=service.call, args=("GetItem", ITEM))
        one.start()
        one.join()
        assert server.connections == 10


# --- who asks ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """An environment in which AWS's tools find no credentials."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    forget()
    yield monkeypatch
    forget()


def forget() -> None:
    """Let the next question for credentials be the first one."""
    credentials._source.cache_clear()  # noqa: SLF001 - they are kept for the life of a process
    credentials._botocore.cache_clear()  # noqa: SLF001 - as above


def test_credentials_that_end_are_renewed(nobody: pytest.MonkeyPatch) -> None:
    """Those of a container's endpoint, which is also that of a function restored from a snapshot, end after hours."""

    def given(number: int, minutes: int) -> bytes:
        ends = (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
        keys = {"AccessKeyId": f"AKIA{number}", "SecretAccessKey": "s", "Token": f"t{number}", "Expiration": ends}
        return whole(body=json.dumps(keys).encode())

    with serving(closing(given(1, 2)), closing(given(2, 60))) as server:
        nobody.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"http://127.0.0.1:{server.port}/role")
        who = credentials.credentials()
        assert {who().access_key for _ in range(2)} <= {"AKIA1", "AKIA2"}
        assert who() == Credentials("AKIA2", "s", "t2")
        assert who() == Credentials("AKIA2", "s", "t2")
        assert server.connections == 2


def test_a_functions_own_credentials_are_those_of_its_environment(nobody: pytest.MonkeyPatch) -> None:
    """They are taken as they are, with their token, and botocore is not asked."""
    nobody.setenv("AWS_ACCESS_KEY_ID", "ASIA")
    nobody.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    nobody.setenv("AWS_SESSION_TOKEN", "token")
    assert credentials.credentials()() == Credentials("ASIA", "secret", "token")


def test_without_credentials_nothing_is_sent(nobody: pytest.MonkeyPatch) -> None:
    """And whoever runs a command is told what to set."""
    del nobody
    with serving() as server:
        url = f"http://127.0.0.1:{server.port}"
        service = Service(DYNAMODB, connect=1, answer=1, region="eu-central-1", url=url)
        with pytest.raises(NoCredentialsError, match="AWS_PROFILE"):
            service.call("GetItem", ITEM)
        assert server.connections == 0


def test_a_reply_is_told_by_small_letters() -> None:
    """Headers have no case; what reads them need not think of it."""
    with serving(answering(whole(X_Amzn_RequestId="r"))) as server:
        line = lines.Line(f"http://127.0.0.1:{server.port}", connect=1, answer=1)
        found = line.exchange("/", {}, b"{}")
    assert isinstance(found, Reply)
    assert found.headers["x-amzn-requestid"] == "r"
