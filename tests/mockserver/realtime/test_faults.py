"""Faults that a front end must survive: events lost, late, doubled or out of order, and connections that are cut."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from tests.mockserver.realtime.avaya import EXAMPLE, IDS, LAUNCH, TEAM, channel, chat, dialling, token
from tests.mockserver.realtime.desk import Desk, waiting
from tests.mockserver.realtime.inside import Inside, inside, until
from understudy_mockserver.realtime.faults import Faults
from understudy_mockserver.realtime.hub import MAX_WAITING, Connection, Emission


class Team(Desk):
    """Two users who listen to one space, in each of two namespaces."""

    def __init__(self) -> None:
        super().__init__("avaya-spaces")
        self.example, self.ben = self.enter("example"), self.enter("ben")
        self.elsewhere = self.enter("ben", "elsewhere")
        self.hub = self.example.hub

    def enter(self, name: str, namespace: str = "desk") -> Connection:
        connection = self.connect({"token": token(name)}, "/chat", namespace)
        self.say(connection, "SUBSCRIBE_CHANNEL", channel(TEAM))
        return connection

    def chats(self, *texts: str) -> list[str]:
        """Sends texts; those that wait for Ben then. Example gets the same."""
        for text in texts:
            self.gateway.receive(self.example, "SEND_MESSAGE", chat(text))
        heard, echoed = self.heard(self.ben), self.heard(self.example)
        assert heard == echoed
        return heard

    def heard(self, connection: Connection) -> list[str]:
        return [payload["content"]["bodyText"] for _, payload in waiting(connection)]


@pytest.fixture
def team() -> Team:
    return Team()


@pytest.mark.parametrize(
    ("ask", "heard"),
    [
        (lambda faults: None, "abcdef"),
        (lambda faults: faults.drop(), "bcdef"),
        (lambda faults: faults.drop(3), "def"),
        (lambda faults: faults.duplicate(), "aabcdef"),
        (lambda faults: faults.duplicate(2), "aabbcdef"),
        (lambda faults: faults.reorder(), "bacdef"),
        (lambda faults: faults.reorder(4), "dcbaef"),
        (lambda faults: faults.reorder(1), "abcdef"),
        (lambda faults: (faults.drop(2), faults.duplicate(), faults.reorder(3)), "ccfed"),
    ],
)
def test_the_next_events_are_lost_doubled_or_out_of_order(
    team: Team, ask: Callable[[Faults[Any]], Any], heard: str
) -> None:
    """Each fault in its turn, for as many events as were asked for."""
    ask(team.hub.faults)
    assert "".join(team.chats(*"abcdef")) == heard


def test_events_that_change_places_wait_for_the_last_of_them(team: Team) -> None:
    team.hub.faults.reorder(3)
    assert team.chats("a", "b") == []
    assert team.chats("c") == ["c", "b", "a"]


def test_a_fault_can_be_called_off(team: Team) -> None:
    """What was held back by then is handed over."""
    team.hub.faults.drop(5)
    team.hub.faults.reorder(2)
    assert team.chats("a") == []
    assert team.hub.faults.clear() == []
    team.hub.faults.reorder(2)
    assert team.chats("b") == []
    [held] = team.hub.faults.clear()
    assert held.payload["content"]["bodyText"] == "b"
    assert team.chats("c") == ["c"]


def test_faults_stay_in_their_namespace(team: Team) -> None:
    team.hub.faults.drop(5)
    team.gateway.receive(team.elsewhere, "SEND_MESSAGE", chat("a"))
    assert team.heard(team.elsewhere) == ["a"]
    assert team.chats("b") == []


def test_a_lost_event_is_one_that_happened(team: Team) -> None:
    count = len(team.state().world["messages"])
    team.hub.faults.drop()
    assert team.chats("a") == []
    assert len(team.state().world["messages"]) == count + 1


def test_answers_get_lost_too(team: Team) -> None:
    team.hub.faults.drop()
    assert team.say(team.example, "SEND_MESSAGE", chat("")) == []
    assert team.say(team.example, "SEND_MESSAGE", chat("")) == [
        ("SEND_MESSAGE_FAILED", {**chat(""), "sender": EXAMPLE, "error": "content.empty"})
    ]


def test_a_doubled_event_is_doubled_on_its_own_connection_too(team: Team) -> None:
    team.hub.faults.duplicate()
    first, second = team.say(team.example, "SEND_MESSAGE", chat(loopbackMetadata=1))
    assert first == second
    assert first[1]["loopbackMetadata"] == 1
    assert ["loopbackMetadata" in payload for _, payload in waiting(team.ben)] == [False, False]


# --- Delays, with a clock that stands still until it is told


class Timer:
    def __init__(self, seconds: float, fire: Callable[[], None]) -> None:
        self.seconds = seconds
        self.fire = fire
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


@pytest.fixture
def timers(monkeypatch: pytest.MonkeyPatch) -> list[Timer]:
    """The timers that hubs start."""
    timers: list[Timer] = []

    class Loop:
        def call_later(self, seconds: float, fire: Callable[[], None]) -> Timer:
            timers.append(Timer(seconds, fire))
            return timers[-1]

    monkeypatch.setattr(asyncio, "get_running_loop", Loop)
    return timers


def test_a_late_event_lets_others_pass(team: Team, timers: list[Timer]) -> None:
    team.hub.faults.delay(2, seconds=1.5)
    assert team.chats("a", "b", "c") == ["c"]
    assert [timer.seconds for timer in timers] == [1.5, 1.5]
    for timer in timers:
        timer.fire()
    assert team.heard(team.ben) == ["a", "b"]


def test_a_late_event_reaches_who_listens_by_then(team: Team, timers: list[Timer]) -> None:
    team.hub.faults.delay(seconds=1)
    team.chats("a")
    late = team.enter("gina")
    team.gateway.disconnect(team.ben)
    timers[0].fire()
    assert (team.heard(late), team.heard(team.ben), team.heard(team.example)) == (["a"], [], ["a"])


def test_a_hub_that_closes_sends_nothing_any_more(team: Team, timers: list[Timer]) -> None:
    team.hub.faults.delay(2, seconds=1)
    team.chats("a", "b")
    timers[0].fire()
    team.hub.close()
    assert [timer.cancelled for timer in timers] == [False, True]


# --- Connections that are cut


def test_a_client_that_does_not_read_is_dropped_and_costs_others_nothing(team: Team) -> None:
    heard = [text for number in range(MAX_WAITING + 10) for text in flood(team, str(number))]
    assert heard == [str(number) for number in range(MAX_WAITING + 10)]
    assert team.dropped == [team.ben.id]
    assert len(waiting(team.ben)) == MAX_WAITING


def flood(team: Team, text: str) -> list[str]:
    """Tells the space something, which example reads and Ben does not."""
    [room] = [room for room in team.hub.rooms if room.endswith(TEAM)]
    payload = {"content": {"bodyText": text}}
    team.hub.publish([Emission("MESSAGE_SENT", payload, (room,))])
    return team.heard(team.example)


def test_a_users_connections_are_cut_and_no_others(team: Team) -> None:
    second = team.enter("example")
    assert team.hub.disconnect(IDS["example"]) == 2
    assert team.dropped == [team.example.id, second.id]
    assert team.hub.disconnect(IDS["cara"]) == team.hub.disconnect(None) == 0


def test_who_was_cut_off_comes_back() -> None:
    """Over a real server, with both generations of clients."""

    def talk(mock: Inside, cut: Callable[[], int]) -> None:
        mine = {"token": token("example")}
        with dialling(f"{mock.url}/avaya-spaces", "default") as dial:
            lost = [dial(protocol, **mine).subscribed(TEAM) for protocol in (3, 4, 3)]
            ben = dial(token=token("ben")).subscribed(TEAM, LAUNCH)
            assert cut() == len(lost)
            for socket in lost:
                with pytest.raises(ConnectionClosed):
                    socket.read()
            back = dial(**mine).subscribed(TEAM)
            assert ben.heard() == []
            message = ben.sent(chat())
            assert back.heard() == [("MESSAGE_SENT", message)]

    async def run() -> None:
        async with inside("avaya-spaces") as mock:
            state, loop = mock.state("avaya-spaces"), asyncio.get_running_loop()

            async def cut() -> int:
                count = state.hub.disconnect(IDS["example"])
                await until(lambda: not state.world["connections"].all(userId=IDS["example"]))
                return count

            await asyncio.to_thread(talk, mock, lambda: asyncio.run_coroutine_threadsafe(cut(), loop).result(20))

    asyncio.run(run())
