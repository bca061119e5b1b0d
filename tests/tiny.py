"""A contract of one operation, and ways to patch it: what a test is about stands in the test, all else stands here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import yaml
from hypothesis import HealthCheck, settings

from understudy_validators import Contract, Request, Verdict, compile_folder
from understudy_validators import judge as judge_request
from understudy_validators.case import NoQuotas, Quotas
from understudy_validators.times import to_seconds

OPENAPI = """
openapi: 3.1.0
info: {title: Tiny, version: "1"}
x-code: /code
paths:
  /things/{thingId}:
    parameters:
      - {name: thingId, in: path, required: true, schema: {type: string}, example: t1}
    post:
      operationId: addThing
      summary: Adds a thing.
      security: [{bearer: []}]
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [text]
              properties:
                text: {type: string, maxLength: 10}
            examples:
              plain: {value: {text: hello}}
      x-rules:
        - {id: security, answers: {missing: unauthorized, invalid: rejected, expired: expired}}
      responses:
        "201":
          description: The thing.
          content:
            application/json:
              schema: {type: object, required: [id], properties: {id: {type: string}}}
              examples: {added: {value: {id: t9}}}
        "400":
          description: The request is wrong.
          content:
            application/json:
              examples:
                invalid: {$ref: "#/components/examples/invalid"}
                unreadable: {$ref: "#/components/examples/unreadable"}
                too-long: {$ref: "#/components/examples/too-long"}
        "401":
          description: No one knows who asks.
          content:
            application/json:
              examples:
                unauthorized: {$ref: "#/components/examples/unauthorized"}
                rejected: {$ref: "#/components/examples/rejected"}
                expired: {$ref: "#/components/examples/expired"}
        "403":
          description: Not allowed.
          content: {application/json: {examples: {forbidden: {$ref: "#/components/examples/forbidden"}}}}
        "404":
          description: Not there.
          content: {application/json: {examples: {missing: {$ref: "#/components/examples/missing"}}}}
        "409":
          description: There already.
          content: {application/json: {examples: {taken: {$ref: "#/components/examples/taken"}}}}
        "429":
          description: Too often.
          content: {application/json: {examples: {limited: {$ref: "#/components/examples/limited"}}}}
components:
  securitySchemes:
    bearer:
      type: http
      scheme: bearer
      x-credentials:
        lookup: tokens
        where: {token: credential}
        live: expiresAt
        caller: {lookup: users, where: {id: token.userId}}
        example: alice-token
  examples:
    invalid: {value: {code: invalid}, x-trigger: [{send: addThing, past: /body/text/required}]}
    unreadable: {value: {code: unreadable}, x-trigger: [{send: addThing, raw: "{"}]}
    too-long: {value: {code: too-long}, x-trigger: [{send: addThing, past: /body/text/maxLength}]}
    unauthorized: {value: {code: unauthorized}, x-trigger: [{send: addThing, as: null}]}
    rejected: {value: {code: rejected}, x-trigger: [{send: addThing, as: nobody}]}
    expired: {value: {code: expired}, x-trigger: [{send: addThing, as: old-token}]}
    forbidden: {value: {code: forbidden}, x-forced: No rule gives it.}
    missing: {value: {code: missing}, x-forced: No rule gives it.}
    taken: {value: {code: taken}, x-forced: No rule gives it.}
    limited: {value: {code: limited}, x-forced: No rule gives it.}
    route-not-found: {value: {code: route-not-found}, x-trigger: [{url: /nowhere}]}
    broken: {value: {code: broken}, x-forced: Nothing natural breaks it.}
x-framing:
  answers:
    not-found: route-not-found
    method-not-allowed: route-not-found
    unsupported-media-type: unreadable
    body-too-large: invalid
    uri-too-long: invalid
    headers-too-large: invalid
    timeout: invalid
    misdirected: invalid
    bad-request: invalid
    internal-error: broken
  responses:
    "404":
      description: No such path.
      content: {application/json: {examples: {route-not-found: {$ref: "#/components/examples/route-not-found"}}}}
    "500":
      description: It broke.
      content: {application/json: {examples: {broken: {$ref: "#/components/examples/broken"}}}}
"""

WORLD = """
now: "2026-01-01T00:00:00.000Z"
collections:
  users:
    - {id: alice, name: Alice}
    - {id: bob, name: Bob}
  tokens:
    - {token: alice-token, userId: alice, expiresAt: null}
    - {token: bob-token, userId: bob, expiresAt: null}
    - {token: old-token, userId: alice, expiresAt: "2025-12-31T00:00:00.000Z"}
  things:
    - {id: t1, owner: alice, shelf: {room: attic}, price: 1, until: null}
    - {id: t2, owner: bob, shelf: {room: cellar}, price: 2, until: "2026-01-01T00:00:10.000Z"}
    - {id: t3, owner: bob, shelf: {room: attic}, price: 3, until: 1767225600}
