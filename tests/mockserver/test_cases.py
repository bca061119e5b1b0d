"""The cases of tests/cases, sent to a mock in this process and to a started server alike."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.mockserver import forms
from tests.servers import Served
from understudy_mockserver.app import Understudy, create_app

FOLDER = Path(__file__).parents[1] / "cases"
FILES = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.yaml"))}
LISTS = {name: cases for name, cases in FILES.items() if isinstance(cases, list)}
CASES = [(name, case) for name, cases in LISTS.items() for case in cases]
KEYS = {
    "case": ({"name", "contract", "request", "expect"}, {"given"}),
    "request": ({"method", "path"}, {"headers", "body", "raw", "multipart"}),
    "expect": ({"status"}, {"exact", "body", "absent", "text", "headers"}),
}

Way = Callable[[Mapping[str, Any], Served], httpx.Response]


def in_process(case: Mapping[str, Any], _: Served) -> httpx.Response:
    """The answer of a mock in this process."""

    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(app=app(case["contract"]))
        async with httpx.AsyncClient(transport=transport, base_url=f"http://localhost/{case['contract']}") as client:
            for request in requests(case):
                response = await client.request(**request)
        return response

    return asyncio.run(run())


def over_a_socket(case: Mapping[str, Any], server: Served) -> httpx.Response:
    """The answer of the started server."""
    # Nothing is encrypted here: `verify` spares each case the loading of certificates.
    with httpx.Client(base_url=server.contracts[case["contract"]], trust_env=False, verify=False) as client:
        for request in requests(case):
            response = client.request(**request)
    return response


@cache
def app(contract: str) -> Understudy:
    return create_app([contract])


def requests(case: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What httpx sends for a case, all of it in one fresh namespace."""
    namespace = {"Understudy-Namespace": f"case-{secrets.token_hex(6)}"}
    return [sent(request, namespace) for request in [*case.get("given", []), case["request"]]]


def sent(request: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
    known(request, "request")
    content, content_type = content_of(request)
    typed = {"Content-Type": content_type} if content_type else {}
    headers = {**headers, **typed, **request.get("headers", {})}
    return {"method": request["method"], "url": request["path"], "headers": headers, "content": content}


def content_of(request: Mapping[str, Any]) -> tuple[bytes | None, str | None]:
    """The body's bytes and media type; `None` where there is none, or the case itself has to say it."""
    if "multipart" in request:
        return forms.encode(map(part, request["multipart"])), forms.TYPE
    if "body" in request:
        return json.dumps(request["body"]).encode(), "application/json"
    return (request["raw"].encode(), None) if "raw" in request else (None, None)


def part(item: Mapping[str, str]) -> forms.Part:
    content = item["value"] if "value" in item else item["content"]
    return forms.Part(item["name"], content, item.get("filename"), item.get("content_type"))


def known(item: Mapping[str, Any], kind: str) -> None:
    needed, optional = KEYS[kind]
    assert needed <= item.keys() <= needed | optional, f"a {kind} has {sorted(needed)} and may have {sorted(optional)}"


def holds(actual: Any, expected: Any) -> bool:
    """Whether a JSON value holds at least what is expected."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        return all(name in actual and holds(actual[name], value) for name, value in expected.items())
    if isinstance(expected, list) and isinstance(actual, list):
        return len(actual) == len(expected) and all(map(holds, actual, expected))
    return bool(actual == expected) and type(actual) is type(expected)


def header(response: httpx.Response, name: str) -> str | None:
    value: str | None = response.headers.get(name)
    return value.partition(";")[0] if value and name.lower() == "content-type" else value


def check(response: httpx.Response, expect: Mapping[str, Any]) -> None:
    """Fails with the answer where it is not the expected one."""
    known(expect, "expect")
    story = f"{response.status_code} {response.headers}\n{response.text}"
    assert response.status_code == expect["status"], story
    for name, value in expect.get("headers", {}).items():
        assert header(response, name) == value, story
    if "text" in expect:
        assert response.text == expect["text"], story
    if "exact" in expect:
        assert response.json() == expect["exact"], story
    assert "body" not in expect or holds(response.json(), expect["body"]), story
    assert "absent" not in expect or not set(expect["absent"]) & response.json().keys(), story


@pytest.mark.parametrize("way", [in_process, over_a_socket])
@pytest.mark.parametrize("case", [pytest.param(case, id=f"{file}: {case['name']}") for file, case in CASES])
def test_a_case_is_answered_as_it_says(case: Mapping[str, Any], way: Way, server: Served) -> None:
    known(case, "case")
    check(way(case, server), case["expect"])


@pytest.mark.parametrize("name", LISTS)
def test_the_cases_of_a_file_have_names_of_their_own(name: str) -> None:
    names = [case["name"] for case in LISTS[name]]
    assert names
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        ({"a": 1}, {"a": 2}),
        ({"a": 1}, {"b": None}),
        ({"a": True}, {"a": 1}),
        ([1, 2], [1]),
        ([{"a": 1}], [{"a": 1, "b": 2}]),
        (None, {}),
    ],
)
def test_a_body_that_lacks_something_does_not_hold_it(actual: Any, expected: Any) -> None:
    """Else cases could pass whatever the mock answers."""
    assert not holds(actual, expected)


def test_a_body_may_hold_more_than_expected() -> None:
    assert holds({"a": [{"b": 1, "c": 2}], "d": None}, {"a": [{"b": 1}]})


@pytest.mark.parametrize("item", [{"status": 201, "heders": {}}, {"text": "Unauthorized"}])
def test_a_misspelt_or_missing_key_is_a_mistake(item: dict[str, Any]) -> None:
    with pytest.raises(AssertionError, match="may have"):
        known(item, "expect")
