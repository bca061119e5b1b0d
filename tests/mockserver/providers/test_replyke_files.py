"""Forms and files: what Replyke's mock reads of a multipart message, answers about its files, and gives back."""

from __future__ import annotations

import json
from urllib.parse import unquote, urljoin

import httpx
import pytest

from tests.mockserver import forms
from tests.mockserver.forms import Part
from tests.mockserver.providers.replyke import (
    GIF,
    PNG,
    bearer,
    created,
    file,
    message_id,
    messages,
    project_id,
    quoted,
    send_form,
    user_id,
)

MENTIONS = [{"type": "user", "id": user_id(2), "username": "bob"}]
ODD_NAMES = [
    "notes.txt",
    "with space.txt",
    "ä.txt",
    "報告 📎.txt",
    "100%.txt",
    "%2e%2e%2fup.txt",
    "a;b=c.txt",
    "q%22uoted%22.txt",
    "back\\\\slash.txt",
    "question?.txt",
    "#1.txt",
    "../../etc/passwd",
    "..",
    ".",
    "",
    "x" * 255,
]


# --- Parts


@pytest.mark.parametrize("filename", [None, "blob"], ids=["as a field", "as a file part"])
@pytest.mark.parametrize("content_type", [None, "application/json", "Application/JSON; charset=utf-8"])
def test_json_parts_are_read_however_they_are_sent(
    client: httpx.Client, filename: str | None, content_type: str | None
) -> None:
    values = {"gif": GIF, "mentions": MENTIONS, "metadata": {"ä": [1, None]}}
    parts = [Part(name, json.dumps(value), filename, content_type) for name, value in values.items()]
    reply = created(send_form(client, *parts))
    assert {name: reply[name] for name in values} == values


def test_the_parts_that_real_clients_send_make_the_same_message_as_json(client: httpx.Client) -> None:
    reply = created(
        send_form(
            client,
            Part("localId", "l1"),
            Part("content", "hello"),
            Part("gif", json.dumps(GIF)),
            Part("mentions", json.dumps(MENTIONS)),
            Part("metadata", '{"a": 1}'),
            Part("quotedMessageId", message_id(5)),
            Part("parentMessageId", message_id(1)),
            file("abc"),
        )
    )
    [kept] = reply.pop("files")
    assert kept["originalSize"] == 3
    fields = {"localId": "l1", "content": "hello", "gif": GIF, "mentions": MENTIONS, "metadata": {"a": 1}}
    body = {**fields, "quotedMessageId": message_id(5), "parentMessageId": message_id(1)}
    other = created(client.post(f"/replyke{messages()}", headers=bearer("alice"), json=body))
    assert other.pop("files") == []
    own = {"id", "createdAt", "updatedAt"}
    assert {name: reply[name] for name in reply.keys() - own} == {name: other[name] for name in other.keys() - own}


@pytest.mark.parametrize("text", ["7", "true", "null", '{"a": 1}', '"quoted"', " ", "ä👍", "line\r\nbreak"])
def test_a_text_part_is_text_whatever_it_looks_like(client: httpx.Client, text: str) -> None:
    assert created(send_form(client, Part("content", text)))["content"] == text


@pytest.mark.parametrize("content", [b"\xff\xfe", b"\x89PNG\r\n\x1a\n\0"])
def test_unknown_parts_may_hold_any_bytes(client: httpx.Client, content: bytes) -> None:
    """As unknown fields of JSON may hold any value."""
    parts = [Part("content", "hello"), Part("thumbnail", content, "a.png", "image/png")]
    assert created(send_form(client, *parts))["files"] == []


def test_a_text_part_that_is_no_text_cannot_be_read(client: httpx.Client) -> None:
    response = send_form(client, Part("content", b"\xff"))
    assert (response.status_code, response.json()["code"]) == (400, "chat/invalid-body")


# --- What is said of a file


