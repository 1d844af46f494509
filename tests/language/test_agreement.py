"""No sentence of ours says `1 days`: each noun that a bare number counts is one that agrees with it."""

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import Any

import pytest

import sagebase_ops
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Sentence
from sagebase_ops.language.agreement import NOUNS
from sagebase_ops.language.sentences import fill

NO_NOUNS = frozenset(
    [
        "asks",
        "does",
        "ends",
        "gets",
        "has",
        "is",
        "keeps",
        "mixes",
        "ms",
        "needs",
        "says",
        "series",
        "serves",
        "takes",
        "tells",
        "unless",
        "was",
    ]
)
"""What may follow a name, and what one of is called like many."""
COUNTED = re.compile(r"\{(\w+)\}(?: more| only)? ([a-z]+s)\b")


def sentences_in(value: Any) -> Iterator[Sentence]:
    if isinstance(value, Sentence):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from sentences_in(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from sentences_in(one)


def every_sentence() -> set[Sentence]:
    modules = pkgutil.walk_packages(sagebase_ops.__path__, "sagebase_ops.")
    names = [module.name for module in modules if not module.name.endswith("__main__")]
    return {
        one for name in names for value in vars(importlib.import_module(name)).values() for one in sentences_in(value)
    }


def english(text: str, **values: Any) -> str:
    return fill(Sentence(ja="", en=text), values, "en", UTC)


def test_every_noun_that_a_number_counts_is_known() -> None:
    counted = [(word, one.en) for one in every_sentence() for _, word in COUNTED.findall(one.en)]
    assert len(counted) > 20
    assert [(word, text) for word, text in counted if word not in NOUNS | NO_NOUNS] == []


def test_no_sentence_counts_one_of_many() -> None:
    wrong = []
    for sentence in every_sentence():
        for name, word in COUNTED.findall(sentence.en):
            one, two = (fill(sentence, {name: count}, "en", UTC) for count in (1, 2))
            if word in NOUNS and (
                re.search(rf"\b1 (?:more )?{word}\b", one) or not re.search(rf"\b2 (?:more )?{word}", two)
            ):
                wrong.append(one)
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "one", "two"),
    [
        ("{n} runs from noon on", "1 run from noon on", "2 runs from noon on"),
        ("used by {n} policies", "used by 1 policy", "used by 2 policies"),
        ("after {n} passes", "after 1 pass", "after 2 passes"),
        ("{n} are kept, 7 are wanted", "1 is kept, 7 are wanted", "2 are kept, 7 are wanted"),
        ("{n} more go on below", "1 more goes on below", "2 more go on below"),
        ("there are only {n} days of data", "there is only 1 day of data", "there are only 2 days of data"),
        ("{n} of {all} are open", "1 of 9 is open", "2 of 9 are open"),
        ("{n} of the last {all} have none", "1 of the last 9 has none", "2 of the last 9 have none"),
    ],
)
def test_noun_and_verb_agree_with_the_count(text: str, one: str, two: str) -> None:
    assert (english(text, n=1, all=9), english(text, n=2, all=9)) == (one, two)


def test_what_a_quantity_counts_agrees_with_the_verb_too_and_a_share_counts_nothing() -> None:
    assert english("{n} are kept", n=Quantity(1, "{days}")) == "1 day is kept"
    assert english("{n} of {table} are dead rows", n=Quantity(0.01, "1"), table="t") == "1 % of t are dead rows"
