"""What the benchmark gives to other servers fits the contracts; its tables say what was measured. Nothing is timed."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
import pytest

from tests.benchmarks import crowd
from tests.benchmarks.inprocess import driver
from tests.benchmarks.peers import documents, tables, wrk
from tests.benchmarks.peers.comparison import Figures
from tests.benchmarks.peers.wrk import Load
from tests.benchmarks.plain import create_plain
from tests.benchmarks.traffic import OPERATIONS, Traffic, shape, traffic
from understudy_mockserver.app import create_app
from understudy_mockserver.asgi import App, Message
from understudy_mockserver.contracts import load_contract
from understudy_mockserver.settings import Settings

each_api = pytest.mark.parametrize("name", list(OPERATIONS))


def answer(app: App, sent: Traffic) -> tuple[int, bytes, Any]:
    messages: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": sent.body, "more_body": False}

    async def send(message: Message) -> None:
        messages.append(message)

    coroutine: Any = app({**sent.scope(), "state": {}}, receive, send)
    with pytest.raises(StopIteration):
        coroutine.send(None)
    headers = {name.lower(): value for name, value in messages[0]["headers"]}
    return messages[0]["status"], headers[b"content-type"], shape(messages[1]["body"])


@each_api
def test_the_plain_app_answers_as_the_mock_does(name: str) -> None:
    for each in traffic(name):
        expected = answer(create_app([name]), each)
        assert expected[0] == each.status
        assert answer(create_plain(), each) == expected


@each_api
def test_the_schema_for_others_judges_both_requests_as_the_contract_does(name: str) -> None:
    accepted, refused = traffic(name)
    schema = documents.request_schema(load_contract(name))
    assert jsonschema_rs.is_valid(schema, orjson.loads(accepted.body))
    [error] = jsonschema_rs.iter_errors(schema, orjson.loads(refused.body))
    assert list(error.schema_path)[-1] == "maxLength"


@each_api
def test_the_schema_for_others_has_standard_keywords_only(name: str) -> None:
    text = json.dumps(documents.request_schema(load_contract(name)))
    assert '"x-' not in text
    assert "$ref" not in text


@each_api
def test_wiremock_accepts_refuses_and_asks_for_credentials_in_that_order(name: str) -> None:
    stubs = documents.wiremock(load_contract(name))["mappings"]
    accepted, refused = traffic(name)
    assert [stub["response"]["status"] for stub in stubs] == [accepted.status, refused.status, 401]


@each_api
def test_mockoon_tries_the_refusals_first_and_answers_the_first_example_otherwise(name: str) -> None:
    contract = load_contract(name)
    operation, refused = OPERATIONS[name]
    success = contract.operation(operation).success
    labels = [refused, "unauthorized", *success.examples]
    responses: list[dict[str, Any]] = [{"label": label, "default": False} for label in reversed(labels)]
    path = contract.operation(operation).path.removeprefix("/").replace("{", ":").replace("}", "")
    route = {"method": "post", "endpoint": path, "responses": responses}
    documents.mockoon(contract, {"routes": [route]})
    assert [each["label"] for each in responses][:2] == ["unauthorized", refused]
    assert [each["label"] for each in responses if each["default"]] == [next(iter(success.examples))]


def test_the_mock_accepts_every_sender_of_the_crowd(tmp_path: Path) -> None:
    world = crowd.world_file(load_contract("amity"), tmp_path)
    assert world is not None
    app = create_app(["amity"], Settings(worlds={"amity": world}))
    senders = crowd.variants(traffic("amity")[0], "amity")
    assert {driver(app, sender)() for sender in senders} == {200}


def test_a_request_is_written_as_lua_without_a_raw_quote_or_line_break(tmp_path: Path) -> None:
    sent = Traffic("valid", "/a", {"X": 'say "a"'}, b'{"a":"\\n\xc3\xa9\n]]"}', 200)
    written = wrk.write_requests([sent], tmp_path / "requests.lua").read_text("ascii")
    assert written == (
        'return {"POST", "/a", {\n'
        '{{["X"] = "say \\034a\\034"}, "{\\034a\\034:\\034\\092n\\195\\169\\010]]\\034}"}\n}}\n'
    )


def test_a_table_shows_medians_and_ratios_and_who_does_not_refuse() -> None:
    ours = Figures([1.0, 3.0, 2.0], 5_000_000, {"valid": 200, "refused": 400})
    other = Figures([1.0], 5_000_000, {"valid": 200, "refused": 200})
    for rate in (3000, 1000, 2000):
        ours.add("valid", Load(rate, rate, 1.0, 20.0), 0.5)
        ours.add("refused", Load(rate, rate, 1.0, 20.0), 0.5)
        other.add("valid", Load(rate // 4, rate / 4, 1.0, 20.0), 1.0)
    results = tables.summary({"amity": {"understudy": ours, "other": other}})
    machine = {"processor": "P", "cpus": 2, "system": "S", "python": "Y", "versions": {"understudy": "1"}}
    plan = {"rounds": 3, "seconds": 1, "connections": 1, "warm_up": 1, "starts": 3}
    report = {"machine": machine, "peers": {}, "plan": plan, "load_average": [0.0, 0.0], "date": "", "results": results}
    text = tables.markdown(report)
    assert "| understudy | 2,000 | 1.00 | 20 | 2,000 | 1.00 | 20 | 2.00 | 5 |" in text
    assert "| other | 500 | 1.00 | 20 | answers 200 | answers 200 | answers 200 | 1.00 | 5 |" in text
    assert "| other | 4.00 | answers 200 | 8.00 | answers 200 |" in text
