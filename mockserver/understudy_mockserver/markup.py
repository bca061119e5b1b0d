"""The HTML of our own pages. It holds no script and no style of its own: their policy allows none."""

from __future__ import annotations

import html
from collections.abc import Collection

import orjson

from understudy_mockserver import namespaces
from understudy_mockserver.context import Context
from understudy_validators import curl, wire
from understudy_validators.contract import Contract


def index(contracts: Collection[Contract], context: Context) -> str:
    """The list of contracts, with a request to each that works as pasted."""
    named = context.namespace != namespaces.DEFAULT
    where = f" in the namespace <code>{html.escape(context.namespace)}</code>" if named else ""
    sections = "".join(_section(contract, context) for contract in contracts)
    content = (
        f'<main class="index"><h1>Understudy</h1><p class="quiet">Stands in for these APIs{where}:</p>{sections}</main>'
    )
    return _page("Understudy", "_understudy/docs/", "", content)


def _section(contract: Contract, context: Context) -> str:
    name, title = html.escape(contract.name), html.escape(contract.title)
    summary = html.escape(contract.document.data["info"].get("summary", ""))
    return (
        f'<section><h2><a href="{name}/docs">{title}</a></h2><p>{summary}</p>'
        f'<p class="quiet">At <code>/{name}</code>. <a href="{name}/openapi.json">OpenAPI document of {title}</a></p>'
        f"<pre><code>{html.escape(_example(contract, context))}</code></pre></section>"
    )


def _example(contract: Contract, context: Context) -> str:
    """A curl line that works as pasted."""
    request = wire.build(contract, {"send": contract.main_operation.id})
    return curl.line(request, f"{context.root_url}/{contract.name}", options="-i")


def documentation(contract: Contract) -> str:
    """A contract's page: Swagger UI, started by docs.js with what the `data-` attributes say."""
    assets = "../_understudy/docs/"
    credentials = {name: words["example"] for name, words in contract.credentials.items() if "example" in words}
    head = (
        f'<link rel="stylesheet" href="{assets}swagger-ui.css">'
        f'<script defer src="{assets}swagger-ui-bundle.js"></script>'
        f'<script type="module" src="{assets}docs.js"></script>'
    )
    content = (
        '<nav class="bar"><a href="../">All contracts</a></nav>'
        f'<main id="docs" data-contract="openapi.json" data-credentials="{_attribute(credentials)}">'
        '<noscript>This page needs JavaScript; the <a href="openapi.json">OpenAPI document</a> does not.</noscript>'
        "</main>"
    )
    return _page(f"{contract.title} · Understudy", assets, head, content)


def _attribute(value: object) -> str:
    return html.escape(orjson.dumps(value).decode())


def _page(title: str, assets: str, head: str, content: str) -> str:
    """A whole page; `assets` is the way to them from where it is served."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{html.escape(title)}</title><link rel="icon" type="image/svg+xml" href="{assets}icon.svg">'
        f'{head}<link rel="stylesheet" href="{assets}pages.css"></head><body>{content}</body></html>\n'
    )
