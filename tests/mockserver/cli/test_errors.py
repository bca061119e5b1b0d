"""`understudy errors`: the catalogue, for people and for programs."""

from __future__ import annotations

import json

import pytest

from tests.mockserver.cli.run import understudy
from understudy_validators import Contract

KEYS = {"contract", "name", "status", "code", "body", "source", "operation"}


def test_json_is_one_list_of_every_contracts_errors(contracts: dict[str, Contract]) -> None:
    errors = json.loads(understudy("errors", "--json").stdout)
    assert {error["contract"] for error in errors} == set(contracts)
    for error in errors:
        assert set(error) >= KEYS
        assert error["source"]["is"] in ("documented", "observed", "assumed")
        assert ("trigger" in error) != ("how" in error)


def test_a_trigger_is_a_list_of_requests_and_repeats() -> None:
    for error in json.loads(understudy("errors", "--json").stdout):
        for step in error.get("trigger", ()):
            request = step["repeat"]["of"] if "repeat" in step else step
            if "method" in request:
                assert request["path"].startswith("/")
                assert not ("body" in request and "multipart" in request)
                for part in request.get("multipart", ()):
                    assert set(part) in ({"name", "value"}, {"name", "filename", "content_type", "content"})


def test_only_filters_by_who_says_so() -> None:
    errors = json.loads(understudy("errors", "replyke", "--only", "documented", "--json").stdout)
    assert {error["source"]["is"] for error in errors} == {"documented"}
    assert "empty-message" in {error["name"] for error in errors}


@pytest.mark.parametrize("name", ["amity", "avaya-spaces", "replyke", "ziik"])
def test_the_table_has_a_line_for_each_error(name: str) -> None:
    text = understudy("errors", name).stdout
    for error in json.loads(understudy("errors", name, "--json").stdout):
        assert error["name"] in text
