"""What the flags without a command do: one run now, or the daemon."""

import asyncio
import getpass
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from sagebase_ops.cli import exits
from sagebase_ops.cli.files import chosen_schedules
from sagebase_ops.errors import ConfigError

DEFAULT_SANDBOX_PROJECT = "sagebase-sandbox"
EXAMPLE_PROJECT = "your-project-id"
_TELLING = {
    "sent": "told Slack: {channel}",
    "stored": "stored, not yet delivered to {channel}: the daemon or the next run sends it",
    "refused": "Slack refused the digest",
    "no_token": "warning: nobody was told: SAGEBASE_OPS_SLACK_BOT_TOKEN is not set; the run is recorded",
    "unrecorded": "warning: neither recorded nor told",
}
"""By how telling ended. What says nothing (a dry run, a digest that is not due) has nothing to say."""


@dataclass(frozen=True, slots=True)
class Request:
    """The flags as they were given."""

    job: str | None = None
    only: tuple[str, ...] = ()
    dry_run: bool = False
    form: str | None = None
    scenario: str | None = None
    config: str | None = None
    fix_plan: str | None = None


def start(request: Request) -> int:
    """Do it, and return the exit code. Raises ConfigError before anything is asked or told."""
    _refuse_combinations(request)
    person = request.job is not None or request.fix_plan is not None
    if request.scenario is None:
        return _go(request, *named_world(request.config, for_a_person=person))
    with pretend_world(request.scenario, request.config) as (settings, path, project):
        _set_up_logging(settings, for_a_person=person)
        return _go(request, settings, path, project)


def named_world(config: str | None, *, for_a_person: bool) -> tuple[Any, Path, str]:  # Any: Settings, imported late
    """What the environment says: settings, with the log set up, the schedules file, and what its example project is called."""
    from sagebase_ops.settings import load_settings

    settings = load_settings()
    _set_up_logging(settings, for_a_person=for_a_person)
    project = settings.sandbox_project or (DEFAULT_SANDBOX_PROJECT if settings.sandboxed else EXAMPLE_PROJECT)
    return settings, chosen_schedules(config, pretend=bool(settings.sandbox_project)), project


def _set_up_logging(settings: Any, *, for_a_person: bool) -> None:  # Any: Settings, imported late
    """A daemon's log tells what it does; a person at a terminal reads what was asked for, and hears only of trouble."""
    from sagebase_ops.log import set_up_logging

    said = not for_a_person or "log_level" in settings.model_fields_set
    set_up_logging(settings.log_format, str(settings.log_level) if said else "WARNING")


@contextmanager
def pretend_world(scenario: str, config: str | None) -> Iterator[tuple[Any, Path, str]]:  # Any: Settings, imported late
    """The built-in sandbox with settings that lead there and nowhere else, the schedules file, the pretend project."""
    from sagebase_ops.cli.embedded import embedded_sandbox, without_real_world
    from sagebase_ops.config.load import load
    from sagebase_ops.settings import load_settings

    project = os.environ.get("SAGEBASE_OPS_SANDBOX_PROJECT") or DEFAULT_SANDBOX_PROJECT
    path = chosen_schedules(config, pretend=True)
    projects = [found.id for found in load(path, example_project=project).projects]
    with TemporaryDirectory(prefix="sagebase-ops-sandbox-") as state, embedded_sandbox(scenario, projects) as exports:
        without_real_world(exports, Path(state))
        yield load_settings(_env_file=None), path, project


def _refuse_combinations(request: Request) -> None:
    for flag, given in (("--check", request.only), ("--format", request.form)):
        if given and request.job is None:
            raise click.UsageError(f"{flag} goes with --run JOB only")
    if request.fix_plan and (request.job is not None or request.dry_run):
        raise click.UsageError("--fix-plan only prints, and goes with neither --run nor --dry-run")


def _go(request: Request, settings: Any, path: Path, project: str) -> int:  # Any: Settings, imported late
    if request.fix_plan:
        from sagebase_ops.cli.fix_plan import print_plan

        return print_plan(request.fix_plan, settings, path, project)
    if request.job is None:
        from sagebase_ops.cli import daemon

        return daemon.serve(settings, path, project, dry_run=request.dry_run)
    return run_once(request, settings, path, project)


def run_once(request: Request, settings: Any, path: Path, project: str) -> int:  # Any: Settings, imported late
    """One checklist now: what was seen goes to standard output, what became of telling it to standard error."""
    from sagebase_ops.app.manual import ManualRun, run_now
    from sagebase_ops.cli.progress import progress_on_terminal
    from sagebase_ops.config.load import load
    from sagebase_ops.domain.runs import Run
    from sagebase_ops.jobs.send_digest import Known
    from sagebase_ops.language.voice import Voice

    schedules = load(path, example_project=project)
    job = request.job or ""
    _check_names(schedules, job, request.only)
    for warning in schedules.warnings:
        click.echo(f"warning: {warning}", err=True)
    asked = ManualRun(job, request.only, request.dry_run, user())
    with ExitStack() as stack:
        progress = stack.enter_context(progress_on_terminal(Voice(schedules.language, schedules.timezone)))

        def show(run: Run, known: Known) -> None:
            stack.close()  # the line of progress goes before the digest comes
            _print(request, schedules, run, known)

        told = asyncio.run(run_now(settings, schedules, asked, show, progress))
    _say_what_became(told, schedules.slack.channel)
    return _exit_code(told.run)


def _say_what_became(told: Any, channel: str) -> None:  # Any: Told, imported late
    """Whether Slack has it; never a part of the exit code."""
    line = _TELLING.get(told.telling.value)
    if line is not None:
        click.echo(f"{line.format(channel=channel)}{f' ({told.detail})' if told.detail else ''}", err=True)


def _check_names(schedules: Any, job: str, only: tuple[str, ...]) -> None:  # Any: Schedules, imported late
    from sagebase_ops.config.mistakes import allowed_words, nearest

    checklist = schedules.named(job)
    known = [entry.name for entry in checklist.entries]
    wrong = [name for name in only if name not in known]
    if wrong:
        raise ConfigError(
            *(f"{job}: no entry is called {name!r}; {allowed_words(known)}{nearest(name, known)}" for name in wrong)
        )


def user() -> str:
    """Who runs this, as the machine calls them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _print(
    request: Request, schedules: Any, run: Any, known: Any
) -> None:  # Any: Schedules, Run and Known, imported late
    from sagebase_ops.cli.output import read_as_far_as_wanted

    with read_as_far_as_wanted():
        if request.form in {None, "text"}:
            _print_text(run)
            return
        if run.sandbox:  # what goes to a program cannot be headed
            click.echo("SANDBOX: a pretend Google Cloud answered", err=True)
        from sagebase_ops.cli.posts import run_as_posts
        from sagebase_ops.cli.report import as_text, run_as_json

        report = run_as_json(run) if request.form == "json" else run_as_posts(run, schedules, known)
        click.echo(as_text(report).encode())


def _print_text(run: Any) -> None:  # Any: Run, imported late
    from sagebase_ops.cli.page import output_console
    from sagebase_ops.cli.terminal import print_run

    print_run(run, output_console())


def _exit_code(run: Any) -> int:  # Any: Run, imported late
    """1 a check failed; else 3 one could not look or every check was skipped; else 0."""
    from sagebase_ops.domain.results import Verdict

    codes = {Verdict.FAIL: exits.FAILED, Verdict.UNKNOWN: exits.COULD_NOT_LOOK, Verdict.SKIPPED: exits.COULD_NOT_LOOK}
    return codes.get(run.verdict, exits.FINE)
