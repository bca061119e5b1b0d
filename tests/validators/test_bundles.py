"""`$ref`s: inside of the contract's folder they lead anywhere, out of it nowhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from understudy_validators import ContractError, Mistake, documents, pointers
from understudy_validators.documents import Document


def bundle(folder: Path, openapi: str, **files: str) -> Document:
    """The bundle of files; `sub__x` is `sub/x.yaml`."""
    for name, text in {"openapi": openapi, **files}.items():
        path = folder / "home" / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return documents.bundle(folder / "home" / "openapi.yaml")


def refused(folder: Path, openapi: str, **files: str) -> list[Mistake]:
    """The mistakes for which the files are refused."""
    with pytest.raises(ContractError) as raised:
        bundle(folder, openapi, **files)
    return list(raised.value.mistakes)


def target(document: Document, *tokens: str) -> Any:
    """What the reference at the tokens leads to, followed to its end."""
    node = pointers.follow(document.data, tokens)
    while isinstance(node, dict) and "$ref" in node:
        assert node["$ref"].startswith("#")
        node = pointers.resolve(document.data, node["$ref"])
    return node


def test_a_reference_in_the_one_file_stays_as_it_is(tmp_path: Path) -> None:
    document = bundle(tmp_path, 'a: {$ref: "#/b/0"}\nb: [x]')
    assert document.data == {"a": {"$ref": "#/b/0"}, "b": ["x"]}


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        ("parts.yaml#/Text", "text"),
        ("parts.yaml#/Way", "text"),
        ("parts.yaml#/Home", "root"),
        ("sub/deep.yaml#/List/1", 2),
    ],
)
def test_a_reference_to_another_file_leads_into_the_bundle(tmp_path: Path, reference: str, value: Any) -> None:
    """Also on from there: to that file's own parts, and back to the first."""
    parts = 'Text: text\nWay: {$ref: "#/Text"}\nHome: {$ref: "openapi.yaml#/root"}'
    document = bundle(tmp_path, f'a: {{$ref: "{reference}"}}\nroot: root', parts=parts, sub__deep="List: [1, 2]")
    assert target(document, "a") == value


def test_a_reference_to_a_whole_file_leads_to_all_of_it(tmp_path: Path) -> None:
    document = bundle(tmp_path, 'a: {$ref: "item.yaml"}\nb: {$ref: "item.yaml#"}', item="type: string")
    assert target(document, "a") == target(document, "b") == {"type": "string"}


def test_a_reference_is_relative_to_the_file_that_holds_it(tmp_path: Path) -> None:
    document = bundle(tmp_path, 'a: {$ref: "sub/x.yaml#/A"}', sub__x='A: {$ref: "y.yaml#/B"}', sub__y="B: 5")
    assert target(document, "a") == 5


def test_files_may_refer_to_each_other(tmp_path: Path) -> None:
    x, y = 'A: {$ref: "y.yaml#/B"}\nC: 5', 'B: {$ref: "x.yaml#/C"}'
    assert target(bundle(tmp_path, 'a: {$ref: "x.yaml#/A"}', x=x, y=y), "a") == 5


@pytest.mark.parametrize("name", ["value", "example", "const", "enum", "default"])
def test_a_property_may_be_called_as_a_word_whose_value_is_data(tmp_path: Path, name: str) -> None:
    parts = f'A: {{properties: {{{name}: {{$ref: "#/B"}}}}}}\nB: {{type: "null"}}'
    document = bundle(tmp_path, 'a: {$ref: "parts.yaml#/A"}', parts=parts)
    found = target(document, "a")["properties"][name]
    assert pointers.resolve(document.data, found["$ref"]) == {"type": "null"}


@pytest.mark.parametrize("name", ["value", "example", "const", "enum", "default"])
def test_what_looks_like_a_reference_in_data_is_data(tmp_path: Path, name: str) -> None:
    document = bundle(tmp_path, f'a: {{{name}: {{$ref: "https://example.com/"}}}}')
    assert document.data["a"][name] == {"$ref": "https://example.com/"}


