"""The one middleware that does, compiled at start, what Connexion's own stack does per request.

Connexion loads each API, resolves its operationIds to handlers and hands both over in `add_api`; from then on a request
goes route → judge → handler → checked reply, with no exception for a refusal and nothing rebuilt.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connexion.middleware.abstract import SpecMiddleware
from connexion.resolver import Resolver
from connexion.spec import Specification

from understudy_mockserver import calls, preferences, verdicts
from understudy_mockserver.asgi import (
    App,
    DisconnectedError,
    RawHeaders,
    Receive,
    Scope,
    Send,
    TooLargeError,
    raw,
    read_body,
    respond,
)
from understudy_mockserver.context import CONTEXT, Context
from understudy_mockserver.guard import refuse
from understudy_mockserver.namespaces import Namespaces
from understudy_mockserver.preferences import Preference, UnknownPreferenceError
from understudy_mockserver.provider import Call, Handler, Reply
from understudy_mockserver.settings import Settings
from understudy_validators import judging
from understudy_validators.answers import encode
from understudy_validators.case import Request
from understudy_validators.compiler import METHODS
from understudy_validators.contract import Contract, Operation
from understudy_validators.judging import Verdict, judge, judge_reply
from understudy_validators.routing import Match, Router

log = logging.getLogger("understudy")

# Below a contract's base path, and never in its way: its documentation, and the contract itself.
PAGES = ("/", "/docs", "/openapi.json")
# No vendor's path starts so.
OWN_PATHS = "/_understudy/"

_ACCEPTED = (verdicts.VERDICT.lower().encode(), b"accepted")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An operation and its handler."""

    operation: Operation
    handler: Handler


@dataclass(frozen=True, slots=True)
class Site:
    """A contract at its base path."""

    contract: Contract
    base_path: str
    router: Router[Endpoint]


