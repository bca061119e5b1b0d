"""The files that pages of our own are made with: scripts, styles, pictures. Each is read once, when first asked for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_STATIC = Path(__file__).parent / "static"
_SCRIPT, _STYLE, _TEXT = "text/javascript; charset=utf-8", "text/css; charset=utf-8", "text/plain; charset=utf-8"
# Nothing else of the folder is served, whatever name is asked for.
_FILES = {
    "contract.js": ("contract.js", _SCRIPT),
    "docs.js": ("docs.js", _SCRIPT),
    "icon.svg": ("icon.svg", "image/svg+xml"),
    "pages.css": ("pages.css", _STYLE),
    "swagger-ui-bundle.js": ("swagger-ui/swagger-ui-bundle.js", _SCRIPT),
    # The bundle's first line points at it.
    "swagger-ui-bundle.js.LICENSE.txt": ("swagger-ui/swagger-ui-bundle.js.LICENSE.txt", _TEXT),
    "swagger-ui.css": ("swagger-ui/swagger-ui.css", _STYLE),
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is served; `etag` changes with its content."""

    media_type: str
    body: bytes
    etag: bytes


def asset(name: str) -> Asset | None:
    """The asset of that name; `None` where there is none."""
    return _read(*_FILES[name]) if name in _FILES else None


@cache
def _read(path: str, media_type: str) -> Asset:
    body = (_STATIC / path).read_bytes()
    return Asset(media_type, body, b'"%s"' % hashlib.sha256(body).hexdigest()[:32].encode())
