"""`world.yaml`: collections of records, or every mistake in it with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from understudy_validators import ContractError
from understudy_validators.world import load_world


def written(folder: Path, text: str) -> Path:
    """The text as a file."""
    path = folder / "world.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_collections_hold_their_records_as_written(tmp_path: Path) -> None:
    text = "now: 2026-01-01T00:00:00.000Z\ncollections:\n  things:\n    - {id: a, since: 2025-12-31}\n  stars: []\n"
    world = load_world(written(tmp_path, text))
    assert world.now == "2026-01-01T00:00:00.000Z"
    assert world.collections == {"things": [{"id": "a", "since": "2025-12-31"}], "stars": []}
    assert [list(world.world[name]) for name in world.world] == [[{"id": "a", "since": "2025-12-31"}], []]


@pytest.mark.parametrize("text", ["now: x\n", "[]\n", "collections: []\n", "collections:\n", "text\n"])
def test_a_world_without_collections_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ContractError, match="has no collections"):
        load_world(written(tmp_path, text))


def test_every_collection_that_is_no_list_of_records_is_named_with_its_line(tmp_path: Path) -> None:
    good, wrong = (
        "  good: [{id: a}]\n",
        "  text: hello\n  mixed:\n    - {id: a}\n    - b\n  object: {id: a}\n  empty:\n",
    )
    with pytest.raises(ContractError) as raised:
        load_world(written(tmp_path, f"collections:\n{good}{wrong}"))
    found = [(mistake.line, mistake.pointer) for mistake in raised.value.mistakes]
    assert found == [
        (3, "/collections/text"),
        (5, "/collections/mixed"),
        (7, "/collections/object"),
        (8, "/collections/empty"),
    ]
