"""What `explain` says, as scripts want it."""

from collections.abc import Sequence

from sagebase_ops.app.explain import Explained
from sagebase_ops.app.history import Look
from sagebase_ops.cli.checks import written
from sagebase_ops.cli.report import Json, finding_as_json, time_of
from sagebase_ops.config.model import Schedules
from sagebase_ops.domain.escalation import Policy
from sagebase_ops.domain.quantities import write_duration
from sagebase_ops.language.voice import Voice


def explained_as_json(one: Explained, schedules: Schedules, looks: Sequence[Look], voice: Voice) -> Json:
    """`parameters` say each value as YAML has it, and whether the file says so; `last_run` is null where none is known."""
    entry, params = one.entry, one.entry.params
    return {
        "job": one.checklist.name,
        "name": entry.name,
        "check": entry.definition.name,
        "title": entry.title,
        "line": entry.line,
        "question": voice.say(entry.definition.question),
        "command": entry.definition.command,
        "guide": [{"number": line.number, "section": list(line.section), "text": line.text} for line in one.lines],
        "conflicts": [conflict.name for conflict in one.conflicts],
        "parameters": {
            name: {"value": None if value is None else written(value), "said": name in params.model_fields_set}
            for name, value in params
        },
        "projects": [project.id for project in schedules.projects if entry.is_asked_in(project)],
        "overrides": {
            project.id: {name: None if value is None else written(value) for name, value in overrides.items()}
            for project in schedules.projects
            if (overrides := entry.overrides_in(project))
        },
        "hold": write_duration(entry.rules.hold),
        "recover": entry.rules.recover,
        "depends_on": entry.depends_on,
        "escalation": {project.id: _policy(schedules.policy_of(entry, project)) for project in schedules.projects},
        "last_run": _last_run(looks, voice),
    }


def _policy(policy: Policy | None) -> Json | None:
    """None: nobody is paged."""
    if policy is None:
        return None
    steps = [{"after": write_duration(one.after), "tell": [who.name for who in one.tell]} for one in policy.steps]
    return {"policy": policy.name, "steps": steps}


def _last_run(looks: Sequence[Look], voice: Voice) -> Json | None:
    if not looks:
        return None
    run = looks[0].run
    findings = [finding_as_json(look.row, voice) for look in looks]
    return {"run_id": run.id, "started_at": time_of(run.started_at), "findings": findings}
