"""A filter of Cloud Logging or Cloud Monitoring, parsed by a grammar and asked of one thing at a time."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput

Field: TypeAlias = tuple[str, ...]
Lookup: TypeAlias = Callable[[Field], Any]
"""The value at a path, MISSING where the thing has none. Raises ValueError for a field that cannot exist."""

MISSING = object()
_GRAMMAR = Path(__file__).with_name("query.lark")
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: bool(left == right),
    "!=": lambda left, right: bool(left != right),
    ">": lambda left, right: bool(left > right),
    ">=": lambda left, right: bool(left >= right),
    "<": lambda left, right: bool(left < right),
    "<=": lambda left, right: bool(left <= right),
}


class FilterSyntaxError(ValueError):
    """The filter does not parse; `line`, `column` and `token` say where."""

    def __init__(self, line: int, column: int, token: str) -> None:
        super().__init__(f"syntax error at line {line}, column {column}, token '{token}'")


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR.read_text(), parser="lalr")


@cache
def parse(text: str) -> "Tree[Token]":
    """Raises FilterSyntaxError."""
    try:
        return _parser().parse(text)
    except UnexpectedInput as error:
        token = text[error.pos_in_stream : (error.pos_in_stream or 0) + 1] if error.pos_in_stream is not None else ""
        raise FilterSyntaxError(max(error.line, 1), max(error.column, 1), token) from error


class Question:
    """A parsed filter. `rank` turns both sides of a comparison of one field into what is compared (severities, times)."""

    def __init__(
        self,
        text: str,
        *,
        fold_case: bool = False,
        rank: Callable[[Field, Any], Any] = lambda _field, value: value,
        everything: Callable[[Lookup, str], bool] = lambda _lookup, _word: False,
        functions: dict[str, Callable[[Lookup, Sequence[str]], bool]] | None = None,
    ) -> None:
        self._tree = parse(text)
        self._fold = fold_case
        self._rank = rank
        self._everything = everything
        self._functions = functions or {}

    def fields(self) -> set[Field]:
        """Every field that is compared."""
        return {_path(path) for path in self._tree.find_data("path")}

    def equals(self, field: Field) -> list[str]:
        """The values that `field` is said to equal."""
        return [
            _text(node.children[2].children[0])
            for node in self._comparisons()
            if _path(node.children[0]) == field and node.children[1] == "=" and _is(node.children[2], "value")
        ]

    def _comparisons(self) -> Iterator[Any]:  # Any: lark's trees
        return self._tree.find_data("comparison")

    def holds(self, lookup: Lookup) -> bool:
        return all(self._ask(child, lookup) for child in self._tree.children)

    def _ask(self, node: Any, lookup: Lookup) -> bool:  # Any: lark's trees
        if node.data in {"conj", "group"}:
            return all(self._ask(child, lookup) for child in node.children)
        if node.data == "disj":
            return any(self._ask(child, lookup) for child in node.children)
        if node.data == "negate":
            return not self._ask(node.children[0], lookup)
        if node.data == "anywhere":
            return self._everything(lookup, _text(node.children[0].children[0]))
        if node.data == "func":
            return self._function(node, lookup)
        return self._compare(node, lookup)

    def _function(self, node: Any, lookup: Lookup) -> bool:  # Any: lark's trees
        name = str(node.children[0])
        if name not in self._functions:
            raise ValueError(f"unknown function {name}")
        return self._functions[name](lookup, [_text(value.children[0]) for value in node.children[1:]])

    def _compare(self, node: Any, lookup: Lookup) -> bool:  # Any: lark's trees
        path, operator, right = node.children
        field = _path(path)
        left = lookup(field)
        if _is(right, "exists"):
            return left is not MISSING
        if left is MISSING:
            return False
        if _is(right, "func"):
            return bool(self._right_function(right, str(left)) != (operator == "!="))
        choices = right.children if _is(right, "alternatives") else [right]
        found = [self._one(field, left, str(operator), _text(choice.children[0])) for choice in choices]
        return all(found) if operator in {"!=", "!~"} else any(found)

    def _right_function(self, node: Any, left: str) -> bool:  # Any: lark's trees
        name, words = str(node.children[0]), [_text(value.children[0]) for value in node.children[1:]]
        known: dict[str, Callable[[], bool]] = {
            "one_of": lambda: left in words,
            "starts_with": lambda: left.startswith(words[0]),
            "ends_with": lambda: left.endswith(words[0]),
            "has_substring": lambda: words[0] in left,
        }
        if name not in known:
            raise ValueError(f"unknown function {name}")
        return known[name]()

    def _one(self, field: Field, left: Any, operator: str, right: str) -> bool:
        if operator in {"=~", "!~"}:
            return (re.search(right, str(left)) is not None) == (operator == "=~")
        if operator == ":":
            return self._cased(right) in self._cased(str(left))
        try:
            one, other = self._rank(field, left), self._rank(field, right)
            if isinstance(one, int | float) and not isinstance(one, bool) and isinstance(other, str):
                other = float(other)
        except ValueError:
            return False  # a right side that cannot be converted fails silently (Logging query language)
        if isinstance(one, str) and isinstance(other, str):
            one, other = self._cased(one), self._cased(other)
        return bool(_ORDER[operator](one, other))

    def _cased(self, text: str) -> str:
        return text.lower() if self._fold else text


def _is(node: Any, kind: str) -> bool:  # Any: lark's trees
    return isinstance(node, Tree) and node.data == kind


def _path(node: Any) -> Field:  # Any: lark's trees
    return tuple(_text(segment.children[0]) for segment in node.children)


@cache
def _text(token: str) -> str:
    if token[:1] in {'"', "'"}:
        return re.sub(r"\\(.)", r"\1", token[1:-1])
    return str(token)
