"""The quick way to read YAML reads what the careful one reads, and leaves to it whatever is odd."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import understudy_specs
from tests.tiny import law
from understudy_validators import ContractError, documents
from understudy_validators.yaml_core import plainly

FILES = [path for folder in understudy_specs.folders().values() for path in sorted(folder.glob("*.yaml"))]
ODD = {
    "two-keys": "a: 1\na: 2",
    "tag": "!!str 1",
    "own-tag": "!mine {a: 1}",
    "key-that-is-no-text": "1: a",
    "key-that-is-a-list": "? [a]\n: b",
    "endless": "a: 1e999",
    "beyond-64-bits": "a: 99999999999999999999",
    "two-documents": "--- 1\n--- 2",
    "nothing": "",
    "comment-alone": "# nothing",
    "itself": "a: &a [*a]",
    "unknown-alias": "a: *b",
    "no-yaml": "a: [",
    "too-deep": "[" * 300 + "]" * 300,
}
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8) | st.sampled_from(
    ["true", "~", "010", "0x1", "1:30", "2026-01-01", "yes", "", "1e3", ".5", "-", "no"]
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def _carefully(text: str, folder: Path) -> Any:
    """What the careful reader makes of the text, or that it refuses it."""
    path = folder / "text.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        return documents.read_with_care(path, text)[0]
    except ContractError:
        return ContractError


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_shipped_file_is_read_quickly_and_alike(path: Path) -> None:
    plain = plainly(path.read_text(encoding="utf-8"))
    assert plain is not None
    assert orjson.loads(plain) == documents.read_with_care(path, path.read_text(encoding="utf-8"))[0]


@law
@given(VALUES, st.booleans())
def test_any_value_is_read_alike(tmp_path_factory: pytest.TempPathFactory, value: Any, flow: bool) -> None:
    text = yaml.safe_dump(value, allow_unicode=True, default_flow_style=flow)
    plain = plainly(text)
    if plain is not None:
        assert orjson.loads(plain) == _carefully(text, tmp_path_factory.mktemp("texts"))


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_what_is_odd_is_left_to_the_careful_way(text: str) -> None:
    assert plainly(text) is None


def test_an_alias_is_what_it_stands_for() -> None:
    assert plainly("a: &a {b: [1]}\nc: *a\nd: &a 2\ne: *a") == b'{"a":{"b":[1]},"c":{"b":[1]},"d":2,"e":2}'


def test_aliases_do_not_multiply_without_end() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert plainly("\n".join(lines)) is None
