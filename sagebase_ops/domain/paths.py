"""Which page was asked for? A path without what is somebody's own: ids, names, addresses, tokens.

Told is what looks like a page that somebody programmed; all else is told by its kind. Guessed on the safe side: a page whose
name has capitals, blanks or kana is `<text>`, and whatever stands behind `users` or `speakers` is `<name>`.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from urllib.parse import unquote

from sagebase_ops.domain.log_shapes import shape_of
from sagebase_ops.domain.masking import mask
from sagebase_ops.domain.quoting import one_line

LONGEST = 60
MOST_PAGES = 10
"""Below one page; where there are more, they are somebody's."""
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
_WORD = r"[a-z]{1,24}"
_PLAIN = re.compile(rf"[._]?{_WORD}(?:[A-Z][a-z]{{1,20}})*(?:[-_]{_WORD}){{0,4}}[-_]?\d{{0,4}}")
_NUMBERED = re.compile(r"\d+(?:[-_]\d+)*")
_KIND = re.compile(r"<(?:n|hex|uuid|email|token|secret|time|ip|str)>")


def path_shape(path: str) -> str:
    """`/minutes/<n>` for `/minutes/1234`; without its query, and cut to 60 characters."""
    decoded = _decoded(path[:_LONGEST_PATH]).partition("?")[0].partition("#")[0]
    return one_line("/".join(_segments(decoded)), LONGEST) or "/"


def without_names(shapes: Sequence[str]) -> list[str]:
    """`/minutes/<text>` for each where so many are below `/minutes`: those are no pages, but what people called theirs.

    At the top there may be as many as a scanner tries, and a file is told by its ending.
    """
    siblings: defaultdict[str, set[str]] = defaultdict(set)
    for shape in shapes:
        parent, _, last = shape.rpartition("/")
        siblings[parent] |= {last} if _PLAIN.fullmatch(last) and not last.startswith(".") else set()
    return [_told_below(*shape.rpartition("/")[::2], siblings) for shape in shapes]


def _told_below(parent: str, last: str, siblings: Mapping[str, AbstractSet[str]]) -> str:
    many = parent and last in siblings[parent] and len(siblings[parent]) > MOST_PAGES
    return f"{parent}/<text>" if many else f"{parent}/{last}"


def _decoded(path: str) -> str:
    """An address may have been encoded twice on its way; what is still encoded then is no page's name."""
    for _ in range(_DECODINGS):
        path = unquote(path)
    return path


def _segments(path: str) -> Iterator[str]:
    before = ""
    for segment in path.split("/"):
        alone = segment.partition(";")[0].strip()
        yield _told(alone, before) if alone else ""
        before = alone.lower()


def _told(segment: str, before: str) -> str:
    shape = shape_of(mask(_CONTROL.sub(" ", segment)))
    if _KIND.fullmatch(shape):
        return shape
    if not _NUMBERED.fullmatch(segment) and (_PEOPLE.fullmatch(before) or segment[0] in "@~"):
        return "<name>"
    name, dot, ending = segment.rpartition(".")
    if dot and _CODE.fullmatch(ending.lower()):
        return f"{_word(name) if name else ''}.{ending.lower()}"
    if name and re.fullmatch(r"[a-z0-9]{1,5}", ending):
        return f"<file>.{ending}"
    return _word(segment)


def _word(segment: str) -> str:
    """As it is where it is plain, with its numbers as numbers; letters and digits mixed are an id."""
    if _NUMBERED.fullmatch(segment):
        return "<n>"
    if _PLAIN.fullmatch(segment):
        return re.sub(r"\d+", "<n>", segment)
    return "<id>" if segment.isascii() and any(map(str.isdigit, segment)) else "<text>"
