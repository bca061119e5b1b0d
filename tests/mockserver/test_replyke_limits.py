"""Every limit of Replyke's Send Message at its edge and one past it, measured by hand."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from tests.mockserver import forms
from tests.mockserver.forms import Part
from tests.mockserver.providers.replyke import bearer, created, file, messages, send, send_form
from understudy_mockserver.app import create_app

FILES = 10
METADATA = 10_240
CONTENT = 4_000
FILE = 50 * 1024 * 1024

TOO_MANY_FILES = {"error": "A message can have at most 10 files.", "code": "chat/invalid-body"}
TOO_LARGE_METADATA = {"error": "Metadata exceeds the size limit of 10240 bytes.", "code": "chat/invalid-body"}
TOO_LONG_CONTENT = {"error": "Content must be at most 4000 characters.", "code": "chat/invalid-body"}
TOO_LARGE_FILE = {"error": "File size exceeds the allowed limit of 50MB", "code": "chat/file-too-large"}

# A text, and how many bytes one of it takes in compact JSON.
FILLERS = [
    pytest.param("a", 1, id="one byte"),
    pytest.param("ä", 2, id="two bytes"),
    pytest.param("€", 3, id="three bytes"),
    pytest.param("\u2028", 3, id="line separator"),
    pytest.param("👍", 4, id="four bytes"),
    pytest.param("\x7f", 1, id="delete"),
    pytest.param('"', 2, id="quote, escaped"),
    pytest.param("\\", 2, id="backslash, escaped"),
    pytest.param("\n", 2, id="newline, escaped"),
    pytest.param("\x01", 6, id="control character, escaped"),
    pytest.param("/", 1, id="slash, not escaped"),
]
# What counts as one character, and what looks like one and is several.
CHARACTERS = [
    pytest.param("a", 1, id="a"),
    pytest.param("ä", 1, id="a-umlaut"),
    pytest.param("\N{GREEK SMALL LETTER OMEGA}", 1, id="omega"),
    pytest.param("👍", 1, id="astral"),
    pytest.param("𝒳", 1, id="astral letter"),
    pytest.param("a\u0308", 2, id="a with a combining mark"),
    pytest.param("\r\n", 2, id="line break"),
    pytest.param("👨\u200d👩\u200d👧\u200d👦", 7, id="family"),
    pytest.param("🇩🇪", 2, id="flag"),
]


def metadata(size: int, filler: str = "a", each: int = 1) -> dict[str, str]:
    """An object of so many bytes, as compact JSON, nearly all of which are fillers."""
    count, rest = divmod(size - len('{"k":""}'), each)
    return {"k": filler * count + "x" * rest}


def text(length: int, character: str = "a", each: int = 1) -> str:
    """A text of so many code points, nearly all of which are of the character."""
    count, rest = divmod(length, each)
    return character * count + "x" * rest


def files(count: int) -> list[Part]:
    return [file("a", f"{number}.txt") for number in range(count)]


def send_escaped(client: httpx.Client, **fields: Any) -> httpx.Response:
    r"""A message whose JSON is not compact and holds every character outside of ASCII as `\u…`."""
    headers = {**bearer("alice"), "Content-Type": "application/json"}
    return client.post(f"/replyke{messages()}", headers=headers, content=json.dumps(fields, indent=4))


def refused(response: httpx.Response) -> tuple[int, Any]:
    return response.status_code, response.json()


def violations(response: httpx.Response) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(response.headers["Understudy-Violations"])
    return found


# --- Files


def test_ten_files_are_accepted(client: httpx.Client) -> None:
    assert len(created(send_form(client, *files(FILES)))["files"]) == FILES


def test_the_eleventh_file_is_refused(client: httpx.Client) -> None:
    response = send_form(client, *files(FILES + 1))
    assert refused(response) == (400, TOO_MANY_FILES)
    assert violations(response) == [{"path": "/body/files", "rule": "maxItems", "limit": 10, "actual": 11}]


def test_an_empty_file_counts(client: httpx.Client) -> None:
    assert refused(send_form(client, *files(FILES), file(""))) == (400, TOO_MANY_FILES)


def test_parts_of_other_names_do_not_count(client: httpx.Client) -> None:
    others = [Part("content", "hello"), Part("picture", "a", "a.png", "image/png")]
    assert len(created(send_form(client, *others, *files(FILES)))["files"]) == FILES


def test_a_file_of_fifty_megabytes_is_accepted_and_one_byte_more_is_not() -> None:
    async def run(size: int) -> httpx.Response:
        transport = httpx.ASGITransport(app=create_app(["replyke"]))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            headers = {**bearer("alice"), "Content-Type": forms.TYPE}
            return await client.post(messages(), headers=headers, content=forms.encode([file(b"a" * size)]))

    [kept] = created(asyncio.run(run(FILE)))["files"]
    assert kept["originalSize"] == FILE
    assert refused(asyncio.run(run(FILE + 1))) == (413, TOO_LARGE_FILE)


# --- Metadata


@pytest.mark.parametrize(("filler", "each"), FILLERS)
def test_metadata_may_have_10240_bytes(client: httpx.Client, filler: str, each: int) -> None:
    value = metadata(METADATA, filler, each)
    assert created(send(client, content="hello", metadata=value))["metadata"] == value
    assert created(send_escaped(client, content="hello", metadata=value))["metadata"] == value


@pytest.mark.parametrize(("filler", "each"), FILLERS)
def test_metadata_of_10241_bytes_is_refused(client: httpx.Client, filler: str, each: int) -> None:
    value = metadata(METADATA + 1, filler, each)
    response = send(client, content="hello", metadata=value)
    assert refused(response) == (400, TOO_LARGE_METADATA)
    expected = {"path": "/body/metadata", "rule": "x-max-bytes", "limit": METADATA, "actual": METADATA + 1}
    assert violations(response) == [expected]
    assert refused(send_escaped(client, content="hello", metadata=value)) == (400, TOO_LARGE_METADATA)


@pytest.mark.parametrize(("filler", "each"), FILLERS)
def test_a_forms_metadata_is_measured_in_the_same_way(client: httpx.Client, filler: str, each: int) -> None:
    """Whatever white space and escapes the part is written with."""
    for written in (json.dumps, lambda value: json.dumps(value, ensure_ascii=False, indent=2)):
        edge, past = (written(metadata(size, filler, each)) for size in (METADATA, METADATA + 1))
        created(send_form(client, Part("content", "hello"), Part("metadata", edge)))
        response = send_form(client, Part("content", "hello"), Part("metadata", past))
        assert refused(response) == (400, TOO_LARGE_METADATA)


def test_names_count_as_much_as_values(client: httpx.Client) -> None:
    name = "ä" * 5_000
    rest = METADATA - len('{"":""}') - 10_000
    created(send(client, content="hello", metadata={name: "x" * rest}))
    response = send(client, content="hello", metadata={name: "x" * (rest + 1)})
    assert refused(response) == (400, TOO_LARGE_METADATA)


def test_all_of_the_metadata_counts_together(client: httpx.Client) -> None:
    """`{"a":[…],"b":{"c":""}}` with a thousand zeros, and the rest in the text."""
    frame = len('{"a":[],"b":{"c":""}}') + 1_000 + 999
    for past, status in ((0, 201), (1, 400)):
        value = {"a": [0] * 1_000, "b": {"c": "x" * (METADATA - frame + past)}}
        assert send(client, content="hello", metadata=value).status_code == status


# --- Content


@pytest.mark.parametrize(("character", "each"), CHARACTERS)
def test_content_may_have_4000_code_points(client: httpx.Client, character: str, each: int) -> None:
    content = text(CONTENT, character, each)
    assert created(send(client, content=content))["content"] == content
    assert created(send_escaped(client, content=content))["content"] == content
    assert created(send_form(client, Part("content", content)))["content"] == content


@pytest.mark.parametrize(("character", "each"), CHARACTERS)
def test_content_of_4001_code_points_is_refused(client: httpx.Client, character: str, each: int) -> None:
    content = text(CONTENT + 1, character, each)
    for response in (send(client, content=content), send_escaped(client, content=content)):
        assert refused(response) == (400, TOO_LONG_CONTENT)
        expected = {"path": "/body/content", "rule": "maxLength", "limit": CONTENT, "actual": CONTENT + 1}
        assert violations(response) == [expected]
    assert refused(send_form(client, Part("content", content))) == (400, TOO_LONG_CONTENT)


def test_white_space_counts(client: httpx.Client) -> None:
    created(send(client, content=" " * CONTENT))
    assert refused(send(client, content=" " * (CONTENT + 1))) == (400, TOO_LONG_CONTENT)


# --- Together


@pytest.mark.parametrize(
    ("over", "answer"),
    [
        pytest.param((0, 0, 0), None, id="none"),
        pytest.param((1, 0, 0), TOO_LONG_CONTENT, id="content"),
        pytest.param((0, 1, 0), TOO_LARGE_METADATA, id="metadata"),
        pytest.param((0, 0, 1), TOO_MANY_FILES, id="files"),
    ],
)
def test_of_a_message_at_all_its_edges_the_one_that_is_past_is_named(
    client: httpx.Client, over: tuple[int, int, int], answer: dict[str, str] | None
) -> None:
    response = send_at_the_edges(client, *over)
    if answer:
        assert refused(response) == (400, answer)
    else:
        assert len(created(response)["files"]) == FILES


def send_at_the_edges(client: httpx.Client, content: int, data: int, count: int) -> httpx.Response:
    """A form at each of its limits, and so much past them."""
    edge = json.dumps(metadata(METADATA + data, "ä", 2), ensure_ascii=False)
    return send_form(
        client, Part("content", text(CONTENT + content, "👍")), Part("metadata", edge), *files(FILES + count)
    )


def test_whatever_decides_the_answer_every_limit_that_is_past_is_told(client: httpx.Client) -> None:
    response = send_at_the_edges(client, 1, 2, 3)
    assert response.status_code == 400
    assert response.json() in (TOO_LONG_CONTENT, TOO_LARGE_METADATA, TOO_MANY_FILES)
    told = {found["path"]: (found["limit"], found["actual"]) for found in violations(response)}
    assert told == {
        "/body/content": (CONTENT, CONTENT + 1),
        "/body/metadata": (METADATA, METADATA + 2),
        "/body/files": (FILES, FILES + 3),
    }


def test_limits_of_one_message_are_not_those_of_the_next(client: httpx.Client) -> None:
    for _ in range(3):
        created(send_form(client, *files(FILES)))
    created(send(client, content=text(CONTENT), metadata=metadata(METADATA)))
