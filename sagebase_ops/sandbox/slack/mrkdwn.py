"""Slack's mrkdwn as HTML: what Slack would make of a text, with everything from outside escaped."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

ZONE = ZoneInfo("Asia/Tokyo")
"""The reader's: Slack shows dates in the zone of whoever reads."""
WEEKDAYS = "月火水木金土日"

Namer = Callable[[str], str]
"""The name of a user, a group or a channel by its id."""

_FENCE = re.compile(r"\n?```\n?(.*?)\n?```\n?", re.DOTALL)
_TOKEN = re.compile(r"`[^`\n]+`|<[^<>\n]+>")
_TOKEN_OR_URL = re.compile(_TOKEN.pattern + r"|https?://[^\s<>|\x00]+")
_EDGE = r"\s!-/:-@\[-`{-~\x00"  # Slack wants a space or ASCII punctuation around a mark; beside kana it prints the mark
_EMPHASIS = re.compile(rf"(?<![^{_EDGE}])([*_~])(?=\S)([^\n]*?\S)\1(?![^{_EDGE}])")
_HELD = re.compile(r"\x00(\d+)\x00")
_TAGS = {"*": Markup("<b>{}</b>"), "_": Markup("<i>{}</i>"), "~": Markup("<s>{}</s>")}
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_LINK, _CODE = Markup('<a href="{}" target="_blank" rel="noreferrer noopener">{}</a>'), Markup("<code>{}</code>")
_MENTION, _QUOTE, _PRE = (
    Markup('<span class="mention">{}</span>'),
    Markup("<blockquote>{}</blockquote>"),
    Markup("<pre>{}</pre>"),
)
_SAFE = ("http://", "https://", "mailto:", "tel:")


def as_html(text: str, name_of: Namer, *, verbatim: bool = False) -> Markup:
    """A mrkdwn text. `verbatim` leaves bare URLs alone."""
    parts = _FENCE.split(text.replace("\x00", ""))
    return Markup("").join(
        _PRE.format(_unescaped(part)) if place % 2 else _prose(part, name_of, verbatim=verbatim)
        for place, part in enumerate(parts)
        if part
    )


def link(url: str, label: str) -> Markup:
    """A link, or the label alone where the URL is none that Slack would follow."""
    return _LINK.format(url, label or url) if url.startswith(_SAFE) else escape(label or url)


def mention(name: str) -> Markup:
    return _MENTION.format(name)


def date(epoch: str, form: str, fallback: str) -> str:
    """A moment in the reader's zone, by Slack's tokens; the fallback for a moment that no calendar has."""
    try:
        moment = datetime.fromtimestamp(int(epoch), ZONE)
    except (ValueError, OverflowError, OSError):
        return fallback
    day = f"{moment.year}年{moment.month}月{moment.day}日"
    tokens = {
        "date_num": f"{moment:%Y-%m-%d}",
        "date_long": f"{day} {WEEKDAYS[moment.weekday()]}曜日",
        "date_short": day,
        "date": day,
        "time_secs": f"{moment:%H:%M:%S}",
        "time": f"{moment:%H:%M}",
        "ago": f"{moment:%Y-%m-%d %H:%M}",
    }
    return re.sub(r"\{(\w+?)(?:_pretty)?\}", lambda found: tokens.get(found[1], found[0]), form)


def _prose(text: str, name_of: Namer, *, verbatim: bool) -> Markup:
    """Text outside code fences; lines that begin with `>` are quoted together."""
    made: list[Markup] = []
    for quoted, lines in _runs_of_lines(text):
        inline = _inline(lines, name_of, verbatim=verbatim)
        made.append(_QUOTE.format(inline) if quoted else inline)
    return Markup("").join(made)


def _runs_of_lines(text: str) -> Iterator[tuple[bool, str]]:
    run: list[str] = []
    quoted = False
    for line in text.split("\n"):
        mark = next((mark for mark in ("&gt;", ">") if line.startswith(mark)), "")
        if run and bool(mark) != quoted:
            yield quoted, "\n".join(run)
            run = []
        quoted = bool(mark)
        run.append(line.removeprefix(mark).removeprefix(" ") if mark else line)
    yield quoted, "\n".join(run)


def _inline(text: str, name_of: Namer, *, verbatim: bool) -> Markup:
    """Code and `<…>` are set aside first, so that no mark inside them is read as emphasis."""
    held: list[Markup] = []

    def hold(found: re.Match[str]) -> str:
        held.append(_token(found[0], name_of))
        return f"\x00{len(held) - 1}\x00"

    return _emphasised((_TOKEN if verbatim else _TOKEN_OR_URL).sub(hold, text), held)


def _token(token: str, name_of: Namer) -> Markup:
    if token.startswith("`"):
        return _CODE.format(_unescaped(token[1:-1]))
    if not token.startswith("<"):
        return link(_unescaped(token), "")
    target, _, label = token[1:-1].partition("|")
    kind, label = target[:1], _unescaped(label)
    if kind in "@#":
        return mention(kind + (name_of(target[1:]) or label or target[1:]))
    if kind == "!":
        return _special(target[1:], label, token)
    return link(_unescaped(target), label) if target.startswith(_SAFE) else escape(_unescaped(token))


def _special(target: str, label: str, token: str) -> Markup:
    word, *rest = target.split("^")
    if word in {"here", "channel", "everyone"}:
        return mention(f"@{word}")
    if word == "subteam" and rest:
        return mention(f"@{label.removeprefix('@') or rest[0]}")
    if word == "date" and len(rest) > 1 and label:
        shown = date(rest[0], rest[1], label)
        return link(rest[2], shown) if rest[2:] else escape(shown)
    return escape(_unescaped(token))


def _emphasised(text: str, held: list[Markup]) -> Markup:
    made, end = [], 0
    for found in _EMPHASIS.finditer(text):
        made += [_plain(text[end : found.start()], held), _TAGS[found[1]].format(_emphasised(found[2], held))]
        end = found.end()
    return Markup("").join([*made, _plain(text[end:], held)])


def _plain(text: str, held: list[Markup]) -> Markup:
    parts = _HELD.split(text)
    return Markup("").join(
        held[int(part)] if place % 2 else escape(_unescaped(part)) for place, part in enumerate(parts)
    )


def _unescaped(text: str) -> str:
    for entity, sign in _ENTITIES:
        text = text.replace(entity, sign)
    return text
