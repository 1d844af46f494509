"""Which checks exist? Every module of this folder holds the check of its own name; the folders in it help them."""

import importlib
import pkgutil
from functools import cache

from sagebase_ops import checks
from sagebase_ops.checks.base import CheckDefinition, definition_of

_NOT_CHECKS = {"base", "catalogue", "every_target", "parts", "settings_judged"}


@cache
def catalogue() -> dict[str, CheckDefinition]:
    """Every check by name, in alphabetical order."""
    names = sorted(module.name for module in pkgutil.iter_modules(checks.__path__) if not module.ispkg)
    return {name: _load(name) for name in names if name not in _NOT_CHECKS}


def _load(name: str) -> CheckDefinition:
    """Raises TypeError for a module that holds no check of its own name: it would be left out without a word."""
    definition = definition_of(getattr(importlib.import_module(f"{checks.__name__}.{name}"), name, None))
    if definition is None:
        raise TypeError(f"sagebase_ops/checks/{name}.py holds no check named {name}")
    return definition
