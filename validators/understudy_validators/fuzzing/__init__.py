"""From a compiled contract to Hypothesis: requests and events that conform, and such with exactly one fault.

`valid` makes conforming ones, `broken` and `faults` those that are wrong in one way; `edges` and `examples` are the few
that are always tried. What the contract's world accepts, and what it refuses for one reason alone, is looked for once
for each operation, when it is first asked for.
"""

from understudy_validators.fuzzing.conversations import conversations
from understudy_validators.fuzzing.faults import Faults, broken, faults
from understudy_validators.fuzzing.limits import edges
from understudy_validators.fuzzing.model import CONSTRAINT, RULE, Example, Fault, Way
from understudy_validators.fuzzing.requests import examples, valid

__all__ = [
    "CONSTRAINT",
    "RULE",
    "Example",
    "Fault",
    "Faults",
    "Way",
    "broken",
    "conversations",
    "edges",
    "examples",
    "faults",
    "valid",
]
