"""How does a Sentence read once its placeholders are filled?"""

import re
from collections.abc import Mapping
from datetime import datetime, tzinfo

from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Note, Sentence, Value
from sagebase_ops.language.agreement import agreeing
from sagebase_ops.language.amounts import amount, moment, number, pair

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def said(sentence: Sentence, language: str) -> str:
    """The sentence in `language` (`ja` or `en`), placeholders as they are."""
    return sentence.ja if language == "ja" else sentence.en


def fill(sentence: Sentence, values: Mapping[str, Value], language: str, zone: tzinfo) -> str:
    """Plain text, not escaped for anywhere: numbers and times as `language` writes them, times in `zone`.

    Filled once: a brace inside a value stays a brace. A placeholder without a value stays as it is, since a digest
    with one odd word is worth more than none.
    """
    texts = {name: _text(value, language, zone) for name, value in values.items()} | _held_against(values, language)
    told = sentence.ja if language == "ja" else agreeing(sentence.en, values)
    return _PLACEHOLDER.sub(lambda found: texts.get(found[1], found[0]), told)


def finding_text(finding: Finding, language: str, zone: tzinfo) -> str:
    """What was seen, in one sentence."""
    return fill(finding.sentence, finding.with_values(), language, zone)


def note_text(note: Note, language: str, zone: tzinfo) -> str:
    """One line of detail."""
    return fill(note.sentence, note.values, language, zone)


def _held_against(values: Mapping[str, Value], language: str) -> dict[str, str]:
    """`value` and `limit` are read side by side, so they are written so that they differ when they do."""
    value, limit = values.get("value"), values.get("limit")
    if isinstance(value, Quantity) and isinstance(limit, Quantity):
        return dict(zip(("value", "limit"), pair(value, limit, language), strict=True))
    return {}


def _text(value: Value, language: str, zone: tzinfo) -> str:
    if isinstance(value, Quantity):
        return amount(value, language)
    if isinstance(value, datetime):
        return moment(value, zone)
    return value if isinstance(value, str) else number(value, language)
