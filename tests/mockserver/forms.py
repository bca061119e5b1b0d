"""Forms as clients send them: multipart/form-data, byte for byte as a test says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

BOUNDARY = "----a-boundary-of-our-own"
TYPE = f"multipart/form-data; boundary={BOUNDARY}"


@dataclass(frozen=True, slots=True)
class Part:
    """One part. Without a filename it is a field; a type is sent where one is given."""

    name: str
    content: str | bytes = ""
    filename: str | None = None
    content_type: str | None = None

    def encode(self) -> bytes:
        """Headers and content, in UTF-8, without the boundary."""
        head = f'Content-Disposition: form-data; name="{self.name}"'
        if self.filename is not None:
            head += f'; filename="{self.filename}"'
        if self.content_type is not None:
            head += f"\r\nContent-Type: {self.content_type}"
        content = self.content.encode() if isinstance(self.content, str) else self.content
        return head.encode() + b"\r\n\r\n" + content


def encode(parts: Iterable[Part]) -> bytes:
    """The whole body."""
    boundary = BOUNDARY.encode()
    return (
        b"".join(b"--" + boundary + b"\r\n" + part.encode() + b"\r\n" for part in parts) + b"--" + boundary + b"--\r\n"
    )
