"""What commands need to speak to a running mock: where it is, which namespace, and how answers are shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import httpx
import orjson

from understudy_mockserver.config import DEFAULT_NAMESPACE, DEFAULT_PORT, load
from understudy_validators.errors import UsageError

_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Remote:
    """A running mock, as one command steers it."""

    url: str
    namespace: str
    token: str | None
    as_json: bool

    def system(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """What the control API answers. Raises `UsageError` with what it says where it refuses, or nobody is there."""
        response = self._response(method, path, body, query)
        if response.status_code >= 400:
            raise UsageError(_said(response))
        return response.json()

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """The same below the namespace."""
        return self.system(method, f"/namespaces/{self.namespace}{path}", body, **query)

    def _response(self, method: str, path: str, body: Any, query: dict[str, Any]) -> httpx.Response:
        asked = {name: value for name, value in query.items() if value is not None}
        content = None if body is None else orjson.dumps(body)
        typed = {} if body is None else {"Content-Type": "application/json"}
        try:
            with self._client() as client:
                return client.request(method, self._at(path), params=asked, content=content, headers=typed)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._silent(error) from None

    @contextmanager
    def lines(self, path: str, **query: Any) -> Iterator[Iterator[str]]:
        """The lines of a stream, as they come."""
        asked = {name: value for name, value in query.items() if value is not None}
        try:
            with (
                self._client() as client,
                client.stream(
                    "GET", self._at(f"/namespaces/{self.namespace}{path}"), params=asked, timeout=None
                ) as response,
            ):
                if response.status_code >= 400:
                    response.read()
                    raise UsageError(_said(response))
                yield response.iter_lines()
        except httpx.HTTPError as error:
            raise self._silent(error) from None

    def contract(self, named: str | None, operation: str | None = None) -> str:
        """The contract that is meant: the one that is named, or the only one that can be."""
        if named:
            return named
        served = self.system("GET", "/contracts")["contracts"]
        fitting = [c["name"] for c in served if operation in (None, *c["operations"], *c["events"])]
        if len(fitting) == 1:
            return str(fitting[0])
        known = ", ".join(fitting or [contract["name"] for contract in served])
        raise UsageError(f"Say which contract, with --contract: {known}.")

    def show(self, value: Any, text: str) -> None:
        """Prints an answer: as JSON where that is asked for, else as the text."""
        shown = orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() if self.as_json else text
        if shown:
            click.echo(shown)

    def _client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return httpx.Client(timeout=_PATIENCE, trust_env=False, headers=headers)

    def _at(self, path: str) -> str:
        return f"{self.url.rstrip('/')}/_understudy{path}"

    def _silent(self, error: Exception) -> UsageError:
        why = str(error) or type(error).__name__
        return UsageError(
            f"No mock answers at {self.url} ({why}). Start one with `understudy serve`, or say where it is with --url."
        )


def remote(url: str | None, namespace: str | None, as_json: bool, token: str | None = None) -> Remote:
    """The mock that is meant: by flags, else by what is set, else the one that `understudy serve` starts."""
    found = {key: value.value for key, value in load().items()}
    url = url or found.get("url") or _of_ready_file(found.get("ready-file")) or _of_port(found.get("port"))
    return Remote(
        url, namespace or found.get("namespace") or DEFAULT_NAMESPACE, token or found.get("control-token"), as_json
    )


def _of_ready_file(path: str | None) -> str:
    """Where the server answers that wrote the file, if one did."""
    if not path or not Path(path).is_file():
        return ""
    return str(orjson.loads(Path(path).read_bytes())["url"])


def _of_port(port: int | None) -> str:
    return f"http://127.0.0.1:{port or DEFAULT_PORT}"


def _said(response: httpx.Response) -> str:
    """What a refusal says."""
    try:
        body = response.json()
    except ValueError:
        return f"{response.url} answered {response.status_code}: is that an understudy?"
    said = body.get("message", body.get("detail", body)) if isinstance(body, dict) else body
    mistakes = body.get("mistakes", ()) if isinstance(body, dict) else ()
    more = "".join(f"\n  {one['place']}: {one['problem']} ({one['rule']})" for one in mistakes)
    return f"{said}{more}"


def given(**values: Any) -> dict[str, Any]:
    """Those that were said."""
    return {name: value for name, value in values.items() if value not in (None, (), {})}


def json_of(text: str | None, option: str) -> Any:
    """A JSON value from the command line. Raises `UsageError` where it is none."""
    if text is None:
        return None
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise UsageError(f"{option} {text}: this is no JSON ({error}).") from None


def value_of(text: str) -> Any:
    """A value as people write it: JSON if it is some, else the text itself."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def pairs(texts: tuple[str, ...], option: str) -> dict[str, Any]:
    """NAME=VALUE texts. Raises `UsageError` for one that is none."""
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(f"{option} {text}: write NAME=VALUE.")
        found[name] = value_of(value)
    return found
