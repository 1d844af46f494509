"""`--fix-plan`: the guide's alert policies put right, as Terraform and as JSON. Nothing is changed."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import click

from sagebase_ops.app.fix_plan import Correction, fix_plan
from sagebase_ops.cli import exits
from sagebase_ops.cli.output import read_as_far_as_wanted
from sagebase_ops.cli.terraform import identifier, resource
from sagebase_ops.config.load import load
from sagebase_ops.domain.results import Note
from sagebase_ops.language import plan_words as words
from sagebase_ops.language.plain import clean
from sagebase_ops.language.voice import Voice
from sagebase_ops.settings import Settings

_KIND = "google_monitoring_alert_policy"


def print_plan(form: str, settings: Settings, path: Path, project: str) -> int:
    """`form` is `both`, `terraform` or `json`; a list of policies as JSON is for programs, and has no words around it.

    Ends 0, whether anything is wrong or not. Raises GcpError where a project could not be looked at.
    """
    schedules = load(path, example_project=project)
    plan = asyncio.run(fix_plan(settings, schedules))
    voice = Voice(schedules.language, schedules.timezone)
    with read_as_far_as_wanted():
        if form == "json":
            click.echo(_json([one.policy for one in plan]))
        elif not plan:
            click.echo(f"# {voice.say(words.FINE)}")
        for one in [] if form == "json" else plan:
            click.echo("\n".join([*_headed(one, voice), _terraform(one, voice), *_applied(one, form), ""]))
    for where, said in dict.fromkeys((one.project.id, said) for one in plan for said in _wanting(one, voice)):
        click.echo(voice.say(words.WARNING, project=where, said=said), err=True)
    return exits.FINE


def _headed(one: Correction, voice: Voice) -> Iterator[str]:
    for found in one.found:
        yield f"# {one.project.id}: {found.wanted.name}"
        for wrong in found.mistakes:
            values = {"target": found.wanted.name, **wrong.values}
            yield f"# - {clean(voice.note(Note(wrong.sentence, values)))}"
    yield from (f"# ! {said}" for said in _wanting(one, voice))


def _wanting(one: Correction, voice: Voice) -> Iterator[str]:
    """What the corrected policy still lacks, since the project has none of it."""
    if not one.policy["notificationChannels"]:
        yield voice.say(words.NOBODY_HEARS, project=one.project.id)
    if _names_no_check(one):
        yield voice.say(words.NO_CHECK)


def _terraform(one: Correction, voice: Voice) -> str:
    label = f"{one.project.id}_{one.found[0].wanted.name}"
    parts = [{key: said for key, said in part.items() if key != "name"} for part in one.policy["conditions"]]
    body = {"project": one.project.id, **one.policy, "conditions": parts}
    body.pop("name", None)
    written = resource(_KIND, label, body)
    if "name" not in one.policy:
        return written
    known = f'import {{\n  to = {_KIND}.{identifier(label)}\n  id = "{one.policy["name"]}"\n}}'
    return f"# {voice.say(words.NOT_IN_STATE)}\n{known}\n{written}"


def _applied(one: Correction, form: str) -> Iterator[str]:
    """The same as JSON, below the command that takes it from a file."""
    if form != "both":
        return
    what = f"update {one.policy['name']}" if "name" in one.policy else "create"
    file = f"{identifier(one.found[0].wanted.name)}.json"
    yield f"# {file}: gcloud alpha monitoring policies {what} --policy-from-file={file} --project={one.project.id}"
    yield _json(one.policy)


def _names_no_check(one: Correction) -> bool:
    looks = [found.wanted.label for found in one.found if found.wanted.kind == "uptime"]
    return any(label not in json.dumps(one.policy["conditions"]) for label in looks)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
