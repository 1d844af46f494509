"""Would Slack take everything that is told of an incident, in every state, of one and of five hundred, whatever it says?"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sagebase_ops.domain.escalation import Person, Policy, Step
from sagebase_ops.domain.incidents import Change, Incident, StoryLine
from sagebase_ops.domain.notifications import Message
from sagebase_ops.domain.results import Note, Sentence, Target
from sagebase_ops.sandbox.server import Sandbox
from sagebase_ops.slack.client import SlackClient
from sagebase_ops.slack.messages.arguments import post_arguments
from sagebase_ops.slack.messages.incident import incident_message, opening_messages
from sagebase_ops.slack.messages.incident_details import details_messages
from sagebase_ops.slack.messages.open_incidents import open_incidents_block
from sagebase_ops.slack.messages.telling import Telling
from sagebase_ops.slack.messages.thread import DueStep, change_message, steps_message
from tests.incident_examples import LEAD, MINUTE, NINE, OPERATOR, OWNER, opened, opened_many, over, taken, too_high
from tests.slack.messages.harmless import HOSTILE, Objections, assert_harmless
from tests.slack.messages.test_incident import STATES

Json = dict[str, Any]  # any JSON inside
JA, EN = Telling("ja", "Asia/Tokyo"), Telling("en", "Asia/Tokyo", sandbox=True)
CALLED = ("<!subteam^S0OPERATOR>", "<@U0TECHLEAD>", "<@U0OWNER01>", "<@U0SATO0001>")


def everything(incidents: Sequence[Incident], telling: Telling) -> list[Message]:
    """All that is ever told of these."""
    late = NINE + 90 * MINUTE
    steps = [DueStep(1, NINE + 30 * MINUTE), DueStep(2, NINE + 60 * MINUTE)]
    end = open_incidents_block(incidents, late, telling)
    return [
        *opening_messages(incidents, NINE, telling),
        incident_message(incidents, late, telling),
        steps_message(incidents, steps[:1], NINE + 30 * MINUTE, telling),
        steps_message(incidents, steps, late, telling),
        *(change_message(incidents, change, late, telling) for change in Change),
        *details_messages(incidents, telling),
        *([Message("the end of a digest", (end,))] if end else []),
    ]


def payloads(messages: Sequence[Message]) -> list[Json]:
    """Each as it is posted; those that stand in the channel as they are edited, too."""
    posted = [post_arguments("C0SAGEOPS1", one, f"notice:{place}") for place, one in enumerate(messages)]
    edits = [
        {name: value for name, value in one.items() if not name.startswith("unfurl_")} | {"ts": "1795478400.000001"}
        for one, message in zip(posted, messages, strict=True)
        if not message.in_thread
    ]
    return [*posted, *edits]


@pytest.mark.parametrize("telling", [JA, EN], ids=["ja", "en"])
@pytest.mark.parametrize("state", STATES)
def test_slack_takes_every_state(objections: Objections, state: str, telling: Telling) -> None:
    assert objections(payloads(everything([STATES[state]], telling))) == []


@pytest.mark.parametrize("telling", [JA, EN], ids=["ja", "en"])
def test_slack_takes_five_hundred_open_taken_and_resolved(objections: Objections, telling: Telling) -> None:
    many = opened_many(500)
    some_over = [over(one) if place % 3 else one for place, one in enumerate(many)]
    for group in (many, [taken(one, 30) for one in many], some_over, [over(one) for one in many]):
        assert objections(payloads(everything(group, telling))) == []


def hostile(text: str, count: int = 1, slack: str = "S0OPERATOR") -> list[Incident]:
    """Incidents in which every word that is not ours is `text`."""
    sentence = Sentence("{it}", "{it}")
    note = Note(sentence, {"it": text})
    people = (Person(text, slack), LEAD, OWNER)
    policy = Policy(text, tuple(Step(minutes * MINUTE, people) for minutes in (0, 30, 60)))
    said = Sentence(text, text)
    made = []
    for number in range(count):
        link = text if number % 2 else f"https://console.cloud.google.com/{text}"
        finding = too_high(
            sentence=sentence,
            values={"it": text},
            target=Target(text, text),
            notes=(note,) * 12,
            link=link,
            asked={text: text},
            remedy=text,
            reason=text,
        )
        one = opened(finding, number, id=f"{number} {text}", policy=policy, names=(text, text, text))
        entry = replace(one.entry, title=said, runbook=said, guide=text, project=text, environment=text, check=text)
        story = tuple(StoryLine(NINE + minute * MINUTE, note, by=text) for minute in range(22))
        made.append(replace(one, entry=entry, story=story))
    return made


def in_every_state(incidents: list[Incident], text: str) -> list[list[Incident]]:
    muted = [replace(one, finding=replace(one.finding, muted_by=text), muted_until=NINE) for one in incidents]
    return [
        incidents,
        [taken(one, 30, by=text) for one in incidents],
        muted,
        [over(one, by=text, reason=text) for one in incidents],
    ]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_text_from_outside_calls_nobody_forges_nothing_and_fits(objections: Objections, text: str) -> None:
    for count in (1, 6):
        for group in in_every_state(hostile(text, count), text):
            assert_harmless(payloads(everything(group, JA)), objections, CALLED)


@settings(max_examples=20)
@given(text=st.one_of(st.text(max_size=300), st.lists(st.sampled_from(HOSTILE), min_size=2, max_size=4).map("".join)))
def test_no_text_at_all_gets_through(objections: Objections, text: str) -> None:
    for group in in_every_state(hostile(text), text):
        assert_harmless(payloads(everything(group, EN)), objections, CALLED)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_no_slack_id_is_never_a_mention(objections: Objections, text: str) -> None:
    made = payloads(everything(hostile(text, slack=text), JA))
    assert_harmless(made, objections, ("<@U0TECHLEAD>", "<@U0OWNER01>"))


async def test_the_pretend_slack_takes_the_first_post_its_thread_and_every_later_state() -> None:
    assert OPERATOR.slack.startswith("S")
    async with Sandbox.running() as sandbox:
        exports = sandbox.exports()
        client = SlackClient(exports["SAGEBASE_OPS_SLACK_BOT_TOKEN"], exports["SAGEBASE_OPS_SLACK_BASE_URL"])
        first, *below = opening_messages(opened_many(500), NINE, JA)
        parent = await client.post(post_arguments("#sagebase-ops", first, "notice"))
        step = steps_message(opened_many(3), [DueStep(1, NINE)], NINE, JA)
        for place, message in enumerate([*below, step]):
            await client.post(post_arguments("#sagebase-ops", message, f"notice:{place + 1}", parent.ts))
        for place, state in enumerate(STATES.values()):
            await client.post(post_arguments("#sagebase-ops", incident_message([state], NINE, JA), f"state:{place}"))
