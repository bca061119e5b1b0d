"""Bytes that are no HTTP, hardly HTTP, or HTTP that never ends."""

from __future__ import annotations

import gzip
import json
import socket
from contextlib import ExitStack

import pytest

from tests.hostile.attack import ALICE, HELLO, MESSAGES, Target, ids, is_clean, is_framed, read_answer, request
from understudy_validators import Contract

BODY = json.dumps(HELLO).encode()
LINE = f"POST {MESSAGES} HTTP/1.1\r\n".encode()
HOST = b"Host: 127.0.0.1\r\n"
AUTH = b"Authorization: Bearer alice-token\r\nContent-Type: application/json\r\n"
HEAD = LINE + HOST + AUTH
JSON = {**ALICE, "Content-Type": "application/json"}
LENGTH = b"Content-Length: %d\r\n" % len(BODY)


def get(path: str, *headers: str) -> bytes:
    """A GET with headers as they are given."""
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *headers, "", ""]).encode("latin-1")


def chunk(content: bytes) -> bytes:
    """A chunk of a chunked body."""
    return b"%x\r\n%b\r\n" % (len(content), content)


CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"

# (name, what is sent, the status; 0: it may hang up or refuse as it likes)
CASES = [
    ("tls-hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64), 400),
    ("ssh-banner", b"SSH-2.0-OpenSSH_9.6\r\n", 400),
    ("random-bytes", bytes(range(255, 0, -1)), 400),
    ("only-newlines-then-garbage", b"\r\n\r\n\r\n\x00\x00", 400),
    ("http-2-preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    ("http-0.9", b"GET /\r\n", 408),
    ("http-9.9", b"GET / HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n", 400),
    ("no-version", b"GET /amity/\r\nHost: 127.0.0.1\r\n\r\n", 0),
    ("unknown-method", b"BREW /amity/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400),
    ("lower-case-method", b"get /amity/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400),
    ("space-in-the-address", b"GET /amity/a b HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400),
    ("nul-in-the-address", b"GET /amity/\x00 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400),
    ("tab-in-the-address", b"GET /amity/\t HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400),
    ("bytes-in-the-address", b"GET /amity/\xff\xfe HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400),
    ("address-without-a-slash", b"GET amity HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400),
    ("star-as-the-address", b"OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 0),
    ("proxy-request", b"GET http://evil.example/amity/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 0),
    ("connect", b"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 0),
    ("trace", b"TRACE /amity/api/v3/messages HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 405),
    ("no-host", b"GET /amity/api/v3/messages HTTP/1.1\r\n\r\n", 421),
    ("empty-host", b"GET /amity/api/v3/messages HTTP/1.1\r\nHost:\r\n\r\n", 421),
    ("two-hosts", get("/amity/api/v3/messages", "Host: 127.0.0.1"), 400),
    ("two-hosts-that-differ", get("/amity/api/v3/messages", "Host: localhost"), 400),
    ("a-strange-host-before-a-good-one", b"GET /amity/ HTTP/1.1\r\nHost: evil.example\r\n" + HOST + b"\r\n", 400),
    ("bare-lf", get("/amity/nowhere").replace(b"\r\n", b"\n"), 400),
    ("bare-cr", get("/amity/nowhere").replace(b"\r\n", b"\r"), 400),
    ("header-without-a-colon", get("/amity/nowhere", "X-Broken"), 400),
    ("header-with-a-space-before-the-colon", get("/amity/nowhere", "X-Broken : x"), 400),
    ("header-without-a-name", get("/amity/nowhere", ": x"), 400),
    ("folded-header", get("/amity/nowhere", "X-Folded: a", " b"), 400),
    ("nul-in-a-header", get("/amity/nowhere", "X-Nul: a\x00b"), 400),
    ("control-in-a-header", get("/amity/nowhere", "X-Bell: a\x07b"), 400),
    ("bytes-in-a-header", get("/amity/nowhere", "X-Bytes: \xff\xfe"), 404),
    ("bad-name-of-a-header", get("/amity/nowhere", "X(Y): a"), 400),
    ("negative-length", HEAD + b"Content-Length: -1\r\n\r\n" + BODY, 400),
    ("length-with-a-plus", HEAD + b"Content-Length: +%d\r\n\r\n" % len(BODY) + BODY, 400),
    ("length-in-hex", HEAD + b"Content-Length: 0x2a\r\n\r\n" + BODY, 400),
    ("length-that-is-no-number", HEAD + b"Content-Length: many\r\n\r\n" + BODY, 400),
    ("empty-length", HEAD + b"Content-Length:\r\n\r\n" + BODY, 400),
    ("length-of-a-hundred-digits", HEAD + b"Content-Length: " + b"9" * 100 + b"\r\n\r\n" + BODY, 400),
    ("length-of-nineteen-digits", HEAD + b"Content-Length: " + b"9" * 19 + b"\r\n\r\n" + BODY, 413),
    ("two-lengths", HEAD + LENGTH + b"Content-Length: 5\r\n\r\n" + BODY, 400),
    ("the-same-length-twice", HEAD + LENGTH + LENGTH + b"\r\n" + BODY, 400),
    ("a-list-of-lengths", HEAD + b"Content-Length: 5, 5\r\n\r\n" + BODY, 400),
    ("length-and-chunks", HEAD + LENGTH + b"Transfer-Encoding: chunked\r\n\r\n" + BODY, 400),
    ("chunks-and-length", HEAD + b"Transfer-Encoding: chunked\r\n" + LENGTH + b"\r\n" + BODY, 400),
    ("unknown-encoding", HEAD + b"Transfer-Encoding: identity\r\n\r\n" + BODY, 400),
    ("gzip-then-chunked", HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 0),
    ("chunked-then-gzip", HEAD + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 400),
    ("chunked-twice", HEAD + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 0),
    ("chunked-misspelt", HEAD + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400),
    ("chunk-size-is-no-number", CHUNKED + b"zz\r\nabc\r\n", 400),
    ("chunk-size-is-negative", CHUNKED + b"-5\r\nabc\r\n", 400),
    ("chunk-size-overflows", CHUNKED + b"f" * 20 + b"\r\nabc\r\n", 400),
    ("chunk-longer-than-its-size", CHUNKED + b"2\r\nabc\r\n0\r\n\r\n", 400),
    ("chunk-extension-huge", CHUNKED + b"1;" + b"x" * 100_000 + b"\r\n{\r\n0\r\n\r\n", 0),
    ("chunk-with-bare-lf", CHUNKED + b"2\n{}\n0\n\n", 400),
    ("a-body-on-get", get("/amity/nowhere", "Content-Length: 2") + b"{}", 404),
    ("expect-something-else", request("POST", MESSAGES, {**JSON, "Expect": "the-spanish-inquisition"}, BODY), 200),
    ("an-unknown-upgrade", get("/amity/nowhere", "Connection: Upgrade", "Upgrade: h2c"), 404),
    ("http-1.0", b"GET /amity/nowhere HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n", 404),
    ("gzip-body", request("POST", MESSAGES, {**JSON, "Content-Encoding": "gzip"}, gzip.compress(BODY)), 400),
    ("gzip-bomb", request("POST", MESSAGES, {**JSON, "Content-Encoding": "gzip"}, gzip.compress(bytes(2**24))), 400),
]


@pytest.mark.parametrize(("name", "sent", "status"), CASES, ids=ids(CASES))
def test_odd_bytes_are_refused_or_read_as_they_are(target: Target, name: str, sent: bytes, status: int) -> None:
    answer = target.send(sent)
    is_clean(answer)
    assert not status or (answer is not None and answer.status == status), answer
    target.lives()


# (name, what is sent before the silence, the situation by its name in the contract)
UNFINISHED = [
    ("an-address", LINE[:-2], "timeout"),
    ("a-first-line", LINE, "timeout"),
    ("half-a-header", LINE + HOST + b"X-Half: ", "timeout"),
    ("a-header-without-its-end", HEAD, "timeout"),
    ("a-header-and-no-body", HEAD + LENGTH + b"\r\n", "timeout"),
    ("half-a-body", HEAD + LENGTH + b"\r\n" + BODY[:10], "timeout"),
    ("no-chunk", CHUNKED, "timeout"),
    ("half-a-chunk", CHUNKED + b"20\r\n{", "timeout"),
    ("chunks-without-an-end", CHUNKED + chunk(BODY), "timeout"),
    ("trailers-without-an-end", CHUNKED + chunk(BODY) + b"0\r\nX-Trailer: ", "timeout"),
    ("a-broken-chunk", CHUNKED + b"zz\r\n", "bad-request"),
    ("a-broken-header", LINE + HOST + b"X-Broken\r\n\r\n", "bad-request"),
]


@pytest.mark.parametrize(("name", "sent", "situation"), UNFINISHED, ids=ids(UNFINISHED))
def test_what_never_comes_whole_gets_the_vendors_answer(
    target: Target, contracts: dict[str, Contract], name: str, sent: bytes, situation: str
) -> None:
    is_framed(target.send(sent), contracts["amity"], situation)
    target.lives()


@pytest.mark.parametrize("name", ["amity", "avaya-spaces", "replyke", "ziik"])
def test_every_vendor_has_an_answer_to_silence(target: Target, contracts: dict[str, Contract], name: str) -> None:
    sent = f"POST /{name}/anything HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n{{".encode()
    is_framed(target.send(sent), contracts[name], "timeout")


@pytest.mark.parametrize("sent", [b"G", b"GET ", b"GET /ami"], ids=["method", "space", "path"])
def test_a_request_that_nobody_knows_yet_is_answered_in_our_own_words(target: Target, sent: bytes) -> None:
    answer = target.send(sent)
    assert answer is not None
    assert answer.status == 408
    assert answer.value["detail"] == "The request did not come in time."
    target.lives()


def test_a_drip_is_cut_off(target: Target, contracts: dict[str, Contract]) -> None:
    with target.connection() as sock:
        sock.sendall(HEAD + b"Content-Length: 1000000\r\n\r\n")
        sock.settimeout(0.05)
        for _ in range(200):
            try:
                sock.sendall(b" ")
                if sock.recv(1, socket.MSG_PEEK):
                    break
            except TimeoutError:
                continue
        sock.settimeout(20)
        is_framed(read_answer(sock), contracts["amity"], "timeout")
    target.lives()


def test_a_header_that_drips_is_cut_off(target: Target, contracts: dict[str, Contract]) -> None:
    with target.connection() as sock:
        sock.sendall(LINE + HOST)
        sock.settimeout(0.05)
        for number in range(200):
            try:
                sock.sendall(b"X-%d: x\r\n" % number)
                if sock.recv(1, socket.MSG_PEEK):
                    break
            except TimeoutError:
                continue
        sock.settimeout(20)
        is_framed(read_answer(sock), contracts["amity"], "timeout")
    target.lives()


def test_silent_connections_are_closed_and_keep_nobody_out(target: Target) -> None:
    with ExitStack() as stack:
        silent = [stack.enter_context(target.connection()) for _ in range(300)]
        target.lives()
        assert [sock.recv(1) for sock in silent if not _is_reset(sock)] == []
    target.lives()


def _is_reset(sock: socket.socket) -> bool:
    try:
        return sock.recv(1) == b""
    except ConnectionError:
        return True


def test_clients_that_leave_in_the_middle_leave_nothing_behind(target: Target) -> None:
    for cut in range(1, len(HEAD + BODY), 7):
        with target.connection() as sock:
            sock.sendall((HEAD + LENGTH + b"\r\n" + BODY)[:cut])
    target.lives()


def test_a_client_that_waits_to_be_asked_for_the_body_is_asked(target: Target) -> None:
    with target.connection() as sock:
        sock.sendall(HEAD + LENGTH + b"Expect: 100-continue\r\n\r\n")
        assert sock.recv(1024).startswith(b"HTTP/1.1 100 Continue")
        sock.sendall(BODY)
        answer = read_answer(sock)
    assert answer is not None
    assert answer.status == 200


def test_a_body_that_is_too_large_is_not_asked_for(target: Target, contracts: dict[str, Contract]) -> None:
    head = HEAD + b"Content-Length: 2000000\r\nExpect: 100-continue\r\n\r\n"
    is_framed(target.send(head), contracts["amity"], "body-too-large")


def test_pipelined_requests_are_answered_in_their_order(target: Target) -> None:
    first, second = get("/amity/one"), request("POST", MESSAGES, JSON, BODY)
    with target.connection() as sock:
        sock.sendall((first + second) * 20)
        received = b""
        while received.count(b"HTTP/1.1 ") < 40:
            received += sock.recv(65536)
    statuses = [int(part[:3]) for part in received.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [404, 200] * 20


LARGE = [
    ("a-long-address", b"GET /amity/" + b"x" * 9000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "uri-too-long"),
    ("a-long-query", get("/amity/nowhere?" + "x" * 9000), "uri-too-long"),
    ("an-address-without-end", b"GET /amity/" + b"x" * 2_000_000, "uri-too-long"),
    ("many-headers", get("/amity/nowhere", *(f"X-{n}: x" for n in range(100))), "headers-too-large"),
    ("ten-thousand-headers", get("/amity/nowhere", *(f"X-{n}: x" for n in range(10_000))), "headers-too-large"),
    ("a-long-header", get("/amity/nowhere", "X-Long: " + "x" * 33_000), "headers-too-large"),
    ("a-long-name", get("/amity/nowhere", "X" * 33_000 + ": x"), "headers-too-large"),
    ("a-header-without-end", get("/amity/nowhere")[:-2] + b"X-Long: " + b"x" * 4_000_000, "headers-too-large"),
    ("headers-without-end", get("/amity/nowhere")[:-2] + b"X-Many: x\r\n" * 400_000, "headers-too-large"),
    ("a-cookie-without-end", get("/amity/nowhere")[:-2] + b"Cookie: " + b"a=b; " * 800_000, "headers-too-large"),
]


@pytest.mark.parametrize(("name", "sent", "situation"), LARGE, ids=ids(LARGE))
def test_what_is_too_large_gets_the_vendors_answer(
    target: Target, contracts: dict[str, Contract], name: str, sent: bytes, situation: str
) -> None:
    is_framed(target.send(sent), contracts["amity"], situation)
    target.lives()
