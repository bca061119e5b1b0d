"""Judging: contracts compiled to values, requests and replies judged by them. Knows no web framework."""

from understudy_validators.case import Request
from understudy_validators.compiler import compile_folder
from understudy_validators.contract import Contract, Operation
from understudy_validators.errors import ContractError, Mistake, UnderstudyError, UsageError
from understudy_validators.judging import Verdict, judge, judge_reply
from understudy_validators.violation import Violation

__all__ = [
    "Contract",
    "ContractError",
    "Mistake",
    "Operation",
    "Request",
    "UnderstudyError",
    "UsageError",
    "Verdict",
    "Violation",
    "compile_folder",
    "judge",
    "judge_reply",
]
