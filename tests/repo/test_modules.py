"""How large modules and functions are, and that each module says what it is for."""

import ast
from collections.abc import Iterator
from statistics import median, quantiles

from tests.repo.tree import PACKAGES, Module, modules

LONGEST_MODULE = 400
MEDIAN_MODULE = 150
NINE_IN_TEN_FUNCTIONS = 30


def test_no_module_is_longer_than_400_lines() -> None:
    """Tests count too."""
    long = {module.path: module.lines for module in modules(*PACKAGES, "tests") if module.lines > LONGEST_MODULE}
    assert not long


def test_half_of_the_modules_hold_at_most_150_lines() -> None:
    """Without `__init__.py` files, which would flatter the figure."""
    lengths = {module.path: module.lines for module in modules(*PACKAGES) if not module.path.endswith("__init__.py")}
    assert median(lengths.values()) <= MEDIAN_MODULE, lengths


def test_nine_in_ten_functions_are_shorter_than_30_lines() -> None:
    """Docstrings don't count: a well explained function is not a long one."""
    lengths = dict(function for module in modules(*PACKAGES) for function in functions(module))
    tenth = quantiles(lengths.values(), n=10, method="inclusive")[-1]
    longest = sorted(lengths.items(), key=lambda item: -item[1])[:20]
    assert tenth < NINE_IN_TEN_FUNCTIONS, longest


def test_every_module_says_what_it_is_for() -> None:
    """A docstring at the top of each, tests included."""
    silent = [module.path for module in modules(*PACKAGES, "tests", ".ci") if not ast.get_docstring(module.syntax)]
    assert not silent


def functions(module: Module) -> Iterator[tuple[str, int]]:
    """Each function of `module` as ``path:line name`` with its lines, docstring left out."""
    for node in ast.walk(module.syntax):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{module.path}:{node.lineno} {node.name}", lines_of(node) - docstring_lines(node)


def docstring_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines that the docstring of `function` takes; 0 without one."""
    return lines_of(function.body[0]) if ast.get_docstring(function) else 0


def lines_of(node: ast.stmt) -> int:
    """The lines that a statement spans."""
    return (node.end_lineno or node.lineno) - node.lineno + 1
