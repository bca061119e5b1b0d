"""What rules may read of the view, which grows from check to check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from understudy_validators.errors import Mistake
from understudy_validators.lint import reads
from understudy_validators.lint.events import EventSite
from understudy_validators.lint.reads import Wrong
from understudy_validators.lint.shapes import Anything, Formed, Headers, List, Parameters, Records, Shape
from understudy_validators.lint.sites import Site
from understudy_validators.lint.structure import Node
from understudy_validators.lint.wording import nearest


class View:
    """The view at one rank of an operation's rules."""

    def __init__(self, site: Site, rank: int, rule: Node) -> None:
        self.site = site
        self.rank = rank
        self.rule = rule
        self.shapes: dict[str, Shape] = roots(site, rank)
        if site.knows("security", rank):
            self.shapes |= credentials(site)
        self.shapes |= bindings(site, rank)
        if "each" in rule.fields:
            self.shapes["item"] = self._element(str(rule.get("each")))

    def _element(self, path: str) -> Shape:
        root, _, rest = path.partition(".")
        shape = self.shapes.get(root)
        return shape.element(rest) if isinstance(shape, Formed) else Anything()

    def wrong(self, steps: Sequence[str]) -> Wrong | None:
        """Problem and advice where a rule reads what cannot be there."""
        root, *rest = steps
        if root in self.shapes:
            return self.shapes[root].wrong(rest) if rest else None
        return self._no_root(root)

    def _no_root(self, root: str) -> Wrong:
        if root == "item":
            return "'item' is there with 'each' alone", "Add an 'each', or read something else."
        if root == "body":
            return self._too_early("body", "form", "has no request body")
        if root == "token" or (root == "caller" and not self.site.knows("security", self.rank)):
            return self._too_early(root, "security", "needs no credential")
        if root == "caller":
            return (
                f"no security scheme of {self.site.name} has a caller",
                "Read the token, or add a caller to x-credentials.",
            )
        if root in bindings(self.site, len(self.site.rules)):
            return f"{root!r} is read before a rule of {self.site.name} binds it", "Move this rule below that one."
        return f"the view of {self.site.name} has no {root!r} here", nearest(root, self.shapes)

    def _too_early(self, root: str, check: str, lack: str) -> Wrong:
        if not self.site.has(check):
            return f"{root!r} is read, and {self.site.name} {lack}", "Read something else."
        return f"{root!r} is read before the check {check!r} of {self.site.name}", f"Move this rule below {check!r}."


def roots(site: Site, rank: int) -> dict[str, Shape]:
    """What the view of a request or of an event has by itself."""
    if isinstance(site, EventSite):
        handshake = Formed(f"the handshake of {site.path}", (site.handshake,), site.survey)
        return {"query": handshake, "body": body(site), "connection": Anything()}
    shapes: dict[str, Shape] = {
        "path": Parameters(site.name, "path", site.named("path")),
        "query": Parameters(site.name, "query", site.named("query")),
        "headers": Headers(),
    }
    return shapes | {"body": body(site)} if site.knows("form", rank) else shapes


def body(site: Site) -> Formed:
    """What the body may hold: whatever one of its media types describes."""
    schemas = tuple(site.survey.at(pointer) for pointer in site.schemas)
    return Formed(f"the body of {site.name}", schemas, site.survey)


def credentials(site: Site) -> dict[str, Shape]:
    """The credential's record and the caller's, from whichever scheme."""
    names = {name for way in site.ways for name in way}
    schemes = [site.survey.node(f"/components/securitySchemes/{name}") for name in sorted(names)]
    words = [scheme.get("x-credentials") or {} for scheme in schemes if scheme]
    callers = [each["caller"] for each in words if isinstance(each.get("caller"), dict)]
    shapes: dict[str, Shape] = {"token": _records(site, [str(each.get("lookup")) for each in words])}
    if callers:
        shapes["caller"] = _records(site, [str(each.get("lookup")) for each in callers])
    return shapes


def bindings(site: Site, rank: int) -> dict[str, Shape]:
    """What the rules above a rank bind."""
    collections: dict[str, list[str]] = {}
    lists: dict[str, Shape] = {}
    for _, rule in (each for each in site.own_rules if each[0] < rank):
        name: Any = rule.get("as")
        if isinstance(name, str) and "each" in rule.fields:
            lists[name] = List(name)
        elif isinstance(name, str):
            collections.setdefault(name, []).append(str(rule.get("lookup", rule.get("unique"))))
    return {**lists, **{name: _records(site, held) for name, held in collections.items()}}


def _records(site: Site, collections: list[str]) -> Shape:
    names = list(dict.fromkeys(collections))
    held = [site.survey.collections.get(name, []) for name in names]
    return Records(" and ".join(names), [record for records in held for record in records] if all(held) else [])


def reading_what_is_not_there(site: Site) -> Iterator[Mistake]:
    """Rules that read what the view does not have, or not yet."""
    for rank, rule in site.own_rules:
        view = View(site, rank, rule)
        for read, (problem, advice) in reads.outermost(reads.of_view(rule), view.wrong):
            yield site.survey.mistake(read.pointer, problem, advice)
