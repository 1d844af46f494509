"""The daemon as a process: what the signals mean, and that it ends in time."""

import asyncio
import os
import signal
from pathlib import Path
from threading import Timer
from typing import Any

import click

from sagebase_ops.cli import exits

MOST_SECONDS_TO_END = 7.0
"""Cloud Run kills after 10 s and our promise is 8: whatever hangs by then is left as a crash would leave it."""


def serve(settings: Any, path: Path, project: str, *, dry_run: bool) -> int:  # Any: Settings, imported late
    """Run until SIGTERM (0) or Ctrl-C (130). Raises ConfigError before anything is asked or told.

    A dry run looks at everything when it is due, prints it, and tells and stores nothing.
    """
    from sagebase_ops.app.daemon import run_daemon
    from sagebase_ops.config.load import load

    schedules = load(path, strict_contacts=not (settings.sandboxed or dry_run), example_project=project)
    for warning in schedules.warnings:
        click.echo(f"warning: {warning}", err=True)
    show = _printed if dry_run else None
    return asyncio.run(until_signal(lambda stop: run_daemon(settings, schedules, stop, show_only=show)))


def _printed(run: Any) -> None:  # Any: Run, imported late
    from sagebase_ops.cli.page import output_console
    from sagebase_ops.cli.terminal import print_run

    print_run(run, output_console())


async def until_signal(run: Any) -> int:  # Any: a function of the stop event
    """The exit code: 0 where it ended by itself or at SIGTERM, 130 at SIGINT."""
    ending = _Ending()
    loop = asyncio.get_running_loop()
    for number, code in ((signal.SIGTERM, exits.FINE), (signal.SIGINT, exits.INTERRUPTED)):
        loop.add_signal_handler(number, ending.asked, code)
    await run(ending.stop)
    return ending.code


class _Ending:
    """The first signal asks the daemon to end, within a time; the second one ends it at once."""

    def __init__(self) -> None:
        self.stop = asyncio.Event()
        self.code = exits.FINE

    def asked(self, code: int) -> None:
        if self.stop.is_set():
            os._exit(exits.INTERRUPTED)
        self.code = code
        self.stop.set()
        last = Timer(MOST_SECONDS_TO_END, os._exit, (code,))
        last.daemon = True
        last.start()
