"""What judging yields: violations, and the verdict over one request."""

from __future__ import annotations

from typing import Any

from understudy_validators.values import named_value

_CUT = 80


@named_value
class Violation:
    """One way in which a request, reply or event breaks its contract.

    `path` is a JSON pointer into the view (`/body/content`). `rule` is the rule's id, or the schema keyword.
    `limit` is what the contract demands, `actual` what came: a length, a count, a type, or the value itself, cut short.
    `answer` names the refusal, and is empty where nothing answers (a reply that is wrong).
    """

    path: str
    rule: str
    limit: Any
    actual: Any
    answer: str
    message: str

    @property
    def field(self) -> str:
        """The path inside of the body as a developer writes it: `data.text`, `mentionees[0].userIds`."""
        tokens = self.path.split("/")[2:]
        text = "".join(f"[{token}]" if token.isdecimal() else f".{token}" for token in tokens)
        return text.removeprefix(".").replace("~1", "/").replace("~0", "~")

    def as_dict(self) -> dict[str, Any]:
        """The facts of the violation as JSON values."""
        return {"path": self.path, "rule": self.rule, "limit": self.limit, "actual": self.actual}


def shorten(value: Any) -> Any:
    """The value itself if it is small, else its beginning (of a string) or its kind and size."""
    if isinstance(value, str):
        return value if len(value) <= _CUT else value[:_CUT] + "…"
    if isinstance(value, list | dict):
        kind = "array" if isinstance(value, list) else "object"
        return value if len(repr(value)) <= _CUT else f"{kind} of {len(value)}"
    return value
