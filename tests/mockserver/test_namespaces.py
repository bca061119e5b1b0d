"""Namespaces: each a world of its own, made when it is first asked for, and bounded in number."""

from __future__ import annotations

import pytest

from tests import tiny
from understudy_mockserver.blobs import Blobs
from understudy_mockserver.clock import SteppedClock, SystemClock
from understudy_mockserver.context import Context
from understudy_mockserver.limits import Limits
from understudy_mockserver.namespaces import DEFAULT, NAME, Namespaces
from understudy_mockserver.provider import Provider
from understudy_mockserver.realtime.hub import Connection
from understudy_mockserver.settings import Settings
from understudy_validators.records import World


def prepare(world: World, blobs: Blobs) -> None:
    """Completes a world in a way that can be seen."""
    world["things"].insert({"id": f"prepared-{len(world['things'])}"})
    blobs.put("file", b"content")


def namespaces(seed: int | None = 7, limit: int = 1000) -> Namespaces:
    """Two contracts, one of which has something prepared."""
    contract = tiny.contract()
    served = {"tiny": (contract, Provider("tiny", {}, prepare=prepare)), "other": (contract, Provider("other", {}))}
    return Namespaces(served, Settings(seed=seed, limits=Limits(namespaces=limit)))


def test_a_state_is_made_once() -> None:
    spaces = namespaces()
    assert spaces.state("a", "tiny") is spaces.state("a", "tiny")


def test_two_namespaces_do_not_see_each_other() -> None:
    spaces = namespaces()
    first, second = spaces.state("a", "tiny"), spaces.state("b", "tiny")
    first.world["things"].insert({"id": "new"})
    first.blobs.put("new", b"x")
    first.quotas.hit("rate", ("k",), 1, 10, 0)
    assert second.world["things"].find(id="new") is None
    assert second.blobs.get("new") is None
    assert second.quotas.hit("rate", ("k",), 1, 10, 0)[0] == 0
    assert spaces.state("c", "tiny").world["things"].find(id="new") is None
    assert tiny.contract().world["things"].find(id="new") is None


def test_two_contracts_of_a_namespace_do_not_see_each_other() -> None:
    spaces = namespaces()
    spaces.state("a", "tiny").world["things"].insert({"id": "new"})
    assert spaces.state("a", "other").world["things"].find(id="new") is None


def test_a_provider_completes_each_world_once() -> None:
    spaces = namespaces()
    for name in ("a", "b", "a"):
        things = [record["id"] for record in spaces.state(name, "tiny").world["things"]]
        assert things == ["t1", "t2", "t3", "prepared-3"]
        assert spaces.state(name, "tiny").blobs.get("file") == b"content"
    assert len(spaces.state("a", "other").world["things"]) == 3


def test_with_a_seed_every_namespace_and_every_server_repeats_itself() -> None:
    states = [namespaces().state("a", "tiny"), namespaces().state("a", "tiny"), namespaces().state("b", "tiny")]
    assert len({state.ids.uuid() for state in states}) == 1
    assert len({state.clock.tick() for state in states}) == 1
    assert namespaces(seed=8).state("a", "tiny").ids.uuid() != states[0].ids.uuid()


def test_a_seeded_clock_starts_when_the_world_says() -> None:
    clock = namespaces().state("a", "tiny").clock
    assert isinstance(clock, SteppedClock)
    assert clock.tick() == tiny.NOW + 0.001


def test_without_a_seed_ids_differ_and_time_is_real() -> None:
    spaces = namespaces(seed=None)
    assert spaces.state("a", "tiny").ids.uuid() != spaces.state("b", "tiny").ids.uuid()
    assert isinstance(spaces.state("a", "tiny").clock, SystemClock)


def test_the_namespace_that_was_used_longest_ago_makes_room() -> None:
    spaces = namespaces(limit=2)
    first, second = spaces.state("a", "tiny"), spaces.state("b", "tiny")
    spaces.state("a", "other")
    spaces.state("c", "tiny")
    assert spaces.state("a", "tiny") is first
    assert spaces.state("b", "tiny") is not second


def test_there_are_never_more_than_the_limit() -> None:
    spaces = namespaces(limit=3)
    for number in range(50):
        spaces.state(f"n{number}", "tiny")
    assert len(spaces) == 3


def idle(spaces: Namespaces, name: str) -> None:
    """Makes it a day since somebody used the namespace."""
    spaces.open(name).used -= 86_400


def test_a_namespace_that_nobody_uses_is_forgotten() -> None:
    spaces = namespaces()
    first, second = spaces.state("a", "tiny"), spaces.state("b", "tiny")
    idle(spaces, "a")
    spaces.open("b")
    spaces.forget_idle()
    assert spaces.existing("a", "tiny") is None
    assert spaces.existing("b", "tiny") is second
    assert spaces.state("a", "tiny") is not first


def test_the_default_namespace_and_one_that_somebody_listens_to_are_kept() -> None:
    spaces = namespaces()
    states = [spaces.state(name, "tiny") for name in (DEFAULT, "listened-to", "left")]
    listener = Connection("c", "/", Context("listened-to", "", ""), states[1].hub, lambda: None)
    states[1].hub.add(listener, "alice")
    for name in (DEFAULT, "listened-to", "left"):
        idle(spaces, name)
    spaces.forget_idle()
    assert [spaces.existing(n, "tiny") for n in (DEFAULT, "listened-to", "left")] == [*states[:2], None]


@pytest.mark.parametrize("name", ["a", "A-1_b.c", "0", "x" * 64])
def test_a_name_is_made_of_letters_digits_and_a_few_signs(name: str) -> None:
    assert NAME.fullmatch(name)


@pytest.mark.parametrize("name", ["", "-a", ".", "..", "_a", "a/b", "a b", "a\n", "ü", "٥", "x" * 65, "a%2Fb", "a~b"])
def test_any_other_name_is_none(name: str) -> None:
    assert not NAME.fullmatch(name)
