"""A chart goes below its digest once, whatever the line does; a picture that cannot be had is told in blocks."""

from dataclasses import replace

import pytest

from sagebase_ops.domain.notifications import Message
from sagebase_ops.jobs.pictures import MOST_TRIES
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.slack.workspace import Message as Posted
from tests.chart_examples import chart
from tests.sending import DIGEST, Sending

WORDS = ({"type": "section", "text": {"type": "plain_text", "text": "週ごとの値"}},)
WITH_CHART = (*DIGEST, Message("グラフの要点", WORDS, in_thread=True, chart=chart()))
COMPLETE, ASK = "files.completeUploadExternal", "files.getUploadURLExternal"


def shown(sending_to: Sending) -> list[Posted]:
    return [one for one in sending_to.box.world.slack.messages if one.files]


async def test_a_chart_is_a_picture_in_the_digests_thread_with_its_words_beside_it(sending_to: Sending) -> None:
    await sending_to.decided(messages=WITH_CHART)
    await sending_to.sender.deliver_due()
    (message,) = shown(sending_to)
    assert (message.text, message.thread_ts) == ("グラフの要点", sending_to.box.world.slack.messages[0].ts)
    (file,) = message.files
    assert (file.is_picture, file.title, file.alt_text) == (True, chart().title, chart().alt_text)
    assert await sending_to.states() == ["sent", "sent", "sent"]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(COMPLETE, "timeout_after"),
        Fault(COMPLETE, "timeout_before"),
        Fault(COMPLETE, "reset", 1, {"after": True}),
        Fault(COMPLETE, "half_page"),
        Fault(COMPLETE, "refusal", 1, {"error": "internal_error", "after": True}),
        Fault(ASK, "timeout_after"),
        Fault(ASK, "malformed"),
        Fault("upload", "timeout_after"),
        Fault("upload", "reset"),
        Fault("upload", "refusal"),
        Fault(ASK, "refusal", 1, {"error": "ratelimited"}),
    ],
    ids=lambda fault: f"{fault.method} {fault.kind} {fault.options}",
)
async def test_whatever_the_line_does_the_picture_stands_there_once(sending_to: Sending, fault: Fault) -> None:
    sending_to.box.world.faults.add(fault)
    await sending_to.decided(messages=WITH_CHART)
    await sending_to.passes(minutes=4)
    assert len(shown(sending_to)) == 1
    assert sending_to.texts == ["要点", "内訳", "グラフの要点"]
    assert await sending_to.states() == ["sent", "sent", "sent"]


@pytest.mark.parametrize(
    ("fault", "minutes"),
    [
        (Fault(ASK, "refusal", None, {"error": "missing_scope"}), 1),
        (Fault(COMPLETE, "refusal", None, {"error": "file_not_found"}), 1),
        (Fault("upload", "refusal", None), 2),
    ],
    ids=["scope", "share", "upload"],
)
async def test_a_picture_that_slack_does_not_take_is_told_in_blocks(
    sending_to: Sending, fault: Fault, minutes: int
) -> None:
    sending_to.box.world.faults.add(fault)
    await sending_to.decided(messages=WITH_CHART)
    await sending_to.decided("next", messages=DIGEST[:1])
    await sending_to.passes(minutes=minutes)
    assert shown(sending_to) == []
    assert sorted(sending_to.texts) == sorted(["要点", "要点", "内訳", "グラフの要点"])
    assert sending_to.sender.problem is None
    asked = [call.method for call in sending_to.box.world.calls]
    assert asked.count(ASK) <= MOST_TRIES


async def test_a_chart_that_cannot_be_drawn_is_told_in_blocks(sending_to: Sending) -> None:
    nonsense = replace(chart(), timezone="Nowhere/Land")
    await sending_to.decided(messages=[DIGEST[0], replace(WITH_CHART[2], chart=nonsense)])
    await sending_to.passes(seconds=5)
    assert (sending_to.texts, shown(sending_to)) == (["要点", "グラフの要点"], [])


async def test_a_chart_whose_digest_was_deleted_brings_that_back(sending_to: Sending) -> None:
    await sending_to.decided(messages=WITH_CHART)
    sending_to.box.world.faults.add(Fault(ASK, "refusal", 1, {"error": "ratelimited", "retry_after": 30}))
    await sending_to.passes(seconds=5)
    first = sending_to.box.world.slack.messages[0]
    first.deleted = True
    sending_to.box.world.slack.messages[1].deleted = True
    await sending_to.passes(minutes=1)
    (message,) = shown(sending_to)
    assert message.thread_ts not in {None, first.ts}
