"""Packages whose own code runs when it is first needed: Connexion imports clients that a server never uses.

A deferred package is complete in every way but that its `__init__` has not run yet; its modules are imported as ever.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from threading import RLock
from types import ModuleType
from typing import Any

_lock = RLock()


class _Deferred(ModuleType):
    """A package before its `__init__` has run."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if importlib.util.find_spec(f"{self.__name__}.{name}"):
            return importlib.import_module(f"{self.__name__}.{name}")
        with _lock:
            if type(self) is _Deferred:
                self.__class__ = ModuleType  # type: ignore[assignment] # from here on it is like any other
                _loader(self).exec_module(self)
        return getattr(self, name)


def _loader(module: ModuleType) -> Any:
    return module.__spec__ and module.__spec__.loader


def defer(*names: str) -> None:
    """Defers the packages of these names, except those that somebody has imported already, or that are not there."""
    for name in names:
        spec = None if name in sys.modules else importlib.util.find_spec(name)
        if spec is not None and spec.submodule_search_locations:
            module = importlib.util.module_from_spec(spec)
            module.__class__ = _Deferred
            sys.modules[name] = module
