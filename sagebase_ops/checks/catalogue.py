"""Which checks exist? Every module of this folder that holds a check of its own name."""

import importlib
import pkgutil
from functools import cache

from sagebase_ops import checks
from sagebase_ops.checks.base import CheckDefinition, definition_of

_NOT_CHECKS = {"base", "catalogue"}


@cache
def catalogue() -> dict[str, CheckDefinition]:
    """Every check by name, in alphabetical order."""
    names = sorted(module.name for module in pkgutil.iter_modules(checks.__path__))
    found = {name: _load(name) for name in names if name not in _NOT_CHECKS}
    return {name: definition for name, definition in found.items() if definition is not None}


def _load(name: str) -> CheckDefinition | None:
    """None for a module that only helps checks: it holds no check of its own name."""
    module = importlib.import_module(f"{checks.__name__}.{name}")
    return definition_of(getattr(module, name, None))
