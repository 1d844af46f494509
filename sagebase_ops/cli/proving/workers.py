"""Rounds side by side: a few worker processes, each with a stage of its own, from which it forks its daemons."""

import multiprocessing
import signal
from collections.abc import Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import cast

from sagebase_ops.cli.proving.plan import Round
from sagebase_ops.cli.proving.played import Played, play
from sagebase_ops.cli.proving.stage import staged
from sagebase_ops.errors import ConfigError, OpsError


def played(rounds: Sequence[Round], workers: int, store: str, seed: int) -> Iterator[Played]:
    """What came of each, as they end. Raises ConfigError with a worker's own words where it could not go on."""
    started = [_started(rounds[number::workers], store, seed) for number in range(min(workers, len(rounds)))]
    try:
        yield from _heard([ear for _, ear in started])
    finally:
        for process, _ in started:
            process.terminate()
        for process, _ in started:
            process.join()


def _started(rounds: Sequence[Round], store: str, seed: int) -> tuple[BaseProcess, Connection]:
    """Forked while this process has one thread, and never after."""
    context = multiprocessing.get_context("fork")
    ear, mouth = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(rounds, store, seed, mouth), daemon=False)
    process.start()
    mouth.close()
    return process, ear


def _heard(ears: list[Connection]) -> Iterator[Played]:
    while ears:
        for ear in cast("list[Connection]", wait(ears)):
            try:
                said = ear.recv()
            except EOFError:
                ears.remove(ear)
                continue
            if isinstance(said, str):
                raise ConfigError(said)
            yield said


def _work(rounds: Sequence[Round], store: str, seed: int, mouth: Connection) -> None:
    signal.signal(signal.SIGTERM, lambda *_: _leave())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one, which ends it
    with suppress(BrokenPipeError, _LeaveError):
        try:
            with staged(store, seed) as stage:
                for one in rounds:
                    mouth.send(play(one, stage))
        except (OpsError, OSError) as error:
            mouth.send(f"{type(error).__name__}: {error}")


class _LeaveError(BaseException):
    """Whoever started this worker has heard enough."""


def _leave() -> None:
    raise _LeaveError