def test_a_file_is_described_whole(client: httpx.Client) -> None:
    reply = created(send_form(client, file("%PDF-1.7", "report.pdf", "application/pdf")))
    [kept] = reply["files"]
    path = kept.pop("originalPath")
    assert path.endswith(f"/internal/files/documents/{user_id(1)}/{kept['id']}/report.pdf")
    assert len(kept.pop("id")) == 36
    assert kept == {
        "projectId": project_id(1),
        "userId": user_id(1),
        "entityId": None,
        "commentId": None,
        "chatMessageId": reply["id"],
        "spaceId": None,
        "type": "document",
        "originalSize": 8,
        "originalMimeType": "application/pdf",
        "position": 0,
        "metadata": {},
        "createdAt": reply["createdAt"],
        "updatedAt": reply["createdAt"],
    }


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        ("image/png", "image"),
        ("image/svg+xml", "image"),
        ("video/mp4", "video"),
        ("application/pdf", "document"),
        ("text/plain", "document"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "document"),
        ("audio/mpeg", "other"),
        ("application/zip", "other"),
        ("application/octet-stream", "other"),
    ],
)
def test_the_media_type_says_what_a_file_is(client: httpx.Client, content_type: str, kind: str) -> None:
    [kept] = created(send_form(client, file(b"\0\1", "f", content_type)))["files"]
    assert (kept["type"], kept["originalMimeType"]) == (kind, content_type)


def test_case_and_parameters_of_a_files_media_type_do_not_count(client: httpx.Client) -> None:
    [kept] = created(send_form(client, file("a,b", "t.csv", 'Text/CSV; charset=utf-8; header="present"')))["files"]
    assert (kept["type"], kept["originalMimeType"]) == ("document", "text/csv")


def test_a_file_without_a_name_or_a_type_gets_that_of_the_vendors_client(client: httpx.Client) -> None:
    parts = [Part("files", "abc", "a.bin"), Part("files", "abc", content_type="application/octet-stream")]
    kept = created(send_form(client, *parts))["files"]
    assert [(each["type"], each["originalMimeType"]) for each in kept] == [("other", "application/octet-stream")] * 2
    assert [each["originalPath"].rpartition("/")[2] for each in kept] == ["a.bin", "upload"]


def test_a_part_without_both_is_a_text_and_no_file(client: httpx.Client) -> None:
    response = send_form(client, Part("files", "abc"))
    assert (response.status_code, response.json()["code"]) == (400, "chat/invalid-body")


def test_files_keep_their_order(client: httpx.Client) -> None:
    parts = [file("a" * size, f"{size}.txt") for size in (3, 1, 2, 0)]
    kept = created(send_form(client, *parts, Part("content", "between"), file("last", "4.txt")))["files"]
    assert [(each["position"], each["originalSize"]) for each in kept] == [(0, 3), (1, 1), (2, 2), (3, 0), (4, 4)]
    assert len({each["id"] for each in kept}) == 5


def test_an_image_is_described_as_one(client: httpx.Client) -> None:
    [kept] = created(send_form(client, file(PNG, "dot.png", "image/png")))["files"]
    image = kept["image"]
    assert image["fileId"] == kept["id"]
    assert (image["originalWidth"], image["originalHeight"], image["format"]) == (1, 1, "png")
    assert (image["processingStatus"], image["processingError"]) == ("completed", None)
    for variant in image["variants"].values():
        assert variant.keys() == {"path", "publicPath", "width", "height", "size", "format"}


def test_the_variants_of_an_image_can_be_fetched(client: httpx.Client) -> None:
    [kept] = created(send_form(client, file(PNG, "dot.png", "image/png")))["files"]
    for variant in kept["image"]["variants"].values():
        assert client.get(variant["publicPath"]).content == PNG


@pytest.mark.parametrize("content_type", ["text/plain", "video/mp4", "application/pdf"])
def test_what_is_no_image_is_not_described_as_one(client: httpx.Client, content_type: str) -> None:
    [kept] = created(send_form(client, file(PNG, "dot.png", content_type)))["files"]
    assert "image" not in kept


def test_files_are_kept_with_their_message(client: httpx.Client) -> None:
    reply = created(send_form(client, file("a"), file(PNG, "dot.png", "image/png")))
    assert quoted(client, reply["id"])["files"] == reply["files"]


