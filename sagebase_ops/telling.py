"""What is told of incidents, and to whom: changes and due steps become posts of the one message that a group shares.

A group's posts are rows of one notice, so that they go strictly in order: its message, edits of that, and its thread. What is
muted stays untold and loses nothing: it is told, with the steps that fell due, once nothing mutes it any more.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sagebase_ops.domain.escalation import Step, due_steps
from sagebase_ops.domain.incidents import Change, Incident, notice_of
from sagebase_ops.domain.notifications import NEXT, Action, Message, Notification, Priority
from sagebase_ops.domain.results import Finding
from sagebase_ops.domain.silences import Muting
from sagebase_ops.slack.messages.incident import incident_message, opening_messages
from sagebase_ops.slack.messages.telling import Telling
from sagebase_ops.slack.messages.thread import LATE_AFTER, DueStep, change_message, steps_message

EDIT_AT_MOST_EVERY = timedelta(minutes=5)
"""A value that moves is not worth an edit each minute."""

AT_ONCE = 100
"""Messages to which time alone gives something to tell: so many in one decision, which is one write. Nothing that a person or a
run decides meanwhile waits behind thousands."""

_ENDS = {Change.RESOLVED, Change.GONE, Change.RETIRED}


@dataclass(frozen=True, slots=True)
class Changed:
    """One incident as it is now, and what happened to it; None: nothing that people are told.

    `finding` is the last look, which an incident that ended does not keep.
    """

    incident: Incident
    change: Change | None = None
    finding: Finding | None = None


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
    changes: Mapping[str, Changed], incidents: Iterable[Incident], muting: Muting, route: Route, now: datetime
) -> Told:
    """What is to be told now of `incidents`, as they are after `changes` (by incident id).

    With no changes these are the steps that are due, and what was muted and is no longer: what waits longest, AT_ONCE
    messages; ask again for the others. Comes back unchanged what needs no word.
    """
    wanting = [
        members for members in _by_group(incidents) if any(_wants_word(one, changes, muting, now) for one in members)
    ]
    told = [_Group(members, changes, muting, route, now).told() for members in _first(wanting, changes, now)]
    return Told(
        tuple(incident for one in told for incident in one.incidents),
        tuple(row for one in told for row in one.notifications),
    )


def _by_group(incidents: Iterable[Incident]) -> list[list[Incident]]:
    groups: defaultdict[str, list[Incident]] = defaultdict(list)
    for incident in incidents:
        if incident.opened_at is not None:
            groups[incident.group].append(incident)
    return list(groups.values())


def _first(wanting: Sequence[list[Incident]], changes: Mapping[str, Changed], now: datetime) -> list[list[Incident]]:
    """Whatever changed, and of the others those that wait longest."""
    changed = [members for members in wanting if any(one.id in changes for one in members)]
    others = [members for members in wanting if not any(one.id in changes for one in members)]
    if len(others) > AT_ONCE:
        others = sorted(others, key=lambda members: min(_waits_since(one, now) for one in members))[:AT_ONCE]
    return [*changed, *others]


def _waits_since(one: Incident, now: datetime) -> datetime:
    """Since when somebody should have heard of it."""
    if not one.is_open or one.opened_at is None:
        return now
    return min([one.opened_at] if not one.told else [due for _, due in _owed(one, now)], default=now)


def _wants_word(one: Incident, changes: Mapping[str, Changed], muting: Muting, now: datetime) -> bool:
    """Most incidents want none in most rounds: nothing of them changed, who mutes them neither, and no step is due."""
    if one.id in changes or _as_muted(one, muting) is not one:
        return True
    return one.is_open and not one.finding.muted_by and (not one.told or bool(_owed(one, now)))


class _Group:
    """One message's incidents, and the rows that are added for it."""

    def __init__(
        self,
        members: Sequence[Incident],
        changes: Mapping[str, Changed],
        muting: Muting,
        route: Route,
        now: datetime,
    ) -> None:
        self._before = {one.id: one for one in members}
        self._members = {one.id: _as_muted(one, muting) for one in members}
        mine = {one.id: changes[one.id] for one in members if one.id in changes}
        self._changes = {id_: changed.change for id_, changed in mine.items() if changed.change is not None}
        self._after = {id_: changed.finding for id_, changed in mine.items() if changed.finding is not None}
        self._written = set(mine)
        self._route = route
        self._now = now
        self._audible = {one.id for one in self._members.values() if not one.finding.muted_by}
        self._rows: list[Notification] = []
        self._edit = any(self._members[one.id] is not one for one in members)

    def told(self) -> Told:
        """Opening, steps, changes, then one edit that shows where it all stands."""
        self._tell_openings()
        self._tell_changes()
        self._tell_steps()
        if self._edit and self._was_told():
            message = incident_message(self._shown, self._now, self._route.telling, after=self._after)
            self._add(message, Priority.CHANGE, Action.EDIT)
        return Told(self._changed(), tuple(self._rows))

    @property
    def _all(self) -> list[Incident]:
        return list(self._members.values())

    @property
    def _shown(self) -> list[Incident]:
        """What the message is about: what was told. What is muted is not told by the way either."""
        return [one for one in self._all if one.told] or self._all

    def _was_told(self) -> bool:
        return any(one.told for one in self._before.values())

    def _changed(self) -> tuple[Incident, ...]:
        return tuple(one for one in self._members.values() if self._is_changed(one))

    def _is_changed(self, one: Incident) -> bool:
        return one is not self._before[one.id] or one.id in self._written

    def _tell_openings(self) -> None:
        """The message itself, with the steps after 0m. Who joins a message that stands is told by its first steps."""
        new = [one for one in self._all if one.is_open and not one.told and one.id in self._audible]
        if not new:
            return
        first = not self._was_told()
        for one in new:
            taken = max(one.steps_taken, _at_once(one)) if first else one.steps_taken
            self._members[one.id] = replace(one, told=True, steps_taken=taken)
        if first:
            for message in opening_messages(self._shown, self._now, self._route.telling):
                self._add(message, Priority.OPENING)
            return
        self._edit = True
        back = [one for one in new if one.reopened]
        if back:
            self._add(self._what_became(Change.REOPENED, back), Priority.OPENING, broadcast=True)

    def _tell_changes(self) -> None:
        for change in dict.fromkeys(self._changes.values()):
            those = [one for one in self._all if self._changes.get(one.id) is change and self._before[one.id].told]
            if those:
                self._tell_change(change, those)

    def _tell_change(self, change: Change, those: Sequence[Incident]) -> None:
        if change is Change.UPDATED:
            self._edit |= max(map(_edited_at, self._all)) <= self._now - EDIT_AT_MOST_EVERY
            return
        self._edit = True
        audible = any(one.id in self._audible for one in those)
        if change is Change.REOPENED and not audible:  # told once nothing mutes it any more
            self._members |= {one.id: replace(one, told=False) for one in those}
        over = change in _ENDS and not any(one.is_open for one in self._shown)
        if audible and (over or change in {Change.REOPENED, Change.ACKNOWLEDGED}):
            message = self._what_became(change, those)
            self._add(message, Priority.CHANGE, broadcast=change is Change.REOPENED)

    def _what_became(self, change: Change, those: Sequence[Incident]) -> Message:
        telling = self._route.telling
        return change_message(self._shown, change, self._now, telling, changed=those, after=self._after)

    def _tell_steps(self) -> None:
        """Steps that fell due together are one post, with their true times."""
        due: dict[int, datetime] = {}
        for one in self._all:
            if not (one.is_open and one.told and one.id in self._audible):
                continue
            owed = _owed(one, self._now)
            for number, (_, at) in enumerate(owed, start=one.steps_taken):
                due[number] = min(at, due.get(number, at))
            if owed:
                self._members[one.id] = replace(one, steps_taken=one.steps_taken + len(owed))
        if due:
            steps = [DueStep(number, at) for number, at in sorted(due.items())]
            wrong = [one for one in self._shown if one.is_open]  # what is over already is unresolved no more
            message = steps_message(wrong, steps, self._now, self._route.telling)
            says_so = self._now - steps[0].due > LATE_AFTER
            self._add(message, Priority.ESCALATION, broadcast=True, meant_at=None if says_so else steps[0].due)
            self._edit = True

    def _add(
        self,
        message: Message,
        priority: int,
        action: Action = Action.POST,
        *,
        broadcast: bool = False,
        meant_at: datetime | None = None,
    ) -> None:
        if action is Action.EDIT:  # noted in one of them: each that is noted in is written anew
            noted = next(filter(self._is_changed, self._all), self._all[0])
            self._members[noted.id] = replace(noted, edited_at=self._now)
        row = post_of(self._route, self._all[0].group, message, self._now, priority)
        self._rows.append(replace(row, action=action, broadcast=broadcast, meant_at=meant_at))


