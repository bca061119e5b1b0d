"""The documentation pages in a real browser: they show the contract, send requests, and ask no other host."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.chromium import Browser, Page, chromium, executable
from tests.servers import Served
from tests.shipped import CONTRACTS
from understudy_validators import Contract

ANSWERED = ".live-responses-table tbody .response-col_status"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    path = executable()
    if path is None and os.environ.get("CI"):
        pytest.fail("CI is set, where the browser tests must run, and there is no Chromium on PATH.")
    if path is None:
        pytest.skip("There is no Chromium on PATH; `apt-get install chromium` brings one.")
    with chromium(path, tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.page() as page:
        yield page


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_contract_is_shown_whole_without_a_complaint_or_another_host(page: Page, server: Served, name: str) -> None:
    contract = CONTRACTS[name]
    page.open(f"{server.url}/{name}/docs")
    page.wait(f"document.querySelectorAll('.opblock').length === {len(contract.operations)}")
    text = page.text()
    assert "OAS 3.1" in text
    assert not {operation.summary for operation in contract} - set(page.texts(".opblock-summary-description"))
    schemas = {schema.get("title", name) for name, schema in components(contract, "schemas").items()}
    assert not schemas - set(page.texts(".models .json-schema-2020-12__title"))
    assert page.complaints == []
    assert hosts(page) == {urlsplit(server.url).netloc}


def test_the_list_of_contracts_leads_to_their_documentation(page: Page, server: Served) -> None:
    page.open(f"{server.url}/~demo")
    page.click("h2 a")
    page.wait("!!document.querySelector('.opblock')")
    first = next(iter(CONTRACTS))
    assert page.evaluate("location.pathname") == f"/~demo/{first}/docs"
    assert page.complaints == []


@pytest.mark.parametrize(("name", "prefix"), [("replyke", ""), *((name, "/~demo") for name in CONTRACTS)])
def test_a_request_is_accepted_as_it_is_filled_in(page: Page, server: Served, name: str, prefix: str) -> None:
    operation = next(iter(CONTRACTS[name]))
    open_operation(page, server.url + prefix, name, operation.id)
    page.requests.clear()
    page.click(".btn.execute")
    assert page.text(ANSWERED).startswith("20")
    (sent,) = [url for url in page.requests if url.startswith("http")]
    assert sent.startswith(f"{server.url}{prefix}/{name}/")
    assert page.complaints == []


def test_a_form_is_accepted_with_a_file(page: Page, server: Served, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("Notes.")
    open_operation(page, f"{server.url}/~form", "replyke", "sendMessage")
    page.fill(".opblock-section-request-body .content-type", "multipart/form-data")
    page.attach("[data-property-name=files] input[type=file]", file)
    page.wait("document.querySelector('[data-property-name=files] input[type=file]').files.length === 1")
    page.click(".btn.execute")
    assert page.text(ANSWERED).startswith("201")
    assert file.name in page.text(".live-responses-table .highlight-code")


def test_a_credential_stays_with_its_contract(page: Page, server: Served) -> None:
    page.open(f"{server.url}/replyke/docs")
    page.click(".btn.authorize.locked")
    page.click(".modal-ux .btn.modal-btn[aria-label='Remove authorization']")
    page.fill(".modal-ux #auth-bearer-value", "bob-token")
    page.click(".modal-ux .btn.modal-btn[type=submit]")
    page.open(f"{server.url}/replyke/docs")
    page.wait("!!document.querySelector('.btn.authorize.locked')")
    assert sent_credential(page, server.url, "replyke", "sendMessage") == "Bearer bob-token"
    assert sent_credential(page, server.url, "amity", "createMessage") == "Bearer alice-token"


def test_rules_are_shown_with_what_they_refer_to(page: Page, server: Served) -> None:
    open_operation(page, server.url, "replyke", "sendMessage")
    page.wait("!!document.querySelector('.opblock .extension')")
    shown = "\n".join(page.texts(".opblock .extension")).splitlines()
    shared = components(CONTRACTS["replyke"], "x-rules")
    referred = [rule["$ref"].rpartition("/")[2] for rule in node("replyke", "sendMessage")["x-rules"] if "$ref" in rule]
    assert referred
    assert not [name for name in referred if f"id: {shared[name]['id']}" not in shown]


def test_the_page_is_dark_where_the_reader_prefers_it(page: Page, server: Served) -> None:
    page.tell("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    page.open(f"{server.url}/replyke/docs")
    page.wait("document.documentElement.classList.contains('dark-mode')")


def open_operation(page: Page, url: str, name: str, operation_id: str) -> None:
    """Goes to an operation by its own address, and waits until Swagger UI has followed the references in it."""
    operation = CONTRACTS[name].operation(operation_id)
    page.open(f"{url}/{name}/docs#/{node(name, operation_id)['tags'][0]}/{operation_id}")
    place = json.dumps(["paths", operation.path, operation.method.lower()])
    page.wait(f"!!window.ui?.specSelectors.specResolvedSubtree({place})")


def sent_credential(page: Page, url: str, name: str, operation_id: str) -> str:
    """The credential with which an operation is called, as Swagger UI's curl line has it."""
    open_operation(page, url, name, operation_id)
    page.click(".btn.execute")
    line = next(line for line in page.text(".curl-command").splitlines() if "Authorization" in line)
    return line.partition("Authorization: ")[2].partition("'")[0]


def node(name: str, operation_id: str) -> dict[str, Any]:
    """An operation as its contract writes it."""
    operation = CONTRACTS[name].operation(operation_id)
    found: dict[str, Any] = CONTRACTS[name].document.data["paths"][operation.path][operation.method.lower()]
    return found


def components(contract: Contract, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = contract.document.data["components"].get(kind, {})
    return found


def hosts(page: Page) -> set[str]:
    """Every host that the page asked for something."""
    return {urlsplit(url).netloc for url in page.requests if urlsplit(url).scheme not in ("about", "blob", "data")}
