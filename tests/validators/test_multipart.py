"""Multipart bodies: what any client writes is read part by part, and what is cut short or broken is refused."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tiny import law
from understudy_validators.multipart import MultipartError, Part, parse
from understudy_validators.wire import encode_parts

TYPE = "multipart/form-data; boundary=b"
NAMES = st.text(st.characters(exclude_characters='"\\', exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
CONTENTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
PARTS = st.lists(
    st.fixed_dictionaries({"name": NAMES, "value": CONTENTS})
    | st.fixed_dictionaries(
        {"name": NAMES, "filename": NAMES, "content_type": st.just("text/plain; charset=utf-8"), "content": CONTENTS}
    ),
    min_size=1,
    max_size=4,
)


def body(*lines: str) -> bytes:
    """Lines joined as they go over the wire."""
    return "\r\n".join(lines).encode()


def one(disposition: str) -> bytes:
    """A body of one part."""
    return body("--b", f"Content-Disposition: {disposition}", "", "x", "--b--", "")


GOOD = one('form-data; name="a"')


def test_fields_and_files_come_in_their_order() -> None:
    text = 'Content-Disposition: form-data; name="text"'
    file = 'content-disposition: form-data; name="files"; filename="a b.txt"'
    typed = "CONTENT-TYPE: text/plain; charset=utf-8"
    content = body(
        "--b", text, "", "two\r\nlines", "--b", file, typed, "", "", "--b", text, "X-Other: 1", "", "", "--b--", ""
    )
    assert parse(TYPE, content) == [
        Part("text", b"two\r\nlines"),
        Part("files", b"", "a b.txt", "text/plain; charset=utf-8"),
        Part("text", b""),
    ]


@law
@given(PARTS)
def test_what_is_written_is_read_again(parts: list[dict[str, str]]) -> None:
    read = parse(TYPE.replace("=b", "=a-boundary-of-no-text"), encode_parts(parts, "a-boundary-of-no-text"))
    assert [(part.name, part.filename, part.content_type, part.content.decode()) for part in read] == [
        (part["name"], part.get("filename"), part.get("content_type", ""), part.get("value", part.get("content")))
        for part in parts
    ]


@pytest.mark.parametrize(
    "name", ['"', '"; filename="x', "\r\n", 'a"\r\nContent-Type: text/html\r\n\r\n<p>', "\\", '\\"']
)
def test_no_name_breaks_out_of_its_header(name: str) -> None:
    """Whatever becomes of it: the part keeps its content and its type."""
    part = {"name": name, "filename": name, "content_type": "text/plain", "content": "content"}
    (read,) = parse(TYPE, encode_parts([part], "b"))
    assert (read.content, read.content_type) == (b"content", "text/plain")
    (field,) = parse(TYPE, encode_parts([{"name": name, "value": "content"}], "b"))
    assert (field.content, field.filename, field.content_type) == (b"content", None, "")


@pytest.mark.parametrize(
    ("disposition", "name", "filename"),
    [
        ('form-data; name="a"', "a", None),
        ("form-data; name=a; filename=b", "a", "b"),
        ('FORM-DATA; NAME="a"; FileName="b"', "a", "b"),
        ('form-data; filename="b"; name="a"', "a", "b"),
        ('form-data; name="a"; filename=""', "a", ""),
        ('form-data; name=""', "", None),
        ('form-data; name="a;b=c"; filename="x; y=z.txt"', "a;b=c", "x; y=z.txt"),
        ('form-data; name="a"; filename="ü.txt"', "a", "ü.txt"),
        ('form-data; name="grüße"; filename="日本語 😀.txt"', "grüße", "日本語 😀.txt"),
        ('form-data; name="a"; filename="../../etc/x"', "a", "../../etc/x"),
    ],
)
def test_names_are_read_as_clients_write_them(disposition: str, name: str, filename: str | None) -> None:
    """Names of every script: browsers send them as UTF-8."""
    (part,) = parse(TYPE, one(disposition))
    assert (part.name, part.filename) == (name, filename)


@pytest.mark.parametrize(
    "content_type", ['multipart/form-data; boundary="b"', "Multipart/Form-Data; charset=x; BOUNDARY=b"]
)
def test_the_boundary_is_found_however_it_is_written(content_type: str) -> None:
    assert parse(content_type, GOOD) == [Part("a", b"x")]


def test_a_body_may_hold_no_parts() -> None:
    assert parse(TYPE, b"--b--\r\n") == []


@pytest.mark.parametrize("end", [b"", b"\r\n", b"\r\nepilogue"])
def test_what_follows_the_last_boundary_is_nothing(end: bytes) -> None:
    assert parse(TYPE, GOOD.removesuffix(b"\r\n") + end) == [Part("a", b"x")]


@pytest.mark.parametrize("start", [b"\r\n", b"a preamble\r\n", b"two\r\nlines --b\r\n"])
def test_what_precedes_the_first_boundary_is_nothing(start: bytes) -> None:
    """RFC 2046, section 5.1.1."""
    assert parse(TYPE, start + GOOD) == [Part("a", b"x")]


def test_bytes_that_are_no_text_are_kept() -> None:
    content = bytes(range(256))
    assert parse(TYPE, GOOD.replace(b"\r\n\r\nx", b"\r\n\r\n" + content)) == [Part("a", content)]


def test_a_body_that_is_cut_short_is_refused_wherever_it_is_cut() -> None:
    for cut in range(len(GOOD) - len(b"\r\n")):
        with pytest.raises(MultipartError):
            parse(TYPE, GOOD[:cut])


@pytest.mark.parametrize(
    ("content_type", "content"),
    [
        ("multipart/form-data", GOOD),
        ("multipart/form-data; boundary=", GOOD),
        ("multipart/form-data; boundary=c", GOOD),
        ("multipart/form-data; boundary=ü", GOOD),
        ("multipart/form-data; boundary=€", GOOD),
        (f"multipart/form-data; boundary={'b' * 5000}", GOOD),
        (TYPE, b""),
        (TYPE, b"hello"),
        (TYPE, b'{"a": 1}'),
        (TYPE, one('form-data; filename="x"')),
        (TYPE, one("form-data")),
        (TYPE, body("--b", "", "x", "--b--", "")),
        (TYPE, body("--b", "no colon", "", "x", "--b--", "")),
        (TYPE, body("--b", ": no name", "", "x", "--b--", "")),
        (TYPE, GOOD.replace(b"\r\n", b"\n")),
        (TYPE, one(f'form-data; name="{"a" * 100_000}"')),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_broken_body_is_refused_and_told_why(content_type: str, content: bytes) -> None:
    with pytest.raises(MultipartError, match=r"."):
        parse(content_type, content)


@law
@given(
    st.binary(max_size=60)
    | st.lists(st.sampled_from([b"--b", b"--", b"\r\n", b"a: b", b'name="a"', b";"])).map(b"".join)
)
def test_no_bytes_raise_anything_else(content: bytes) -> None:
    with suppress(MultipartError):
        parse(TYPE, content)
