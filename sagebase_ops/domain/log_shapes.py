"""Which log messages are the same one? Those of one shape: what remains without numbers, ids, hex and quoted text.

Guessed on purpose: two different faults of one shape fall together, one fault worded in two ways falls apart.
Every pattern takes linear time: what repeats without a bound is anchored by a fixed text, the rest is bounded.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sagebase_ops.domain.log_entries import LogEntry
from sagebase_ops.domain.masking import mask
from sagebase_ops.domain.quoting import one_line

_LOOKED_AT = 2000  # characters
_LONGEST_SHAPE = 200
_TRACEBACK = "Traceback (most recent call last)"

_HEX = "[0-9a-fA-F]"
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<=://)([^\s?#\"'<>]{1,500})[?#][^\s\"'<>]*"), r"\1"),
    (re.compile(rf"\b{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}\b"), "<uuid>"),
    (
        re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?"),
        "<time>",
    ),
    (re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?(?![\w.])"), "<ip>"),
    (
        re.compile(
            rf"(?<![\w:])(?=[0-9a-fA-F:]{{0,39}}\d)(?:(?:{_HEX}{{1,4}}:){{7}}{_HEX}{{1,4}}"
            rf"|(?:(?:{_HEX}{{1,4}}:){{1,6}}|:):{_HEX}{{1,4}}(?::{_HEX}{{1,4}}){{0,5}})(?![\w:])"
        ),
        "<ip>",
    ),
    (re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"), "<email>"),
    (re.compile(rf"(?<!\w)\d[xX]{_HEX}+"), "<hex>"),  # any digit before the x, so that digits never change a shape
)
_HEX_RUN = re.compile(rf"\b{_HEX}{{8,}}\b")
_QUOTED = re.compile(r"(?<!\w)\"[^\"]*\"(?!\w)|(?<!\w)'[^']*'(?!\w)|(?<!\w)`[^`]*`(?!\w)")  # an apostrophe is none
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_FRAME = re.compile(r'\s*File "([^"]{1,500})", line \d+, in (.{1,200})')
_RAISED = re.compile(r"[A-Za-z_][\w.]*(?::|$)")


@dataclass(frozen=True, slots=True)
class Group:
    """Messages of one shape among the entries that were read. `sample` is the newest, masked and cut.

    `fingerprint` is the same on every day and machine; the shape itself stays inside, since it is not masked.
    `revisions` are those that logged it, where the entries say so. Times are aware UTC.
    """

    fingerprint: str
    severity: str
    count: int
    first: datetime
    last: datetime
    sample: str
    revisions: tuple[str, ...] = ()


def groups_of(entries: Iterable[LogEntry]) -> tuple[Group, ...]:
    """The entries of one service by shape, the most frequent first; equally frequent ones newest first."""
    found: defaultdict[tuple[str, str, str], list[LogEntry]] = defaultdict(list)
    for entry in entries:
        found[entry.service, entry.severity, shape_of(entry.message)].append(entry)
    groups = [_group(service, severity, shape, alike) for (service, severity, shape), alike in found.items()]
    return tuple(sorted(groups, key=lambda group: (group.count, group.last, group.fingerprint), reverse=True))


def shape_of(message: str) -> str:
    """What is alike in messages of the same fault, at most 200 characters. The shape of a shape is itself."""
    shape = headline(message)[:_LOOKED_AT]
    for pattern, instead in _PATTERNS:
        shape = pattern.sub(instead, shape)
    shape = _NUMBER.sub("<n>", _HEX_RUN.sub(_hex_or_word, shape))
    return _without_quotes(" ".join(shape.split()))


def headline(message: str) -> str:
    """The message; of a Python traceback its last line and the innermost frame that is not a library's."""
    if _TRACEBACK not in message:
        return message
    lines = [line for line in message.splitlines() if line.strip()]
    raised = next((line for line in reversed(lines) if _RAISED.match(line)), lines[-1])
    frame = _innermost_frame(lines)
    return f"{raised} at {frame}" if frame else raised


def fingerprint_of(service: str, severity: str, shape: str) -> str:
    """16 hex digits that name this group for ever."""
    return hashlib.sha256(f"{service}\n{severity}\n{shape}".encode()).hexdigest()[:16]


def _group(service: str, severity: str, shape: str, alike: list[LogEntry]) -> Group:
    newest = max(alike, key=lambda entry: entry.at)
    return Group(
        fingerprint=fingerprint_of(service, severity, shape),
        severity=severity,
        count=len(alike),
        first=min(entry.at for entry in alike),
        last=newest.at,
        sample=_sample(newest.message),
        revisions=tuple(sorted({entry.revision for entry in alike} - {""})),
    )


def _sample(message: str) -> str:
    """Masked first and cut after: a cut through a token would leave half of it unrecognised."""
    return one_line(mask(headline(message)))


def _innermost_frame(lines: list[str]) -> str | None:
    frames = [frame for line in lines if (frame := _FRAME.match(line))]
    own = [frame for frame in frames if "site-packages" not in frame[1]] or frames
    return f"{own[-1][1].rsplit('/', 1)[-1]} {own[-1][2].strip()}" if own else None


def _without_quotes(shape: str) -> str:
    """Cut, and again while that makes new pairs of quotes. Each round has fewer of them, so it ends."""
    cut = _QUOTED.sub("<str>", shape)[:_LONGEST_SHAPE].rstrip()
    return shape if cut == shape else _without_quotes(cut)


def _hex_or_word(run: re.Match[str]) -> str:
    """Digits alone are a number, letters alone may be a word (`deadbeef`, `facade`): only both together are an id."""
    both = re.search(r"\d", run[0]) and re.search(r"[a-fA-F]", run[0])
    return "<hex>" if both else run[0]
