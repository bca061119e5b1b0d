"""The contract language is said in three places, which agree: vocabulary.yaml, specs/README.md, structure.yaml."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from understudy_validators.lint.structure import structure
from understudy_validators.lint.words import vocabulary, words

README = (Path(__file__).parents[3] / "specs" / "README.md").read_text("utf-8")
# Not a header in a path of the view (`headers.x-pin`), nor the tail of something else.
WORD = re.compile(r"(?<![\w/#-])(?<!headers[.])x-[a-z]+(?:-[a-z]+)*")
EXPLAINED = set(WORD.findall(README))


def test_every_word_of_the_vocabulary_is_explained() -> None:
    assert set(words()) - EXPLAINED == set()


def test_every_word_that_is_explained_is_in_the_vocabulary() -> None:
    assert EXPLAINED - set(words()) == set()


def test_every_word_has_a_place() -> None:
    """A word that no object may have could never be used."""
    assert [word for word in words() if not structure().holders(word)] == []


@pytest.mark.parametrize("situation", vocabulary()["$defs"]["x-framing"]["properties"]["answers"]["properties"])
def test_every_situation_of_framing_is_explained(situation: str) -> None:
    assert f"    {situation}: " in README or f"   {situation}: " in README


@pytest.mark.parametrize("key", vocabulary()["$defs"]["request"]["properties"])
def test_every_key_of_a_triggers_step_is_explained(key: str) -> None:
    assert re.search(rf"^\| .*`{key}`.* \|", README, re.MULTILINE)
