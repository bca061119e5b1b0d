"""The one middleware that does, compiled at start, what Connexion's own stack does per request.

Connexion loads each API, resolves its operationIds to handlers and hands both over in `add_api`; from then on a request
goes route → judge → handler → checked reply, with no exception for a refusal and nothing rebuilt.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connexion.middleware.abstract import SpecMiddleware
from connexion.resolver import Resolver
from connexion.spec import Specification

from understudy_mockserver import calls, preferences
from understudy_mockserver.asgi import (
    App,
    DisconnectedError,
    Receive,
    Scope,
    Send,
    TooLargeError,
    raw,
    read_body,
    respond,
)
from understudy_mockserver.context import CONTEXT, SITUATION, Context
from understudy_mockserver.control import delivery
from understudy_mockserver.control.answering import steered
from understudy_mockserver.control.delivery import Delivery
from understudy_mockserver.guard import refuse
from understudy_mockserver.journal import HttpEntry
from understudy_mockserver.limits import BodyLimits, body_limits
from understudy_mockserver.namespaces import Namespaces, State
from understudy_mockserver.preferences import UnknownPreferenceError
from understudy_mockserver.provider import Call, Handler, Reply
from understudy_mockserver.responses import Response, forced, framed, refused, replied
from understudy_mockserver.sessions import ElsewhereError, staying
from understudy_mockserver.settings import Settings
from understudy_validators.bodies import essence
from understudy_validators.case import Request
from understudy_validators.compiler import METHODS
from understudy_validators.contract import Contract, Operation
from understudy_validators.judging import Verdict, judge, judge_reply
from understudy_validators.routing import Match, Router

log = logging.getLogger("understudy")

# Below a contract's base path, and never in its way: its documentation, and the contract itself.
PAGES = ("/", "/docs", "/openapi.json")
# No vendor's path starts so, or is one of these.
OWN_PATHS = "/_understudy/"
_HEALTH = frozenset({"/healthz", "/readyz", "/metrics"})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An operation, its handler, and how much may be sent to it."""

    operation: Operation
    handler: Handler
    limits: BodyLimits


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
        self._limits = settings.limits
        self._redactor = namespaces.redactor
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
                    endpoint = self._endpoint(specification, path, method, resolver, contract)
                    for template in (path, *endpoint.operation.aliases):
                        router.add(method.upper(), template, endpoint)
        site = Site(contract, base_path, router)
        self._sites[base_path.strip("/")] = site
        if at_root:
            self._root = site

    def _endpoint(
        self, specification: Specification, path: str, method: str, resolver: Resolver, contract: Contract
    ) -> Endpoint:
        resolved = specification.operation_cls.from_spec(specification, path=path, method=method, resolver=resolver)
        operation = contract.operation(resolved.operation_id.removeprefix(f"{contract.name}."))
        return Endpoint(operation, resolved.function, body_limits(contract, operation, self._limits))

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
        return (None, path) if path.startswith(OWN_PATHS) or path in _HEALTH else (self._root, path)

    async def _serve(self, site: Site, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        context: Context = scope[CONTEXT]
        begun = time.perf_counter()
        body, match = b"", None
        try:
            if context.situation:
                response = framed(site.contract, context.situation)
            else:
                method = scope["method"].replace("HEAD", "GET")  # the server leaves out the body of what answers HEAD
                match, headers = site.router.match(method, path), _headers(scope)
                limit = self._body_limit(match, headers)
                body = await read_body(receive, limit)
                query, nesting = scope["query_string"].decode("latin-1"), self._limits.nesting
                request = Request(method, path, headers, query, body, nesting)
                try:
                    response = self._respond(site, match, request, context)
                except ElsewhereError as elsewhere:
                    context, response = self._respond_elsewhere(site, match, request, context, elsewhere.namespace)
        except TooLargeError:
            found = match is not None and match.target is not None
            response = framed(site.contract, "body-too-large") if found else _lost(site.contract, match)
        except DisconnectedError:
            return
        except UnknownPreferenceError as error:
            await refuse(send, 400, str(error))
            return
        wrong = None
        if not context.misdirected and SITUATION not in scope:  # a stranger's page makes no namespaces
            wrong = self._note(site, scope, body, context, response, time.perf_counter() - begun)
        if wrong is None:
            await respond(send, response.status, response.media_type, response.body, response.headers)
        else:
            await wrong.respond(receive, send, response)

    def _body_limit(self, match: Match[Endpoint] | None, headers: Mapping[str, str]) -> int:
        """How many bytes the body may have. Raises `TooLargeError` where the request announces more."""
        limit = self._limits.json
        if match is not None and match.target is not None:
            limit = match.target.limits.of(essence(headers.get("content-type", "")))
        if int(headers.get("content-length", "0")) > limit:
            raise TooLargeError
        return limit

    def _respond(self, site: Site, match: Match[Endpoint] | None, request: Request, context: Context) -> Response:
        """The answer to a whole request. Raises `UnknownPreferenceError` where it asks for one that there is not."""
        if match is None or match.target is None:
            return _lost(site.contract, match)
        return self._answer(site, match.target, match.parameters, request, context)

    def _respond_elsewhere(
        self, site: Site, match: Match[Endpoint] | None, request: Request, context: Context, namespace: str
    ) -> tuple[Context, Response]:
        """The answer of the namespace that the token belongs to; of the request's own, where the request says which."""
        state = self._namespaces.state(context.namespace, site.contract.name)
        state.clock.untick()
        if context.is_named:
            with staying(state.world):
                return context, self._respond(site, match, request, context)
        context = context.within(namespace)
        return context, self._respond(site, match, request, context)

    def _answer(
        self, site: Site, endpoint: Endpoint, parameters: Mapping[str, str], request: Request, context: Context
    ) -> Response:
        operation = endpoint.operation
        state = self._namespaces.state(context.namespace, site.contract.name)
        prefer = request.headers.get("prefer")
        preference = preferences.parse(prefer) if prefer else None
        choice = preferences.choose(site.contract, operation, preference) if preference else None
        now = state.clock.tick()
        if choice:
            return forced(operation, judge(operation, request, parameters, state.world, now), choice, preference)
        if state.steering.forced or state.steering.faults:
            response = steered(site.contract, operation, request, parameters, state, now)
            if response is not None:
                return response
        if not _is_acceptable(site.contract, operation, request.headers.get("accept", "")):
            return framed(site.contract, "not-acceptable", operation=operation)
        verdict = judge(operation, request, parameters, state.world, now, state.quotas)
        if not verdict.accepted:
            return refused(operation, verdict)
        base_url = context.root_url + site.base_path
        call = calls.call(operation, verdict.view, verdict.uploads, state, now=now, base_url=base_url)
        return _handle(site.contract, endpoint, call, verdict)

    def _note(
        self, site: Site, scope: Scope, body: bytes, context: Context, response: Response, seconds: float
    ) -> Delivery | None:
        """Writes the exchange into the namespace's journal, credentials left out; what goes wrong with its answer."""
        namespace = self._namespaces.open(context.namespace)
        state = namespace.states.get(site.contract.name)
        wrong = delivery.plan(state.steering, response) if state is not None and state.steering.faults else None
        operation = response.operation.id if response.operation else ""
        redactor, view = self._redactor, response.verdict.view
        entry = HttpEntry(
            contract=site.contract.name,
            operation=operation,
            time=_time(state, operation),
            fault=response.fault,
            verdict=response.kind,
            answer=response.answer,
            rule=response.rule,
            violations=response.verdict.violations,
            caller=view.get("caller"),
            user=view["token"].get("userId") if "token" in view else None,
            seconds=seconds,
            method=scope["method"],
            root_url=context.root_url,
            path=context.path,
            query=redactor.query(scope["query_string"].decode("latin-1")),
            status=response.status,
            request_headers=redactor.raw_headers(scope["headers"]),
            request_body=redactor.body(operation, body, _media_type(scope)) if body else body,
            response_headers=[
                (b"content-type", response.media_type.encode()),
                *redactor.raw_headers(response.headers),
            ],
            response_body=redactor.body(operation, response.body, response.media_type),
        )
        namespace.journal.add(entry)
        counts, key = self._namespaces.counts, (entry.contract, operation, entry.status, entry.rule)
        counts[key] = counts.get(key, 0) + 1
        return wrong


def _time(state: State | None, operation: str) -> float:
    """The time of a request, in its state's own; where it got to no operation, no clock has moved for it."""
    if state is None:
        return time.time()
    return state.clock.ticked if operation else state.clock.now


def _media_type(scope: Scope) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == b"content-type"), "")


