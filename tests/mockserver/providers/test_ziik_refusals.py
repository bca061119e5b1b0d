"""Ziik: what each operation refuses, and that nothing is left of it."""

import json
from typing import Any

import pytest

from tests.mockserver.providers.ziik import CASES, JANE, JOHN, Mock, content, refused

REFUSED = [pytest.param(case, f"case-{index}", id=case["case"]) for index, case in enumerate(CASES["refused_calls"])]


@pytest.fixture(scope="module")
def shared() -> Mock:
    """A mock for many tests, each in a namespace of its own."""
    return Mock()


def seen(mock: Mock, namespace: str) -> str:
    """What John and Jane see of their conversations, and of the messages and files of two of them, as JSON."""
    headers = {"Understudy-Namespace": namespace}
    found = [mock.ask("listConversations", "/conversations", token, headers=headers) for token in (JOHN, JANE)]
    for path in ("/conversations/123", "/conversations/124"):
        found.append(mock.ask("listMessages", f"{path}/messages", headers=headers, params={"limit": 100}))
        found.append(mock.ask("listConversationFiles", f"{path}/files", headers=headers))
    return json.dumps(found).replace(f"/~{namespace}/", "/")  # addresses lead to the namespace


@pytest.fixture(scope="module")
def untouched(shared: Mock) -> str:
    """The same where nobody has sent anything."""
    return seen(shared, "untouched")


@pytest.mark.parametrize(("case", "namespace"), REFUSED)
def test_a_refused_call_answers_the_vendors_envelope_and_changes_nothing(
    shared: Mock, untouched: str, case: dict[str, Any], namespace: str
) -> None:
    method, path = case["call"].split(" ")
    response = shared.send(
        method, path, case.get("token", JOHN), headers={"Understudy-Namespace": namespace}, **content(case)
    )
    refused(response, case["status"], case["code"])
    assert seen(shared, namespace) == untouched
