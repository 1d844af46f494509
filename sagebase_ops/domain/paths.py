"""Which page was asked for? A path without what is somebody's own: ids, names, addresses, tokens.

Told is what is made of words that are known to be nobody's name; all else is told by its kind. Nothing is guessed from how a word
looks or how often it is asked for: a page about a person may be asked for by many.
"""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from urllib.parse import unquote

from sagebase_ops.domain.log_shapes import shape_of
from sagebase_ops.domain.masking import mask
from sagebase_ops.domain.quoting import one_line
from sagebase_ops.domain.route_words import ROUTE_WORDS

LONGEST = 60
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_DECODINGS = 3  # what is encoded more often than twice is no address that a browser made
_LONGEST_PATH = 2000
_PEOPLE = re.compile(
    "u|by|users?|members?|persons?|people|profiles?|accounts?|authors?|speakers?|customers?|employees?|staff|owners?"
    "|contacts?|guests?|politicians?|ユーザー|利用者|会員|話者|発言者|議員|政治家"
)
_CODE = re.compile(
    "php|x?html?|m?js|css|map|json|xml|ico|aspx?|jsp|cgi|env|git|svn|ya?ml|ini|conf|sql|bak|sh|py|rb|txt|webmanifest|woff2?|ttf"
)
_FILE = re.compile(
    "pdf|docx?|xlsx?|pptx?|csv|tsv|md|rtf|zip|t?gz|tar|rar|png|jpe?g|gif|svg|webp|bmp|heic|mp[34]|m4a|wav|avi|mov|webm|log|db|eml|ics|vcf"
)
_PLAIN = re.compile(r"[._]?[A-Za-z]+(?:[-_.][A-Za-z]+)*[-_]?\d{0,4}")
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_NUMBERED = re.compile(r"\d+(?:[-_]\d+)*")
_KIND = re.compile(r"<(?:n|hex|uuid|email|token|secret|time|ip|str)>")


def path_shape(path: str, words: AbstractSet[str] = frozenset()) -> str:
    """`/minutes/<n>` for `/minutes/1234`; without its query, and cut to 60 characters.

    `words` (small letters) are told beside those of every site.
    """
    decoded = _decoded(path[:_LONGEST_PATH]).partition("?")[0].partition("#")[0]
    return one_line("/".join(_segments(decoded, ROUTE_WORDS | words)), LONGEST) or "/"


def _decoded(path: str) -> str:
    """An address may have been encoded twice on its way; what is still encoded then is no page's name."""
    for _ in range(_DECODINGS):
        path = unquote(path)
    return path


def _segments(path: str, known: AbstractSet[str]) -> Iterator[str]:
    before = ""
    for segment in path.split("/"):
        alone = segment.partition(";")[0].strip()
        yield _told(alone, before, known) if alone else ""
        before = alone.lower()


def _told(segment: str, before: str, known: AbstractSet[str]) -> str:
    shape = shape_of(mask(_CONTROL.sub(" ", segment)))
    if _KIND.fullmatch(shape):
        return shape
    if not _NUMBERED.fullmatch(segment) and (_PEOPLE.fullmatch(before) or segment[0] in "@~"):
        return "<name>"
    name, dot, ending = segment.rpartition(".")
    if dot and _CODE.fullmatch(ending.lower()):
        return f"{_word(name, known) if name else ''}.{ending.lower()}"
    if name and _FILE.fullmatch(ending.lower()):
        return f"<file>.{ending.lower()}"
    return _word(segment, known)


def _word(segment: str, known: AbstractSet[str]) -> str:
    """As it is where all its words are known, with its numbers as numbers; letters and digits mixed are an id."""
    if _NUMBERED.fullmatch(segment):
        return "<n>"
    if _PLAIN.fullmatch(segment) and all(word.lower() in known for word in _WORDS.findall(segment)):
        return re.sub(r"\d+", "<n>", segment)
    return "<id>" if segment.isascii() and any(map(str.isdigit, segment)) else "<text>"
