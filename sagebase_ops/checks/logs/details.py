"""Which errors were they? The newest entries in groups of alike messages, as notes below the count."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.logs.counts import ENTRIES, Window, entries_filter
from sagebase_ops.domain.log_entries import LogEntry
from sagebase_ops.domain.log_shapes import Group, groups_of
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Note, Sentence
from sagebase_ops.errors import GcpError

GROUP = Sentence(ja="{count}：{sample}（{first}〜{last}）", en="{count}: {sample} ({first} to {last})")
OF_THE_NEWEST = Sentence(ja="内訳は最新{read}を集計したものです", en="grouped from the newest {read}")
NO_SAMPLE = Sentence(
    ja="件数はありますが、本文を取得できませんでした（保存期間・除外設定・検索の遅延を確認してください）",
    en="they are counted, but no entry was found to show: look at retention, exclusions, or search again later",
)
NOT_READ = Sentence(
    ja="件数は正確ですが、内訳は確認できませんでした", en="the count stands, but the entries could not be read"
)


@dataclass(frozen=True, slots=True)
class Details:
    """Notes by service; Logging's refusal, if it refused."""

    notes: Mapping[str, tuple[Note, ...]] = field(default_factory=dict)
    asked: Mapping[str, Any] = field(default_factory=dict)  # JSON
    refusal: GcpError | None = None


async def read_details(services: tuple[str, ...], window: Window, groups: int, context: CheckContext) -> Details:
    """The `groups` largest groups of each service, from at most two pages for all of them together.

    Logging's refusal must not hide the count that Monitoring gave: it is handed back, and a note says so.
    """
    if not services or not groups:
        return Details()
    filter_ = entries_filter(services, context.project.region, window)
    asked = {"logs": {"method": "google.logging.v2.LoggingServiceV2.ListLogEntries", "filter": filter_}}
    try:
        page = await context.gcp.logs.newest(context.project.id, filter_, pages=2)
    except GcpError as error:
        return Details(dict.fromkeys(services, (Note(NOT_READ),)), asked, error)
    of_service = {name: [entry for entry in page.entries if entry.service == name] for name in services}
    notes = {name: notes_of(of_service[name], groups, complete=page.complete) for name in services}
    return Details(notes, asked)


def notes_of(entries: list[LogEntry], groups: int, *, complete: bool) -> tuple[Note, ...]:
    """One note per group; one more when they are not all there is."""
    if not entries:
        return (Note(NO_SAMPLE),)
    largest = _notes(groups_of(entries)[:groups])
    read = Note(OF_THE_NEWEST, {"read": Quantity(len(entries), ENTRIES)})
    return largest if complete else (*largest, read)


def _notes(groups: Iterable[Group]) -> tuple[Note, ...]:
    return tuple(
        Note(
            GROUP,
            {
                "count": Quantity(group.count, ENTRIES),
                "sample": group.sample or group.severity,
                "first": group.first,
                "last": group.last,
            },
        )
        for group in groups
    )
