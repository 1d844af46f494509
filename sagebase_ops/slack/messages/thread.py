"""What is told below the message of a group of incidents: the steps of its escalation, and what became of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sagebase_ops.domain.escalation import Person
from sagebase_ops.domain.incident_groups import Group, Standing
from sagebase_ops.domain.incidents import Change, Incident
from sagebase_ops.domain.notifications import Message
from sagebase_ops.domain.results import Sentence
from sagebase_ops.language import incident_words as words
from sagebase_ops.language import incidents as said
from sagebase_ops.language.incidents import After
from sagebase_ops.language.voice import Voice
from sagebase_ops.slack.messages.blocks import Json, bullets, context, header, line, rich_text, text
from sagebase_ops.slack.messages.facts import bar, ended, ended_why, fact, facts, headline, label, wrong
from sagebase_ops.slack.messages.mrkdwn import cut, escape
from sagebase_ops.slack.messages.people import Spoken, call
from sagebase_ops.slack.messages.spoken import spoken
from sagebase_ops.slack.messages.telling import Telling

LATE_AFTER = timedelta(minutes=2)
"""A step that is told so long after its time says so; the loop that finds it sleeps for seconds."""

_TEXT_ROOM = 600


@dataclass(frozen=True, slots=True)
class DueStep:
    """Step `number` of the policy (0 is the first post), and when it was due."""

    number: int
    due: datetime


def steps_message(incidents: Sequence[Incident], steps: Sequence[DueStep], now: datetime, telling: Telling) -> Message:
    """Told in the thread and shown in the channel. Steps that are due together, in order, at least one: a single post that calls the people of all of them.

    It reads the same whether the incidents count these steps as taken already or not.
    """
    group, voice = _taken(incidents, steps[-1].number), telling.voice
    asked = _asked(group, steps, telling)
    heading = _heading(group, steps, voice)
    lasting = voice.say(words.UNRESOLVED_FOR, time=said.duration(now - group.opened_at, voice))
    lines = [line(*asked.elements)] if asked else []
    lines += [line(text(lasting, bold=True)), *_true_times(group, steps, now, voice)]
    blocks = (
        header(headline(heading, said.subject(group, voice), telling)),
        rich_text("step", *lines),
        rich_text("wrong", *wrong(group, voice)),
        rich_text("facts", *facts(group, now, voice)),
        context("foot", voice.apart((said.scope(group, voice), voice.say(words.BUTTONS_ABOVE)))),
    )
    scope = f"{said.scope(group, voice)} {said.subject(group, voice)}"
    told = f"{scope}: {voice.joined((lasting, said.wrong(group.lead, voice)))}"
    heard = " ".join(part for part in (escape(cut(label(heading, telling) + told, _TEXT_ROOM)), asked.text) if part)
    deadline = f"{voice.say(words.NEXT)}: {said.next_step(group, now, voice)}"
    return Message(heard, blocks, bar(group, voice.apart((said.standing(group, voice), deadline))), in_thread=True)


def _taken(incidents: Sequence[Incident], number: int) -> Group:
    """The group once step `number` was told, so that what comes next is what comes after it."""
    return Group.of(one if one.steps_taken > number else replace(one, steps_taken=number + 1) for one in incidents)


def _asked(group: Group, steps: Sequence[DueStep], telling: Telling) -> Spoken:
    """The whole channel only at the last of several steps, and only where the file allows it."""
    last = steps[-1].number + 1 >= group.steps > 1
    people = tuple(dict.fromkeys(person for step in steps for person in group.people_of(step.number)))
    return call(people, words.PLEASE_DECIDE, telling.voice, whole_channel=last and telling.allow_channel_mention)


def _heading(group: Group, steps: Sequence[DueStep], voice: Voice) -> str:
    first, last = steps[0].number + 1, steps[-1].number + 1
    if first == last:
        return voice.say(words.STEP, number=first, of=group.steps)
    return voice.say(words.STEPS, first=first, last=last, of=group.steps)


def _true_times(group: Group, steps: Sequence[DueStep], now: datetime, voice: Voice) -> Iterator[Json]:
    """Of a late step its true time; of several each one's, late or not."""
    if len(steps) > 1:
        yield bullets([(text(_true_time(group, step, now, voice)),) for step in steps])
    elif now - steps[0].due > LATE_AFTER:
        yield line(text(voice.say(words.SUPPOSED_AT, time=voice.clock(steps[0].due, now))))


def _true_time(group: Group, step: DueStep, now: datetime, voice: Voice) -> str:
    return voice.say(
        words.SUPPOSED_STEP,
        number=step.number + 1,
        of=group.steps,
        names=said.people(group.people_of(step.number), voice),
        time=voice.clock(step.due, now),
    )


_MARKS: Mapping[Change, tuple[str, Sentence]] = {
    Change.OPENED: ("✕", words.FOUND),
    Change.REOPENED: ("✕", words.BACK),
    Change.FLAPPING: ("✕", words.FLAPPING_WORD),
    Change.UPDATED: ("✕", words.CHANGED),
    Change.ACKNOWLEDGED: ("▷", words.STANDINGS[Standing.IN_PROGRESS]),
    Change.RESOLVED: ("○", words.STANDINGS[Standing.RESOLVED]),
    Change.GONE: ("-", words.STANDINGS[Standing.ENDED]),
    Change.RETIRED: ("-", words.STANDINGS[Standing.ENDED]),
}
_ENDINGS = (Change.RESOLVED, Change.GONE, Change.RETIRED)


def change_message(
    incidents: Sequence[Incident],
    change: Change,
    now: datetime,
    telling: Telling,
    *,
    changed: Sequence[Incident] | None = None,
    after: After | None = None,
) -> Message:
    """What became of the group, for its thread, in two or three lines. `changed` are those of it that did; else all.

    What is back calls all who were told of it: they believe that it is over. `after` as in `incident_message`.
    """
    group, those, voice = Group.of(incidents), Group.of(changed or incidents), telling.voice
    mark, word = _MARKS[change]
    asked = call(_who_was_told(group), words.IS_BACK, voice) if change is Change.REOPENED else Spoken()
    state = f"{mark} {voice.say(word)}"
    head = line(text(f"{telling.pretend}{state} ", bold=True), text(said.subject(those, voice)))
    lines = [line(*asked.elements)] if asked else []
    blocks = (rich_text("change", head, *lines, *_became(group, those, change, now, voice, after or {})),)
    plain = spoken([rich_text("change", *_became(group, those, change, now, voice, after or {}))], _TEXT_ROOM)
    told = f"{label(voice.say(word), telling)}{said.scope(those, voice)} {said.subject(those, voice)}:"
    heard = "\n".join(part for part in (escape(cut(told, _TEXT_ROOM)), asked.text, plain) if part)
    return Message(heard, blocks, in_thread=True)


def _who_was_told(group: Group) -> tuple[Person, ...]:
    return tuple(dict.fromkeys(person for step in group.told for person in step.people))


def _became(group: Group, those: Group, change: Change, now: datetime, voice: Voice, after: After) -> Iterator[Json]:
    if change in _ENDINGS:
        yield from ended(those, voice, after)
        left = len(group.open)
        if left:
            yield line(text(voice.say(words.STILL_OPEN, count=left, total=len(group.incidents)), bold=True))
        return
    if change is Change.ACKNOWLEDGED:
        yield line(*ended_why(those, voice))
    else:
        yield from wrong(those, voice)
    if change is Change.FLAPPING:
        yield line(text(voice.say(words.FLAPS_SAID)))
    yield fact(words.NEXT, said.next_step(group, now, voice), voice)
