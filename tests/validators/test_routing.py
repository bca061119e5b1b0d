"""The router finds what reading every template one by one would find."""

from __future__ import annotations

from urllib.parse import quote, unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.tiny import law
from understudy_validators.routing import Match, Router

SEGMENTS = st.sampled_from(["a", "b", "c d", "{x}", "{y}", ""])
TEMPLATES = st.lists(SEGMENTS, min_size=1, max_size=4).map(lambda segments: "/" + "/".join(segments))
ROUTES = st.lists(st.tuples(st.sampled_from(["GET", "POST"]), TEMPLATES), max_size=8)
PATHS = st.lists(st.sampled_from(["a", "b", "c d", "z", "ä", "a/b", "%", ""]), min_size=1, max_size=4).map(
    lambda segments: "/" + "/".join(quote(segment, safe="") for segment in segments)
)


def fits(template: str, path: str) -> dict[str, str] | None:
    """The parameters that make the template the path; `None` where none do."""
    wanted, given_ = template.split("/"), path.split("/")
    if len(wanted) != len(given_):
        return None
    found = {}
    for want, have in zip(wanted, map(unquote, given_), strict=True):
        if want.startswith("{") and have:
            found[want] = have
        elif want != have:
            return None
    return {name.strip("{}"): value for name, value in found.items()}


def rank(template: str) -> list[bool]:
    """Templates in this order: the first segment that differs is a literal in the one that goes first."""
    return [segment.startswith("{") for segment in template.split("/")]


@law
@given(ROUTES, st.sampled_from(["GET", "POST", "PUT"]), PATHS)
@example([("GET", "/a/{x}"), ("GET", "/{x}/b")], "GET", "/a/b")
@example([("GET", "/a/b"), ("POST", "/a/{x}")], "POST", "/a/b")
def test_the_router_agrees_with_a_naive_one(routes: list[tuple[str, str]], method: str, path: str) -> None:
    router: Router[str] = Router()
    at_place = {}
    for route_method, template in routes:
        if template.count("{x}") < 2 and template.count("{y}") < 2:
            router.add(route_method, template, template)
            at_place[route_method, tuple(rank(template)), template.replace("{y}", "{x}")] = template
    reached = [
        (rank(template), route_method, template)
        for (route_method, _, _), template in at_place.items()
        if fits(template, path) is not None
    ]
    match = router.match(method, path)
    first = min((order for order, _, _ in reached), default=None)
    there = {route_method: template for order, route_method, template in reached if order == first}
    if method in there:
        assert match is not None
        assert match.target == there[method]
        assert match.parameters == fits(there[method], path)
    elif there:
        assert match == Match(None, {}, tuple(sorted(there)))
    else:
        assert match is None


@pytest.fixture
def router() -> Router[str]:
    """Literals beside parameters."""
    router: Router[str] = Router()
    for method, template in [
        ("GET", "/rooms/{id}"),
        ("POST", "/rooms/{id}"),
        ("GET", "/rooms/all"),
        ("GET", "/rooms/{room}/messages/{message}"),
        ("GET", "/"),
    ]:
        router.add(method, template, f"{method} {template}")
    return router


def test_a_literal_goes_before_a_parameter(router: Router[str]) -> None:
    assert router.match("GET", "/rooms/all") == Match("GET /rooms/all", {}, ("GET",))


def test_a_method_that_only_the_parameters_path_has_is_none_of_the_literal_one(router: Router[str]) -> None:
    assert router.match("POST", "/rooms/all") == Match(None, {}, ("GET",))


def test_a_known_path_without_the_method_lists_the_methods_it_has(router: Router[str]) -> None:
    assert router.match("PUT", "/rooms/7") == Match(None, {}, ("GET", "POST"))


@pytest.mark.parametrize(
    "path", ["/rooms", "/rooms/", "/rooms/7/", "/rooms//messages/8", "/rooms/7/messages", "//", ""]
)
def test_an_empty_segment_fills_no_parameter(router: Router[str], path: str) -> None:
    assert router.match("GET", path) is None


def test_the_root_is_a_path(router: Router[str]) -> None:
    assert router.match("GET", "/") == Match("GET /", {}, ("GET",))


@pytest.mark.parametrize(
    ("sent", "read"), [("a%2Fb", "a/b"), ("%C3%A4", "ä"), ("a+b", "a+b"), ("%FF", "\ufffd"), ("%", "%")]
)
def test_a_parameter_is_decoded_after_the_path_is_split(router: Router[str], sent: str, read: str) -> None:
    match = router.match("GET", f"/rooms/{sent}")
    assert match is not None
    assert match.parameters == {"id": read}


def test_each_template_names_its_own_parameters(router: Router[str]) -> None:
    match = router.match("GET", "/rooms/7/messages/8")
    assert match is not None
    assert match.parameters == {"room": "7", "message": "8"}
