"""The ways in which a rule can be broken, and which of them a violation is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from understudy_validators import pointers, times, viewpaths
from understudy_validators.fuzzing.constraints import Constraint, constraints
from understudy_validators.fuzzing.kits import Kit
from understudy_validators.fuzzing.model import RULE, Way
from understudy_validators.fuzzing.moves import Rule
from understudy_validators.fuzzing.subjects import Subject
from understudy_validators.records import Record, same
from understudy_validators.rules import Where
from understudy_validators.schemas import SchemaValidator
from understudy_validators.viewpaths import MISSING
from understudy_validators.violation import Violation

Node = Mapping[str, Any]
View = Mapping[str, Any]
SECURITY = ("missing", "invalid", "expired")
#: `form` can be broken so, by the keyword of the violation.
FORM = {"required": "missing", "media-type": "media-type", "form": "malformed"}


class RuleWays:
    """The ways of one rule."""

    def __init__(self, subject: Subject, kit: Kit, rule: Rule) -> None:
        self.id, self.node, self.kind = rule.check.id, rule.node, rule.check.kind
        self._operation, self._subject = subject.id, subject
        self._where = Where.of(self.node.get("where", {}))
        self._where_not = Where.of(self.node.get("where_not", {}))
        self._must = kit.schemas.at(f"{rule.check.pointer}/must") if "must" in self.node else None
        self._require = kit.schemas.at(f"{rule.check.pointer}/require") if self.kind == "require" else None

    def __iter__(self) -> Iterator[Way]:
        for detail in dict.fromkeys(self._details()):
            yield Way(self._operation, RULE, self.id, detail)

    def _details(self) -> Iterator[str]:
        if self.kind == "quota":
            yield "used-up"
        elif self.kind == "unique":
            yield "taken"
        elif self.kind == "require":
            yield from (_branch(c.at, c.keyword) for c in self._parts("require") if c.under is None)
        else:
            yield "missing"
            if len(self.node["where"]) > 1 and self._told() is not None:
                yield "elsewhere"
            yield from (word for word in ("live", "where_not") if word in self.node)
            yield from (f"must/{_property(c.at, c.keyword)}" for c in self._parts("must") if c.under is None)

    def _parts(self, word: str) -> Iterator[Constraint]:
        return constraints(self.node.get(word, True), self._subject.document, ())

    def of(self, violation: Violation, view: View) -> Way | None:
        """The way that a violation of the rule is; `None` where it is several at once."""
        detail = self._detail(violation, view)
        return Way(self._operation, RULE, self.id, detail) if detail else None

    def expected(self, way: Way, view: View) -> Violation:
        """The violation of the way, in a world in which it is there to be found."""
        seen = way.detail.startswith("must/")
        at, actual = self._where.told(view, "") if self._where.fields else ("", None)
        collection = self.node.get(self.kind)
        return Violation(
            path=at,
            rule=self.id,
            limit=self.node["must"] if seen else self.node.get("limit", self.node.get("require", collection)),
            actual=actual,
            answer=self.node["answer"],
            message=f"the record of {collection} {'does not fit' if seen else 'does not exist'}",
        )

    def _detail(self, violation: Violation, view: View) -> str:
        if self.kind in ("quota", "unique"):
            return "used-up" if self.kind == "quota" else "taken"
        if "each" in self.node:
            view = {**view, "item": self._item(violation, view)}
        if self._require:
            found = {_branch(f.path + _name(f.keyword, f.limit), f.keyword) for f in self._require.findings(view)}
            return found.pop() if len(found) == 1 else ""
        return self._lookup(violation, view)

    def _item(self, violation: Violation, view: View) -> Any:
        found = [item for at, item in viewpaths.elements(self.node["each"])(view) if _is_at(violation.path, at)]
        return found[0] if found else None

    def _lookup(self, violation: Violation, view: View) -> str:
        values = self._where.values(view)
        records = self._subject.world[self.node["lookup"]].matching(self._where.fields, values)
        if MISSING in values or not records:
            return "elsewhere" if self._is_elsewhere(values) else "missing"
        living = [record for record in records if self._lives(record)]
        if not living:
            return "live"
        others = [record for record in living if self._differs(record, view)]
        if not others:
            return "where_not"
        broken = [_broken(self._must, record) for record in others] if self._must else []
        least = min(broken, key=len, default=set())
        return f"must/{least.pop()}" if len(least) == 1 else ""

    def _is_elsewhere(self, values: Sequence[Any]) -> bool:
        """Whether there is a record with the value that tells most, which differs in another field."""
        told = self._told()
        if told is None or len(values) < 2 or values[told] is MISSING:
            return False
        records = self._subject.world[self.node["lookup"]]
        return bool(records.matching((self._where.fields[told],), (values[told],)))

    def _told(self) -> int | None:
        """The index of the field that is compared with what the request itself says, if there is one."""
        roots = [path.split(".")[0] for path in self._where.paths]
        return next((roots.index(root) for root in ("item", "body", "path", "query", "headers") if root in roots), None)

    def _lives(self, record: Record) -> bool:
        live = self.node.get("live")
        return live is None or times.is_live(viewpaths.getter(live)(record), self._subject.now)

    def _differs(self, record: Record, view: View) -> bool:
        pairs = zip(self._where_not.fields, self._where_not.values(view), strict=True)
        return all(value is MISSING or not same(viewpaths.getter(name)(record), value) for name, value in pairs)


def _broken(validator: SchemaValidator, record: Record) -> set[str]:
    return {_property(f.path + _name(f.keyword, f.limit), f.keyword) for f in validator.findings(record)}


def _name(keyword: str, limit: Any) -> tuple[str, ...]:
    return (str(limit),) if keyword == "required" else ()


def _property(at: Sequence[Any], keyword: str) -> str:
    """The property of a record that a part of `must` is about, else its keyword."""
    return str(at[0]) if at else keyword


def _branch(at: Sequence[Any], keyword: str) -> str:
    return pointers.join(*at, keyword).removeprefix("/")


def _is_at(path: str, at: str) -> bool:
    return f"{path}/".startswith(f"{at}/")


class Ways:
    """All ways of an operation's rules, and which of them a violation is."""

    def __init__(self, subject: Subject, kit: Kit, rules: Sequence[Rule]) -> None:
        self._operation = subject.id
        self._rules = {rule.check.id: RuleWays(subject, kit, rule) for rule in rules}
        self.kinds = {rule.check.id: rule.check.kind for rule in rules}
        self._built_in = {check.id for check in subject.checks if not check.pointer}

    def __iter__(self) -> Iterator[Way]:
        if "security" in self._built_in:
            yield from (Way(self._operation, RULE, "security", detail) for detail in SECURITY)
        for rule in self._rules.values():
            yield from rule

    def expected(self, way: Way, view: View) -> Violation:
        """The violation of a rule's way, in a world in which it is there to be found."""
        return self._rules[way.place].expected(way, view)

    def of(self, violation: Violation, view: View) -> Way | None:
        """The rule's way that a violation is; `None` for violations of schemas and `form`."""
        if violation.rule == "security" and "security" in self._built_in:
            return Way(self._operation, RULE, "security", str(violation.actual))
        rule = self._rules.get(violation.rule)
        return rule.of(violation, view) if rule else None
