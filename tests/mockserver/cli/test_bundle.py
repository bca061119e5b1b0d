"""`understudy bundle`, from a running server to a file that `understudy replay` takes."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import httpx

from tests.mockserver.cli.run import understudy
from tests.mockserver.control.steering import wire_of
from tests.servers import Served, serve


def talk(url: str, namespace: str) -> None:
    for token in ("alice-token", "carol-token"):
        asked = wire_of({"send": "sendMessage", "as": token}, namespace)
        headers, body = asked["headers"], asked["content"]
        httpx.request(asked["method"], url + asked["path"], headers=headers, content=body, trust_env=False)


def test_a_bundle_of_a_running_server_replays(server: Served, tmp_path: Path) -> None:
    namespace, path = f"bundle-{secrets.token_hex(4)}", tmp_path / "bug.json"
    talk(server.url, namespace)
    made = understudy("bundle", "--url", server.url, "--namespace", namespace, "-o", str(path))
    assert (made.returncode, made.stdout, made.stderr) == (0, "", "2 entries\n")
    replayed = understudy("replay", str(path))
    assert (replayed.returncode, replayed.stdout) == (0, "2 entries, all the same.\n")


def test_standard_output_and_standard_input_do_as_well(server: Served) -> None:
    namespace = f"bundle-{secrets.token_hex(4)}"
    talk(server.url, namespace)
    made = understudy("ctl", "--url", server.url, "-n", namespace, "bundle", "-o", "-").stdout
    replayed = understudy("replay", "-", "--json", stdin=made)
    assert json.loads(replayed.stdout) == {"entries": 2, "differences": [], "notes": []}


def test_a_world_of_ones_own_and_lenient_tokens_are_in_it(tmp_path: Path) -> None:
    world, path = tmp_path / "world.yaml", tmp_path / "bug.json"
    world.write_text("collections:\n  tokens:\n    - {token: own, kind: user, userId: ZOE, expiresAt: null}\n", "utf-8")
    zoe = "a0000000-0000-4000-8000-000000000001"
    world.write_text(world.read_text("utf-8").replace("ZOE", zoe), "utf-8")
    with serve(tmp_path, "replyke", "--world", str(world), "--auth", "lenient") as served:
        for token in ("own", "from-another-server"):
            asked = wire_of({"send": "sendMessage", "as": token}, "t")
            headers, body = asked["headers"], asked["content"]
            answer = httpx.post(served.url + asked["path"], headers=headers, content=body, trust_env=False)
            assert answer.status_code == 201
        understudy("bundle", "--url", served.url, "-n", "t", "-o", str(path))
    world.unlink()
    replayed = understudy("replay", str(path))
    assert (replayed.returncode, replayed.stdout) == (0, "2 entries, all the same.\n")


def test_one_that_cannot_be_replayed_says_so_at_once(tmp_path: Path) -> None:
    with serve(tmp_path, "replyke", "--limit", "journal=1") as served:
        talk(served.url, "t")
        made = understudy("bundle", "--url", served.url, "-n", "t", "-o", str(tmp_path / "bug.json"))
    assert "The first 1 entries had made room for others: this bundle can't be replayed." in made.stderr
    replayed = understudy("replay", str(tmp_path / "bug.json"))
    assert replayed.returncode == 2
    assert "Record again with a longer journal" in replayed.stderr
