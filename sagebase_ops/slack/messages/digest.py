"""A run's digest as Slack messages: the channel gets what a person must know, the thread everything else."""

from collections.abc import Iterator, Sequence

from sagebase_ops.domain.digest_changes import changes_of
from sagebase_ops.domain.digests import Digest, Item, ProjectDigest
from sagebase_ops.domain.incidents import Incident
from sagebase_ops.domain.notifications import Message
from sagebase_ops.domain.results import Verdict
from sagebase_ops.domain.runs import Run, Trigger
from sagebase_ops.language import words
from sagebase_ops.language.digest_changes import change_lines
from sagebase_ops.language.digests import by_hand, counts, foot, passed, remarks, sentences, skipped
from sagebase_ops.language.voice import Voice
from sagebase_ops.slack.messages.blocks import HEADER_ROOM, Json, bullets, context, header, rich_text, section
from sagebase_ops.slack.messages.blocks import line as rich_line
from sagebase_ops.slack.messages.blocks import text as rich_run
from sagebase_ops.slack.messages.charts import chart_messages
from sagebase_ops.slack.messages.details import thread_messages
from sagebase_ops.slack.messages.items import item_block
from sagebase_ops.slack.messages.limits import Piece, Room, findings_of, fitting
from sagebase_ops.slack.messages.mrkdwn import cut, escape, weight
from sagebase_ops.slack.messages.open_incidents import open_incidents_block
from sagebase_ops.slack.messages.telling import Telling

COLOURS = {Verdict.FAIL: "#a30200", Verdict.UNKNOWN: "#daa038", Verdict.WARN: "#daa038", Verdict.SKIPPED: "#dddddd"}
"""A bar for whom it helps; the header says the same in words. A pass has none."""

WANT_ACTION = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.WARN)
_REMARKS_SHOWN = 10
_TEXT_ROOM, _TITLE_ROOM, _QUIET_ROOM, _NAME_ROOM, _REMARK_ROOM, _CHANGES_ROOM = 1100, 60, 900, 120, 300, 500


def digest_messages(
    digest: Digest, incidents: Sequence[Incident] = (), previous: Sequence[Run] = ()
) -> tuple[Message, ...]:
    """The message for the channel, then those of its thread, in sending order. Within Slack's limits, always.

    It leads with what changed since the `previous` runs of its job (newest first) and ends with those of the `incidents`
    that are open.
    """
    voice = Voice.of(digest.run)
    head = [*_head(digest, voice, previous)]
    last = [*_quiet(digest, voice), *_open(digest, incidents), context("foot", foot(digest.run, voice))]
    middle = [*_items(digest, voice)]
    room = Room()
    for block in (*head, *last, *_bar_blocks(digest, voice)):
        room.take(block)
    count = fitting(middle, room)
    shown, left = middle[:count], middle[count:]
    more = [context("more", voice.say(words.MORE_BELOW, count=findings_of(left)))] if left else []
    main = Message(
        text=summary_text(digest, voice),
        blocks=(*head, *(piece.block for piece in shown), *more, *last),
        attachments=_bar(digest, voice),
    )
    return (main, *thread_messages(digest, voice, left), *chart_messages(digest, voice))


def headline(digest: Digest, voice: Voice) -> str:
    """`✕ 不合格 2・合格 9 | 毎日のチェックリスト 2026-11-24`: the verdict first, where a narrow screen still shows it."""
    pretend = f"{words.SANDBOX} " if digest.run.sandbox else ""
    told, date = f"{pretend}{words.MARKS[digest.verdict]} {counts(digest, voice)} | ", f" {voice.day(digest.run.slot)}"
    return told + cut(digest.run.title, min(_TITLE_ROOM, HEADER_ROOM - weight(told + date))) + date


def summary_text(digest: Digest, voice: Voice) -> str:
    """The notification, and all that a screen reader announces: verdict, scope, numbers, next step. Escaped."""
    run = digest.run
    verdict = voice.say(words.VERDICTS[digest.verdict])
    pretend = f"[{words.SANDBOX}] " if run.sandbox else ""
    label = f"{pretend}【{verdict}】" if voice.language == "ja" else f"{pretend}{verdict.upper()}: "
    manual = f" ({by_hand(run, voice)})" if run.trigger is Trigger.MANUAL else ""
    subject = f"{cut(run.title, _TITLE_ROOM)} {_scope(digest, voice)} {voice.moment(run.slot)}{manual}"
    said = f"{label}{subject}: {voice.joined([*sentences(digest, voice), voice.say(words.SEE_THREAD)])}"
    return escape(cut(said, _TEXT_ROOM))


