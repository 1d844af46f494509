"""What does a filter of Cloud Monitoring, or a selector of PromQL, let through? Read into terms that must all hold.

Source: Cloud Monitoring API v3, monitoring filters: OR binds tighter than AND, a blank is AND.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from sagebase_ops.domain.grammars import parsed
from sagebase_ops.domain.metric_terms import REGEX, Term

_GRAMMAR = r"""
all: any ("AND"? any)*
any: one ("OR" one)*
?one: ("NOT" | "-") one -> negated
    | "(" all ")"
    | path OP (value | "(" value ("OR" value)* ")") -> term
    | path OP NAME ("." NAME)* "(" value ("," value)* ")" -> function
    | VARIABLE -> variable
path: (NAME | STRING) ("." (NAME | STRING))*
value: STRING | NUMBER | NAME | VARIABLE
OP: ">=" | "<=" | "!=" | "=" | ">" | "<" | ":"
NAME: /(?!(AND|OR|NOT)\b)[A-Za-z_][\w\-\/]*/
NUMBER: /\d+(\.\d+)?/
VARIABLE: /\$\{[\w.]+\}|\$\w+/
STRING: /"(\\.|[^"\\])*"/ | /'(\\.|[^'\\])*'/
%ignore /\s+/
"""
_ALIASES = {"one_of": "=", ":": "has_substring"}
_PROMQL = re.compile(r"\w_com:\w|\{[^{}]*\}")
_SELECTOR = re.compile(r"\{([^{}]*)\}")
_MATCHER = re.compile(r"(\w+)\s*(=~|!~|!=|=)\s*(\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')")
_BETWEEN = re.compile(r"\s*(\"[^\"]*\")?[\s,]*")
"""What stands between matchers, at most the metric's own name before them."""


@cache
def terms_of(query: str) -> tuple[Term, ...]:
    """Of a filter, or of a PromQL query the matchers of all its selectors. What cannot be read is one term that says so."""
    if not query.strip():
        return ()
    tree = parsed(_GRAMMAR, query)
    if tree is not None:
        return tuple(_terms(tree, query))
    return tuple(_promql(query)) if _PROMQL.search(query) else (_unread(query),)


def _terms(node: Any, query: str) -> Iterator[Term]:  # Any: lark's trees
    if node.data == "all":
        for child in node.children:
            yield from _terms(child, query)
        return
    text = query[node.meta.start_pos : node.meta.end_pos]
    if node.data == "any":
        yield from _either([tuple(_terms(child, query)) for child in node.children], text)
    elif node.data == "negated":
        (*inner,) = _terms(node.children[0], query)
        alone = inner[0] if len(inner) == 1 else _unread(text)
        yield replace(alone, negated=not alone.negated, text=text)
    elif node.data == "variable":
        yield Term("", "$", (str(node.children[0]),), text)
    else:
        yield _term(node, text)


def _either(choices: Sequence[tuple[Term, ...]], text: str) -> Iterator[Term]:
    """Values of one label are as good as a list of them."""
    if len(choices) == 1:
        yield from choices[0]
        return
    labels = {term.label for choice in choices for term in choice}
    plain = all(len(choice) == 1 and choice[0].names for choice in choices)
    words = tuple(word for choice in choices for term in choice for word in term.words)
    yield Term(labels.pop(), "=", words, text) if plain and len(labels) == 1 else _unread(text)


def _term(node: Any, text: str) -> Term:  # Any: lark's trees
    path, how, *rest = node.children
    name = ".".join(str(one) for one in rest if getattr(one, "type", "") == "NAME")
    words = tuple(_plain(str(one.children[0])) for one in rest if getattr(one, "data", "") == "value")
    is_not = str(how) == "!="
    asked = name if node.data == "function" else "=" if is_not else str(how)
    if node.data == "function" and str(how) not in {"=", "!="}:
        return _unread(text)
    return Term(_label([_plain(str(part)) for part in path.children]), _ALIASES.get(asked, asked), words, text, is_not)


def _promql(query: str) -> Iterator[Term]:
    for inside in _SELECTOR.findall(query):
        if _BETWEEN.fullmatch(_MATCHER.sub("", inside)) is None:
            yield _unread(f"{{{inside}}}")
        yield from map(_matcher, _MATCHER.finditer(inside))


def _matcher(found: re.Match[str]) -> Term:
    label, how, word = found.groups()
    asked = REGEX if "~" in how else "="
    return Term(label, asked, (_plain(word),), found[0], negated=how.startswith("!"))


def _unread(text: str) -> Term:
    return Term("", "", (), text)


def _label(path: Sequence[str]) -> str:
    """`resource.labels.x` and `metric.label.x` are `x`; all else keeps its path."""
    return ".".join(path[2:] if path[1:2] in (["label"], ["labels"]) else path)


def _plain(said: str) -> str:
    return re.sub(r"\\(.)", r"\1", said[1:-1]) if said[:1] in {'"', "'"} else said
