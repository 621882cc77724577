"""What arrives on a socket and is no request, or half of one, or too much: no hang, no traceback.

The statuses stand as recorded from an engine 28.5.2. Of whole requests with wrong content see tests/fuzz.
"""

import json
import os
import random
import resource
import socket
import time
from collections.abc import Iterator

import pytest

from swarmlab.backends.embedded import EmbeddedBackend
from swarmlab.server.connection import MAX_BODY_BYTES, MAX_HEAD_BYTES
from tests.fuzz.requests import Story, as_bytes
from tests.server.raw_client import RawClient

REQUESTS = int(os.environ.get("SWARMLAB_FUZZ", "500")) // 5
SEED = int(os.environ.get("SWARMLAB_FUZZ_SEED", "1"))

PING = b"GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"Connection: close\r\n\r\n"
POST = b"POST /volumes/create HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedBackend]:
    """A formed swarm in manual time; at its end it must not have gone wrong anywhere."""
    backend = EmbeddedBackend(time="manual", directory=tmp_path_factory.mktemp("hostile"), state="formed")
    yield backend
    backend.close()


@pytest.fixture(autouse=True)
def alive(lab: EmbeddedBackend) -> Iterator[None]:
    """After every test the engine answers, and nothing is under way."""
    yield
    assert talk(lab, PING[:-2] + LAST).endswith(b"OK")
    end = time.monotonic() + 30
    while lab._server.call(lambda _: lab._server._exchanges):
        assert time.monotonic() < end, "an exchange outlived its client"
        time.sleep(0.01)


def talk(lab: EmbeddedBackend, *parts: bytes, end: bool = False) -> bytes:
    """Send bytes; returns all that comes back until the engine closes the connection."""
    with RawClient(lab) as client:
        for part in parts:
            try:
                client.send_bytes(part)
            except OSError:
                break  # the engine has heard enough
        if end:
            client.end()
        return client.read_to_end()


def first_line_and_body(answer: bytes) -> tuple[str, str]:
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.split(b"\r\n")[0].decode(), body.decode()


