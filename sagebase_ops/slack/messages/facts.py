"""The lines from which every message about incidents is made: what is wrong, since when, who has it, who hears next."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from sagebase_ops.domain.digests import Item
from sagebase_ops.domain.incident_groups import Group, Standing, ended_unseen
from sagebase_ops.domain.incidents import Incident
from sagebase_ops.domain.results import Sentence
from sagebase_ops.language import incident_words as words
from sagebase_ops.language import incidents as said
from sagebase_ops.language.digests import some
from sagebase_ops.language.incidents import After
from sagebase_ops.language.voice import Voice
from sagebase_ops.language.words import IN_CONSOLE, MORE_BELOW, SANDBOX
from sagebase_ops.slack.messages.blocks import HEADER_ROOM, Elements, Json, bullets, line, link, section, text
from sagebase_ops.slack.messages.mrkdwn import cut, escape
from sagebase_ops.slack.messages.people import Spoken, named, plainly
from sagebase_ops.slack.messages.telling import Telling

WRONG_SHOWN = 5
COLOURS = {
    Standing.FAILING: "#a30200",
    Standing.UNKNOWN: "#daa038",
    Standing.IN_PROGRESS: "#daa038",
    Standing.SILENCED: "#dddddd",
    Standing.RESOLVED: "#2eb886",
    Standing.ENDED: "#dddddd",
}
_SENTENCE_ROOM, _NAME_ROOM, _FACT_ROOM, _NAMES_SHOWN = 300, 80, 700, 6


def headline(state: str, subject: str, telling: Telling) -> str:
    """`✕ 不合格 | エラー率 sagebase-streamlit`: the state first, where a narrow screen still shows it."""
    return cut(f"{telling.pretend}{state} | {subject}", HEADER_ROOM)


def label(word: str, telling: Telling) -> str:
    """What a message's `text` begins with: `【不合格】`, `FAILED: `."""
    pretend = f"[{SANDBOX}] " if telling.sandbox else ""
    return f"{pretend}【{word}】" if telling.language == "ja" else f"{pretend}{word.upper()}: "


def wrong(group: Group, voice: Voice) -> Iterator[Json]:
    """What is wrong now, the worst first; those that there is no room for are counted."""
    there = group.concerned
    if len(there) == 1:
        yield line(*_wrong(there[0], voice, bold=True))
    else:
        yield bullets(_at_most(there, lambda one: named_wrong(one, voice), voice))
    over = len(group.incidents) - len(there)
    if over:
        yield line(text(voice.say(words.SOME_OVER, count=over, total=len(group.incidents))))


def item(group: Group) -> Item:
    """As an item of a digest, whose runbook, notes and remedy are told in the same way."""
    return Item(group.lead.finding.verdict, tuple(said.row(one) for one in group.concerned))


def facts(group: Group, now: datetime, voice: Voice) -> Iterator[Json]:
    """While it is open: since when, who has it, who was told, who hears next and when."""
    yield fact(words.SINCE, _since(group, voice), voice)
    names = group.lead.names
    if len(names) > 1:
        yield fact(words.ENTRIES, some([cut(name, _NAME_ROOM) for name in names], _NAMES_SHOWN, voice), voice)
    yield line(_label(words.OWNER, voice), *owner(group, now, voice).elements)
    if group.told:
        yield fact(words.TOLD, said.told(group, voice), voice)
    if group.standing is Standing.SILENCED:
        yield fact(words.SILENCED, said.silenced(group, now, voice), voice)
    else:
        yield fact(words.NEXT, said.next_step(group, now, voice), voice)
    if group.flapping:
        yield fact(words.FLAPS, voice.say(words.FLAPS_SAID), voice)


def owner(group: Group, now: datetime, voice: Voice) -> Spoken:
    """`佐藤 09:06 JST から、見込み 09:30 JST`, or that nobody has it."""
    has = group.owner
    if has is None or not has.acknowledged_by:
        return plainly(voice.say(words.NOBODY_YET))
    who, since = named(has.acknowledged_by, group), plainly(f" {said.taken_at(has, now, voice)}")
    return Spoken((*who.elements, *since.elements), f"{who.text} {since.text}")


def fact(word: Sentence, content: str, voice: Voice) -> Json:
    return line(_label(word, voice), text(content, room=_FACT_ROOM))


def bar(group: Group, content: str) -> tuple[Json, ...]:
    """The colour, with one line that says the same; Slack may fold it away."""
    block = section("bar", content)
    return ({"color": COLOURS[group.standing], "fallback": escape(block["text"]["text"]), "blocks": [block]},)


def _label(word: Sentence, voice: Voice) -> Json:
    return text(f"{voice.say(word)} ", bold=True)


def _since(group: Group, voice: Voice) -> str:
    return voice.moment(group.since)


def named_wrong(incident: Incident, voice: Voice, *, linked: bool = True) -> Elements:
    """The target, what was seen there, and where to look."""
    return (text(f"{_name(incident)} ", bold=True), *_wrong(incident, voice, linked=linked))


def _wrong(incident: Incident, voice: Voice, *, bold: bool = False, linked: bool = True) -> Elements:
    seen = text(said.wrong(incident, voice), room=_SENTENCE_ROOM, bold=bold)
    return (seen, *link(incident.finding.link if linked else None, voice.say(IN_CONSOLE)))


def _at_most(incidents: Sequence[Incident], said_of: Callable[[Incident], Elements], voice: Voice) -> list[Elements]:
    """A line each for the first few, and one that counts the others."""
    lines = [said_of(one) for one in incidents[:WRONG_SHOWN]]
    more = len(incidents) - len(lines)
    return [*lines, (text(voice.say(MORE_BELOW, count=more)),)] if more else lines


def ended(group: Group, voice: Voice, after: After) -> Iterator[Json]:
    """Once it is over: what failed, struck out where it is well again, and what was seen since; when, by whom and why."""
    if len(group.incidents) == 1:
        yield line(*_before_and_after(group.lead, voice, after))
    else:
        yield bullets(_at_most(group.incidents, lambda one: _named_after(one, voice, after), voice))
    yield fact(words.SINCE, _since(group, voice), voice)
    yield line(_label(words.STANDINGS[group.standing], voice), *_ended_when(group, voice))
    yield fact(words.LASTED, said.lasted(group, voice), voice)


def ended_why(group: Group, voice: Voice) -> Elements:
    """`佐藤: 解決としました: 再起動した`, or what the program saw."""
    last = said.last_line(group)
    if last is None:
        return ()
    by = (*named(last.by, group).elements, text(": ")) if last.by else ()
    return (*by, text(voice.note(last.note), room=_SENTENCE_ROOM))


def _ended_when(group: Group, voice: Voice) -> Elements:
    at = voice.moment(group.resolved_at) if group.resolved_at else ""
    return (text(f"{at} "), *ended_why(group, voice))


def _named_after(incident: Incident, voice: Voice, after: After) -> Elements:
    return (text(f"{_name(incident)} "), *_before_and_after(incident, voice, after))


def _name(incident: Incident) -> str:
    return cut(incident.finding.target.name, _NAME_ROOM)


def _before_and_after(incident: Incident, voice: Voice, after: After) -> Elements:
    before, now_so = said.before_and_after(incident, after, voice)
    struck = text(before, room=_SENTENCE_ROOM, strike=not ended_unseen(incident))
    return (struck, text(f" → {now_so}", room=_SENTENCE_ROOM, bold=True)) if now_so else (struck,)
