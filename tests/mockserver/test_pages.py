"""Pages of our own: the list of contracts, their documents and documentation, and the assets behind them."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import re
import shlex
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest

import understudy_mockserver
from tests import shipped
from understudy_mockserver.asgi import App, Message
from understudy_mockserver.assets import asset
from understudy_mockserver.context import CONTEXT, Context
from understudy_mockserver.guard import Guard
from understudy_mockserver.pages import Pages
from understudy_mockserver.settings import Settings

CONTRACTS = {name: shipped.CONTRACTS[name] for name in ("amity", "replyke")}
BOTH, SINGLE = Pages(CONTRACTS), Pages({"replyke": CONTRACTS["replyke"]})
ASSETS = "/_understudy/docs/"
SERVED = ["contract.js", "docs.js", "icon.svg", "pages.css", "swagger-ui-bundle.js", "swagger-ui.css"]
VENDORED = Path(understudy_mockserver.__file__).parent / "static" / "swagger-ui"


def ask(path: str, pages: App = BOTH, method: str = "GET", host: str = "localhost", **headers: str) -> httpx.Response:
    """The answer to one request, as it comes through the guard."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(Guard(pages, Settings()))
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return await client.request(method, path, headers=named)

    return asyncio.run(send())


class Elements(HTMLParser):
    """The elements of a page, each with its attributes, and the text of its `code` elements."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.codes: list[str] = []
        self._in_code = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._in_code = tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self._in_code = False

    def handle_data(self, data: str) -> None:
        if self._in_code:
            self.codes.append(data)

    @property
    def links(self) -> list[str]:
        """Every address in the page."""
        return [value for _, attributes in self.found for name in ("href", "src") if (value := attributes.get(name))]


@pytest.mark.parametrize("prefix", ["", "/~demo"])
@pytest.mark.parametrize("path", ["/", "/replyke/docs"])
def test_every_link_of_a_page_leads_somewhere_and_keeps_the_prefix(path: str, prefix: str) -> None:
    links = Elements(ask(prefix + path).text).links
    targets = [urljoin(prefix + path, link) for link in links]
    assert len(targets) >= 4
    assert not [target for target in targets if not target.startswith(f"{prefix}/")]
    assert {ask(target).status_code for target in targets} == {200}


def test_the_list_names_each_contract_and_how_to_call_it() -> None:
    reply = ask("/~demo/")
    page = Elements(reply.text)
    for contract in CONTRACTS.values():
        assert contract.title in reply.text
        assert f"/{contract.name}" in page.codes
        assert {f"{contract.name}/docs", f"{contract.name}/openapi.json"} <= set(page.links)
        line = next(shlex.split(code) for code in page.codes if f"/~demo/{contract.name}/" in code)
        assert line[0] == "curl"
        assert [word for word in line if word.startswith(f"http://localhost/~demo/{contract.name}/")]
    assert "demo" in page.codes


def test_a_title_is_text() -> None:
    contract = dataclasses.replace(CONTRACTS["replyke"], title="<b>R&D")
    for path in ("/", "/replyke/docs"):
        text = ask(path, Pages({"replyke": contract})).text
        assert "<b>" not in text
        assert "&lt;b&gt;R&amp;D" in text


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/~demo", "/~demo/"),
        ("/replyke", "/replyke/docs"),
        ("/replyke/", "/replyke/docs"),
        ("/~demo/replyke", "/~demo/replyke/docs"),
        ("/~demo/replyke/", "/~demo/replyke/docs"),
    ],
)
def test_a_short_address_leads_to_the_page(path: str, location: str) -> None:
    reply = ask(path)
    assert reply.status_code == 307
    assert urljoin(path, reply.headers["location"]) == location


def test_a_single_contract_is_documented_at_the_root_as_well() -> None:
    assert urljoin("/~demo/docs", ask("/~demo/docs", SINGLE).headers["location"]) == "/~demo/replyke/docs"
    assert ask("/openapi.json", SINGLE).json() == ask("/replyke/openapi.json").json()
    assert {ask(path).status_code for path in ("/docs", "/openapi.json")} == {404}


@pytest.mark.parametrize("path", ["/", "/replyke/docs"])
def test_the_policy_allows_only_files_of_ours_and_the_page_needs_no_more(path: str) -> None:
    reply = ask(path)
    policy = dict(part.split(maxsplit=1) for part in reply.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert reply.headers["x-content-type-options"] == "nosniff"
    page = Elements(reply.text)
    assert not [tag for tag, _ in page.found if tag == "style"]
    assert not [attributes for tag, attributes in page.found if tag == "script" and "src" not in attributes]
    assert not [name for _, attributes in page.found for name in attributes if name == "style" or name.startswith("on")]


def test_the_documentation_is_given_the_example_credentials() -> None:
    page = Elements(ask("/replyke/docs").text)
    attributes = next(attributes for _, attributes in page.found if attributes.get("id") == "docs")
    example = CONTRACTS["replyke"].credentials["bearer"]["example"]
    assert attributes["data-credentials"] == f'{{"bearer":"{example}"}}'


@pytest.mark.parametrize(
    ("path", "namespace", "root"),
    [
        ("/replyke/openapi.json", "", "/replyke"),
        ("/~demo/replyke/openapi.json", "", "/~demo/replyke"),
        ("/replyke/openapi.json", "demo", "/~demo/replyke"),
    ],
)
def test_the_contract_is_served_as_it_is_with_this_server(path: str, namespace: str, root: str) -> None:
    reply = ask(path, understudy_namespace=namespace)
    expected: dict[str, Any] = CONTRACTS["replyke"].document.data
    assert reply.headers["content-type"] == "application/json"
    assert reply.json() == expected | {"servers": [expected["servers"][0] | {"url": root}]}


@pytest.mark.parametrize("name", SERVED)
def test_an_asset_is_sent_once_and_then_confirmed(name: str) -> None:
    reply = ask(ASSETS + name)
    kind = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}[name.rpartition(".")[2]]
    assert reply.headers["content-type"].partition(";")[0] == kind
    assert reply.headers["x-content-type-options"] == "nosniff"
    again = ask(ASSETS + name, if_none_match=reply.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert ask(ASSETS + name, if_none_match='"other"').content == reply.content


def test_an_asset_is_read_once() -> None:
    first, second = asset("swagger-ui-bundle.js"), asset("swagger-ui-bundle.js")
    assert first is not None
    assert first is second


@pytest.mark.parametrize(
    "name", ["", "README.md", "missing.js", "swagger-ui/swagger-ui.css", "../pages.py", "..%2fpages.py"]
)
def test_nothing_else_of_the_folder_is_served(name: str) -> None:
    assert asyncio.run(status_of(ASSETS + name)) == 404


@pytest.mark.parametrize("path", ["/", "/replyke/docs", "/replyke/openapi.json", ASSETS + "pages.css"])
def test_a_page_can_be_asked_about_and_not_written(path: str) -> None:
    head, get, post = (ask(path, method=method) for method in ("HEAD", "GET", "POST"))
    assert (head.status_code, head.content, head.headers) == (200, b"", get.headers)
    assert (post.status_code, post.headers["allow"]) == (405, "GET, HEAD")


def test_an_unknown_path_lists_what_there_is() -> None:
    reply = ask("/~demo/nowhere")
    assert reply.status_code == 404
    assert reply.json()["detail"].endswith("There is: /~demo/amity/, /~demo/replyke/.")


def test_a_host_that_is_not_served_sees_nothing() -> None:
    assert {ask(path, host="attacker.example").status_code for path in ("/", "/replyke/docs", "/nowhere")} == {421}


def test_a_websocket_is_closed() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    asyncio.run(BOTH({"type": "websocket", "path": "/"}, receive, send))
    assert sent == [{"type": "websocket.close", "code": 1000}]


def test_swagger_ui_is_what_its_readme_says() -> None:
    readme = (VENDORED / "README.md").read_text("utf-8")
    listed = dict(re.findall(r"^\| (\S+) \| ([0-9a-f]{64}) \|$", readme, re.MULTILINE))
    files = {path.name: path.read_bytes() for path in VENDORED.iterdir() if path.name != "README.md"}
    assert listed == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    version = re.search(r"Swagger UI (\d+\.\d+\.\d+)", readme)
    assert version
    assert f'PACKAGE_VERSION:"{version[1]}"'.encode() in files["swagger-ui-bundle.js"]


async def status_of(path: str) -> int:
    """The status of a GET of a path that clients would tidy up."""
    statuses: list[int] = []

    async def send(message: Message) -> None:
        statuses.append(message.get("status", 0))

    async def receive() -> Message:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "raw_path": path.encode(), "headers": []}
    await BOTH(scope | {CONTEXT: Context("default", "http://localhost", path)}, receive, send)
    return statuses[0]
