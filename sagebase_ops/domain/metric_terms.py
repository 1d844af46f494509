"""What does one part of a filter let through? Three answers: yes, no, and that cannot be told from here."""

import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

METRIC, RESOURCE, CODE, CODE_CLASS = "metric.type", "resource.type", "response_code", "response_code_class"
REGEX = "monitoring.regex.full_match"
_ONE_SAID = re.compile(r"[\w\-|.*+]*")
"""Patterns of words, dots, stars and alternatives: all that is read, since any other may take for ever."""
_MOST_STARS = 3
_SAMPLES = [("1xx", "101"), ("2xx", "200"), ("3xx", "302"), ("4xx", "404"), *(("5xx", f"50{n}") for n in range(5))]


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that must hold, or must not where `negated`, of a series' label; `text` is how it is written.

    `label` goes without its `resource.label.` or `metric.label.`. `how` is an operator or a function's name; "" is what
    nobody here can read (several labels in one OR, an unknown grammar), and its label is "" too.
    """

    label: str
    how: str
    words: tuple[str, ...]
    text: str
    negated: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The values that it lets through and no others; empty where it is no such list."""
        return self.words if self.how == "=" and not self.negated else ()

    @property
    def is_variable(self) -> bool:
        """Whoever looks at the dashboard chooses."""
        return any("$" in word for word in self.words)

    def lets(self, value: str) -> bool | None:
        """Does a series pass whose label has this value? None where that cannot be told."""
        judge = _HOW.get(self.how)
        found = judge(value, self.words) if judge else None
        return None if found is None else found != self.negated


def all_of(answers: Iterable[bool | None]) -> bool | None:
    """No where one is no; else not to be told where one is not."""
    found = set(answers)
    return False if False in found else None if None in found else True


def lets(terms: Sequence[Term], label: str, value: str) -> bool | None:
    """Do all terms let a series through whose `label` has this value, as far as they are about it?"""
    return all_of(term.lets(value) for term in terms if term.label in {label, ""})


def counts_5xx(terms: Sequence[Term]) -> bool | None:
    """Every 5xx and nothing else?"""
    counted = {sample: _counted(terms, *sample) for sample in _SAMPLES}
    return all_of(let if class_ == "5xx" or let is None else not let for (class_, _), let in counted.items())


def is_about_5xx(terms: Sequence[Term]) -> bool:
    """Is it limited by response code, with some 5xx among what it may let through?"""
    limited = any(term.label in {CODE, CODE_CLASS} or (not term.label and CODE in term.text) for term in terms)
    return limited and any(_counted(terms, *sample) is not False for sample in _SAMPLES if sample[0] == "5xx")


def _counted(terms: Sequence[Term], class_: str, code: str) -> bool | None:
    return all_of([lets(terms, CODE_CLASS, class_), lets(terms, CODE, code)])


def _matches(value: str, words: Sequence[str]) -> bool | None:
    """None for a pattern that is more than words, dots, stars and alternatives."""
    read = [word for word in words if _ONE_SAID.fullmatch(word) and len(re.findall(r"[*+]", word)) <= _MOST_STARS]
    try:
        return any(re.fullmatch(word, value) for word in read) if len(read) == len(words) else None
    except re.error:
        return None


def _number(compare: Callable[[float, float], bool]) -> Callable[[str, Sequence[str]], bool | None]:
    def judged(value: str, words: Sequence[str]) -> bool | None:
        try:
            return compare(float(value), float(words[0]))
        except ValueError:
            return None

    return judged


_HOW: Mapping[str, Callable[[str, Sequence[str]], bool | None]] = {
    "=": lambda value, words: value in words,
    "starts_with": lambda value, words: value.startswith(words[0]),
    "ends_with": lambda value, words: value.endswith(words[0]),
    "has_substring": lambda value, words: any(word in value for word in words),
    REGEX: _matches,
    ">": _number(operator.gt),
    ">=": _number(operator.ge),
    "<": _number(operator.lt),
    "<=": _number(operator.le),
}
