"""A token that a namespace gave out leads back to it, with no header and no prefix: some clients can set neither."""

from __future__ import annotations

import asyncio

import httpx

from tests.mockserver.control.steering import REPLYKE, Steered, wire_of
from understudy_mockserver.server import serving
from understudy_mockserver.settings import Settings
from understudy_validators import sockets
from understudy_validators.socket_client import SocketClient

UNSEEDED = Settings()


def signed_in(steered: Steered, namespace: str) -> str:
    token: str = steered.send({"send": "signIn"}, namespace).json()["accessToken"]
    return token


def bare(steered: Steered, token: str, step: str = "sendMessage") -> httpx.Response:
    """A request without header and prefix."""
    asked = wire_of({"send": step, "as": token}, "x")
    return steered.request(**{**asked, "path": asked["path"].removeprefix("/~x")})


def count(steered: Steered, namespace: str) -> int:
    found: int = steered.ok("GET", "/state/replyke", namespace=namespace)["collections"]["messages"]
    return found


def test_a_session_stays_in_the_namespace_in_which_it_was_opened() -> None:
    steered = Steered(UNSEEDED)
    before = count(steered, "a")
    assert bare(steered, signed_in(steered, "a")).status_code == 201
    assert (count(steered, "a"), count(steered, "default")) == (before + 1, before)


def test_two_sessions_do_not_meet() -> None:
    steered = Steered(UNSEEDED)
    first, second = signed_in(steered, "a"), signed_in(steered, "b")
    before = count(steered, "a")
    for token in (first, first, second):
        assert bare(steered, token).status_code == 201
    assert (count(steered, "a"), count(steered, "b")) == (before + 2, before + 1)


def test_a_token_of_the_starting_world_is_the_default_namespaces() -> None:
    steered = Steered(UNSEEDED)
    before = count(steered, "a")
    assert bare(steered, "alice-token").status_code == 201
    assert count(steered, "a") == before


def test_one_that_the_default_namespace_took_back_leads_nowhere() -> None:
    steered = Steered(UNSEEDED)
    count(steered, "a")
    where = {"where": {"token": "alice-token"}, "remove": True}
    steered.ok("PATCH", "/state/replyke/tokens", where, namespace="default")
    assert bare(steered, "alice-token").status_code in (401, 403)


def test_a_request_that_says_which_namespace_it_is_for_is_not_led_away() -> None:
    steered = Steered(UNSEEDED)
    token = signed_in(steered, "a")
    for namespace in ("default", "b"):
        assert steered.send({"as": token}, namespace).status_code in (401, 403)


def test_where_several_namespaces_gave_out_the_same_nobody_guesses() -> None:
    steered = Steered(UNSEEDED)
    token = signed_in(steered, "a")
    (record,) = [
        one for one in steered.ok("GET", "/state/replyke/tokens", namespace="a")["records"] if one["token"] == token
    ]
    steered.ok("POST", "/state/replyke/tokens", {"records": [record]}, namespace="b")
    assert bare(steered, token).status_code in (401, 403)


def test_what_nobody_knows_is_refused_as_ever() -> None:
    steered = Steered(UNSEEDED)
    signed_in(steered, "a")
    assert bare(steered, "never-given-out").status_code in (401, 403)


def test_the_default_namespaces_clock_does_not_notice() -> None:
    steered = Steered()
    token = signed_in(steered, "a")
    before = steered.ok("GET", "/clock", namespace="default")
    assert bare(steered, token).status_code == 201
    assert steered.ok("GET", "/clock", namespace="default") == before


def test_addresses_in_answers_lead_to_the_sessions_namespace() -> None:
    steered = Steered(UNSEEDED)
    token = signed_in(steered, "a")
    parts = [{"name": "files", "filename": "a.png", "content_type": "image/png", "content": "abc"}]
    asked = wire_of({"send": "sendMessage", "as": token, "multipart": parts}, "x")
    answer = steered.request(**{**asked, "path": asked["path"].removeprefix("/~x")})
    assert answer.status_code == 201
    assert "/~a/replyke/" in answer.text


def test_a_socket_finds_its_namespace_too() -> None:
    steered = Steered(UNSEEDED)
    token = signed_in(steered, "a")

    async def run() -> None:
        async with serving(steered.app) as url:
            step = sockets.build(REPLYKE, {"connect": "/", "as": token})
            async with await SocketClient.open(f"{url}/replyke", "/", step.query):
                assert len(steered.app.namespaces.state("a", "replyke").hub.connections) == 1

    asyncio.run(run())


def test_lenient_servers_adopt_only_what_no_namespace_knows() -> None:
    steered = Steered(Settings(lenient=True))
    token = signed_in(steered, "a")
    before = count(steered, "a")
    assert bare(steered, token).status_code == 201
    assert bare(steered, "somebody-elses").status_code == 201
    assert count(steered, "a") == before + 1
