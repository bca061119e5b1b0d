"""`--world FILE`: a team starts from its own people and rooms."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.mockserver.cli.run import understudy
from tests.servers import serve

ZOE = """\
collections:
  users:
    - {_id: 64f0000000000000000000f1, path: 64f000000000000000000001/user/64f0000000000000000000f1, userId: zoe,
       displayName: Zoe, userInternalId: 64f0000000000000000000f1, userPublicId: zoe, metadata: {}, roles: [],
       permissions: [], flagCount: 0, hashFlag: null, avatarFileId: null, isGlobalBan: false, isBrand: false,
       isDeleted: false, createdAt: "2025-01-01T00:00:00.000Z", updatedAt: "2025-01-01T00:00:00.000Z"}
  tokens:
    - {token: zoe-token, userId: zoe, expiresAt: null}
    - {token: alice-token, userId: zoe, expiresAt: null}
"""


def sender(url: str, token: str) -> int | str:
    """Who sends a message to general with the token, or the status of the refusal."""
    body = {"channelId": "general", "data": {"text": "hi"}}
    headers = {"Authorization": f"Bearer {token}"}
    response = httpx.post(f"{url}/amity/api/v3/messages", json=body, headers=headers, trust_env=False)
    if response.status_code != 200:
        return response.status_code
    user_id: str = response.json()["messages"][0]["userId"]
    return user_id


def test_a_world_extends_that_of_the_contract_and_takes_the_place_of_what_is_the_same(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text(ZOE)
    with serve(tmp_path, "amity", "--world", "ours.yaml") as served:
        assert sender(served.url, "bob-token") == "bob"
        assert sender(served.url, "zoe-token") == 403
        assert sender(served.url, "alice-token") == 403


def test_a_world_may_replace_that_of_the_contract(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text(f"mode: replace\n{ZOE}")
    with serve(tmp_path, "amity", "ziik", "--world", "amity=ours.yaml") as served:
        assert sender(served.url, "bob-token") == 401
        assert sender(served.url, "zoe-token") == 404


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("collections: {people: []}", "ours.yaml:1: the contract has no collection 'people' (at /collections/people)."),
        ("mode: add\ncollections: {}", "ours.yaml:1: there is no mode 'add' (at /mode). Write extend or replace."),
        ("colections: {}", "ours.yaml:1: the world has no collections."),
        ("collections:\n  users:\n    - {userId: 5}", "ours.yaml:3: "),
        ("collections: [\n", "ours.yaml:2: did not find expected node content."),
    ],
)
def test_mistakes_in_it_are_told_with_their_line(tmp_path: Path, text: str, mistake: str) -> None:
    (tmp_path / "ours.yaml").write_text(text)
    result = understudy("serve", "amity", "--port", "0", "--world", "ours.yaml", cwd=tmp_path)
    assert result.returncode == 2
    assert mistake in result.stderr


def test_whose_world_it_is_must_be_clear(tmp_path: Path) -> None:
    result = understudy("serve", "--port", "0", "--world", "ours.yaml", cwd=tmp_path)
    assert (result.returncode, "say whose world it is" in result.stderr) == (2, True)
