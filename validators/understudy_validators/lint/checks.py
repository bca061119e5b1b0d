"""Every check, by what it looks at. A check is a generator function and finds one kind of mistake."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from understudy_validators.documents import Document
from understudy_validators.errors import Mistake
from understudy_validators.lint import (
    answers,
    credentials,
    events,
    examples,
    operations,
    paths,
    placeholders,
    references,
    rules,
    schemas,
    triggers,
    views,
    words,
    world,
)
from understudy_validators.lint.events import EventSite
from understudy_validators.lint.sites import Site
from understudy_validators.lint.structure import EVENTS, Node
from understudy_validators.lint.survey import Survey
from understudy_validators.lint.triggers import Stage

Found = Iterator[Mistake]

#: Objects of every kind.
OF_EACH: Sequence[Callable[[Survey, Node], Found]] = (words.misplaced, words.misused)
_OF_SCHEME = (
    credentials.of_no_collection,
    credentials.of_no_field,
    credentials.of_nothing,
    credentials.with_a_bad_example,
)
#: Objects by themselves, by their kind.
OF_KIND: Mapping[str, Sequence[Callable[[Survey, Node], Found]]] = {
    "rule": (
        rules.misformed,
        rules.miswritten,
        rules.shadowing,
        rules.collecting_elsewhere,
        rules.of_no_collection,
        rules.of_no_field,
    ),
    "schema": (
        schemas.misformed,
        schemas.uncompiled,
        schemas.of_no_format,
        schemas.file_size_of_no_file,
        schemas.answering_for_nothing,
        schemas.requiring_unknown,
    ),
    "message": (events.named_twice, events.vouching_for_nothing),
    "path": (paths.odd_braces, paths.aliases_of_other_parameters),
    "parameter": (paths.optional_in_the_path, paths.without_example),
    "securityScheme": _OF_SCHEME,
    "eventScheme": _OF_SCHEME,
}
#: The contract as a whole.
OF_CONTRACT: Sequence[Callable[[Survey], Found]] = (
    references.of_another_kind,
    words.misformed,
    paths.declared_twice,
    credentials.of_no_scheme,
    rules.unused,
    answers.never_listed,
    examples.unfit,
    triggers.at_odds,
    events.of_another_channel,
    events.without_collection,
)
_OF_ANSWERS: Sequence[Callable[[Survey, Sequence[Site]], Found]] = (
    answers.misnamed,
    answers.without_cause,
    answers.without_source,
)
#: Its operations together.
OF_OPERATIONS: Sequence[Callable[[Survey, Sequence[Site]], Found]] = (
    operations.of_the_same_id,
    paths.alike,
    answers.listed_differently,
    answers.renamed,
    answers.written_inline,
    *_OF_ANSWERS,
)
#: Each operation.
OF_OPERATION: Sequence[Callable[[Site], Found]] = (
    operations.without_source,
    operations.without_body_schema,
    operations.without_body_example,
    rules.of_the_same_id,
    rules.schema_before_form,
)
_OF_RULES: Sequence[Callable[[Site], Found]] = (
    rules.about_nothing,
    rules.without_security,
    answers.unlisted,
    answers.collecting_nothing,
    views.reading_what_is_not_there,
)
#: What is concluded from the absence of something: only where every file was read and every `$ref` leads somewhere.
OF_WHOLE_OPERATIONS: Sequence[Callable[[Survey, Sequence[Site]], Found]] = (
    answers.unlisted_outside,
    answers.without_code,
    placeholders.of_nothing,
)
OF_WHOLE_OPERATION: Sequence[Callable[[Site], Found]] = (
    operations.without_success,
    operations.assuming_an_unknown_type,
    paths.undeclared,
    paths.not_in_the_path,
    *_OF_RULES,
)
#: Steps of triggers, which operations and events of both documents may take.
OF_STEPS: Sequence[Callable[[Survey, Stage], Found]] = (
    triggers.to_no_operation,
    triggers.on_no_connection,
    triggers.with_unknown_parameters,
    triggers.in_a_form_unread,
    triggers.past_nothing,
)
#: The events together, and each.
OF_EVENTS: Sequence[Callable[[Survey, Sequence[EventSite]], Found]] = (
    events.without_connection,
    events.taken_twice,
    events.never_replied,
)
OF_EVENT: Sequence[Callable[[EventSite], Found]] = (
    operations.without_source,
    events.without_example,
    events.of_several_messages,
    rules.of_the_same_id,
    *_OF_RULES,
)
#: The world.
OF_WORLD: Sequence[Callable[[Survey, Document], Found]] = (
    world.unknown_keys,
    world.without_collections,
    world.without_now,
    world.of_no_collection,
    world.of_no_schema,
    world.unfit_records,
    world.alike,
    world.without_end,
)


def of(survey: Survey, stage: Stage) -> Iterator[Callable[[], Found]]:
    """Every check that applies to one document of a contract, each ready to be called."""
    for node in survey.nodes():
        yield from (partial(check, survey, node) for check in (*OF_EACH, *OF_KIND.get(node.kind, ())))
    yield from (partial(check, survey) for check in OF_CONTRACT)
    yield from _of_events(survey, stage) if survey.kind == EVENTS else _of_operations(survey, stage)
    if survey.whole:
        yield from (partial(check, survey, stage) for check in OF_STEPS)


def _of_operations(survey: Survey, stage: Stage) -> Iterator[Callable[[], Found]]:
    found = stage.operations
    yield from (partial(check, survey, found) for check in OF_OPERATIONS)
    yield from (partial(check, site) for site in found for check in OF_OPERATION)
    if survey.whole:
        yield from (partial(check, survey, found) for check in OF_WHOLE_OPERATIONS)
        yield from (partial(check, site) for site in found for check in OF_WHOLE_OPERATION)


def _of_events(survey: Survey, stage: Stage) -> Iterator[Callable[[], Found]]:
    found = stage.events
    yield from (partial(check, survey, found) for check in _OF_ANSWERS)
    if survey.whole:
        yield from (partial(check, survey, found) for check in (*OF_EVENTS, placeholders.of_nothing))
        yield from (partial(check, site) for site in found for check in OF_EVENT)


def of_world(survey: Survey, world: Document) -> Iterator[Callable[[], Found]]:
    """Every check of what a fresh mock holds."""
    return (partial(check, survey, world) for check in OF_WORLD)
