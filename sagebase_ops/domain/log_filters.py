"""Does a filter of Cloud Logging match an entry of which only some fields are known? Yes, no, or that depends.

Source: Cloud Logging's query language: OR binds tighter than AND, a blank is AND, text is compared without its case, a right
side that cannot be converted matches nothing, and a field of a request that an entry has not is its type's zero.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from sagebase_ops.domain.grammars import parsed

Known: TypeAlias = Mapping[str, Sequence[str]]
"""By field (`resource.type`), every value that it may have among the entries in question. `log_id` is the log's id."""
Answer: TypeAlias = bool | None
"""True: each of these entries matches, False: none does, None: some may."""

_GRAMMAR = r"""
all: any ("AND"? any)*
any: one ("OR" one)*
?one: ("NOT" | "-") one -> negated
    | "(" all ")"
    | NAME "(" value ("," value)* ")" -> function
    | path OP value -> comparison
    | path OP "*" -> exists
    | path OP "(" values ")" -> choice
    | value -> anywhere
values: value (("OR" | "AND") value)*
path: (NAME | STRING) ("." (NAME | STRING))*
value: STRING | NUMBER | NAME | WORD
OP: "=~" | "!~" | ">=" | "<=" | "!=" | "=" | ">" | "<" | ":"
NAME.3: /(?!(AND|OR|NOT)\b)[A-Za-z_][A-Za-z0-9_\-\/@]*/
WORD: /[A-Za-z0-9_\/@%][A-Za-z0-9_\-\/@.%]*/
NUMBER.2: /-?\d+(\.\d+)?/
STRING: /"(\\.|[^"\\])*"/ | /'(\\.|[^'\\])*'/
COMMENT: /--[^\n]*/
%ignore COMMENT
%ignore /\s+/
"""
_RANKS = {"DEFAULT": 0, "DEBUG": 100, "INFO": 200, "NOTICE": 300, "WARNING": 400, "ERROR": 500}
_RANKS |= {"CRITICAL": 600, "ALERT": 700, "EMERGENCY": 800}
_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {  # Any: two texts, or two numbers
    "=": lambda left, right: bool(left == right),
    ":": lambda left, right: bool(left == right),
    "!=": lambda left, right: bool(left != right),
    ">": lambda left, right: bool(left > right),
    ">=": lambda left, right: bool(left >= right),
    "<": lambda left, right: bool(left < right),
    "<=": lambda left, right: bool(left <= right),
}


def matches(filter_: str, known: Known) -> Answer:
    """What is not known, or cannot be read, may be anything; an empty filter matches all."""
    if not filter_.strip():
        return True
    tree = parsed(_GRAMMAR, filter_)
    try:
        return None if tree is None else _ask(tree, known)
    except (re.error, RecursionError):
        return None


def share_of(filter_: str) -> float:
    """The share of what else matches that `sample(insertId, 0.9)` draws; 1.0 where it stands in no plain conjunction."""
    tree = parsed(_GRAMMAR, filter_) if filter_.strip() else None
    terms = tree.children if tree else []
    alone = [term.children[0] for term in terms if len(term.children) == 1]
    drawn = [_fraction(one) for one in alone if one.data == "function" and _name(one) == "sample"]
    return min(drawn, default=1.0)


def _ask(node: Any, known: Known) -> Answer:  # Any: lark's trees
    if node.data in {"all", "any"}:
        answers = [_ask(child, known) for child in node.children]
        decided = node.data == "any"  # one of these decides alone
        return decided if decided in answers else None if None in answers else not decided
    if node.data == "negated":
        inner = _ask(node.children[0], known)
        return None if inner is None else not inner
    if node.data == "function":
        return _function(node, known)
    return None if node.data == "anywhere" else _comparison(node, known)


def _function(node: Any, known: Known) -> Answer:  # Any: as above
    if _name(node) == "sample":
        share = _fraction(node)
        return None if 0 < share < 1 else share >= 1
    if _name(node) == "log_id":
        return _each(known.get("log_id"), lambda log: log == _text(node.children[1]))
    return None


def _comparison(node: Any, known: Known) -> Answer:  # Any: as above
    path, operator, *right = node.children
    field = ".".join(_text(part) for part in path.children)
    values = known.get(_CAMEL.get(field, field))
    if node.data == "exists":
        return _each(values, lambda value: value not in {"", "0", "DEFAULT"})
    words = [_text(one) for one in (right[0].children if node.data == "choice" else right)]
    of_all = str(operator) in {"!=", "!~"}
    together = all if of_all else any
    return _each(values, lambda value: together(_holds(field, value, str(operator), word) for word in words))


_CAMEL = {"log_name": "logName", "http_request.status": "httpRequest.status"}


def _each(values: Sequence[str] | None, holds: Callable[[str], bool]) -> Answer:
    found = {holds(value) for value in values} if values else set()
    return found.pop() if len(found) == 1 else None


def _holds(field: str, value: str, operator: str, word: str) -> bool:
    if operator in {"=~", "!~"}:
        return (re.search(word, value) is not None) == (operator == "=~")
    if field != "severity" and operator == ":" and not value.isdigit():
        return word.lower() in value.lower()
    try:
        left, right = _comparable(field, value, word)
    except ValueError:
        return False
    return _ORDER[operator](left, right)


def _comparable(field: str, value: str, word: str) -> tuple[str, str] | tuple[float, float]:
    """Severities by rank, numbers as numbers. Raises ValueError where the right side is neither."""
    if field == "severity":
        return float(_RANKS[value]), float(_RANKS.get(word.upper(), word))
    return (float(value), float(word)) if value.isdigit() else (value.lower(), word.lower())


def _name(node: Any) -> str:  # Any: as above
    return str(node.children[0]).lower()


def _fraction(node: Any) -> float:  # Any: as above
    """Of `sample(FIELD, FRACTION)`; what is no fraction draws who knows how many."""
    try:
        return float(_text(node.children[2]))
    except (IndexError, ValueError):
        return 0.5


def _text(node: Any) -> str:  # Any: lark's trees and tokens
    token = str(node.children[0]) if hasattr(node, "children") else str(node)
    return re.sub(r"\\(.)", r"\1", token[1:-1]) if token[:1] in {'"', "'"} else token
