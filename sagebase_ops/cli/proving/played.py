"""One round played: processes that follow each other, and what Slack holds in the end against what was decided."""

import json
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sagebase_ops.cli.proving.control import Control
from sagebase_ops.cli.proving.counting import Post, Pressed, counted
from sagebase_ops.cli.proving.life import ALL_TOLD, NOTHING_DUE, Life, live
from sagebase_ops.cli.proving.plan import FAULTS, Kill, Round, Step, Work
from sagebase_ops.config.model import Schedules
from sagebase_ops.settings import Settings

MOST_PROCESSES = 16
"""A round that is not told by then never is."""

_MOST_SECONDS = 60.0  # real ones, for one process: longer than any takes on a busy machine
_UNTIL_NEXT_SLOT = 1230.0  # seconds: what is back within half an hour is the same incident
_BETWEEN_ROUNDS = 600.0  # seconds of Slack's time, so that no round meets the rate limits of the one before


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a round. `late`: steps that were told late and said so; `unlabelled`: those that did not."""

    number: int
    step: str
    fault: str
    work: str
    processes: int = 0
    killed: int = 0
    decided: int = 0
    told: int = 0
    lost: int = 0
    doubled: int = 0
    late: int = 0
    unlabelled: int = 0
    detail: str = ""

    @property
    def kept(self) -> bool:
        """Whether the promise was."""
        return not (self.lost or self.doubled or self.unlabelled)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Stage:
    """Where rounds are played: a pretend Slack, the schedules of each kind of work, and a folder.

    `state` gives the store of a round, in the words of SAGEBASE_OPS_STATE.
    """

    control: Control
    settings: Settings
    schedules: Mapping[Work, Schedules]
    folder: Path
    state: Callable[[int], str]


def play(planned: Round, stage: Stage) -> Played:
    """Play it. Raises OSError where the pretend Slack does not answer."""
    return _Playing(planned, stage).played()


class _Playing:
    def __init__(self, planned: Round, stage: Stage) -> None:
        self._round = planned
        self._stage = stage
        self._processes = 0
        self._killed = 0
        self._wrong = timedelta()
        self._log = stage.folder / f"round-{planned.number}.log"
        self._report = stage.folder / f"round-{planned.number}.json"

    def played(self) -> Played:
        control = self._stage.control
        control.clean()
        control.advance(_BETWEEN_ROUNDS)
        try:
            decided = self._until_told()
            return self._judged(decided, control.messages())
        finally:
            self._tidy()

    def _until_told(self) -> Sequence[Post] | None:
        """What was decided, once all of it is told by its own account; None where it never was."""
        kills = list(self._round.kills)
        if self._round.work.begun:
            self._begin()
        fault = FAULTS[self._round.fault]
        if fault is not None:
            self._stage.control.break_calls(self._round.method, self._round.times, dict(fault))
        for pause in (*self._round.pauses, *[timedelta()] * MOST_PROCESSES):
            kill = kills.pop(0) if kills else None
            ended = self._process(kill, self._round.steps_told)
            if ended == ALL_TOLD and not kills:
                found: Sequence[Post] = self._said()["decided"]
                return found
            self._later(self._said().get("wait", 0.0) if ended == NOTHING_DUE else 0.0)
            self._later(pause.total_seconds())
        return None

    def _begin(self) -> None:
        """The incident is opened and told, and of what comes back resolved: nothing of that is tried here."""
        work = self._round.work
        self._process(None, self._round.steps_told if work is Work.ESCALATION else 1, Work.OPENING)
        if work is Work.REOPEN:
            self._process(None, 1, Work.RESOLVE)
            self._later(_UNTIL_NEXT_SLOT)
        self._later(self._said().get("wait", 0.0))

    def _later(self, seconds: float) -> None:
        self._stage.control.advance(seconds)

    def _said(self) -> dict[str, Any]:
        try:
            said: dict[str, Any] = json.loads(self._report.read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return said

    def _process(self, kill: Kill | None, steps: int, work: Work | None = None) -> int:
        """Start a daemon, and see it end: its exit code, or minus the signal. `work`: where it is not the round's."""
        self._report.unlink(missing_ok=True)
        leaps = self._round.jump if kill is not None and kill is self._round.kills[0] else timedelta()
        if self._round.before:
            self._wrong, leaps = self._wrong + leaps, timedelta()
        planned, stage = self._round, self._stage
        life = Life(
            settings=stage.settings.model_copy(update={"state": stage.state(planned.number)}),
            schedules=stage.schedules[planned.work],
            control=stage.control,
            report=self._report,
            steps=steps,
            kill=kill,
            jump=leaps,
            wrong=self._wrong,
            first=self._killed == self._processes,  # one that was killed may have been killed before it owed anything
            work=work or planned.work,
        )
        self._processes += 1
        ended = _ended(_forked(life, self._log), kill)
        self._killed += ended == -signal.SIGKILL
        self._wrong += leaps
        return ended

    def _judged(self, decided: Sequence[Post] | None, held: Sequence[Post]) -> Played:
        planned = self._round
        so_far = Played(
            planned.number, planned.step.value, planned.fault, planned.work.value, self._processes, self._killed
        )
        if decided is None:
            said = f"not told after {self._processes} processes"
            return replace(so_far, lost=1, detail=f"{said}: {self._last_words()}")
        worked = Pressed(planned.work.presses, self._said()["worked"])
        found = replace(so_far, **counted(decided, held, worked, clock_is_right=not planned.jump))
        return found if found.kept else replace(found, detail=f"{found.detail}; {self._last_words()}")

    def _last_words(self) -> str:
        return self._log.read_text(errors="replace")[-1500:] if self._log.exists() else ""

    def _tidy(self) -> None:
        self._log.unlink(missing_ok=True)
        self._report.unlink(missing_ok=True)


def _forked(life: Life, log: Path) -> int:
    """The child is a process of its own from here on: it has its own loop, threads, store and connections."""
    child = os.fork()
    if child:
        return child
    try:
        with log.open("ab") as said:
            os.dup2(said.fileno(), 2)
        live(life)
    except BaseException as error:  # noqa: BLE001 (a child must never go on as its parent)
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(70)


def _ended(child: int, kill: Kill | None) -> int:
    """Its exit code, or minus the signal. Whatever ends this process meanwhile ends the child too."""
    try:
        if kill is not None and kill.step is Step.RANDOM:
            time.sleep(kill.seconds)
            os.kill(child, signal.SIGKILL)
        ends = time.monotonic() + _MOST_SECONDS
        while time.monotonic() < ends:
            found, status = os.waitpid(child, os.WNOHANG)
            if found:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.001)
    except BaseException:
        os.kill(child, signal.SIGKILL)
        raise
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
