"""The contracts, one folder per API, and where to find them."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent

#: JSON Schema of the words that contracts add to OpenAPI.
VOCABULARY = _HERE / "vocabulary.yaml"


def folders() -> dict[str, Path]:
    """Each contract's folder by the contract's name, sorted: `avaya-spaces` is the folder `avaya_spaces`."""
    found = sorted(path.parent for path in _HERE.glob("*/openapi.yaml"))
    return {folder.name.replace("_", "-"): folder for folder in found}


__all__ = ["VOCABULARY", "folders"]
