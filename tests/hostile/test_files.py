"""Contracts, worlds and options as input: exit code 2 and one clear line, whatever stands in them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import understudy_specs
from tests import tiny
from tests.hostile.attack import ids
from understudy_mockserver.limits import parse_limits
from understudy_validators import ContractError
from understudy_validators.errors import UsageError
from understudy_validators.worlds import load_own_world

BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 10)}]\n" for n in range(12)
)

# (name, what stands in the file)
YAML = [
    ("empty", b""),
    ("only-a-comment", b"# nothing\n"),
    ("a-text", b"hello"),
    ("a-list", b"[1, 2]"),
    ("two-documents", b"a: 1\n---\nb: 2\n"),
    ("a-tab", b"a:\n\tb: 1\n"),
    ("not-closed", b"a: [1, 2"),
    ("not-closed-quote", b'a: "b'),
    ("a-key-twice", b"openapi: 3.1.0\nopenapi: 3.1.0\n"),
    ("a-key-that-is-a-list", b"? [a]\n: b\n"),
    ("a-key-that-is-a-number", b"1: b\n"),
    ("a-merge-key", b"a: &a {x: 1}\nb: {<<: *a}\n<<: *a\n"),
    ("binary", bytes(range(256)) * 10),
    ("zeros", bytes(1000)),
    ("utf-16", "openapi: 3.1.0".encode("utf-16")),
    ("latin-1", b"title: caf\xe9"),
    ("an-alias-bomb", BOMB.encode()),
    ("an-alias-of-nothing", b"a: *b\n"),
    ("an-alias-of-itself", b"a: &a [*a]\n"),
    ("a-mapping-in-itself", b"a: &a {b: *a}\n"),
    ("a-thousand-levels", b"[" * 1000 + b"]" * 1000),
    ("a-hundred-thousand-levels", b"[" * 100_000),
    ("deep-mappings", b"{a: " * 100_000),
    ("deep-by-indentation", b"".join(b" " * n + b"a:\n" for n in range(2000))),
    ("a-python-object", b"!!python/object/apply:os.system [id]"),
    ("a-python-name", b"a: !!python/name:os.system ''"),
    ("a-binary-tag", b"a: !!binary aGVsbG8="),
    ("a-set-tag", b"a: !!set {x, y}"),
    ("a-local-tag", b"a: !include /etc/passwd"),
    ("a-strange-directive", b"%YAML 9.9\n---\na: 1\n"),
    ("a-tag-directive", b"%TAG ! tag:evil,2000:\n---\na: !x y\n"),
    ("a-timestamp", b"a: !!timestamp 2026-13-45\n"),
    ("a-number-of-5000-digits", b"a: " + b"9" * 5000),
    ("a-huge-key", b"k" * 2_000_000 + b": 1"),
    ("html", b"<html><body>Not Found</body></html>"),
]
REFERENCES = [
    ("remote", "https://127.0.0.1:1/schema.yaml"),
    ("remote-without-a-scheme", "//127.0.0.1:1/schema.yaml"),
    ("file", "file:///etc/passwd"),
    ("absolute", "/etc/passwd"),
    ("outside", "../../../../etc/passwd"),
    ("encoded-outside", "..%2f..%2fetc%2fpasswd"),
    ("a-folder", "."),
    ("nowhere", "nowhere.yaml"),
    ("no-such-place", "#/components/schemas/Nothing"),
    ("a-bad-pointer", "#components"),
    ("an-anchor", "#anchor"),
    ("a-nul", "a\0b.yaml"),
    ("data", "data:application/json,{}"),
    ("empty-fragment-of-nothing", "nothing#"),
    ("a-long-name", "x" * 5000),
]
SCHEMAS = [
    ("a-broken-pattern", "{type: object, properties: {text: {type: string, pattern: '('}}}"),
    ("a-pattern-that-looks-back", "{type: object, properties: {text: {type: string, pattern: '(a)\\1'}}}"),
    ("a-pattern-that-is-a-number", "{type: object, properties: {text: {type: string, pattern: 5}}}"),
    ("a-huge-pattern", "{type: object, properties: {text: {type: string, pattern: '((a{1,1000}){1,1000}){1,1000}'}}}"),
    ("a-type-that-is-none", "{type: thing}"),
    ("a-limit-that-is-a-text", "{type: object, maxProperties: many}"),
    ("a-negative-limit", "{type: object, maxProperties: -1}"),
    ("a-list", "[1]"),
    ("a-number", "5"),
    ("a-cycle", "{$ref: '#/paths/~1things~1{thingId}/post/requestBody/content/application~1json/schema'}"),
]


def is_refused(*arguments: str) -> str:
    """Runs `understudy`, which is to end with 2 and say what is wrong."""
    command = [sys.executable, "-m", "understudy_mockserver", *arguments]
    result = subprocess.run(command, capture_output=True, check=False, timeout=60)
    said = (result.stdout + result.stderr).decode("utf-8", "replace")
    assert result.returncode == 2, (result.returncode, said)
    assert "Traceback" not in said, said
    assert "root:x:" not in said
    assert said.strip()
    return said


@pytest.mark.parametrize(("name", "content"), YAML, ids=ids(YAML))
def test_a_world_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / "world.yaml"
    path.write_bytes(content)
    with pytest.raises(ContractError) as caught:
        load_own_world(understudy_specs.folders()["ziik"], path)
    assert "world.yaml" in str(caught.value)


@pytest.mark.parametrize("name", ["an-alias-bomb", "a-python-object", "a-hundred-thousand-levels"])
def test_the_command_ends_with_2_for_a_bad_world(tmp_path: Path, name: str) -> None:
    path = tmp_path / "world.yaml"
    path.write_bytes(dict(YAML)[name])
    assert "world.yaml" in is_refused("serve", "ziik", "--port", "0", "--world", f"ziik={path}")


def test_contracts_are_refused(tmp_path: Path) -> None:
    for name, content in YAML:
        (tmp_path / name).mkdir()
        (tiny.write(tmp_path / name, tiny.document()) / "openapi.yaml").write_bytes(content)
    said = is_refused("lint", *(str(tmp_path / name / "tiny") for name, _ in YAML))
    for name, _ in YAML:
        assert f"{name}/tiny/openapi.yaml" in said, name


def test_references_that_lead_out_or_nowhere_are_refused(tmp_path: Path) -> None:
    for name, reference in REFERENCES:
        (tmp_path / name).mkdir()
        document = tiny.document()
        document["components"]["schemas"] = {"Strange": {"$ref": reference}}
        tiny.write(tmp_path / name, document)
    said = is_refused("lint", *(str(tmp_path / name / "tiny") for name, _ in REFERENCES))
    for name, _ in REFERENCES:
        assert f"{name}/tiny/openapi.yaml" in said, name


def test_schemas_that_are_none_are_refused(tmp_path: Path) -> None:
    for name, schema in SCHEMAS:
        (tmp_path / name).mkdir()
        tiny.write(tmp_path / name, tiny.document(schema=schema))
    said = is_refused("lint", *(str(tmp_path / name / "tiny") for name, _ in SCHEMAS))
    for name, _ in SCHEMAS:
        assert f"{name}/tiny/openapi.yaml" in said, name


LIMITS = [
    ("an-unknown-one", "jsn=1MB", "Did you mean json?"),
    ("no-name-at-all", "zzzzzz=1", "There is: url, headers"),
    ("no-value", "json", "is no size"),
    ("a-size-that-is-none", "json=much", "such as 64KB or 10MB"),
    ("a-negative-size", "json=-1", "is no size"),
    ("nothing", "headers=0", "is no count"),
    ("a-time-as-a-size", "json=5m", "is no size"),
    ("a-size-as-a-time", "receive=5MB", "is no time"),
    ("other-digits", "headers=٥", "is no count"),
    ("an-underscore", "headers=1_0", "is no count"),
    ("infinity", "idle=inf", "is no time"),
    ("more-than-can-be-read", "nesting=201", "of at most 200"),
]


@pytest.mark.parametrize(("name", "text", "said"), LIMITS, ids=ids(LIMITS))
def test_a_limit_is_refused_with_what_to_write(name: str, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        parse_limits([text])


OPTIONS = [
    ("an-unknown-limit", ["--limit", "jsn=1MB"], "Did you mean json?"),
    ("a-port-that-is-none", ["--port", "99999"], "99999"),
    ("a-strange-contract", ["../../etc"], "../../etc"),
    ("a-world-that-is-a-folder", ["--world", "ziik=/"], "cannot be read"),
]


@pytest.mark.parametrize(("name", "options", "said"), OPTIONS, ids=ids(OPTIONS))
def test_an_option_is_refused_with_what_to_write(name: str, options: list[str], said: str) -> None:
    assert said in is_refused("serve", *options)
