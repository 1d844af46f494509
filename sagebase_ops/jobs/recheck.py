"""What is open is looked at again, on evidence that is newer than itself: what was mended is seen in minutes."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sagebase_ops.config.model import RECHECK, Schedules
from sagebase_ops.domain.incidents import Incident, State
from sagebase_ops.jobs.run_checks import Planned, planned

LONGEST_WINDOW = timedelta(minutes=15)
_SHORTEST_WINDOW = timedelta(minutes=1)
_DATA_DELAY = timedelta(minutes=5)  # windows end where Google's data ends, some minutes ago


def rechecks(schedules: Schedules, live: Iterable[Incident], now: datetime) -> tuple[Planned, ...]:
    """The entries behind what is open or could not be seen, each over a window that began after the incident did, or was last open again.

    Entries of checklists that run as often anyway are left out, and those for which there is no newer evidence yet.
    """
    entries = schedules.paging_entries(RECHECK)
    projects = {project.id: project for project in schedules.projects}
    found = []
    for (project, name), since in _behind(live).items():
        if name in entries and project in projects and entries[name].is_asked_in(projects[project]):
            asked = _newer(planned(schedules, entries[name], projects[project]), since, now)
            found += [asked] if asked else []
    return tuple(found)


def next_look(schedules: Schedules, incidents: Iterable[Incident], now: datetime) -> datetime | None:
    """When the first of them is looked at anyway, where a recheck leaves all of them out; None where it looks at one."""
    names = {name for one in incidents for name in (one.names or (one.entry.name,))}
    if names & schedules.paging_entries(RECHECK).keys():
        return None
    often = [one for one in schedules.checklists.values() if any(entry.name in names for entry in one.entries)]
    return min((one.calendar(schedules.timezone).next_after(now) for one in often), default=None)


def _behind(live: Iterable[Incident]) -> dict[tuple[str, str], datetime]:
    """Each entry behind an unfinished incident, and since when that is open, or open again."""
    since: dict[tuple[str, str], datetime] = {}
    for one in live:
        unseen = one.fingerprint.of_unknown
        if one.is_open or (unseen and one.state is not State.RESOLVED):
            for name in one.names if unseen else (one.entry.name,):
                key = (one.fingerprint.project, name)
                since[key] = max(one.failed_last, since.get(key, one.failed_last))
    return since


def _newer(item: Planned, since: datetime, now: datetime) -> Planned | None:
    if not hasattr(item.params, "window"):
        return item
    window = min(LONGEST_WINDOW, now - _DATA_DELAY - since)
    whole_minutes = window // _SHORTEST_WINDOW * _SHORTEST_WINDOW
    return replace(item, params=item.params.narrowed(whole_minutes)) if whole_minutes >= _SHORTEST_WINDOW else None
