"""What happens in a round? Drawn from the seed and the round's number alone, so that one round can be played again."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any


class Step(StrEnum):
    """Where on its way a notice is when the process dies; a moment of chance is the seventh."""

    DECIDE = "1 decide"
    RECORD = "2 record"
    CLAIM = "3 claim"
    SEND = "4 send"
    ANSWER = "5 answer"
    MARK = "6 mark"
    RANDOM = "random"


class Work(StrEnum):
    """What is decided and told in a round."""

    DIGEST = "digest"
    OPENING = "opening"
    ESCALATION = "escalation"
    PRESS = "press"
    SILENCE = "silence"
    RESOLVE = "resolve"
    REOPEN = "reopen"

    @property
    def by_hand(self) -> bool:
        """Whether a person does it, to an incident that was told before."""
        return self in {Work.PRESS, Work.SILENCE, Work.RESOLVE}

    @property
    def presses(self) -> int:
        """How many presses are to take effect, each once however often it is sent."""
        return int(self.by_hand or self is Work.REOPEN)

    @property
    def begun(self) -> bool:
        """Whether the incident was told, in peace, before the processes that are killed begin."""
        return self not in {Work.DIGEST, Work.OPENING}


Json = dict[str, Any]
"""A JSON object: the control port's."""

FAULTS: Mapping[str, Json | None] = {
    "none": None,
    "429": {"kind": "refusal", "status": 429, "error": "ratelimited", "retry_after": 7},
    "5xx": {"kind": "refusal", "status": 503},
    "time-out before": {"kind": "timeout_before"},
    "time-out after": {"kind": "timeout_after"},
    "reset before": {"kind": "reset"},
    "reset after": {"kind": "reset", "after": True},
    "half an answer": {"kind": "half_page"},
    "5xx after": {"kind": "refusal", "status": 500, "after": True},
}
"""What Slack does with a call, as the sandbox's control port wants it said. `after`: behind the effect."""

JUMPS = (timedelta(hours=1), timedelta(hours=-1))
_LATEST_KILL = 0.15  # seconds after a process began: the random moments lie in its whole life
_ON_ITS_WAY = 0.006  # seconds, in which a request reaches the pretend Slack and its answer comes back


@dataclass(frozen=True, slots=True)
class Kill:
    """At the `nth` time that the process comes to `step`.

    For `send` so many `seconds` after the request began, for a random moment so many after the process did.
    """

    step: Step
    nth: int = 1
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Round:
    """One round: what is told, what Slack does, where processes die, and what the clock does.

    `kills` are those of the processes that follow each other, the last of which lives until all is told. `pauses` is how
    much later each starts. `jump` is by how much the wall clock leaps, in the process that is killed first (`before`: as it
    starts; else as it first sends).
    """

    number: int
    work: Work
    fault: str
    method: str
    times: int
    kills: tuple[Kill, ...]
    pauses: tuple[timedelta, ...]
    jump: timedelta = timedelta()
    before: bool = False

    @property
    def step(self) -> Step:
        """The step that the round stands under in the table."""
        return self.kills[0].step

    @property
    def steps_told(self) -> int:
        """How many steps of the escalation are waited for."""
        return {Work.DIGEST: 0, Work.ESCALATION: 2, Work.SILENCE: 2}.get(self.work, 1)


def rounds(seed: int, count: int) -> Iterator[Round]:
    """The rounds of a proof, in order."""
    for number in range(count):
        yield planned(seed, number)


def planned(seed: int, number: int) -> Round:
    """Every step with every fault comes up in turn, and in one such turn every step in every work; all else is chance."""
    chance = random.Random(f"{seed}:{number}")  # noqa: S311 (to be repeated, not to be secret)
    steps, faults, works = list(Step), list(FAULTS), list(Work)
    cell, lap = number % (len(steps) * len(faults)), number // (len(steps) * len(faults))
    work = works[(cell + cell // len(steps) + lap) % len(works)]
    kills = [_kill(steps[cell % len(steps)], chance)]
    if chance.random() < 0.3:  # noqa: PLR2004 (nearly a third of the rounds: the process that mends is killed too)
        kills.append(_kill(chance.choice(steps), chance))
    jump = chance.choice(JUMPS) if chance.random() < 0.2 else timedelta()  # noqa: PLR2004 (a fifth)
    if work is Work.REOPEN:
        jump = abs(jump)  # an hour back no slot is due for an hour, and there is nothing to tell
    return Round(
        number=number,
        work=work,
        fault=faults[cell // len(steps)],
        method="chat.update" if chance.random() < 0.15 else "chat.postMessage",  # noqa: PLR2004 (edits are few)
        times=chance.choice((1, 1, 2)),
        kills=tuple(kills),
        pauses=tuple(timedelta(seconds=chance.uniform(1, 150)) for _ in range(len(kills) + 1)),
        jump=jump,
        before=chance.random() < 0.5,  # noqa: PLR2004 (half of them)
    )


def _kill(step: Step, chance: random.Random) -> Kill:
    if step is Step.RANDOM:
        return Kill(step, seconds=chance.uniform(0.005, _LATEST_KILL))
    if step is Step.SEND:
        return Kill(step, nth=chance.choice((1, 1, 2)), seconds=chance.uniform(0, _ON_ITS_WAY))
    only_once = step in {Step.DECIDE, Step.RECORD}  # most processes decide one thing
    return Kill(step, nth=1 if only_once else chance.choice((1, 1, 2)))
