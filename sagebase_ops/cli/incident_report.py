"""Incidents and silences as scripts want them. Times are UTC with Z; ages are seconds."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sagebase_ops.cli.report import Json, finding_as_json, time_of
from sagebase_ops.domain.incident_groups import Group
from sagebase_ops.domain.incidents import Incident
from sagebase_ops.domain.notifications import Action, Notification
from sagebase_ops.domain.runs import Run
from sagebase_ops.domain.silences import Silence, Window
from sagebase_ops.language import incidents as said
from sagebase_ops.language.voice import Voice


def incidents_as_json(groups: Sequence[Group], last: Run | None, now: datetime, voice: Voice) -> Json:
    """`last_run` is null where nothing ever ran: then no incident means nothing."""
    return {
        "now": time_of(now),
        "last_run": {"job": last.job, "run_id": last.id, "finished_at": time_of(last.finished_at)} if last else None,
        "incidents": [group_as_json(group, now, voice) for group in groups],
    }


def group_as_json(group: Group, now: datetime, voice: Voice) -> Json:
    """Incidents that share a message. `id` is what `ack`, `resolve` and `silence` take."""
    owner, step, entry = group.owner, group.next_step, group.lead.entry
    return {
        "id": group.lead.group,
        "standing": group.standing.value,
        "subject": said.subject(group, voice),
        "summary": said.wrong(group.lead, voice),
        "project": entry.project,
        "environment": entry.environment,
        "check": entry.check,
        "since": time_of(group.since),
        "opened_at": time_of(group.opened_at),
        "resolved_at": _time_or_none(group.resolved_at),
        "age_seconds": round(((group.resolved_at or now) - group.since).total_seconds()),
        "owner": said.person(owner.acknowledged_by, group) if owner and owner.acknowledged_by else None,
        "acknowledged_at": _time_or_none(owner.acknowledged_at if owner else None),
        "eta": time_of(owner.eta.at) if owner and owner.eta else None,
        "steps": group.steps,
        "told": [[person.name for person in step.people] for step in group.told],
        "next_step": {"due": time_of(step.due), "tell": [person.name for person in step.people]} if step else None,
        "muted_by": group.lead.finding.muted_by,
        "muted_until": _time_or_none(group.lead.muted_until),
        "flapping": group.flapping,
        "members": [_member(one, voice) for one in group.incidents],
    }


def whole_group_as_json(group: Group, posts: Iterable[Notification], now: datetime, voice: Voice) -> Json:
    """The same with `story` and `posts`, oldest first."""
    return {
        **group_as_json(group, now, voice),
        "story": [
            {"at": time_of(line.at), "incident": one.id, "by": line.by, "text": voice.note(line.note)}
            for one in group.incidents
            for line in one.story
        ],
        "posts": [_post(post) for post in posts if post.action is Action.POST],
    }


def silences_as_json(silences: Sequence[Silence], windows: Sequence[Window], now: datetime) -> Json:
    """`windows` are the file's maintenance windows that hold now."""
    return {
        "now": time_of(now),
        "silences": [_silence(one, now) for one in silences],
        "windows": [
            {"name": one.name, **_matcher(one), "since": time_of(one.since), "until": time_of(one.until)}
            for one in windows
        ],
    }


def _member(one: Incident, voice: Voice) -> Json:
    return {
        "id": one.id,
        "state": one.state.value,
        "since": time_of(one.since),
        "resolved_at": _time_or_none(one.resolved_at),
        "resolved_by": one.resolved_by,
        "reopened": len(one.reopened),
        **finding_as_json(said.row(one), voice),
        "muted_by": one.finding.muted_by,
    }


def _post(post: Notification) -> Json:
    return {
        "created_at": time_of(post.created_at),
        "sent_at": _time_or_none(post.sent_at),
        "state": post.state.value,
        "channel": post.channel,
        "text": post.message.text,
        "error": post.error,
    }


def _silence(one: Silence, now: datetime) -> Json:
    return {
        "id": one.id,
        **_matcher(one),
        "since": time_of(one.since),
        "until": time_of(one.until),
        "ended_at": _time_or_none(one.ended_at),
        "active": one.holds(now),
        "by": one.by,
        "reason": one.reason,
    }


def _matcher(one: Silence | Window) -> Json:
    matcher = one.matcher
    return {"project": matcher.project, "check": matcher.check, "name": matcher.name, "target": matcher.target}


def _time_or_none(moment: datetime | None) -> str | None:
    return time_of(moment) if moment else None