BAD = "400 Bad Request"
NO_HTTP = "505 HTTP Version Not Supported"
TOO_LONG = "431 Request Header Fields Too Large"
REFUSED = {
    "no request line": (b"GARBAGE\r\n\r\n", BAD),
    "no host": (b"GET /_ping HTTP/1.1\r\n\r\n", BAD),
    "two hosts": (b"GET /_ping HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", BAD),
    "HTTP/2": (b"GET /_ping HTTP/2.0\r\nHost: x\r\n\r\n", NO_HTTP),
    "HTTP/9.9": (b"GET /_ping HTTP/9.9\r\nHost: x\r\n\r\n", NO_HTTP),
    "no method": (b"G@T /_ping HTTP/1.1\r\nHost: x\r\n\r\n", BAD),
    "a header without a colon": (b"GET /_ping HTTP/1.1\r\nHost: x\r\nfoo bar\r\n\r\n", BAD),
    "a header's name with a blank": (b"GET /_ping HTTP/1.1\r\nHost: x\r\nfo o: bar\r\n\r\n", BAD),
    "a header that begins with a blank": (b"GET /_ping HTTP/1.1\r\n Host: x\r\n\r\n", BAD),
    "a control character in a header": (b"GET /_ping HTTP/1.1\r\nHost: x\r\nA: b\x01c\r\n\r\n", BAD),
    "a zero in the path": (b"GET /_pi\x00ng HTTP/1.1\r\nHost: x\r\n\r\n", BAD),
    "a wrong escape in the path": (b"GET /containers/%zz/json HTTP/1.1\r\nHost: x\r\n\r\n", BAD),
    "a path without a slash": (b"GET info HTTP/1.1\r\nHost: x\r\n\r\n", BAD),
    "a blank line first": (b"\r\n\r\n" + PING, BAD),
    "a negative length": (POST + b"Content-Length: -5\r\n\r\n", BAD),
    "a length that is no number": (POST + b"Content-Length: abc\r\n\r\n", BAD),
    "two lengths": (POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", BAD),
    "a length without end": (POST + b"Content-Length: 99999999999999999999\r\n\r\n{}", BAD),
    "an unknown encoding": (POST + b"Transfer-Encoding: gzip\r\n\r\n", "501 Not Implemented"),
    "a head of a megabyte and a half": (
        b"GET /_ping HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 1_500_000 + b"\r\n\r\n",
        TOO_LONG,
    ),
    "a path of a megabyte and a half": (
        b"GET /" + b"a" * 1_500_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        TOO_LONG,
    ),
    "an expectation that nobody knows": (POST + b"Expect: foo\r\n\r\n", "417 Expectation Failed"),
    "a head of what is no path": (b"HEAD info HTTP/1.1\r\nHost: x\r\n\r\n", BAD),
    "a lone return": (b"GET /_ping HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n", BAD),
    "blanks before a control character": (
        b"GET /_ping HTTP/1.1\r\nHost: x\r\nA:" + b" " * 900_000 + b"\x0b\r\n\r\n",
        BAD,
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_request_is_refused(lab: EmbeddedBackend, name: str) -> None:
    """In plain text that says what the status line does; then the connection ends."""
    content, status = REFUSED[name]
    assert first_line_and_body(talk(lab, content)) == (f"HTTP/1.1 {status}", status)


BAD_CHUNKS = {
    "no size": b"zz\r\n{}\r\n0\r\n\r\n",
    "longer than its size": b"2\r\n{}}\r\n0\r\n\r\n",
    "a line without end": b"2;" + b"a" * 100_000,
    "a line that ends twice": b"2;" + b" " * 100_000 + b"\n\r\n",
    "a trailer of nothing": b"0\r\n: x\r\n\r\n",
    "a trailer of blanks": b"0\r\nA:" + b" " * 100_000 + b"\x0b\r\n\r\n",
}


@pytest.mark.parametrize("name", BAD_CHUNKS)
def test_chunks_that_are_none_are_refused(lab: EmbeddedBackend, name: str) -> None:
    """In JSON, as by an engine that is decoding them; and at once, however many blanks there are."""
    began = time.monotonic()
    status, body = first_line_and_body(talk(lab, CHUNKED + b"\r\n" + BAD_CHUNKS[name]))
    assert status == "HTTP/1.1 400 Bad Request"
    assert json.loads(body)["message"].startswith("invalid JSON: ")
    assert time.monotonic() - began < 30


TAKEN = {
    "HTTP/1.0": (b"GET /_ping HTTP/1.0\r\n\r\n", "HTTP/1.0 200 OK"),
    "line ends without a return": (b"GET /_ping HTTP/1.1\nHost: x\nConnection: close\n\n", "HTTP/1.1 200 OK"),
    "a header of two lines": (b"GET /_ping HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n" + LAST, "HTTP/1.1 200 OK"),
    "a header of nearly a megabyte": (
        b"GET /_ping HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 900_000 + b"\r\n" + LAST,
        "HTTP/1.1 200 OK",
    ),
    "a length besides chunks": (
        CHUNKED + b"Content-Length: 2\r\n" + LAST + b"2\r\n{}\r\n0\r\n\r\n",
        "HTTP/1.1 201 Created",
    ),
    "a body where none belongs": (
        b"GET /info HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n" + LAST + b"abc",
        "HTTP/1.1 200 OK",
    ),
    "a whole URL": (b"GET http://x/_ping HTTP/1.1\r\nHost: x\r\n" + LAST, "HTTP/1.1 200 OK"),
    "options of everything": (b"OPTIONS * HTTP/1.1\r\nHost: x\r\n" + LAST, "HTTP/1.1 200 OK"),
    "a way round": (b"GET /containers/../info HTTP/1.1\r\nHost: x\r\n" + LAST, "HTTP/1.1 301 Moved Permanently"),
    "two slashes": (b"GET //info HTTP/1.1\r\nHost: x\r\n" + LAST, "HTTP/1.1 301 Moved Permanently"),
    "a tunnel": (b"CONNECT x:80 HTTP/1.1\r\nHost: x\r\n" + LAST, "HTTP/1.1 301 Moved Permanently"),
    "a host alone": (b"GET http://x HTTP/1.1\r\nHost: x\r\n" + LAST, "HTTP/1.1 301 Moved Permanently"),
    "a head alone": (b"HEAD /info HTTP/1.1\r\nHost: x\r\n" + LAST, "HTTP/1.1 404 Not Found"),
    "an expectation": (POST + b"Content-Length: 2\r\nExpect: 100-continue\r\n" + LAST + b"{}", "HTTP/1.1 100 Continue"),
}


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_odd_but_right_is_answered(lab: EmbeddedBackend, name: str) -> None:
    """As by a real engine."""
    content, line = TAKEN[name]
    assert first_line_and_body(talk(lab, content))[0] == line


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (b"/containers/%ff/json", '{"message":"No such container: \ufffd"}\n'),
        ("/containers/é/json".encode(), '{"message":"No such container: é"}\n'),
        (b"/containers/a%2fb/json", '{"message":"No such container: a/b"}\n'),
        (b"/containers/json?all=%zz", '{"message":"invalid URL escape \\"%zz\\""}\n'),
        (b"/containers/json?filters=%ff", '{"message":"invalid filter"}\n'),
    ],
)
def test_what_is_no_text_in_a_url(lab: EmbeddedBackend, path: bytes, said: str) -> None:
    """Replaced where it is a name, refused where it is none."""
    answer = talk(lab, b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n" + LAST)
    assert first_line_and_body(answer)[1] == said


def test_a_body_that_is_too_large_is_refused_before_it_comes(lab: EmbeddedBackend) -> None:
    """413; a terabyte is not waited for."""
    answer = talk(lab, POST + b"Content-Length: 1000000000000\r\n\r\n{}")
    assert first_line_and_body(answer) == (
        "HTTP/1.1 413 Request Entity Too Large",
        '{"message":"http: request body too large"}\n',
    )


def test_chunks_have_the_same_limit(lab: EmbeddedBackend) -> None:
    """However small each of them is."""
    chunk = b"100000\r\n" + b" " * (1 << 20) + b"\r\n"
    answer = talk(lab, CHUNKED + b"\r\n", *[chunk] * (MAX_BODY_BYTES // (1 << 20) + 2))
    assert first_line_and_body(answer)[0] == "HTTP/1.1 413 Request Entity Too Large"


def test_a_head_without_end_is_cut_off(lab: EmbeddedBackend) -> None:
    """Before it fills the memory."""
    line = b"A: " + b"a" * 4090 + b"\r\n"
    answer = talk(lab, b"GET /_ping HTTP/1.1\r\nHost: x\r\n", *[line] * (MAX_HEAD_BYTES // len(line) + 50))
    assert answer.startswith(b"HTTP/1.1 431 ")


def test_half_a_body_is_not_waited_for_once_the_client_ends(lab: EmbeddedBackend) -> None:
    """It reads what was wrong."""
    answer = talk(lab, POST + b'Content-Length: 50\r\n\r\n{"Name":', end=True)
    assert first_line_and_body(answer) == ("HTTP/1.1 400 Bad Request", '{"message":"invalid JSON: unexpected EOF"}\n')


def test_half_a_head_leaves_nothing(lab: EmbeddedBackend) -> None:
    """A client that goes in the middle of it."""
    assert talk(lab, b"GET /_ping HT", end=True) == b""


def test_a_request_that_comes_byte_by_byte_is_a_request(lab: EmbeddedBackend) -> None:
    """However slow its client."""
    request = CHUNKED + LAST + b'f\r\n{"Name":"slow"}\r\n0\r\nTrailer: x\r\n\r\n'
    answer = talk(lab, *[request[place : place + 1] for place in range(len(request))])
    assert b'"Name":"slow"' in answer


def test_requests_in_advance_are_answered_in_their_order(lab: EmbeddedBackend) -> None:
    """A thousand in one go."""
    requests = b"".join(b"GET /v1.51/volumes/v%d HTTP/1.1\r\nHost: x\r\n\r\n" % number for number in range(1000))
    answers = talk(lab, requests + PING[:-2] + LAST)
    assert answers.count(b"404 Not Found") == 1000
    places = [answers.index(b"volume v%d" % number) for number in (100, 500, 998)]
    assert places == sorted(places)


def test_a_client_that_ends_its_half_still_reads_the_answer(lab: EmbeddedBackend) -> None:
    """As `printf … | nc -NU socket` does."""
    assert talk(lab, PING, end=True).endswith(b"OK")


def test_random_bytes(lab: EmbeddedBackend) -> None:
    """Requests of every kind, cut, doubled and with bytes changed: each is answered, or its connection ends."""
    story = Story(SEED)
    chance = random.Random(SEED)
    for number in range(REQUESTS):
        request = as_bytes(story.draw())
        for _ in range(chance.randint(0, 3)):
            request = _worse(chance, request)
        with RawClient(lab) as client:
            try:
                client.send_bytes(request)
                client.end()
                # What streams on by right ends with its client.
                client.socket.settimeout(0.05 if b"logs" in request or b"events" in request else 5)
                client.read_to_end()
            except TimeoutError:
                assert b"logs" in request or b"events" in request, (SEED, number, request)
            except OSError:
                pass


def _worse(chance: random.Random, request: bytes) -> bytes:
    place = chance.randrange(len(request) + 1)
    match chance.randrange(4):
        case 0:
            return request[:place]
        case 1:
            return request[:place] + bytes([chance.randrange(256)]) + request[place + 1 :]
        case 2:
            return request[:place] + request[place // 2 :]
    return request[:place] + b"\r\n" + request[place:]


@pytest.fixture
def many_files() -> Iterator[int]:
    """This process may have as many files open as the system lets it: how many. A shell often begins with 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_thousands_of_connections(lab: EmbeddedBackend, many_files: int) -> None:
    """Two thousand that say nothing or half a request hold nobody up; each is a file at both of its ends."""
    clients = []
    try:
        for number in range(min(2000, (many_files - 300) // 2)):
            clients.append(RawClient(lab))
            if number % 2:
                clients[-1].send_bytes(b"POST /volumes/create HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
        began = time.monotonic()
        assert talk(lab, PING[:-2] + LAST).endswith(b"OK")
        assert time.monotonic() - began < 30
        clients[-2].send_bytes(PING)
        assert clients[-2].read_head().startswith("HTTP/1.1 200 OK")
    finally:
        for client in clients:
            client.socket.close()


def test_more_connections_than_files_may_be_open(lab: EmbeddedBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that come while there is no room wait, as at a real engine, and the others are served."""
    accept = socket.socket.accept
    refusals = iter([True])

    def no_room(listening: socket.socket) -> object:
        if next(refusals, False):
            raise OSError(24, "Too many open files")
        return accept(listening)

    with RawClient(lab) as early:
        early.send_bytes(PING)
        early.read_head()
        early.read(2)
        monkeypatch.setattr(socket.socket, "accept", no_room)
        with RawClient(lab) as late:
            late.send_bytes(PING)
            early.send_bytes(PING)
            assert early.read_head().startswith("HTTP/1.1 200 OK")
            assert late.read_head().startswith("HTTP/1.1 200 OK")
