"""What is installed is what pyproject.toml pins."""

import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.repo.tree import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PINS = [Requirement(line) for line in PROJECT["tool"]["uv"]["constraint-dependencies"]]
DECLARED = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]


def test_every_dependency_is_pinned_however_far_down() -> None:
    """`uv tree` shows who asks for a missing one."""
    assert not needed(DECLARED) - {canonicalize_name(pin.name) for pin in PINS}


def test_pins_name_one_version_each_and_no_address() -> None:
    loose = [str(pin) for pin in PINS if pin.url or [each.operator for each in pin.specifier] != ["=="]]
    assert not loose


def test_pins_are_in_order_and_stand_once() -> None:
    names = [canonicalize_name(pin.name) for pin in PINS]
    assert names == sorted(set(names))


def needed(lines: Iterable[str]) -> set[str]:
    """The normal name of every distribution that these requirements bring in on this machine."""
    seen: set[tuple[str, str]] = set()
    waiting = [(Requirement(line), "") for line in lines]
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            name = canonicalize_name(requirement.name)
            new = {(name, wanted) for wanted in requirement.extras | {""}} - seen
            seen |= new
            waiting += [(below, wanted) for _, wanted in new for below in requirements_of(name)]
    return {name for name, _ in seen}


def requirements_of(name: str) -> list[Requirement]:
    """What an installed distribution asks for; nothing if it is not installed."""
    try:
        return [Requirement(line) for line in requires(name) or []]
    except PackageNotFoundError:
        return []
