"""How does English agree with a count? After a one the noun is singular, and so is the verb: `1 day`, `1 is kept`."""

import re
from collections.abc import Mapping

from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Value
from sagebase_ops.language.amounts import singular

NOUNS = frozenset(
    [
        "backups",
        "channels",
        "charts",
        "days",
        "errors",
        "exclusions",
        "incidents",
        "items",
        "kinds",
        "lines",
        "passes",
        "places",
        "policies",
        "replicas",
        "requests",
        "revisions",
        "rounds",
        "rows",
        "runs",
        "scans",
        "services",
        "tables",
        "targets",
        "times",
    ]
)
"""What our sentences count with a bare number. A noun that a Quantity brings along agrees already."""
_VERBS = {"are": "is", "were": "was", "have": "has", "do": "does", "go": "goes"}
_NOUN, _VERB = "|".join(sorted(NOUNS)), "|".join(_VERBS)
_THERE = re.compile(rf"\b(there )({_VERB})( only)?(?= \{{(\w+)\}})")
_SHARE = re.compile(rf"\{{(\w+)\}}( of (?:the |the last |them )?\{{\w+\}}) ({_VERB})\b")
_COUNT = re.compile(rf"\{{(\w+)\}}( more)?(?: ({_NOUN})\b)?(?: ({_VERB})\b)?")


def agreeing(english: str, values: Mapping[str, Value]) -> str:
    """The sentence with its placeholders as they are, its words as the counts in `values` want them."""
    ones = {name for name, value in values.items() if _is_one(value)}
    if not ones:
        return english

    def there(found: re.Match[str]) -> str:
        return f"{found[1]}{_VERBS[found[2]]}{found[3] or ''}" if found[4] in ones else found[0]

    def share(found: re.Match[str]) -> str:
        return f"{{{found[1]}}}{found[2]} {_VERBS[found[3]]}" if found[1] in ones else found[0]

    def count(found: re.Match[str]) -> str:
        name, more, noun, verb = found.groups()
        words = [f"{{{name}}}{more or ''}", singular(noun) if noun else "", _VERBS[verb] if verb else ""]
        return " ".join(filter(None, words)) if name in ones else found[0]

    return _COUNT.sub(count, _SHARE.sub(share, _THERE.sub(there, english)))


def _is_one(value: Value) -> bool:
    """A share, a size or a duration of one counts nothing."""
    if isinstance(value, Quantity):
        return value.amount == 1 and value.unit.startswith("{")
    return value in (1, "1")