def _lost(contract: Contract, match: Match[Endpoint] | None) -> Response:
    """The answer where no operation was found."""
    if match is None:
        return framed(contract, "not-found")
    return framed(contract, "method-not-allowed", raw({"Allow": ", ".join(match.methods)}))


def _headers(scope: Scope) -> dict[str, str]:
    """Header values by lower-case name; those of a repeated header as one list (RFC 9110, section 5.3)."""
    raw_headers = scope["headers"]
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in raw_headers}
    if len(headers) < len(raw_headers):
        for name in headers:
            values = [value.decode("latin-1") for other, value in raw_headers if other.decode("latin-1") == name]
            headers[name] = ", ".join(values)
    return headers


def _handle(contract: Contract, endpoint: Endpoint, call: Call, verdict: Verdict) -> Response:
    try:
        reply = endpoint.handler(call)
        calls.publish(contract, call.hub, call.emissions)
        _check(endpoint.operation, reply)
        return replied(endpoint.operation, reply, verdict)
    except Exception:
        log.exception("%s %s: the handler failed", contract.name, endpoint.operation.id)
        return framed(contract, "internal-error", operation=endpoint.operation)


def _check(operation: Operation, reply: Reply) -> None:
    """Logs each way in which the mock breaks its own contract."""
    status = reply.status or operation.success.status
    media_type = operation.success.media_type if reply.media_type is None else reply.media_type
    for violation in judge_reply(operation, status, media_type, reply.body):
        log.error("%s: the mock's own reply breaks the contract at %s: %s", operation.id, violation.path, violation)


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
