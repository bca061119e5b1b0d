"""What `understudy serve` prints once it answers: where, and three curl lines that work as pasted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from understudy_validators import curl, wire
from understudy_validators.contract import Contract


def banner(urls: Mapping[str, Sequence[Contract]], seed: int | None) -> str:
    """The text, for the contracts served at each URL."""
    lines = ["Understudy stands in for:"]
    rows = [(f"{url}/{c.name}", c.title, f"{url}/{c.name}/docs") for url, contracts in urls.items() for c in contracts]
    width = max(len(root) for root, _, _ in rows)
    lines += [f"  {root:<{width}}  {title} (docs: {docs})" for root, title, docs in rows]
    if seed is not None:
        lines.append(f"Seed {seed}: ids repeat, and time moves one millisecond with each request.")
    url, contracts = next(iter(urls.items()))
    lines += ["", "Try it:", *_examples(contracts[0], f"{url}/{contracts[0].name}"), "", "Stop with Ctrl-C."]
    return "\n".join(lines)


def _examples(contract: Contract, root: str) -> Iterator[str]:
    """A request that is accepted, one that is refused, and one that asks for an answer."""
    operation = contract.main_operation
    accepted = wire.build(contract, {"send": operation.id})
    refused = next(answer for answer in operation.answers.values() if answer.trigger and answer.status == 403)
    yield curl.line(accepted, root, options="-i")
    yield curl.line(wire.build(contract, refused.trigger[-1]), root, options="-i")
    forced = wire.build(contract, {"send": operation.id, "headers": {"Prefer": f"example={refused.name}"}})
    yield curl.line(forced, root, options="-i")
