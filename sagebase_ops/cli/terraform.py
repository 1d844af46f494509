"""A resource of an API of Google's, written as Terraform's provider has it: snake case, objects as blocks."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_CAPITAL = re.compile(r"(?<!^)([A-Z])")
_MAPS = {"userLabels", "labels", "labelExtractors"}  # arguments, whose keys are the user's own


def resource(kind: str, label: str, body: Mapping[str, Any]) -> str:  # JSON
    """One resource; `label` is made a name that Terraform takes."""
    lines = "\n".join(_lines(body, 1))
    return f'resource "{kind}" "{identifier(label)}" {{\n{lines}\n}}'


def identifier(label: str) -> str:
    """`High Error Rate` is `high_error_rate`; what begins with a digit gets a letter before it."""
    name = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_") or "policy"
    return f"p{name}" if name[0].isdigit() else name


def _lines(body: Mapping[str, Any], depth: int) -> Iterator[str]:
    pad = "  " * depth
    for key, value in body.items():
        name = _CAPITAL.sub(r"_\1", key).lower()
        if key in _MAPS:
            pairs = "".join(f"{pad}  {_text(each)} = {_text(said)}\n" for each, said in value.items())
            yield f"{pad}{name} = {{\n{pairs}{pad}}}"
            continue
        blocks = [value] if isinstance(value, Mapping) else value if _is_blocks(value) else []
        if not blocks:
            yield f"{pad}{name} = {_scalar(value)}"
        for block in blocks:
            inner = "\n".join(_lines(block, depth + 1))
            yield f"{pad}{name} {{\n{inner}\n{pad}}}"


def _is_blocks(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _scalar(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_scalar, value))}]"
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _text(said: str) -> str:
    """As JSON, but that `${` and `%{` would begin a template."""
    return json.dumps(said, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")
