"""The entries of each checklist: does the check exist, do its parameters fit, is each question asked once?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from sagebase_ops.checks.base import CheckDefinition, CheckParams
from sagebase_ops.config.file import EntryPart
from sagebase_ops.config.mistakes import Mistake, Path, allowed_words, dotted, nearest
from sagebase_ops.config.references import entry_name
from sagebase_ops.config.source import Source
from sagebase_ops.config.wording import field_names, mistakes_of, shape

COMMON_KEYS = field_names(EntryPart)


@dataclass(frozen=True, slots=True)
class FoundEntry:
    """One entry as it stands in the file, with its parameters validated."""

    path: Path
    raw: Mapping[str, Any]  # whatever stands in the file
    definition: CheckDefinition
    params: CheckParams

    @property
    def name(self) -> str:
        return entry_name(self.raw)


def own_parameters(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The keys that belong to the check, not to every entry."""
    return {key: value for key, value in raw.items() if key not in COMMON_KEYS}


def find_entries(source: Source, checks: Mapping[str, CheckDefinition]) -> list[FoundEntry]:
    """Every entry that can be run; what cannot is added to the source's mistakes."""
    found = [_entry(source, path, raw, checks) for path, raw in raw_entries(source.data)]
    entries = [entry for entry in found if entry is not None]
    source.mistakes += _repeated(source, entries)
    return entries


def raw_entries(data: Any) -> Iterator[tuple[Path, Mapping[str, Any]]]:  # Any: not validated yet
    """Every entry of every checklist as it stands in the file, with its path."""
    checklists = data.get("checklists") if isinstance(data, dict) else None
    for name, checklist in checklists.items() if isinstance(checklists, dict) else ():
        entries = checklist.get("checks") if isinstance(checklist, dict) else None
        for position, raw in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(raw, dict):
                yield ("checklists", name, "checks", position), raw


def _entry(
    source: Source, path: Path, raw: Mapping[str, Any], checks: Mapping[str, CheckDefinition]
) -> FoundEntry | None:
    word = raw.get("check")
    if not isinstance(word, str):
        return None  # the file's own model says that `check` is missing or no text
    definition = checks.get(word)
    if definition is None:
        what = f"no check is called {word!r}; {allowed_words(checks)}{nearest(word, checks)}"
        source.mistakes.append(Mistake(source.place_of((*path, "check")), f"{dotted(path)}.check", what))
        return None
    try:
        params = definition.params.model_validate(own_parameters(raw))
    except ValidationError as error:
        keys = {shape(path): (*field_names(definition.params), *COMMON_KEYS)}
        source.mistakes += mistakes_of(error, source, path, keys)
        return None
    return FoundEntry(path, raw, definition, params)


def _repeated(source: Source, entries: list[FoundEntry]) -> Iterator[Mistake]:
    """Two entries of one checklist with one name, or with one question under two names."""
    names: dict[tuple[Any, str], FoundEntry] = {}
    questions: list[FoundEntry] = []
    for entry in entries:
        place, where = source.place_of(entry.path), dotted(entry.path)
        same = next((other for other in questions if _same_question(entry, other)), None)
        taken = names.setdefault((entry.path[1], entry.name), entry)
        questions.append(entry)
        if same is not None:
            yield Mistake(place, where, f"asks the same as {dotted(same.path)}; remove one of them")
        elif taken is not entry:
            what = f"the name {entry.name!r} is taken by {dotted(taken.path)}; give one of them a name of its own (name: …)"
            yield Mistake(place, where, what)


def _same_question(one: FoundEntry, other: FoundEntry) -> bool:
    return one.path[1] == other.path[1] and one.definition is other.definition and one.params == other.params
