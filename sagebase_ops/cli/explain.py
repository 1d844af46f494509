"""`explain`: why one check is as it is."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import click

from sagebase_ops.app.desk import desk_of
from sagebase_ops.app.explain import Explained, explained, last_looks
from sagebase_ops.app.history import Look
from sagebase_ops.cli.checks import written
from sagebase_ops.cli.conflicts import print_conflict
from sagebase_ops.cli.explain_json import explained_as_json
from sagebase_ops.cli.options import config_option, format_option
from sagebase_ops.cli.output import read_as_far_as_wanted
from sagebase_ops.cli.page import Page, output_console
from sagebase_ops.cli.report import as_text
from sagebase_ops.cli.run import named_world
from sagebase_ops.cli.terminal import STYLES
from sagebase_ops.config.load import load
from sagebase_ops.config.model import NOBODY, Schedules
from sagebase_ops.domain.escalation import Policy
from sagebase_ops.language import explain_words as words
from sagebase_ops.language import incidents as said
from sagebase_ops.language.guide_words import BESIDE
from sagebase_ops.language.plain import clean
from sagebase_ops.language.voice import Voice
from sagebase_ops.settings import Settings


@click.command("explain")
@click.argument("name")
@click.option("--job", help="Only the entry of this checklist.")
@format_option
@config_option
def explain_command(name: str, job: str | None, form: str, config: str | None) -> None:
    """Say why the entry NAME of schedules.yaml is as it is.

    What it asks, which lines of the guide want it, by what it is judged and where that is said, who hears of a failure, and what
    it saw last. Ends 0; 2 where no entry has the name.
    """
    settings, path, project = named_world(config, for_a_person=True)
    schedules = load(path, example_project=project)
    voice = Voice(schedules.language, schedules.timezone)
    entries = explained(schedules, name, job)
    looks = asyncio.run(_looks(settings, schedules, entries))
    with read_as_far_as_wanted():
        if form == "json":
            click.echo(as_text([explained_as_json(one, schedules, looks[one.place], voice) for one in entries]))
            return
        page = Page(output_console())
        for one in entries:
            _print(one, schedules, looks[one.place], voice, page)


async def _looks(settings: Settings, schedules: Schedules, entries: Sequence[Explained]) -> dict[str, Sequence[Look]]:
    """What each saw last; nothing where no store is yet, since nothing ran."""
    if not settings.firestore and not Path(settings.state_path).exists():  # noqa: ASYNC240 (before anything runs beside it)
        return {one.place: () for one in entries}
    async with desk_of(settings, schedules) as desk:
        return {one.place: await last_looks(desk, one) for one in entries}


def _print(one: Explained, schedules: Schedules, looks: Sequence[Look], voice: Voice, page: Page) -> None:
    entry = one.entry
    place = voice.say(words.AT_LINE, file=str(schedules.path), line=entry.line or 0)
    page.say((one.place, "bold"), (f"  {clean(entry.title or '')}  ", ""), (place, "dim"))
    _head(voice.say(words.ASKS), page)
    page.say(voice.say(entry.definition.question), indent=2)
    page.whole(entry.definition.command, "cyan", indent=2)
    _print_guide(one, voice, page)
    _head(voice.say(words.JUDGED), page)
    for name, value in entry.params:
        source = words.OF_FILE if name in entry.params.model_fields_set else words.USUAL
        if value not in (None, ()):
            page.say((name, "bold"), f"  {written(value)}  ", (voice.say(source), "dim"), indent=2)
    for project in schedules.projects:
        for name, value in entry.overrides_in(project).items():
            page.say(
                (f"{clean(project.id)}  ", "dim"),
                (name, "bold"),
                f"  {'-' if value is None else written(value)}",
                indent=2,
            )
    _print_hearers(one, schedules, voice, page)
    _print_looks(looks, voice, page)
    page.gap()


def _head(text: str, page: Page) -> None:
    page.gap()
    page.say((text, "bold"))


def _print_guide(one: Explained, voice: Voice, page: Page) -> None:
    _head(voice.say(words.GUIDE), page)
    if not one.lines:
        page.say((voice.say(words.NO_LINE), "dim"), indent=2)
    for line in one.lines:
        page.say((f"{line.number}  ", "dim"), clean(line.text), indent=2, hang=5)
    if one.conflicts:
        _head(voice.say(BESIDE), page)
    for conflict in one.conflicts:
        print_conflict(conflict, voice.language, page, indent=2)


def _print_hearers(one: Explained, schedules: Schedules, voice: Voice, page: Page) -> None:
    entry, rules = one.entry, one.entry.rules
    _head(voice.say(words.PAGES), page)
    for project in schedules.projects:
        policy, blind = schedules.policy_of(entry, project), schedules.policy_of_unknown(entry, project)
        name = (f"{clean(project.id)}  ", "dim")
        if not entry.is_asked_in(project):
            page.say(name, voice.say(words.NOT_ASKED), indent=2)
            continue
        if policy is None or entry.escalation == NOBODY:
            page.say(name, voice.say(words.NOBODY), indent=2)
            continue
        page.say(name, voice.say(words.POLICY, policy=policy.name, steps=_steps(policy, voice)), indent=2)
        if blind and blind != policy:
            page.say(name, voice.say(words.UNKNOWN_POLICY, policy=blind.name, steps=_steps(blind, voice)), indent=2)
        how = words.RULES if rules.hold else words.AT_ONCE
        page.say(voice.say(how, hold=said.duration(rules.hold, voice), recover=rules.recover), indent=2)
    if entry.depends_on:
        page.say(voice.say(words.DEPENDS, name=entry.depends_on), indent=2)


def _steps(policy: Policy, voice: Voice) -> str:
    return " → ".join(f"{written(step.after)} {said.people(step.tell, voice)}" for step in policy.steps)


def _print_looks(looks: Sequence[Look], voice: Voice, page: Page) -> None:
    if not looks:
        _head(voice.say(words.NEVER), page)
        page.say((voice.say(words.NOT_YET), "dim"), indent=2)
        return
    _head(voice.say(words.LAST, time=voice.moment(looks[0].run.started_at)), page)
    for look in looks:
        finding = look.row.finding
        page.say((voice.verdict(finding.verdict), STYLES[finding.verdict]), f"  {clean(finding.target.name)}", indent=2)
        page.say(voice.finding(finding), indent=4)
        for note in finding.notes:
            page.say(("・" if voice.language == "ja" else "- ") + voice.note(note), indent=4)
        if finding.remedy:
            page.say((f"{voice.say(words.NEXT_COMMAND)}: ", "dim"), indent=4)
            page.whole(finding.remedy, "cyan", indent=6)
        asked = ", ".join(f"{key}={value}" for key, value in finding.asked.items())
        page.say((f"{voice.say(words.ASKED)}: {clean(asked)}", "dim"), indent=4)
