"""What the checks say can be filled in: a placeholder is a bare name, since nothing else is replaced."""

import importlib
import pkgutil
import re
from collections.abc import Iterator

from sagebase_ops import checks
from sagebase_ops.domain.results import Sentence


def sentences() -> Iterator[tuple[str, str]]:
    for module in pkgutil.iter_modules(checks.__path__):
        for name, value in vars(importlib.import_module(f"{checks.__name__}.{module.name}")).items():
            if isinstance(value, Sentence):
                yield from ((f"{module.name}.{name}", text) for text in (value.ja, value.en))


def test_every_placeholder_is_a_bare_name() -> None:
    odd = {where: text for where, text in sentences() if re.search(r"\{\w+![rsa]\}", text)}
    assert odd == {}


def test_there_are_sentences_to_look_at() -> None:
    assert len(list(sentences())) > 100
