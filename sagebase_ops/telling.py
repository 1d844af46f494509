"""What is told of incidents, and to whom: changes and due steps become posts of the one message that a group shares.

A group's posts are rows of one notice, so that they go strictly in order: its message, edits of that, and its thread. What is
muted stays untold and loses nothing: it is told, with the steps that fell due, once nothing mutes it any more.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sagebase_ops.domain.escalation import due_steps
from sagebase_ops.domain.incident_groups import Group
from sagebase_ops.domain.incidents import Change, Incident
from sagebase_ops.domain.notifications import NEXT, Action, Message, Notification, Priority
from sagebase_ops.domain.silences import Muting
from sagebase_ops.slack.messages.incident import Telling, incident_message
from sagebase_ops.slack.messages.thread import change_message, steps_message

EDIT_AT_MOST_EVERY = timedelta(minutes=5)
"""A value that moves is not worth an edit each minute."""

_ENDS = {Change.RESOLVED, Change.GONE, Change.RETIRED}


@dataclass(frozen=True, slots=True)
class Changed:
    """One incident as it is now, and what happened to it; None: nothing that people are told."""

    incident: Incident
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Folded:
    """All that one run or one person changed. `forgotten` are pending incidents that came to nothing."""

    changed: tuple[Changed, ...] = ()
    forgotten: tuple[Incident, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """Where a group's posts go, and how they are worded. `installation` begins the name of every notice."""

    installation: str
    channel: str
    fallback: str | None
    telling: Telling


@dataclass(frozen=True, slots=True)
class Told:
    """The incidents that changed, by what was told of them too, and the posts."""

    incidents: tuple[Incident, ...] = ()
    notifications: tuple[Notification, ...] = ()


def tell(
    changes: Mapping[str, Change | None],
    incidents: Iterable[Incident],
    muting: Muting,
    route: Route,
    now: datetime,
) -> Told:
    """What is to be told now of `incidents`: as they are after `changes`, which are by incident id.

    With no changes these are the steps that are due, and what was muted and is no longer. Comes back unchanged what needs
    no word.
    """
    told = [_Group(members, changes, muting, route, now).told() for members in _by_group(incidents)]
    return Told(
        tuple(incident for one in told for incident in one.incidents),
        tuple(row for one in told for row in one.notifications),
    )


def notice_of(installation: str, group: str) -> str:
    """The name of the notice that all posts of a group belong to."""
    return f"{installation}:incident:{group}"


def _by_group(incidents: Iterable[Incident]) -> list[list[Incident]]:
    groups: defaultdict[str, list[Incident]] = defaultdict(list)
    for incident in incidents:
        if incident.opened_at is not None:
            groups[incident.group].append(incident)
    return list(groups.values())


class _Group:
    """One message's incidents, and the rows that are added for it."""

    def __init__(
        self,
        members: Sequence[Incident],
        changes: Mapping[str, Change | None],
        muting: Muting,
        route: Route,
        now: datetime,
    ) -> None:
        self._before = {one.id: one for one in members}
        self._members = {one.id: _as_muted(one, muting) for one in members}
        self._changes = {one.id: change for one in members if (change := changes.get(one.id)) is not None}
        self._route = route
        self._now = now
        self._audible = {one.id for one in self._members.values() if not one.finding.muted_by}
        self._rows: list[Notification] = []
        self._edit = any(self._members[one.id] != one for one in members)

    def told(self) -> Told:
        """Opening, steps, changes, then one edit that shows where it all stands."""
        self._tell_openings()
        self._tell_changes()
        self._tell_steps()
        if self._edit and self._was_told():
            self._add(incident_message(self._group, self._route.telling, self._now), Priority.CHANGE, Action.EDIT)
        return Told(self._changed(), tuple(self._rows))

    @property
    def _group(self) -> Group:
        return Group.of(self._members.values())

    def _was_told(self) -> bool:
        return any(one.told for one in self._before.values())

    def _changed(self) -> tuple[Incident, ...]:
        return tuple(one for one in self._members.values() if one != self._before[one.id] or one.id in self._changes)

    def _tell_openings(self) -> None:
        new = [one for one in self._members.values() if one.is_open and not one.told and one.id in self._audible]
        if not new:
            return
        if self._was_told():
            self._add(
                change_message(self._group, Change.REOPENED, self._route.telling, self._now),
                Priority.OPENING,
                broadcast=True,
            )
            self._edit = True
        for one in new:
            self._members[one.id] = replace(one, told=True, steps_taken=max(one.steps_taken, _at_once(one)))
        if not self._was_told():
            self._add(incident_message(self._group, self._route.telling, self._now), Priority.OPENING)

    def _tell_changes(self) -> None:
        for change in dict.fromkeys(self._changes.values()):
            ids = {id_ for id_, what in self._changes.items() if what is change}
            heard = [self._members[id_] for id_ in ids if self._before[id_].told]
            if heard:
                self._tell_change(change, heard, audible=bool(ids & self._audible))

    def _tell_change(self, change: Change, heard: Sequence[Incident], *, audible: bool) -> None:
        if change is Change.UPDATED:
            self._edit |= any(_edited_before(one, self._now - EDIT_AT_MOST_EVERY) for one in heard)
            return
        self._edit = True
        if change is Change.REOPENED and not audible:  # told once nothing mutes it any more
            self._members |= {one.id: replace(one, told=False) for one in heard}
        over = change in _ENDS and not self._group.open
        if audible and (over or change in {Change.REOPENED, Change.ACKNOWLEDGED}):
            message = change_message(self._group, change, self._route.telling, self._now)
            self._add(message, Priority.CHANGE, broadcast=change is Change.REOPENED)

    def _tell_steps(self) -> None:
        """Steps that fell due together are one post, with their true times."""
        due: dict[int, datetime] = {}
        for one in list(self._members.values()):
            if not (one.is_open and one.told and one.id in self._audible and one.opened_at):
                continue
            steps = due_steps(one.policy, one.steps_taken, one.opened_at, one.eta, self._now)
            for number, (_, at) in enumerate(steps, start=one.steps_taken):
                due[number] = min(at, due.get(number, at))
            self._members[one.id] = replace(one, steps_taken=one.steps_taken + len(steps))
        if due:
            message = steps_message(self._group, due, self._route.telling, self._now)
            self._add(message, Priority.ESCALATION, broadcast=True)
            self._edit = True

    def _add(self, message: Message, priority: int, action: Action = Action.POST, *, broadcast: bool = False) -> None:
        if action is Action.EDIT:
            self._members = {id_: replace(one, edited_at=self._now) for id_, one in self._members.items()}
        notice = notice_of(self._route.installation, self._group.lead.group)
        self._rows.append(
            Notification(
                notice,
                NEXT,
                self._route.channel,
                message,
                created_at=self._now,
                due_at=self._now,
                fallback=self._route.fallback,
                priority=priority,
                action=action,
                broadcast=broadcast,
            )
        )


def _at_once(incident: Incident) -> int:
    """The steps that the first post takes: those after 0m."""
    return sum(1 for step in incident.policy.steps if not step.after)


def _edited_before(incident: Incident, moment: datetime) -> bool:
    last = incident.edited_at or incident.opened_at
    return last is None or last <= moment


def _as_muted(incident: Incident, muting: Muting) -> Incident:
    """With who mutes it now, which its message says."""
    entry, finding = incident.entry, incident.finding
    reason = muting.reason(entry.project, entry.check, entry.name, finding.target.name) if incident.is_open else None
    return replace(incident, finding=replace(finding, muted_by=reason)) if finding.muted_by != reason else incident