class ContractMiddleware(SpecMiddleware):  # type: ignore[misc]
    """Serves every contract that Connexion adds; whatever is at none of their base paths goes to the next app."""

    def __init__(self, app: App, *, namespaces: Namespaces, settings: Settings) -> None:
        self._app = app
        self._namespaces = namespaces
        self._settings = settings
        self._sites: dict[str, Site] = {}
        self._root: Site | None = None

    def add_api(
        self,
        specification: Specification,
        *,
        base_path: str,
        resolver: Resolver,
        contract: Contract,
        at_root: bool,
        **_: Any,
    ) -> None:
        """Takes over an API that Connexion has loaded."""
        router: Router[Endpoint] = Router()
        for path, item in specification["paths"].items():
            for method in METHODS:
                if method in item:
                    endpoint = _endpoint(specification, path, method, resolver, contract)
                    for template in (path, *endpoint.operation.aliases):
                        router.add(method.upper(), template, endpoint)
        site = Site(contract, base_path, router)
        self._sites[base_path.strip("/")] = site
        if at_root:
            self._root = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        context: Context = scope[CONTEXT]
        site, path = self._site(context.path)
        if site is None or (path in PAGES and site.router.match("GET", path) is None):
            await self._app(scope, receive, send)
        else:
            await self._serve(site, path, scope, receive, send)

    def _site(self, path: str) -> tuple[Site | None, str]:
        """The contract at the path, and the path below its base path."""
        first, _, rest = path[1:].partition("/")
        site = self._sites.get(first)
        if site is not None:
            return site, f"/{rest}"
        return (None, path) if path.startswith(OWN_PATHS) else (self._root, path)

    async def _serve(self, site: Site, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        context: Context = scope[CONTEXT]
        try:
            situation = self._situation(scope, context)
            if situation:
                await _frame(send, site.contract, situation, [(b"connection", b"close")])
                return
            body = await read_body(receive, self._settings.max_body)
            method = scope["method"].replace("HEAD", "GET")  # the server leaves out the body of what answers HEAD
            match = site.router.match(method, path)
            if match is None or match.target is None:
                await _not_found(send, site.contract, match)
                return
            request = Request(method, path, _headers(scope), scope["query_string"].decode("latin-1"), body)
            await self._answer(site, match.target, match.parameters, request, context, send)
        except TooLargeError:
            await _frame(send, site.contract, "body-too-large", [(b"connection", b"close")])
        except DisconnectedError:
            return

    def _situation(self, scope: Scope, context: Context) -> str:
        """What is wrong with a request before its body is read; nothing, as a rule."""
        settings, headers = self._settings, scope["headers"]
        if len(scope["raw_path"]) + len(scope["query_string"]) > settings.max_uri:
            return "uri-too-long"
        if len(headers) > settings.max_headers:
            return "headers-too-large"
        if sum([len(name) + len(value) for name, value in headers]) > settings.max_header_bytes:
            return "headers-too-large"
        return "misdirected" if context.misdirected else ""

    async def _answer(
        self,
        site: Site,
        endpoint: Endpoint,
        parameters: Mapping[str, str],
        request: Request,
        context: Context,
        send: Send,
    ) -> None:
        operation = endpoint.operation
        state = self._namespaces.state(context.namespace, site.contract.name)
        now = state.clock.tick()
        prefer = request.headers.get("prefer")
        preference = preferences.parse(prefer) if prefer else None
        if preference:
            verdict = judge(operation, request, parameters, state.world, now)
            await _force(send, site.contract, operation, verdict, preference)
            return
        if not _is_acceptable(site.contract, operation, request.headers.get("accept", "")):
            await _frame(send, site.contract, "not-acceptable")
            return
        verdict = judge(operation, request, parameters, state.world, now, state.quotas)
        if verdict.accepted:
            base_url = context.root_url + site.base_path
            call = calls.call(operation, verdict.view, verdict.uploads, state, now=now, base_url=base_url)
            await _handle(send, site.contract, endpoint, call, verdict)
        else:
            await _refuse(send, operation, verdict)


def _headers(scope: Scope) -> dict[str, str]:
    """Header values by lower-case name; those of a repeated header as one list (RFC 9110, section 5.3)."""
    pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    headers = dict(pairs)
    if len(headers) < len(pairs):
        for name in headers:
            headers[name] = ", ".join(value for other, value in pairs if other == name)
    return headers


def _endpoint(specification: Specification, path: str, method: str, resolver: Resolver, contract: Contract) -> Endpoint:
    resolved = specification.operation_cls.from_spec(specification, path=path, method=method, resolver=resolver)
    operation_id = resolved.operation_id.removeprefix(f"{contract.name}.")
    return Endpoint(contract.operation(operation_id), resolved.function)


async def _handle(send: Send, contract: Contract, endpoint: Endpoint, call: Call, verdict: Verdict) -> None:
    try:
        reply = endpoint.handler(call)
        calls.publish(contract, call.hub, call.emissions)
        await _reply(send, endpoint.operation, reply, verdict)
    except Exception:
        log.exception("%s %s: the handler failed", contract.name, endpoint.operation.id)
        await _frame(send, contract, "internal-error")


async def _reply(send: Send, operation: Operation, reply: Reply, verdict: Verdict) -> None:
    success = operation.success
    status = reply.status or success.status
    media_type = success.media_type if reply.media_type is None else reply.media_type
    for violation in judge_reply(operation, status, media_type, reply.body):
        log.error("%s: the mock's own reply breaks the contract at %s: %s", operation.id, violation.path, violation)
    body = b"" if reply.body is None and not media_type else encode(reply.body, media_type)
    headers = [_ACCEPTED, *raw(verdict.headers), *raw(reply.headers or {})]
    await respond(send, status, media_type, body, headers)


async def _refuse(send: Send, operation: Operation, verdict: Verdict) -> None:
    answer, body = judging.refusal(operation, verdict)
    headers = [*raw(verdicts.headers(verdict.violations)), *raw(verdict.headers)]
    await respond(send, answer.status, answer.media_type, encode(body, answer.media_type), headers)


async def _force(
    send: Send, contract: Contract, operation: Operation, verdict: Verdict, preference: Preference
) -> None:
    try:
        forced = preferences.choose(contract, operation, preference)
    except UnknownPreferenceError as error:
        await refuse(send, 400, str(error))
        return
    value = forced.value
    if forced.answer:
        cause = next((v for v in verdict.violations if v.answer == forced.name), None)
        value = forced.answer.body(verdict.view, cause)
    body = encode(value, forced.media_type) if forced.media_type else b""
    headers = raw([(verdicts.VERDICT, f"forced; example={forced.name}"), ("Preference-Applied", str(preference))])
    await respond(send, forced.status, forced.media_type, body, headers)


async def _not_found(send: Send, contract: Contract, match: Match[Endpoint] | None) -> None:
    if match is None:
        await _frame(send, contract, "not-found")
    else:
        await _frame(send, contract, "method-not-allowed", raw({"Allow": ", ".join(match.methods)}))


async def _frame(send: Send, contract: Contract, situation: str, extra: RawHeaders | None = None) -> None:
    """Answers a situation outside of any operation, in the vendor's envelope."""
    answer = contract.framing[situation]
    body = encode(answer.body({}, None), answer.media_type)
    headers = raw({verdicts.VERDICT: f"refused; rule={situation}"})
    await respond(send, answer.status, answer.media_type, body, [*headers, *(extra or [])])


def _is_acceptable(contract: Contract, operation: Operation, accept: str) -> bool:
    if not accept or "not-acceptable" not in contract.framing:
        return True
    ranges = [part.partition(";")[0].strip() for part in accept.split(",")]
    offered = {success.media_type for success in operation.successes if success.media_type}
    if not offered:
        return True  # it answers without a body
    offered |= {answer.media_type for answer in operation.answers.values()}
    kinds = {media_type.partition("/")[0] + "/*" for media_type in offered}
    return any(part == "*/*" or part in offered or part in kinds for part in ranges)
