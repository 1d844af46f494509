"""How far a run has come, for a person who waits at a terminal; gone when it is over."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sagebase_ops.domain.runs import CheckResult, EntryRef
from sagebase_ops.jobs.run_checks import Progress
from sagebase_ops.language import words
from sagebase_ops.language.voice import Voice

if TYPE_CHECKING:
    from rich.progress import Progress as Bars

_BAR_COLUMNS = 16


@contextmanager
def progress_on_terminal(voice: Voice) -> Iterator[Progress | None]:
    """One line on standard error while that is a terminal, else None: a log or a pipe gets nothing of it."""
    if not sys.stderr.isatty():
        yield None
        return
    with live_bars() as bars:
        yield LiveProgress(voice, bars)


def live_bars() -> "Bars":
    """What is logged meanwhile goes above the line; standard output is left alone."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars
    from rich.table import Column

    console = Console(stderr=True)
    names = TextColumn("{task.fields[names]}", markup=False, table_column=Column(ratio=1, no_wrap=True))
    columns = (TextColumn("{task.description}"), BarColumn(_BAR_COLUMNS), MofNCompleteColumn(), TimeElapsedColumn())
    return Bars(*columns, names, console=console, transient=True, expand=True, redirect_stdout=False)


class LiveProgress(Progress):
    """How many are done of all, the time it takes, and the names of what still runs."""

    def __init__(self, voice: Voice, bars: "Bars") -> None:
        self._voice, self._bars = voice, bars
        self._running: list[EntryRef] = []
        self._begun = 0
        self._line = bars.add_task(voice.say(words.CHECKING), total=0, names="")

    def started(self, entry: EntryRef) -> None:
        self._running.append(entry)
        self._begun += 1
        self._show()

    def finished(self, result: CheckResult) -> None:
        self._running.remove(result.entry)
        self._show()

    def _show(self) -> None:
        names = dict.fromkeys(self._voice.say(entry.title) for entry in self._running)
        self._bars.update(
            self._line,
            total=self._begun,
            completed=self._begun - len(self._running),
            names=self._voice.listed(names),
        )
