"""Every check, by what it looks at. A check is a generator function and finds one kind of mistake."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from understudy_validators.documents import Document
from understudy_validators.errors import Mistake
from understudy_validators.lint import (
    answers,
    credentials,
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
from understudy_validators.lint.sites import Site, sites
from understudy_validators.lint.structure import Node
from understudy_validators.lint.survey import Survey

Found = Iterator[Mistake]

#: Objects of every kind.
OF_EACH: Sequence[Callable[[Survey, Node], Found]] = (words.misplaced, words.misused)
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
    "path": (paths.odd_braces, paths.aliases_of_other_parameters),
    "parameter": (paths.optional_in_the_path, paths.without_example),
    "securityScheme": (
        credentials.of_no_collection,
        credentials.of_no_field,
        credentials.of_nothing,
        credentials.with_a_bad_example,
    ),
}
#: The contract as a whole.
OF_CONTRACT: Sequence[Callable[[Survey], Found]] = (
    references.dangling,
    references.of_another_kind,
    references.circular,
    words.misformed,
    paths.declared_twice,
    credentials.of_no_scheme,
    rules.unused,
    answers.never_listed,
    examples.unfit,
)
#: Its operations together.
OF_OPERATIONS: Sequence[Callable[[Survey, Sequence[Site]], Found]] = (
    operations.of_the_same_id,
    paths.alike,
    answers.listed_differently,
    answers.renamed,
    answers.written_inline,
    answers.misnamed,
    answers.without_cause,
    answers.without_source,
    triggers.at_odds,
)
#: Each operation.
OF_OPERATION: Sequence[Callable[[Site], Found]] = (
    operations.without_source,
    operations.without_body_schema,
    operations.without_body_example,
    rules.of_the_same_id,
    rules.schema_before_form,
)
#: What is concluded from the absence of something: only where every file was read and every `$ref` leads somewhere.
OF_WHOLE_OPERATIONS: Sequence[Callable[[Survey, Sequence[Site]], Found]] = (
    answers.unlisted_outside,
    answers.without_code,
    placeholders.of_nothing,
    triggers.to_no_operation,
    triggers.with_unknown_parameters,
    triggers.in_a_form_unread,
    triggers.past_nothing,
)
OF_WHOLE_OPERATION: Sequence[Callable[[Site], Found]] = (
    operations.without_success,
    operations.assuming_an_unknown_type,
    paths.undeclared,
    paths.not_in_the_path,
    rules.about_nothing,
    rules.without_security,
    answers.unlisted,
    answers.collecting_nothing,
    views.reading_what_is_not_there,
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


def of(survey: Survey) -> Iterator[Callable[[], Found]]:
    """Every check that applies to the contract, each ready to be called."""
    found = sites(survey)
    for node in survey.nodes():
        yield from (partial(check, survey, node) for check in (*OF_EACH, *OF_KIND.get(node.kind, ())))
    yield from (partial(check, survey) for check in OF_CONTRACT)
    yield from (partial(check, survey, found) for check in OF_OPERATIONS)
    yield from (partial(check, site) for site in found for check in OF_OPERATION)
    if survey.whole:
        yield from (partial(check, survey, found) for check in OF_WHOLE_OPERATIONS)
        yield from (partial(check, site) for site in found for check in OF_WHOLE_OPERATION)
    if survey.world:
        yield from (partial(check, survey, survey.world) for check in OF_WORLD)
