"""Multipart bodies that are broken, lie, or do not end."""

from __future__ import annotations

import json

import pytest

from tests.hostile.attack import ALICE, Answer, Target, fresh, ids, is_clean, is_framed, read_answer
from understudy_validators import Contract

PATH = (
    "/replyke/b0000000-0000-4000-8000-000000000001/api/v7/conversations/c0000000-0000-4000-8000-000000000001/messages"
)
TYPE = "multipart/form-data; boundary=x"
TEXT = b'Content-Disposition: form-data; name="content"\r\n\r\nhello'
FILE = b'Content-Disposition: form-data; name="files"; filename="%b"\r\nContent-Type: text/plain\r\n\r\nhello'


def body(*parts: bytes) -> bytes:
    """The parts between boundaries."""
    return b"".join(b"--x\r\n" + part + b"\r\n" for part in parts) + b"--x--\r\n"


def file(name: str | bytes) -> bytes:
    """A message with a file of that name."""
    return body(TEXT, FILE % (name if isinstance(name, bytes) else name.encode()))


def field(name: str, value: str | bytes) -> bytes:
    """A message with a field of that name."""
    content = value if isinstance(value, bytes) else value.encode()
    return body(TEXT, f'Content-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + content)


def post(target: Target, content: bytes, content_type: str = TYPE) -> Answer:
    """The message, and the proof that the answer is a decent one."""
    answer = target.ask("POST", fresh(PATH), {**ALICE, "Content-Type": content_type}, content)
    is_clean(answer)
    return answer


# (name, body, media type, the status; 0: any but a failure)
CASES = [
    ("good", body(TEXT), TYPE, 201),
    ("no-boundary", body(TEXT), "multipart/form-data", 400),
    ("an-empty-boundary", body(TEXT), "multipart/form-data; boundary=", 400),
    ("an-empty-quoted-boundary", body(TEXT), 'multipart/form-data; boundary=""', 400),
    ("another-boundary", body(TEXT), "multipart/form-data; boundary=y", 400),
    ("a-quoted-boundary", body(TEXT), 'multipart/form-data; boundary="x"', 201),
    ("an-open-quote", body(TEXT), 'multipart/form-data; boundary="x', 0),
    ("two-boundaries", body(TEXT), "multipart/form-data; boundary=x; boundary=y", 0),
    ("a-boundary-of-8-kb", body(TEXT), "multipart/form-data; boundary=" + "x" * 8000, 400),
    ("a-boundary-that-is-no-ascii", body(TEXT), "multipart/form-data; boundary=\xff\xfe", 400),
    ("a-boundary-of-another-charset", body(TEXT), "multipart/form-data; boundary*=utf-16''%fe%ff", 0),
    ("a-boundary-with-a-newline", body(TEXT), "multipart/form-data; boundary*=utf-8''x%0d%0a", 0),
    ("a-bad-continuation", body(TEXT), "multipart/form-data; boundary*0=x; boundary*2=y", 0),
    ("mixed", body(TEXT), "multipart/mixed; boundary=x", 415),
    ("capitals", body(TEXT), "Multipart/Form-Data; Boundary=x", 201),
    ("nothing", b"", TYPE, 400),
    ("only-a-boundary", b"--x", TYPE, 400),
    ("only-the-end", b"--x--\r\n", TYPE, 400),
    ("no-end", b"--x\r\n" + TEXT, TYPE, 400),
    ("half-an-end", b"--x\r\n" + TEXT + b"\r\n--x-", TYPE, 400),
    ("cut-in-a-header", b"--x\r\nContent-Disp", TYPE, 400),
    ("cut-after-a-header", b"--x\r\nContent-Disposition: form-data\r\n", TYPE, 400),
    ("a-preamble", b"hello\r\n" + body(TEXT), TYPE, 201),
    ("an-epilogue", body(TEXT) + b"more", TYPE, 0),
    ("bare-lf", body(TEXT).replace(b"\r\n", b"\n"), TYPE, 400),
    ("zeros", bytes(10_000), TYPE, 400),
    ("random", bytes(range(256)) * 40, TYPE, 400),
    ("json-instead", b'{"content": "hello"}', TYPE, 400),
    ("a-part-without-headers", body(b"\r\nhello"), TYPE, 400),
    ("a-part-without-a-disposition", body(b"Content-Type: text/plain\r\n\r\nhello"), TYPE, 400),
    ("a-part-without-a-name", body(b"Content-Disposition: form-data\r\n\r\nhello"), TYPE, 400),
    ("an-empty-name", body(TEXT, b'Content-Disposition: form-data; name=""\r\n\r\nx'), TYPE, 0),
    ("a-name-of-4-kb", field("n" * 4000, "x"), TYPE, 0),
    ("a-header-of-100-kb", body(b"X-Long: " + b"x" * 100_000 + b"\r\n" + TEXT), TYPE, 400),
    ("a-thousand-headers", body(b"X-Many: x\r\n" * 1000 + TEXT), TYPE, 400),
    ("a-header-without-a-colon", body(b"X-Broken\r\n" + TEXT), TYPE, 400),
    ("a-nul-in-a-header", body(b"X-Nul: \0\r\n" + TEXT), TYPE, 0),
    ("the-same-field-twice", body(TEXT, TEXT), TYPE, 400),
    ("a-field-as-a-file", body(TEXT.replace(b'"content"', b'"content"; filename="a"')), TYPE, 0),
    ("a-file-as-a-field", body(TEXT, b'Content-Disposition: form-data; name="files"\r\n\r\nhello'), TYPE, 0),
    ("an-attachment", body(TEXT.replace(b"form-data", b"attachment")), TYPE, 0),
    (
        "nested-multipart",
        body(
            TEXT,
            b'Content-Disposition: form-data; name="files"\r\n'
            b"Content-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\nx\r\n--y--",
        ),
        TYPE,
        0,
    ),
    ("base64", body(b"Content-Transfer-Encoding: base64\r\n" + TEXT), TYPE, 0),
    ("a-text-that-is-no-utf-8", field("localId", b"\xff\xfe"), TYPE, 400),
    ("a-part-in-utf-16", body(b"Content-Type: text/plain; charset=utf-16\r\n" + TEXT), TYPE, 0),
    ("a-charset-field", field("_charset_", "utf-7"), TYPE, 0),
    ("1001-parts", body(TEXT, *[b'Content-Disposition: form-data; name="z"\r\n\r\n'] * 1000), TYPE, 400),
    ("100000-parts", body(*[b'Content-Disposition: form-data; name="z"\r\n\r\n'] * 100_000), TYPE, 400),
    ("1000-files", body(*[FILE % b"a"] * 1000), TYPE, 400),
    ("11-files", body(TEXT, *[FILE % b"a"] * 11), TYPE, 400),
    ("10-files", body(TEXT, *[FILE % b"a"] * 10), TYPE, 201),
    ("an-empty-file", body(TEXT, b'Content-Disposition: form-data; name="files"; filename="a"\r\n\r\n'), TYPE, 201),
    (
        "a-file-without-a-type",
        body(TEXT, b'Content-Disposition: form-data; name="files"; filename="a"\r\n\r\nx'),
        TYPE,
        201,
    ),
    ("broken-json-in-a-part", field("metadata", "{"), TYPE, 400),
    ("json-twice", body(TEXT, *[b'Content-Disposition: form-data; name="metadata"\r\n\r\n{}'] * 2), TYPE, 400),
    ("deep-json-in-a-part", field("metadata", "[" * 100_000), TYPE, 400),
    ("nan-in-a-part", field("metadata", '{"a": NaN}'), TYPE, 400),
    ("an-array-for-an-object", field("metadata", "[]"), TYPE, 400),
    ("json-of-11-kb-in-a-part", field("metadata", json.dumps({"a": "x" * 11_000})), TYPE, 400),
    ("utf-16-json-in-a-part", field("metadata", "{}".encode("utf-16")), TYPE, 400),
    ("an-empty-json-part", field("metadata", ""), TYPE, 400),
    (
        "json-as-a-file",
        body(
            TEXT,
            b'Content-Disposition: form-data; name="metadata"; filename="m.json"\r\n'
            b"Content-Type: application/json\r\n\r\n{}",
        ),
        TYPE,
        201,
    ),
    ("proto-in-a-part", field("metadata", '{"__proto__": {"a": 1}}'), TYPE, 201),
]


@pytest.mark.parametrize(("name", "content", "content_type", "status"), CASES, ids=ids(CASES))
def test_a_form_is_read_or_refused(target: Target, name: str, content: bytes, content_type: str, status: int) -> None:
    answer = post(target, content, content_type)
    assert not status or answer.status == status, (answer, answer.content)
    target.lives()


NAMES = [
    *(
        "../../../etc/passwd",
        "..\\..\\windows\\win.ini",
        "/etc/passwd",
        "C:\\boot.ini",
        "file:///etc/passwd",
        "..",
        ".",
        "/",
    ),
    *(
        "a/../b.png",
        "....//....//x",
        "%2e%2e%2fx",
        "x\0.png",
        "x%00.png",
        "con",
        "nul",
        "aux.txt",
        ".htaccess",
        "-rf",
        "~root",
    ),
    *(
        "\u202egnp.exe",
        "\u2066a\u2069.png",
        "\u200b",
        "Z\u0301",
        "😀.png",
        "ﬀ.png",
        "x" * 3000,
        " ",
        "a b.png",
        "a;b.png",
        "a,b",
    ),
    *(
        "<script>.png",
        "a&b=c",
        "$(id)",
        "`id`",
        "|id",
        "a'b",
        "{0.__class__}",
        "%s%n",
        "a\tb",
        "a\x07b",
        "=cmd()",
        "名前.png",
    ),
]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_file_is_kept_whatever_its_name(target: Target, name: str) -> None:
    answer = post(target, file(name))
    assert answer.status in (201, 400), answer.content
    for kept in answer.value.get("files", ()):
        path = "/" + kept["originalPath"].split("/", 3)[3]
        assert not {"..", "."} & set(path.split("/")), path
        reply = target.ask("GET", path, ALICE)
        is_clean(reply)
        assert (reply.status, reply.content) == (200, b"hello"), path
        assert "\n" not in reply.headers["content-disposition"]
    target.lives()


# Names that end the header that they stand in.
BREAKS = [
    b'a"; name="content',
    b"a\r\nX-Evil: 1",
    b'a"\r\n\r\nevil\r\n--x--',
    b"a\nb",
    b"a\rb",
    b"\xff\xfe",
    b'a\\"b',
    b"\\",
]


@pytest.mark.parametrize("name", BREAKS, ids=range(len(BREAKS)))
def test_a_name_does_not_get_out_of_its_header(target: Target, name: bytes) -> None:
    answer = post(target, file(name))
    assert "x-evil" not in answer.headers
    target.lives()


LIES = [
    "text/html",
    "image/svg+xml",
    "application/x-sh",
    "../../x",
    "x" * 2000,
    "image/png; x=\u202e",
    "a/b/c",
    "",
    "\x00",
]


@pytest.mark.parametrize("lie", LIES, ids=range(len(LIES)))
def test_a_file_goes_out_as_a_download_whatever_it_claims_to_be(target: Target, lie: str) -> None:
    part = FILE.replace(b"text/plain", lie.encode()) % b"a.png"
    answer = post(target, body(TEXT, part.replace(b"hello", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")))
    for kept in answer.value.get("files", ()):
        reply = target.ask("GET", "/" + kept["originalPath"].split("/", 3)[3], ALICE)
        is_clean(reply)
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["content-disposition"].startswith("attachment")
    target.lives()


IMAGES = [
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\x89PNG\r\n\x1a\n",
    b"GIF89a\xff\xff\xff\xff",
    b"GIF89a",
    b"\xff\xd8\xff",
    b"\xff\xd8" + b"\xff\xe0\xff\xff" * 1000,
    b"\xff\xd8\xff\xe0\x00\x00" * 100,
    b"RIFF\xff\xff\xff\xffWEBPVP8 ",
    b"RIFF\0\0\0\0WEBPVP8X" + bytes(20),
    b"BM" + b"\xff" * 60,
    b"II*\0\xff\xff\xff\xff",
    b"MM\0*\0\0\0\x08\xff\xff" + bytes(100),
    b"\x00\x00\x00\x0cjP  \r\n\x87\n" + b"\x00" * 64,
    b"8BPS" + bytes(30),
    b"P5 99999999999999999999 1 255\n",
    b"<svg xmlns='http://www.w3.org/2000/svg' width='1e999' height='-5'/>",
    b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><svg width='&b;'/>",
    b"\x00\x00\x01\x00\xff\xff" + bytes(32),
    b"\x00\x00\x00\x1cftypavif" + bytes(64),
    b"",
]


@pytest.mark.parametrize("content", IMAGES, ids=range(len(IMAGES)))
def test_an_image_that_is_none_breaks_nothing(target: Target, content: bytes) -> None:
    part = FILE.replace(b"text/plain", b"image/png").replace(b"hello", b"") % b"a.png"
    answer = post(target, body(TEXT, part + content))
    assert answer.status in (201, 400), answer.content
    target.lives()


def test_an_upload_that_announces_200_mb_is_refused_before_it_comes(
    target: Target, contracts: dict[str, Contract]
) -> None:
    before = target.memory()
    with target.connection() as sock:
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {TYPE}\r\nContent-Length: {200 * 2**20}\r\n\r\n"
        )
        sock.sendall(head.encode())
        is_framed(read_answer(sock), contracts["replyke"], "body-too-large")
        for _ in range(200):
            try:
                sock.sendall(bytes(2**20))
            except ConnectionError:
                break
        assert target.memory() - before < 20 * 2**20
    target.lives()
