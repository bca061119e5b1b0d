"""`understudy config`: settings from a file, the environment and flags, in that order."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.mockserver.cli.run import understudy
from tests.servers import serve
from understudy_mockserver import config
from understudy_mockserver.cli import config as command
from understudy_validators.errors import UsageError


def shown(folder: Path, *arguments: str) -> dict[str, dict[str, object]]:
    result = understudy("config", "--json", *arguments, cwd=folder)
    assert result.returncode == 0, result.stderr
    found: dict[str, dict[str, object]] = json.loads(result.stdout)
    return found


def write(folder: Path, text: str, name: str = "understudy.toml") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_flags_go_before_the_environment_and_that_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "port = 1001\nseed = 1002\nhost = '127.0.0.2'\n")
    monkeypatch.setenv("UNDERSTUDY_PORT", "2001")
    monkeypatch.setenv("UNDERSTUDY_SEED", "2002")
    found = shown(tmp_path, "--port", "3001")
    assert found["port"] == {"value": 3001, "origin": "--port"}
    assert found["seed"] == {"value": 2002, "origin": "UNDERSTUDY_SEED"}
    assert found["host"] == {"value": "127.0.0.2", "origin": "understudy.toml"}
    assert found["auth"] == {"value": "strict", "origin": "default"}


def test_everything_that_can_be_set_is_shown() -> None:
    assert set(shown(Path.cwd())) == set(config.KEYS)
    assert {config.key_of(one) for one in command.command.params} >= set(config.KEYS)


def test_a_table_in_pyproject_does_as_well(tmp_path: Path) -> None:
    text = '[tool.understudy]\ncontracts = ["replyke", "ziik=5001"]\nlimit = {json = "2MB"}\nallow-host = "mock"\n'
    found = shown(write(tmp_path, text, "pyproject.toml"))
    assert found["contracts"] == {"value": ["replyke", "ziik=5001"], "origin": "pyproject.toml, [tool.understudy]"}
    assert found["limit"]["value"] == ["json=2MB"]
    assert found["allow-host"]["value"] == ["mock"]


def test_the_nearest_file_holds_and_its_paths_are_its_own(tmp_path: Path) -> None:
    write(tmp_path, "port = 1\n")
    inner = write(tmp_path / "inner", 'ready-file = "r.json"\nworld = {replyke = "w.yaml"}\n')
    deepest = tmp_path / "inner" / "src"
    deepest.mkdir()
    found = shown(deepest)
    assert found["ready-file"]["value"] == str(inner / "r.json")
    assert found["world"]["value"] == [f"replyke={inner / 'w.yaml'}"]
    assert found["port"]["origin"] == "default"


def test_a_pyproject_without_our_table_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path, "port = 1\n")
    inner = write(tmp_path / "inner", "[project]\nname = 'x'\n", "pyproject.toml")
    assert shown(inner)["port"] == {"value": 1, "origin": "understudy.toml"}


def test_a_secret_is_not_shown(tmp_path: Path) -> None:
    write(tmp_path, 'control-token = "s3cret"\n')
    assert shown(tmp_path)["control-token"] == {"value": "(set)", "origin": "understudy.toml"}
    assert "s3cret" not in understudy("config", cwd=tmp_path).stdout


def test_people_read_a_table(tmp_path: Path) -> None:
    lines = understudy("config", "--seed", "7", cwd=write(tmp_path, "port = 1001\n")).stdout.splitlines()
    assert "port           1001         understudy.toml" in [
        line.replace("  ", " ").replace("  ", " ") for line in lines
    ] or any(line.split() == ["port", "1001", "understudy.toml"] for line in lines)
    assert any(line.split() == ["seed", "7", "--seed"] for line in lines)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prot = 1", "understudy.toml sets prot, which there is not. Did you mean port?"),
        ("zebra = 1", "understudy.toml sets zebra, which there is not. There is: contracts, host, port, "),
        ("port = 'x'", "understudy.toml: port = 'x' should be a whole number: port to listen on."),
        ("port = true", "port = True should be a whole number"),
        ("limit = 5", "limit = 5 should be a table: limits, by name."),
        ("port = ", "understudy.toml can't be read: "),
    ],
)
def test_a_mistake_in_the_file_is_an_error_with_advice(tmp_path: Path, text: str, said: str) -> None:
    for name in ("config", "serve"):
        result = understudy(name, cwd=write(tmp_path, text))
        assert result.returncode == 2
        assert said in result.stderr
        assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        (
            "UNDERSTUDY_PROT",
            "1",
            "the environment sets UNDERSTUDY_PROT, which there is not. Did you mean UNDERSTUDY_PORT?",
        ),
        ("UNDERSTUDY_PORT", "x", "UNDERSTUDY_PORT=x should be a whole number."),
    ],
)
def test_a_mistake_in_the_environment_is_one_too(name: str, value: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        config.load(tmp_path, {name: value})
    assert str(raised.value) == said


def test_lists_in_the_environment_are_separated_by_commas(tmp_path: Path) -> None:
    found = config.load(tmp_path, {"UNDERSTUDY_CONTRACTS": "replyke, ziik", "UNDERSTUDY_LIMIT": "json=2MB,url=1KB"})
    assert [value.value for value in found.values()] == [["replyke", "ziik"], ["json=2MB", "url=1KB"]]


def test_the_server_takes_what_is_set(tmp_path: Path) -> None:
    write(tmp_path, 'contracts = ["ziik"]\nseed = 5\n')
    with serve(tmp_path) as served:
        assert list(served.contracts) == ["ziik"]
        listed = understudy("ctl", "--url", served.url, "--json", "clock", cwd=tmp_path)
        assert json.loads(listed.stdout)["clocks"]["ziik"]["mode"] == "stepped"
