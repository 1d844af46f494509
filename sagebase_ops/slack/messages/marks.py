"""What telling itself adds to a message: that it may come twice, that it comes late, that it comes in another channel."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sagebase_ops.domain.notifications import Message, Notification, Priority
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Sentence
from sagebase_ops.language.voice import Voice
from sagebase_ops.slack.messages.blocks import context
from sagebase_ops.slack.messages.mrkdwn import escape

LATE_AFTER = timedelta(minutes=2)
"""An opening or a step that reaches people so long after it was decided says so."""

POSSIBLY_AGAIN = Sentence(
    ja="再送の可能性：同じ連絡がすでに届いているかもしれません（Slack で確かめられませんでした）。",
    en="Possibly sent before: Slack could not be asked whether this already arrived.",
)
LATE = Sentence(ja="この連絡は、本来の時刻より {time}遅れて届いています。", en="This reaches you {time} late.")
ELSEWHERE = Sentence(
    ja="{channel} に投稿できないため、ここに投稿しています：{why}", en="Posted here instead of {channel}: {why}"
)
_WHY = {
    "is_archived": Sentence(ja="アーカイブされています。", en="it is archived."),
    "is_inactive": Sentence(ja="アーカイブされています。", en="it is archived."),
    "channel_not_found": Sentence(
        ja="その名前のチャンネルが見つかりません（改名、削除、または招待されていない非公開チャンネル）。",
        en="no channel of that name is found (renamed, deleted, or private without the app).",
    ),
    "not_in_channel": Sentence(ja="アプリが招待されていません。", en="the app is not in it."),
}
_REFUSED = Sentence(ja="Slack が断りました（{code}）。", en="Slack refused it ({code}).")
_MOST_BLOCKS = 50  # docs.slack.dev, reference/block-kit/blocks


def marked(row: Notification, now: datetime) -> Message:
    """The row's message as it is sent at `now`, with its marks: behind its text, and at the top of its blocks."""
    marks = list(_marks(row, now))
    if not marks:
        return row.message
    text = "\n".join((row.message.text, *map(escape, marks)))
    blocks = row.message.blocks
    if not 0 < len(blocks) < _MOST_BLOCKS:
        return replace(row.message, text=text)
    head = 1 if blocks[0].get("type") == "header" else 0
    return replace(row.message, text=text, blocks=(*blocks[:head], context("marks", *marks), *blocks[head:]))


def _marks(row: Notification, now: datetime) -> Iterator[str]:
    voice = Voice(row.language, UTC)
    late = now - (row.meant_at or row.created_at)
    if row.again:
        yield voice.say(POSSIBLY_AGAIN)
    if row.priority <= Priority.OPENING and late > LATE_AFTER:
        yield voice.say(LATE, time=Quantity(late // timedelta(minutes=1) * 60.0, "s"))
    if row.refused_by is not None:
        channel, code = row.refused_by
        yield voice.say(ELSEWHERE, channel=channel, why=voice.say(_WHY.get(code, _REFUSED), code=code))
