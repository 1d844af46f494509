"""`doctor`: every precondition of the daemon as a line, with what mends it."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any

import click
from rich.cells import cell_len

from sagebase_ops.app.doctor import examine
from sagebase_ops.app.examined import Examined
from sagebase_ops.cli import exits
from sagebase_ops.cli.options import config_option, format_option, sandbox_option
from sagebase_ops.cli.output import read_as_far_as_wanted
from sagebase_ops.cli.page import Page, output_console
from sagebase_ops.cli.report import as_text
from sagebase_ops.cli.run import named_world, pretend_world
from sagebase_ops.cli.terminal import STYLES
from sagebase_ops.clock import SystemClock
from sagebase_ops.config.load import load
from sagebase_ops.config.model import Schedules
from sagebase_ops.domain.results import WORST_FIRST, Note, Verdict, worst
from sagebase_ops.language import doctor_words as words
from sagebase_ops.language.plain import clean
from sagebase_ops.language.voice import Voice
from sagebase_ops.language.words import SANDBOX
from sagebase_ops.log import set_up_logging
from sagebase_ops.settings import Settings

_COMMAND_INDENT = 2
_CODES = {Verdict.FAIL: exits.FAILED, Verdict.UNKNOWN: exits.COULD_NOT_LOOK}


@click.command("doctor")
@click.option("--send-test", is_flag=True, help="Post a marked test to every route, and wait 60 s for a press.")
@format_option
@config_option
@sandbox_option("Against the built-in pretend Google Cloud and Slack.")
@click.pass_context
def doctor_command(
    context: click.Context, /, *, send_test: bool, form: str, config: str | None, scenario: str | None
) -> None:
    r"""Look at everything that the daemon needs: file, credentials, APIs, permissions, Slack, clock, store.

    Each line that is not fine says what mends it. Nothing is changed, and without --send-test nobody is told.

    \b
    Exit codes: 0 all fine (warnings allowed), 1 something is wrong, 3 something could not be looked at,
    2 a mistake in the file, the environment or usage.
    """
    with ExitStack() as stack:
        if scenario is None:
            settings, path, project = named_world(config, for_a_person=True)
        else:
            settings, path, project = stack.enter_context(pretend_world(scenario, config))
        if "log_level" not in settings.model_fields_set:
            set_up_logging(settings.log_format, "CRITICAL")  # what does not answer has a line of its own
        schedules = load(path, example_project=project)
        found = asyncio.run(_examined(settings, schedules, send_test=send_test))
    voice = Voice(schedules.language, schedules.timezone)
    with read_as_far_as_wanted():
        if form == "json":
            click.echo(as_text(_as_json(found, voice, sandbox=settings.sandboxed)).encode())
        else:
            _print(found, voice, Page(output_console()), schedules, sandbox=settings.sandboxed)
    context.exit(_CODES.get(_overall(found), exits.FINE))


async def _examined(settings: Settings, schedules: Schedules, *, send_test: bool) -> Sequence[Examined]:
    settings, found = await examine(settings, schedules, SystemClock())
    if not send_test:
        return found
    from sagebase_ops.app.send_test import send_tests

    voice = Voice(schedules.language, schedules.timezone)
    where = f" {settings.slack_base_url}" if settings.sandboxed else ""  # the pretend Slack is pressed in a browser
    tests = await send_tests(settings, schedules, lambda said: click.echo(f"{voice.note(said)}{where}", err=True))
    return [*found, *tests]


def _overall(found: Sequence[Examined]) -> Verdict:
    return worst(line.state for line in found if line.state is not Verdict.SKIPPED)


def _as_json(found: Sequence[Examined], voice: Voice, *, sandbox: bool) -> dict[str, Any]:  # JSON
    counted = Counter(line.state.value for line in found)
    return {
        "sandbox": sandbox,
        "verdict": _overall(found).value,
        "counts": {verdict.value: counted[verdict.value] for verdict in Verdict},
        "examined": [
            {
                "name": line.name,
                "title": voice.note(line.title),
                "verdict": line.state.value,
                "said": voice.note(line.said),
                "remedy": _remedy(line, voice),
            }
            for line in found
        ],
    }


def _remedy(line: Examined, voice: Voice) -> str | None:
    return voice.note(line.remedy) if isinstance(line.remedy, Note) else line.remedy


def _print(found: Sequence[Examined], voice: Voice, page: Page, schedules: Schedules, *, sandbox: bool) -> None:
    title = voice.say(words.TITLE, file=str(schedules.path))
    page.say((SANDBOX if sandbox else "", "reverse"), " " if sandbox else "", (title, "bold"))
    room = max(cell_len(voice.verdict(line.state)) for line in found) + 2
    for area, heading in words.AREAS.items():
        lines = [line for line in found if line.name.partition(".")[0] == area]
        if lines:
            page.gap()
            page.say((voice.say(heading), "bold underline"))
        for line in lines:
            _print_line(line, voice, page, room)
    page.gap()
    overall = _overall(found)
    counts = voice.apart(_counts(found, voice))
    page.say((f"{voice.say(words.OVERALL)} {voice.verdict(overall)}", STYLES[overall]), f"  {counts}")


def _print_line(line: Examined, voice: Voice, page: Page, room: int) -> None:
    """The verdict and what it is about, what was seen, and below it what to do; a command stands alone, to be copied."""
    verdict = voice.verdict(line.state)
    margin = " " * (room - cell_len(verdict))
    title = (voice.note(line.title), "" if line.state is Verdict.PASS else "bold")
    page.say((verdict, STYLES[line.state]), margin, title, f": {voice.note(line.said)}", hang=room)
    to_do = (f"{voice.say(words.REMEDY)}: ", "bold")
    if isinstance(line.remedy, str):
        page.say(to_do, indent=room)
        page.whole(clean(line.remedy), "cyan", indent=_COMMAND_INDENT)
    elif line.remedy:
        page.say(to_do, voice.note(line.remedy), indent=room)


def _counts(found: Sequence[Examined], voice: Voice) -> Iterator[str]:
    for verdict in WORST_FIRST:
        count = sum(line.state is verdict for line in found)
        if count:
            yield voice.count(verdict, count)
