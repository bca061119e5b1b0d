"""Contracts as files: plain values with their lines, and nothing that a contract must not hold or reach."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.shipped import CONTRACTS
from understudy_validators import ContractError, Mistake, documents, yaml_core
from understudy_validators.documents import Document

Load = Callable[[str], Document]
Refuse = Callable[[str], list[Mistake]]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Loads a text as a file."""

    def loaded(text: str) -> Document:
        path = tmp_path / "text.yaml"
        path.write_text(text, encoding="utf-8")
        return documents.load(path)

    return loaded


@pytest.fixture
def refuse(load: Load) -> Refuse:
    """The mistakes for which a text is refused."""

    def refused(text: str) -> list[Mistake]:
        with pytest.raises(ContractError) as raised:
            load(text)
        return list(raised.value.mistakes)

    return refused


@pytest.mark.parametrize(
    "word", ["yes", "no", "on", "off", "y", "n", "Yes", "NO", "2026-01-01", "2026-01-01T00:00:00Z"]
)
def test_a_word_or_a_time_is_a_string(load: Load, word: str) -> None:
    assert load(f"{word}: {word}\nlist: [{word}]").data == {word: word, "list": [word]}


@pytest.mark.parametrize("text", ["1:30", "190:20:30", "1_000", "0b11"])
def test_what_only_yaml_1_1_takes_for_a_number_is_a_string(load: Load, text: str) -> None:
    """A time of day, say: YAML 1.2, and so every other tool, reads it as it stands."""
    assert load(f"a: {text}").data == {"a": text}


def test_a_leading_zero_makes_no_octal_number(load: Load) -> None:
    assert load("a: 010").data["a"] in ("010", 10)


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("false", False), ("null", None), ("~", None), ("", None), ("7", 7), ("-0.5", -0.5), ('"7"', "7")],
)
def test_json_values_are_what_they_are(load: Load, text: str, value: Any) -> None:
    found = load(f"a: {text}").data["a"]
    assert (found, type(found)) == (value, type(value))


def test_a_merge_key_is_a_key(load: Load) -> None:
    """What a contract says stands where it says it."""
    assert load("base: &b {x: 1}\nother: {<<: *b}").data["other"] == {"<<": {"x": 1}}


def test_an_alias_stands_for_a_value_of_its_own(load: Load) -> None:
    data = load("a: &a {x: [1]}\nb: *a").data
    assert data["a"] == data["b"]
    assert data["a"] is not data["b"]
    assert data["a"]["x"] is not data["b"]["x"]


def test_every_value_knows_its_line(load: Load) -> None:
    document = load("a:\n  - b: 1\n\n  - c/d:\n      ~e: 2\n")
    lines = {"": 1, "/a": 2, "/a/0": 2, "/a/0/b": 2, "/a/1": 4, "/a/1/c~1d": 5, "/a/1/c~1d/~0e": 5}
    assert {pointer: document.locate(pointer) for pointer in lines} == {p: ("text.yaml", n) for p, n in lines.items()}


@pytest.mark.parametrize(("pointer", "line"), [("/a/0/b/x/y", 2), ("/a/9", 2), ("/nowhere", 1), ("/a/0/nothing", 2)])
def test_what_is_not_there_has_the_line_of_what_is_around_it(load: Load, pointer: str, line: int) -> None:
    assert load("a:\n  - b: 1\n").locate(pointer) == ("text.yaml", line)


def test_every_key_that_stands_twice_is_told_with_its_line(refuse: Refuse) -> None:
    mistakes = refuse("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\na: {e: 1, e: 2}\n")
    assert [(m.line, m.pointer, m.problem) for m in mistakes] == [
        (5, "/b", "the key 'c' stands twice"),
        (6, "", "the key 'a' stands twice"),
        (6, "/a", "the key 'e' stands twice"),
    ]


@pytest.mark.parametrize("key", ["200", "true", "null", "1.5", "[a, b]", "{a: b}"])
def test_a_key_is_a_string(refuse: Refuse, key: str) -> None:
    (mistake,) = refuse(f"a: 1\nb:\n  {key}: x\n")
    assert (mistake.line, mistake.pointer, mistake.advice) == (3, "/b", "Put it in quotes.")


