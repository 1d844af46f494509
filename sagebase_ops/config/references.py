"""Words of the file that stand for other parts of it: policies, contacts, placeholders in names.

Works on the plain data and forgives what is malformed, so that one mistake never hides another.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from sagebase_ops.config.mistakes import Mistake, Path, allowed_words, dotted, nearest
from sagebase_ops.config.model import NOBODY, RECHECK
from sagebase_ops.config.source import Source
from sagebase_ops.domain.quantities import parse_duration, write_duration

EVERYONE = "everyone"
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_SLACK_ID = re.compile(r"[UWS][A-Z0-9]{6,}")
_EXAMPLE_IDS = {"S0123ABCD", "U0123ABCD", "U0456EFGH", "W0123ABCD"}


def reference_mistakes(source: Source) -> Iterator[Mistake]:
    """Every word that names a policy, a contact or a placeholder which is not there."""
    yield from _policies(source)
    yield from _contacts(source)
    yield from _reserved(source)
    yield from _waits(source)
    yield from _dependencies(source)
    yield from _placeholders(source)
    yield from _project_ids(source)
    yield from _only_in(source)


def placeholder_contacts(source: Source) -> Iterator[tuple[str, Mistake]]:
    """Contacts, by name, that some policy tells, though nobody has written down yet who they are."""
    contacts = _mapping(source.data, "contacts")
    for key in dict.fromkeys(_told(source.data)):
        given = contacts.get(key)
        slack = given.get("slack") if isinstance(given, dict) else None
        if isinstance(slack, str) and (slack in _EXAMPLE_IDS or not _SLACK_ID.fullmatch(slack)):
            path = ("contacts", key, "slack")
            what = "not a real Slack id yet, though an escalation tells this contact; write a user id (U…) or a user group id (S…)"
            yield key, Mistake(source.place_of(path), f'{dotted(path)} = "{slack}"', what)


def _mapping(data: Any, key: str) -> Mapping[str, Any]:  # Any: not validated yet
    found = data.get(key) if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


def _steps(data: Any) -> Iterator[tuple[Path, Any]]:  # Any: not validated yet
    for name, steps in _mapping(data, "escalation").items():
        for position, step in enumerate(steps if isinstance(steps, list) else ()):
            yield ("escalation", name, position), step


def _tells(data: Any) -> Iterator[tuple[Path, str]]:  # Any: not validated yet
    """Each contact that a step tells, with its path."""
    for path, step in _steps(data):
        told = step.get("tell") if isinstance(step, dict) else None
        for position, word in enumerate(told if isinstance(told, list) else ()):
            yield (*path, "tell", position), str(word)


def _told(data: Any) -> Iterator[str]:  # Any: not validated yet
    for _, word in _tells(data):
        yield from _mapping(data, "contacts") if word == EVERYONE else (word,)


def _escalations(data: Any) -> Iterator[tuple[Path, str]]:  # Any: not validated yet
    """Each `escalation:` of a project, a checklist or an entry, with its path."""
    projects = data.get("projects") if isinstance(data, dict) else None
    places: list[tuple[Path, Any]] = [(("project_defaults",), _mapping(data, "project_defaults"))]
    places += [
        (("projects", position), project)
        for position, project in enumerate(projects if isinstance(projects, list) else ())
    ]
    for path, part in [*places, *_parts_of_checklists(data)]:
        if isinstance(part, dict) and isinstance(part.get("escalation"), str):
            yield (*path, "escalation"), part["escalation"]


def _parts_of_checklists(data: Any) -> Iterator[tuple[Path, Mapping[str, Any]]]:  # Any: not validated yet
    """Each checklist and each of its entries, with its path."""
    for name, checklist in _mapping(data, "checklists").items():
        if not isinstance(checklist, dict):
            continue
        yield ("checklists", name), checklist
        entries = checklist.get("checks")
        for position, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, dict):
                yield ("checklists", name, "checks", position), entry


def _policies(source: Source) -> Iterator[Mistake]:
    known = [*_mapping(source.data, "escalation"), NOBODY]
    for path, word in _escalations(source.data):
        if word not in known:
            what = f"no policy is called {word!r}; {allowed_words(known)}{nearest(word, known)}"
            yield Mistake(source.place_of(path), dotted(path), what)


def _contacts(source: Source) -> Iterator[Mistake]:
    known = [*_mapping(source.data, "contacts"), EVERYONE]
    pressers = _mapping(source.data, "slack").get("may_press")
    named = (
        [(("slack", "may_press", position), str(word)) for position, word in enumerate(pressers)]
        if isinstance(pressers, list)
        else []
    )
    for path, word in [*_tells(source.data), *named]:
        if word not in known:
            what = f"no contact is called {word!r}; {allowed_words(known)}{nearest(word, known)}"
            yield Mistake(source.place_of(path), dotted(path), what)


def _reserved(source: Source) -> Iterator[Mistake]:
    if RECHECK in _mapping(source.data, "checklists"):
        path = ("checklists", RECHECK)
        yield Mistake(source.place_of_key(path), dotted(path), "this name is the built-in job's; give it another one")


def _waits(source: Source) -> Iterator[Mistake]:
    """A step that waits no longer than the one before it would be told with it or before it."""
    before: dict[str, timedelta] = {}
    for path, step in _steps(source.data):
        given = step.get("after") if isinstance(step, dict) else None
        try:
            wait = parse_duration(given)
        except ValueError:
            continue
        policy = str(path[1])
        if policy in before and wait <= before[policy]:
            what = f"must be longer than the step before it ({write_duration(before[policy])}): steps go in the order of their waits"
            yield Mistake(source.place_of((*path, "after")), f'{dotted((*path, "after"))} = "{given}"', what)
        before[policy] = max(wait, before.get(policy, wait))


def _dependencies(source: Source) -> Iterator[Mistake]:
    """`depends_on` names another entry of the checklist."""
    for name, checklist in _mapping(source.data, "checklists").items():
        entries = checklist.get("checks") if isinstance(checklist, dict) else None
        raw = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
        circles = _circles({entry_name(one): word for one in raw if isinstance(word := one.get("depends_on"), str)})
        for position, entry in enumerate(raw):
            word, path = entry.get("depends_on"), ("checklists", name, "checks", position, "depends_on")
            others = [entry_name(other) for other in raw if other is not entry]
            if isinstance(word, str) and word not in others:
                what = f"no other entry of the checklist is called {word!r}; {allowed_words(others)}{nearest(word, others)}"
                yield Mistake(source.place_of(path), dotted(path), what)
            elif entry_name(entry) in circles:
                what = f"{word!r} depends on this entry in turn; nobody would hear of either: leave one depends_on out"
                yield Mistake(source.place_of(path), dotted(path), what)


def _circles(names: Mapping[str, str]) -> set[str]:
    """Those of the names (of each its dependency) from which the way leads back: nobody would ever hear of any of them."""
    found = set()
    for name in names:
        way, at = {name}, names.get(name)
        while at is not None and at not in way:
            way.add(at)
            at = names.get(at)
        found |= {name} if at == name else set()
    return found


def entry_name(raw: Mapping[str, Any]) -> str:  # Any: not validated yet
    """An entry's name: its own; else the metric's for `metric`; else the check's."""
    metric = raw.get("metric") if raw.get("check") == "metric" else None
    return str(raw.get("name") or metric or raw.get("check"))


