"""Can an exclusion of Cloud Logging hide errors? Only a filter that plainly stops below ERROR cannot.

Guessed on the safe side: what is not understood may hide them.
"""

import re

_COMMENT = re.compile(r"--[^\n]*")
_QUOTED = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'")
_OR_OR_NOT = re.compile(r"\b(?:OR|NOT)\b|(?<!\S)-(?=[A-Za-z(])")
_LOWER = r"\"?(?:DEFAULT|DEBUG|INFO|NOTICE|WARNING|[0-4]?\d?\d)\"?"
_BELOW = re.compile(
    rf"\bseverity\s*(?:<\s*\"?(?:ERROR|500)\"?(?![\w\d])|<=?\s*{_LOWER}(?![\w\d])|=\s*{_LOWER}(?![\w\d]))",
    re.IGNORECASE,
)


def may_hide_errors(filter_: str) -> bool:
    """False where every entry that matches has a severity below ERROR: `severity<ERROR`, `severity=INFO`.

    A filter with OR or NOT may mean anything, and is taken to hide them.
    """
    plain = _COMMENT.sub(" ", filter_)
    if _OR_OR_NOT.search(_QUOTED.sub('""', plain)):
        return True
    return _BELOW.search(plain) is None
