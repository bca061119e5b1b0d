"""JSON Web Tokens that the mock signs and checks itself: HS256 alone (RFC 7515, RFC 7519)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

_ALGORITHM = "HS256"
_HEADER = {"alg": _ALGORITHM, "typ": "JWT"}


def sign(claims: Mapping[str, Any], key: bytes) -> str:
    """`header.payload.signature` of the claims; the same claims give the same token, whatever their order.

    Raises `ValueError` or `TypeError` for claims that JSON cannot hold.
    """
    signed = f"{_encode(_json(_HEADER))}.{_encode(_json(claims))}"
    return f"{signed}.{_signature(signed, key)}"


def verify(token: str, key: bytes) -> dict[str, Any] | None:
    """The claims of a token that `sign` made with this key; `None` for any other text.

    The times among the claims are not judged: what an expired token answers is the contract's to say.
    """
    signed, _, signature = token.rpartition(".")
    if not token.isascii() or not hmac.compare_digest(signature, _signature(signed, key)):
        return None
    header, _, payload = signed.partition(".")
    kind = _object(header)
    # A header that says more ("crit", "enc") asks for a reading that this is not.
    return _object(payload) if kind and kind.get("alg") == _ALGORITHM and kind.keys() <= _HEADER.keys() else None


def _signature(signed: str, key: bytes) -> str:
    return _encode(hmac.digest(key, signed.encode(), hashlib.sha256))


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, allow_nan=False, separators=(",", ":"), sort_keys=True).encode()


def _encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _object(text: str) -> dict[str, Any] | None:
    try:
        content = base64.urlsafe_b64decode(text + "==")
        value = json.loads(content)
    except (ValueError, RecursionError):  # bad base64, bad UTF-8 and bad JSON are all ValueErrors
        return None
    # The decoder passes over what base64url does not have; encoding again tells.
    return value if isinstance(value, dict) and _encode(content) == text else None