def _placeholders(source: Source) -> Iterator[Mistake]:
    """`{project}` is filled in within a project's names and an entry's parameters, and nothing else is, anywhere."""
    for path, place in source.places.items():
        value = _text_at(source.data, path)
        if value is None or path[-1] in {"title", "guide", "text", "filter"}:
            continue
        wrong = [word for word in _PLACEHOLDER.findall(value) if word != "project" or not _may_hold(path)]
        for word in wrong:
            fits = (
                "{project} is filled in only within projects and checks" if word == "project" else "allowed: {project}"
            )
            yield Mistake(place, f'{dotted(path)} = "{value}"', f"{{{word}}} cannot be filled in; {fits}{_near(word)}")


def _near(word: str) -> str:
    return "" if word == "project" else nearest(word, ["project"])


def _may_hold(path: Path) -> bool:
    return (path[0] == "projects" and path[2:3] != ("id",)) or path[0] == "project_defaults" or "checks" in path


def _text_at(data: Any, path: Path) -> str | None:  # Any: not validated yet
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None  # a part that a merge key overruled
    return data if isinstance(data, str) else None


def _project_ids(source: Source) -> Iterator[Mistake]:
    seen: dict[str, int] = {}
    projects = source.data.get("projects") if isinstance(source.data, dict) else None
    for position, project in enumerate(projects if isinstance(projects, list) else ()):
        name = project.get("id") if isinstance(project, dict) else None
        if isinstance(name, str) and seen.setdefault(name, position) != position:
            path = ("projects", position, "id")
            what = f"this project stands already at projects[{seen[name]}]; write it once"
            yield Mistake(source.place_of(path), f'{dotted(path)} = "{name}"', what)


def _only_in(source: Source) -> Iterator[Mistake]:
    """`projects` of a checklist and of an entry names watched ones."""
    projects = source.data.get("projects") if isinstance(source.data, dict) else None
    known = [str(one.get("id")) for one in projects if isinstance(one, dict)] if isinstance(projects, list) else []
    for path, part in _parts_of_checklists(source.data):
        named = part.get("projects")
        for position, word in enumerate(named if isinstance(named, list) else ()):
            if isinstance(word, str) and word not in known:
                what = f"no project of this file has the id {word!r}; {allowed_words(known)}{nearest(word, known)}"
                yield Mistake(
                    source.place_of((*path, "projects", position)), dotted((*path, "projects", position)), what
                )