def post_of(route: Route, group: str, message: Message, now: datetime, priority: int = Priority.CHANGE) -> Notification:
    """One post more of a group, behind all that was decided before."""
    notice = notice_of(route.installation, group)
    return Notification(
        notice,
        NEXT,
        route.channel,
        message,
        created_at=now,
        due_at=now,
        fallback=route.fallback,
        priority=priority,
        language=route.telling.language,
    )


def _owed(incident: Incident, now: datetime) -> Sequence[tuple[Step, datetime]]:
    """The steps that are due, with their times. None before it opened."""
    if incident.opened_at is None:
        return ()
    return due_steps(incident.policy, incident.steps_taken, incident.opened_at, incident.eta, now)


def _at_once(incident: Incident) -> int:
    """The steps that the first post takes: those after 0m."""
    return sum(1 for step in incident.policy.steps if not step.after)


def _edited_at(incident: Incident) -> datetime:
    """When its message was edited last, as far as this one knows."""
    return incident.edited_at or incident.opened_at or incident.since


def _as_muted(incident: Incident, muting: Muting) -> Incident:
    """With who mutes it now and until when, which its message says."""
    entry, finding = incident.entry, incident.finding
    muted = muting.of(entry, finding.target) if incident.is_open else None
    by, until = (muted.by, muted.until) if muted else (None, None)
    if (finding.muted_by, incident.muted_until) == (by, until):
        return incident
    return replace(incident, finding=replace(finding, muted_by=by), muted_until=until)
