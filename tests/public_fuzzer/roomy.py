"""`understudy` with contracts in which nobody calls too often: a fuzzer at full speed would see little but 429.

Run as a program it takes the folder of such contracts, then what the command takes: FOLDER serve --port 0.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import understudy_specs
from understudy_mockserver.cli import main
from understudy_validators import documents

_DOCUMENTS = ("openapi.yaml", "asyncapi.yaml", "world.yaml")
#: More calls than a run makes.
PLENTY = 10**6


def write(folder: Path) -> dict[str, Path]:
    """Copies of all contracts, whose quotas are the only difference; each one's folder by its name."""
    return {name: _copy(shipped, folder / shipped.name) for name, shipped in understudy_specs.folders().items()}


def _copy(shipped: Path, own: Path) -> Path:
    own.mkdir()
    for name in _DOCUMENTS:
        if (shipped / name).exists():
            data = documents.load(shipped / name).data
            widen(data)
            (own / name).write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return own


def widen(node: Any) -> None:
    """Lets every quota of a document pass plenty of calls."""
    if isinstance(node, dict):
        if isinstance(node.get("quota"), dict) and "limit" in node["quota"]:
            node["quota"]["limit"] = PLENTY
        for value in node.values():
            widen(value)
    elif isinstance(node, list):
        for value in node:
            widen(value)


def folders(root: Path) -> dict[str, Path]:
    """The folders that `write` has written, by contract."""
    return {folder.name.replace("_", "-"): folder for folder in sorted(root.iterdir())}


if __name__ == "__main__":
    CONTRACTS = folders(Path(sys.argv.pop(1)))
    understudy_specs.folders = lambda: CONTRACTS
    main()
