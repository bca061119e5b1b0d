"""Files as answers: always saved, never shown, never guessed at."""

from __future__ import annotations

import re
from urllib.parse import quote

_UNSAFE = re.compile(r'[^ !#-\[\]-~]|[\\"]')


def attachment(filename: str) -> dict[str, str]:
    """The headers under which a client's bytes go out again (RFC 6266): no browser runs what someone uploaded."""
    plain = _UNSAFE.sub("_", filename) or "file"
    disposition = f'attachment; filename="{plain}"'
    if plain != filename:
        disposition += f"; filename*=UTF-8''{quote(filename, safe='')}"
    return {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