def _head(digest: Digest, voice: Voice, previous: Sequence[Run]) -> Iterator[Json]:
    yield header(headline(digest, voice))
    yield rich_text("summary", rich_line(rich_run(voice.joined(sentences(digest, voice)), bold=True)))
    yield from _changes(digest, voice, previous)
    said = [*remarks(digest.run, voice)]
    if said:
        yield rich_text("remarks", bullets([[rich_run(remark, room=_REMARK_ROOM)] for remark in said[:_REMARKS_SHOWN]]))


def _changes(digest: Digest, voice: Voice, previous: Sequence[Run]) -> Iterator[Json]:
    changes = changes_of(digest.run, previous)
    lines = [*change_lines(changes, digest.run.slot, voice)] if changes else []
    if lines:
        said = [[rich_run(f"{label} ", bold=True), rich_run(names, room=_CHANGES_ROOM)] for label, names in lines]
        yield rich_text("changes", bullets(said))


def _open(digest: Digest, incidents: Sequence[Incident]) -> Iterator[Json]:
    block = open_incidents_block(incidents, digest.run.finished_at, Telling.of(digest.run))
    if block:
        yield block


def _items(digest: Digest, voice: Voice) -> Iterator[Piece]:
    """Worst project first; where there are several, each under its name."""
    place = 0
    for project in digest.projects:
        items = [item for item in project.items if item.verdict in WANT_ACTION]
        if items and len(digest.projects) > 1:
            yield Piece(_project_heading(project, voice, place), findings=0, heading=True)
        for item in items:
            place += 1
            yield Piece(item_block(item, voice, place), findings=len(item.rows))


def _project_heading(project: ProjectDigest, voice: Voice, place: int) -> Json:
    name = f"{voice.environment(project.environment)} {project.project}"
    return section(f"project.{place}", cut(f"{voice.verdict(project.verdict)} {name}", _NAME_ROOM))


def _quiet(digest: Digest, voice: Voice) -> Iterator[Json]:
    """What passed, in one line, and what does not apply, with the reason."""
    for verdict, named in ((Verdict.PASS, passed), (Verdict.SKIPPED, skipped)):
        items = _of_verdict(digest, verdict)
        if items:
            counted = f"{words.MARKS[verdict]} {voice.count(verdict, _findings(items))}"
            listed = _as_many_as_fit(items, [named(item, voice) for item in items], voice)
            yield context(verdict.value, f"{counted}: {listed}", room=_QUIET_ROOM)


def _as_many_as_fit(items: list[Item], names: list[str], voice: Voice) -> str:
    """A list that says how many findings it leaves out."""
    kept, left = 0, _QUIET_ROOM - 100
    while kept < len(names) and weight(names[kept]) + 2 <= left:
        left -= weight(names[kept]) + 2
        kept += 1
    shown = voice.listed(names[:kept])
    return shown if kept == len(names) else f"{shown} {voice.say(words.AND_MORE, count=_findings(items[kept:]))}"


def _findings(items: list[Item]) -> int:
    return sum(len(item.rows) for item in items)


def _of_verdict(digest: Digest, verdict: Verdict) -> list[Item]:
    return [item for project in digest.projects for item in project.items if item.verdict is verdict]


def _scope(digest: Digest, voice: Voice) -> str:
    """`本番 your-project-id`, and how many more projects there are."""
    if not digest.projects:
        return ""
    first = digest.projects[0]
    name = f"{voice.environment(first.environment)} {cut(first.project, _TITLE_ROOM)}"
    more = len(digest.projects) - 1
    return f"{name} {voice.say(words.AND_MORE, count=more)}" if more else name


def _bar(digest: Digest, voice: Voice) -> tuple[Json, ...]:
    """One line with the colour of the verdict; all that matters stands above, since Slack may fold this away."""
    blocks = _bar_blocks(digest, voice)
    if not blocks:
        return ()
    fallback = blocks[0]["text"]["text"]
    return ({"color": COLOURS[digest.verdict], "fallback": escape(fallback), "blocks": blocks},)


def _bar_blocks(digest: Digest, voice: Voice) -> list[Json]:
    if digest.verdict not in COLOURS:
        return []
    overall = voice.say(words.OVERALL, verdict=voice.verdict(digest.verdict))
    return [section("bar", voice.apart((overall, _scope(digest, voice))))]
