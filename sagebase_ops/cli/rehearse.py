"""`rehearse`: who would hear what, and when, if this file were in force? Tried on last month, or on a pretend outage."""

import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import Request, urlopen

import click

from sagebase_ops.cli import exits
from sagebase_ops.cli.files import chosen_schedules
from sagebase_ops.cli.options import format_option
from sagebase_ops.errors import ConfigError

HISTORY = "history"
HOURS_OF_SCENARIO, HOURS_OF_HISTORY = 2.0, 24.0 * 30
_STORES = ("sqlite:///", "firestore://")
_SQLITE = b"SQLite format 3\0"


@click.command("rehearse")
@click.option(
    "--from",
    "source",
    required=True,
    metavar="SCENARIO|HISTORY",
    help="A scenario of the sandbox; or `history`, a state.db, sqlite:///FILE, firestore://PROJECT/DATABASE.",
)
@click.option(
    "--schedules", "file", type=click.Path(), metavar="FILE", help="The file to try. Default: schedules.yaml here."
)
@click.option(
    "--against", type=click.Path(), metavar="OTHER", help="Another file: who would hear more, less, earlier, later?"
)
@click.option("--checklist", "jobs", metavar="JOB", multiple=True, help="Only this checklist (may be repeated).")
@click.option(
    "--hours",
    type=click.FloatRange(min=0, max=24 * 400, min_open=True),
    help="How long. Default: 2 of a scenario, 720 (30 days) of history.",
)
@click.option(
    "--before", metavar="TIME", help="With a scenario: begin so long before its present, such as 1h. Default: 0m."
)
@format_option
@click.pass_context
def rehearse_command(
    context: click.Context,
    source: str,
    file: str | None,
    against: str | None,
    jobs: tuple[str, ...],
    hours: float | None,
    before: str | None,
    form: str,
) -> None:
    """Replay findings through the limits and escalation of a file; nobody is told and nothing is stored.

    Exit codes: 0 rehearsed, 2 a mistake in a file or in usage, 3 there was no round to rehearse.
    """
    from sagebase_ops.log import set_up_logging

    set_up_logging(None, "ERROR")
    paths = [chosen_schedules(given, pretend=True) for given in (file, *([against] if against else []))]
    if (address := _store_address(source)) is None:
        length = timedelta(hours=hours or HOURS_OF_SCENARIO)
        rehearsed = _scenario(source, paths, length, jobs, _duration(before))
    elif before is not None:
        raise click.UsageError("--before goes with a scenario only")
    else:
        rehearsed = _history(address, paths, timedelta(hours=hours or HOURS_OF_HISTORY), jobs)
    _print(rehearsed, source if address is None else None, form)
    context.exit(exits.FINE if rehearsed[0].rehearsal.rounds else exits.COULD_NOT_LOOK)


def _store_address(source: str) -> str | None:
    """What SAGEBASE_OPS_STATE would say of it, "" for what it does say; None for a scenario."""
    if source.lower() == HISTORY:
        return ""
    if source.startswith(_STORES):
        return source
    path = Path(source)
    return f"sqlite:///{path}" if path.is_file() and path.open("rb").read(len(_SQLITE)) == _SQLITE else None


def _duration(given: str | None) -> timedelta:
    from sagebase_ops.domain.quantities import parse_duration

    try:
        return parse_duration(given) if given and given != "0m" else timedelta(0)
    except ValueError as error:
        raise click.UsageError(f"--before = {given!r}: {error}") from error


def _history(address: str, paths: Sequence[Path], length: timedelta, jobs: Sequence[str]) -> Any:  # Any: late imports
    from sagebase_ops.app.rehearse import of_history
    from sagebase_ops.cli.run import DEFAULT_SANDBOX_PROJECT, EXAMPLE_PROJECT
    from sagebase_ops.settings import load_settings

    settings = load_settings(state=address) if address else load_settings()
    project = settings.sandbox_project or (DEFAULT_SANDBOX_PROJECT if settings.sandboxed else EXAMPLE_PROJECT)
    return asyncio.run(of_history(settings, _loaded(paths, jobs, project), length, jobs))