# --- Bytes


@pytest.mark.parametrize("content", [b"", b"\0\xff\r\n--\r\n", PNG, b"a" * 300_000, forms.BOUNDARY.encode()])
def test_the_bytes_come_back_as_they_were_sent(client: httpx.Client, content: bytes) -> None:
    [kept] = created(send_form(client, file(content, "f.bin", "application/octet-stream")))["files"]
    assert kept["originalSize"] == len(content)
    response = client.get(kept["originalPath"])
    assert (response.status_code, response.content) == (200, content)


@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml", "text/javascript", "application/pdf"])
def test_no_browser_runs_what_someone_uploaded(client: httpx.Client, content_type: str) -> None:
    [kept] = created(send_form(client, file("<script>alert(1)</script>", "x.html", content_type)))["files"]
    headers = client.get(kept["originalPath"]).headers
    assert headers["Content-Disposition"].startswith("attachment")
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("filename", ODD_NAMES)
def test_a_file_of_any_name_can_be_fetched(client: httpx.Client, filename: str) -> None:
    """Browsers send names in UTF-8, and follow the address as URLs work: dots are steps."""
    [kept] = created(send_form(client, file("abc", filename)))["files"]
    response = client.get(kept["originalPath"])
    assert (response.status_code, response.content) == (200, b"abc")
    assert response.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("filename", ["ä.txt", "報告 📎.txt"])
def test_a_file_is_saved_under_its_name(client: httpx.Client, filename: str) -> None:
    [kept] = created(send_form(client, file("abc", filename)))["files"]
    assert unquote(kept["originalPath"]).endswith(f"/{filename}")
    disposition = client.get(kept["originalPath"]).headers["Content-Disposition"]
    assert unquote(disposition.partition("filename*=UTF-8''")[2]) == filename


def test_a_path_in_a_name_leads_nowhere(client: httpx.Client) -> None:
    [kept] = created(send_form(client, file("abc", "../../etc/passwd")))["files"]
    disposition = client.get(kept["originalPath"]).headers["Content-Disposition"]
    assert "/" not in disposition
    assert urljoin(kept["originalPath"], ".").endswith(f"/{kept['id']}/")


def test_the_worlds_own_file_can_be_fetched_where_a_reply_says(client: httpx.Client) -> None:
    [kept] = quoted(client, message_id(5))["files"]
    response = client.get(urljoin(f"{client.base_url}/replyke{messages()}", kept["originalPath"]))
    assert (response.status_code, response.content) == (200, PNG)


def test_an_unknown_file_is_not_found_in_the_vendors_form(client: httpx.Client) -> None:
    [kept] = created(send_form(client, file("abc")))["files"]
    response = client.get(kept["originalPath"].replace(kept["id"], message_id(1)))
    assert response.status_code == 404
    assert response.json().keys() == {"error", "code"}


# --- Namespaces


def test_a_files_address_holds_the_namespace_of_a_header(client: httpx.Client) -> None:
    """Who fetches it, an <img> say, sends no such header."""
    name = client.headers["Understudy-Namespace"]
    [kept] = created(send_form(client, file("abc")))["files"]
    assert f"/~{name}/replyke/" in kept["originalPath"]
    assert httpx.get(kept["originalPath"], trust_env=False).content == b"abc"


def test_a_files_address_holds_the_namespace_of_a_prefix(client: httpx.Client) -> None:
    name = client.headers.pop("Understudy-Namespace")
    [kept] = created(send_form(client, file("abc"), prefix=f"/~{name}"))["files"]
    assert f"/~{name}/replyke/" in kept["originalPath"]
    assert client.get(kept["originalPath"]).content == b"abc"


def test_another_namespace_does_not_have_the_file(client: httpx.Client) -> None:
    name = client.headers.pop("Understudy-Namespace")
    [kept] = created(send_form(client, file("abc"), prefix=f"/~{name}"))["files"]
    for other in ("", f"/~{name}-2"):
        assert client.get(kept["originalPath"].replace(f"/~{name}", other)).status_code == 404