@pytest.mark.parametrize(
    "value",
    [
        "!!python/object/apply:os.getcwd []",
        "!!python/object:pathlib.Path {}",
        "!!python/name:os.system x",
        "!!python/tuple [1]",
        "!own text",
        "!own [1]",
        "!own {x: 1}",
        "!!binary aGk=",
        "!!timestamp 2026-01-01",
        "!!set {x, y}",
        "!!omap [x: 1]",
        "!!int x",
    ],
)
def test_a_tag_that_asks_for_more_than_a_plain_value_is_refused(refuse: Refuse, value: str) -> None:
    (mistake,) = refuse(f"a: 1\nb:\n  c: {value}\n")
    assert (mistake.line, mistake.pointer) == (3, "/b/c")


@pytest.mark.parametrize("text", ["a: &a [*a]", "a: &a {b: *a}", "a: &a [*a, *a]", "a: &a {b: [*a], c: {d: *a}}"])
def test_an_alias_may_not_contain_itself(refuse: Refuse, text: str) -> None:
    (mistake,) = refuse(text)
    assert mistake.problem == "the document unfolds to too much"


def test_aliases_may_not_multiply(refuse: Refuse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten to the sixth: refused when the limit is reached, not when all of it is unfolded."""
    monkeypatch.setattr(documents, "MAX_NODES", 5000)
    bomb = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    bomb += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 6)]
    (mistake,) = refuse("\n".join(bomb))
    assert (mistake.problem, mistake.advice) == documents._BOMB


def test_there_is_room_for_contracts_ten_times_as_large() -> None:
    assert max(len(contract.document.lines) for contract in CONTRACTS.values()) * 10 < yaml_core.MAX_NODES


@pytest.mark.parametrize(
    "text", ["[" * 300 + "]" * 300, "- " * 300 + "x", "".join(" " * i + "a:\n" for i in range(300))]
)
def test_a_document_that_is_too_deep_is_refused(refuse: Refuse, text: str) -> None:
    (mistake,) = refuse(text)
    assert mistake.problem == "the document unfolds to too much"


DEEP = {
    "brackets": "[" * 100_000,
    "braces": "{a: " * 100_000,
    "keys": "- ? " * 50_000,
    "brackets closed in comments": "[ # ]\n" * 100_000,
    "brackets closed in texts": '["]",' * 100_000,
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_no_depth_ends_the_process(tmp_path: Path, text: str) -> None:
    """In a process of its own: what reads YAML in C has only so much stack."""
    deep = tmp_path / "deep.yaml"
    deep.write_text(text, encoding="utf-8")
    code = """if True:
        import pathlib, sys
        from understudy_validators import ContractError, documents
        try:
            documents.load(pathlib.Path(sys.argv[1]))
        except ContractError:
            print("refused")
    """
    done = subprocess.run([sys.executable, "-c", code, str(deep)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "refused\n"), done.stderr


@pytest.mark.parametrize(
    "prose",
    ["[ " * 300, "{" * 300, f"{' ' * 500}far to the right", "- " * 300, ": " * 300],
    ids=lambda prose: prose[:2],
)
def test_what_looks_deep_in_a_text_is_text(load: Load, prose: str) -> None:
    assert load(f"a: |\n  begin\n  {prose}\nb: 1\n").data["b"] == 1


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: ]", 1), ("a: 1\nb: *nothing", 2), ("a: 1\n---\nb: 2", 2), ("a:\n\t- b", 2), ('a: "x', 1), ("", 1)],
)
def test_broken_yaml_is_told_with_its_line(refuse: Refuse, text: str, line: int) -> None:
    (mistake,) = refuse(text)
    assert mistake.line == line
    assert mistake.problem
    assert mistake.advice


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a: \xe4", b"a: \x00", None])
def test_what_is_no_utf_8_text_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "text.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ContractError) as raised:
        documents.load(path)
    assert raised.value.mistakes[0].file == "text.yaml"


def test_a_mistake_says_where_what_and_what_to_do(refuse: Refuse) -> None:
    assert str(refuse("a: {b: 1, b: 2}")[0]) == "text.yaml:1: the key 'b' stands twice (at /a). Keep one."