def _scenario(
    scenario: str, paths: Sequence[Path], length: timedelta, jobs: Sequence[str], before: timedelta
) -> Any:  # Any: late imports
    from sagebase_ops.app.rehearse import of_scenario
    from sagebase_ops.cli.embedded import CONTROL, embedded_sandbox, without_real_world
    from sagebase_ops.cli.run import DEFAULT_SANDBOX_PROJECT
    from sagebase_ops.clock import SystemClock
    from sagebase_ops.settings import load_settings

    _refuse_unknown(scenario)
    files = _loaded(paths, jobs, DEFAULT_SANDBOX_PROJECT)
    projects = list(dict.fromkeys(project.id for one in files for project in one.projects))
    with TemporaryDirectory(prefix="sagebase-ops-") as folder, embedded_sandbox(scenario, projects) as exports:
        without_real_world(exports, Path(folder))
        start = SystemClock().now().replace(second=0, microsecond=0) - before
        turn = _World(exports[CONTROL]).turn
        return asyncio.run(of_scenario(load_settings(_env_file=None), files, start, length, jobs, turn))


def _refuse_unknown(scenario: str) -> None:
    from sagebase_ops.sandbox.scenario import ScenarioError, load_scenario, shipped_names

    if not Path(scenario).is_file() and scenario not in shipped_names():
        raise ConfigError(
            f"--from = {scenario!r}: allowed: {HISTORY}, the path of a state.db, sqlite:///FILE, firestore://PROJECT/DATABASE, "
            f"the path of a scenario, or one of {', '.join(shipped_names())}"
        )
    try:
        load_scenario(scenario)
    except ScenarioError as error:
        raise ConfigError(f"--from = {scenario!r}: {error}") from error


def _loaded(paths: Sequence[Path], jobs: Sequence[str], project: str) -> list[Any]:  # Any: Schedules, imported late
    """Every file, its jobs checked. Raises ConfigError."""
    from sagebase_ops.config.load import load

    if missing := [path for path in paths if not path.is_file()]:
        raise ConfigError(
            *(f"{path}: no such file; --schedules and --against each want a schedules.yaml" for path in missing)
        )
    files = [load(path, example_project=project) for path in paths]
    for schedules in files:
        for job in jobs:
            schedules.named(job)
    return files


class _World:
    """The pretend cloud's clock, moved through its control port."""

    def __init__(self, control: str) -> None:
        from sagebase_ops.clock import SystemClock

        self._control = control
        self._clock = SystemClock()
        self._ahead = timedelta(0)

    def turn(self, at: datetime) -> None:
        """Bring it to `at`. It never goes back: what it shows of an earlier time it shows from later, too."""
        behind = at - (self._clock.now() + self._ahead)
        if behind > timedelta(0):
            body = json.dumps({"advance": f"{behind.total_seconds():.3f}s"}).encode()
            with urlopen(Request(f"{self._control}/clock", body, method="POST")):  # noqa: S310 (our own sandbox, on loopback)
                self._ahead += behind


def _print(rehearsed: Any, scenario: str | None, form: str) -> None:  # Any: late imports
    from sagebase_ops.cli.output import read_as_far_as_wanted

    with read_as_far_as_wanted():
        if form == "json":
            from sagebase_ops.cli.rehearsal_json import as_json
            from sagebase_ops.cli.report import as_text

            click.echo(as_text(as_json(rehearsed, scenario)).encode())
            return
        from sagebase_ops.cli.page import Page, output_console
        from sagebase_ops.cli.rehearsal import print_rehearsal

        print_rehearsal(rehearsed, scenario, Page(output_console()))
        sys.stdout.flush()
