"""Rules: their form, their names, and what of the world they speak of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from understudy_validators import pointers
from understudy_validators.compiler import BUILT_IN
from understudy_validators.errors import Mistake
from understudy_validators.lint import reads
from understudy_validators.lint.records import no_collection
from understudy_validators.lint.shapes import Records
from understudy_validators.lint.sites import ROOTS, Site
from understudy_validators.lint.structure import Node
from understudy_validators.lint.survey import Survey
from understudy_validators.lint.wording import nearest
from understudy_validators.lint.words import broken, vocabulary
from understudy_validators.rules import KINDS


def kinds_of(rule: Node) -> list[str]:
    """The words of the rule that make it a lookup, a require, a unique or a quota."""
    return [kind for kind in KINDS if kind in rule.fields]


def misformed(survey: Survey, rule: Node) -> Iterator[Mistake]:
    """Rules that are none, or more than one at once."""
    problem = ""
    if not isinstance(rule.value, dict):
        problem, advice = (
            "a rule is an object",
            "Give it an id, one of lookup, require, unique and quota, and an answer.",
        )
    elif rule.get("id") in BUILT_IN and kinds_of(rule):
        problem = f"the id {rule.get('id')!r} belongs to a built-in check, and this is a {kinds_of(rule)[0]} rule"
        advice = "Choose another id, or take out what makes it a rule."
    elif len(kinds_of(rule)) > 1:
        problem, advice = f"{_name(rule)} is {' and '.join(kinds_of(rule))} at once", "Make it several rules."
    elif not _definition(rule):
        problem, advice = f"{_name(rule)} is of no kind", f"Give it one of {', '.join(KINDS)}."
    if problem:
        yield survey.mistake(rule.pointer, problem, advice)


def miswritten(survey: Survey, rule: Node) -> Iterator[Mistake]:
    """Keys that rules of its kind do not have, and values that those keys may not hold."""
    definition = _definition(rule)
    if not definition:
        yield from _unknown_keys(survey, rule)
        return
    known = vocabulary()["$defs"][definition]["properties"]
    for mistake in broken(survey, rule.pointer, definition, rule.value):
        key = pointers.split(mistake.pointer.removeprefix(rule.pointer))[:1]
        if mistake.problem.startswith("unknown key") and key and key[0] not in known:
            yield survey.mistake(mistake.pointer, *_misplaced(key[0], definition))
        else:
            yield mistake


def _definition(rule: Node) -> str:
    if "$ref" in rule.fields:
        return "reference"
    if rule.get("id") in BUILT_IN:
        return "" if kinds_of(rule) else "securityRule" if rule.get("id") == "security" else "builtInRule"
    kinds = kinds_of(rule)
    return f"{kinds[0]}Rule" if len(kinds) == 1 else ""


def _all_keys() -> set[str]:
    definitions: Mapping[str, Any] = vocabulary()["$defs"]
    return {key for name, each in definitions.items() if name.endswith("Rule") for key in each["properties"]}


def _misplaced(key: str, definition: str) -> tuple[str, str]:
    known = vocabulary()["$defs"][definition]["properties"]
    if key in _all_keys():
        kind = (
            definition.removesuffix("Rule").replace("builtIn", "built-in check").replace("security", "security check")
        )
        return f"{key!r} means nothing in a rule of the kind {kind}", f"It may have: {', '.join(sorted(known))}."
    return f"unknown rule key {key!r}", nearest(key, known)


def _unknown_keys(survey: Survey, rule: Node) -> Iterator[Mistake]:
    known = _all_keys()
    for key in rule.fields:
        if key not in known:
            pointer = pointers.child(rule.pointer, key)
            yield survey.mistake(pointer, f"unknown rule key {key!r}", nearest(key, known))


def _name(rule: Node) -> str:
    return f"the rule {rule.get('id')!r}" if isinstance(rule.get("id"), str) else "this rule"


def of_the_same_id(site: Site) -> Iterator[Mistake]:
    """Two rules of one operation with one id."""
    seen: dict[str, Node] = {}
    for index, rule in enumerate(site.rules):
        name = rule.get("id")
        if isinstance(name, str) and name in seen:
            listed = f"{site.node.pointer}/x-rules/{index}"
            yield site.survey.mistake(listed, f"{site.name} has two rules {name!r}", "Give one of them another id.")
        elif isinstance(name, str):
            seen[name] = rule


def about_nothing(site: Site) -> Iterator[Mistake]:
    """Built-in checks of what the operation does not have."""
    for index, rule in enumerate(site.rules):
        name = rule.get("id")
        if name in BUILT_IN and not site.has(name) and not kinds_of(rule):
            problem = f"the check {name!r} has nothing to do: {site.name} {site.lack(name)}"
            yield site.survey.mistake(f"{site.node.pointer}/x-rules/{index}", problem, "Take it out.")


def without_security(site: Site) -> Iterator[Mistake]:
    """Operations that need a credential and do not say what they answer without one."""
    if site.security and all(rule.get("id") != "security" for rule in site.rules):
        advice = "Add {id: security, answers: {missing: …, invalid: …, expired: …}} to its x-rules."
        yield site.survey.mistake(
            site.node.pointer, f"{site.name} needs a credential, and has no rule 'security'", advice
        )


def schema_before_form(site: Site) -> Iterator[Mistake]:
    """A body that is judged before it is read."""
    if -1 < site.rank("schema") < site.rank("form"):
        listed = f"{site.node.pointer}/x-rules/{site.rank('schema')}"
        yield site.survey.mistake(listed, "'schema' stands before 'form', so there is no body to judge", "Swap them.")


def unused(survey: Survey) -> Iterator[Mistake]:
    """Shared rules that no operation lists."""
    used = {survey.target(node) for node in survey.references() if node.kind == "rule"}
    for rule in survey.of("rule"):
        if rule.inside.lower().endswith("components") and rule.pointer not in used | survey.used:
            name = pointers.split(rule.pointer)[-1]
            yield survey.mistake(rule.pointer, f"no operation has the rule {name!r}", "List it, or take it out.")


def shadowing(survey: Survey, rule: Node) -> Iterator[Mistake]:
    """Bindings with the name of something that the view has already."""
    if rule.get("as") in ROOTS:
        problem = f"'as' binds {rule.get('as')!r}, a name that the view has already"
        yield survey.mistake(f"{rule.pointer}/as", problem, "Choose another name.")


def of_no_collection(survey: Survey, rule: Node) -> Iterator[Mistake]:
    """Rules about a collection that the world does not have."""
    for kind in ("lookup", "unique"):
        name = rule.get(kind)
        if survey.collections and isinstance(name, str) and name not in survey.collections:
            yield survey.mistake(f"{rule.pointer}/{kind}", *no_collection(survey, name))


def of_no_field(survey: Survey, rule: Node) -> Iterator[Mistake]:
    """Fields that no record of the collection has."""
    collection = str(rule.get("lookup", rule.get("unique")))
    shape = Records(collection, survey.collections.get(collection, []))
    for read, (problem, advice) in reads.outermost(reads.of_records(rule), shape.wrong):
        yield survey.mistake(read.pointer, problem, advice)


def collecting_elsewhere(survey: Survey, rule: Node) -> Iterator[Mistake]:
    """Lists that are joined where no list can be broken twice."""
    if "collect" in rule.fields and rule.get("id") != "schema":
        problem = f"'collect' means nothing in the check {rule.get('id')!r}"
        yield survey.mistake(f"{rule.pointer}/collect", problem, "It belongs in the check 'schema'.")