def test_a_property_may_be_called_ref(tmp_path: Path) -> None:
    document = bundle(tmp_path, "properties: {$ref: {type: string}}")
    assert document.data == {"properties": {"$ref": {"type": "string"}}}


@pytest.mark.parametrize(
    "reference",
    [
        "http://127.0.0.1:9/x.yaml",
        "https://example.com/x.yaml#/A",
        "//example.com/x.yaml",
        "file:///etc/hostname",
        "../outside.yaml",
        "../outside.yaml#/A",
        "sub/../../outside.yaml",
        "%2e%2e/outside.yaml",
        "link.yaml",
        "/etc/hostname",
        "missing.yaml",
        "sub",
        ".",
    ],
)
def test_a_reference_out_of_the_folder_is_one_mistake(tmp_path: Path, reference: str) -> None:
    (tmp_path / "outside.yaml").write_text("A: secret", encoding="utf-8")
    (tmp_path / "home" / "sub").mkdir(parents=True)
    (tmp_path / "home" / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    mistakes = refused(tmp_path, f'b: 1\na:\n  - {{$ref: "{reference}"}}')
    assert {(m.file, m.line, m.pointer) for m in mistakes} == {("openapi.yaml", 3, "/a/0")}
    assert "secret" not in str(mistakes)
    assert len(mistakes) == 1


@pytest.mark.parametrize("reference", ["http://127.0.0.1:9/x.yaml", "../outside.yaml"])
def test_no_property_name_hides_a_reference_out_of_the_folder(tmp_path: Path, reference: str) -> None:
    assert refused(tmp_path, f'a: {{properties: {{value: {{$ref: "{reference}"}}}}}}')


@pytest.mark.parametrize("reference", ["#/b", "#/a/0/x", "#/c/1", "#c", "#c/0"])
def test_a_reference_to_nowhere_is_a_mistake(tmp_path: Path, reference: str) -> None:
    (mistake,) = refused(tmp_path, f'c: [1]\na:\n  - {{$ref: "{reference}"}}')
    assert (mistake.file, mistake.line, mistake.pointer) == ("openapi.yaml", 3, "/a/0")
    assert repr(reference) in mistake.problem


def test_a_mistake_in_another_file_is_told_with_that_files_line(tmp_path: Path) -> None:
    mistakes = refused(
        tmp_path, 'a: {$ref: "parts.yaml#/A"}', parts='B: 1\nA:\n  c: {$ref: "#/nowhere"}\n  d: {$ref: "../x.yaml"}'
    )
    assert {(m.file, m.line) for m in mistakes} == {("parts.yaml", 3), ("parts.yaml", 4)}


def test_broken_yaml_in_another_file_is_told_with_that_files_line(tmp_path: Path) -> None:
    (mistake,) = refused(tmp_path, 'a: {$ref: "parts.yaml#/A"}', parts="A: 1\nA: 2")
    assert (mistake.file, mistake.line) == ("parts.yaml", 2)


def test_values_of_another_file_keep_their_lines(tmp_path: Path) -> None:
    document = bundle(tmp_path, 'a: {$ref: "sub/x.yaml#/A"}', sub__x="B: 1\nA:\n  c: 2")
    assert document.locate("/a") == ("openapi.yaml", 1)
    assert document.locate(f"{document.data['a']['$ref'].removeprefix('#')}/c") == ("sub/x.yaml", 3)


@pytest.mark.parametrize("text", ['a: {$ref: "#/a"}', 'a: {$ref: "#/b"}\nb: {$ref: "#/c"}\nc: {$ref: "#/b"}'])
def test_a_chain_of_references_must_end(tmp_path: Path, text: str) -> None:
    """Whoever follows one that does not would never come back."""
    assert refused(tmp_path, text)


def test_a_schema_may_contain_itself(tmp_path: Path) -> None:
    assert bundle(tmp_path, 'Node: {properties: {next: {$ref: "#/Node"}}}').data["Node"]