"""

#: The path of the one operation.
PATH = "/things/{thingId}"
#: When the world's clock starts, in Unix seconds.
NOW = to_seconds("2026-01-01T00:00:00.000Z")
#: A law's examples are the same in every run, and a slow machine is no failure.
law = settings(
    derandomize=True,
    max_examples=40,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def merged(value: Any, patch: Any) -> Any:
    """JSON Merge Patch: objects are merged, null takes out, all else replaces."""
    if not isinstance(value, dict) or not isinstance(patch, dict):
        return patch
    kept = {name: inner for name, inner in value.items() if name not in patch}
    return kept | {name: merged(value.get(name), inner) for name, inner in patch.items() if inner is not None}


def read(text: str) -> Any:
    """A YAML text as values."""
    return yaml.load(text, Loader=yaml.CSafeLoader)


def document(
    *, rules: str = "", schema: str = "", parameters: str = "", operation: str = "{}", openapi: str = "{}"
) -> dict[str, Any]:
    """The contract as values, patched with YAML texts.

    `rules` are added after `security`, unless they place it themselves. `schema` stands in place of the body's,
    `parameters` beside those of the path; `operation` and `openapi` are merged into what is there.
    """
    data: dict[str, Any] = merged(read(OPENAPI), read(openapi))
    node = merged(data["paths"][PATH]["post"], read(operation))
    data["paths"][PATH]["post"] = node
    if rules:
        listed = read(rules)
        placed = any(rule.get("id") == "security" for rule in listed)
        node["x-rules"] = listed if placed else [*node["x-rules"], *listed]
    if schema:
        node["requestBody"]["content"]["application/json"]["schema"] = read(schema)
    if parameters:
        node["parameters"] = read(parameters)
    return data


def write(folder: Path, data: Mapping[str, Any], world: str = "{}") -> Path:
    """Writes a contract and the patched world, and returns their folder, `tiny`."""
    home = folder / "tiny"
    home.mkdir(exist_ok=True)
    for name, values in (("openapi", data), ("world", merged(read(WORLD), read(world)))):
        text = yaml.dump(values, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)
        (home / f"{name}.yaml").write_text(text, encoding="utf-8")
    return home


@cache
def contract(*, world: str = "{}", with_lines: bool = False, **patches: str) -> Contract:
    """The compiled contract, patched as `document` says; the same one for the same patches.

    Its files are gone afterwards: `with_lines` reads before where everything stands in them.
    """
    with TemporaryDirectory() as folder:
        compiled = compile_folder(write(Path(folder), document(**patches), world))
        assert not with_lines or len(compiled.document.lines)
        return compiled


def with_rules(*rules: str, schema: str = "{type: object}", **patches: str) -> Contract:
    """A contract with these rules, each in flow style without its braces; any object is a good body."""
    return contract(rules=f"[{', '.join(f'{{{rule}}}' for rule in rules)}]", schema=schema, **patches)


def judge(
    contract: Contract,
    body: Any = None,
    *,
    raw: bytes | None = None,
    headers: Mapping[str, str | None] | None = None,
    path: Mapping[str, str] | None = None,
    query: str = "",
    now: float = NOW,
    quotas: Quotas | None = None,
) -> Verdict:
    """What is found of a request to the contract's first operation: alice's, with a good body, unless said.

    `headers` are lower case; a `None` takes out one that is sent otherwise.
    """
    content = orjson.dumps({"text": "hello"} if body is None else body) if raw is None else raw
    sent = {"authorization": "Bearer alice-token", "content-type": "application/json", **(headers or {})}
    present = {name: value for name, value in sent.items() if value is not None}
    operation = next(iter(contract))
    request = Request(operation.method, "", present, query, content)
    return judge_request(
        operation, request, path or {"thingId": "t1"}, contract.world, now, NoQuotas() if quotas is None else quotas
    )


def found(verdict: Verdict) -> list[tuple[str, str]]:
    """(where, which rule or keyword) of every violation, in order."""
    return [(violation.path, violation.rule) for violation in verdict.violations]


def answers(verdict: Verdict) -> list[str]:
    """The answer that each violation gives, in order."""
    return [violation.answer for violation in verdict.violations]
