"""What is asked each second is found by an index, however much waits."""

from pathlib import Path

import pytest

from sagebase_ops.domain.notifications import Message, notifications_of
from sagebase_ops.store.base import Outcome
from sagebase_ops.store.sqlite import incidents, outbox, thinning
from sagebase_ops.store.sqlite.opening import open_store
from sagebase_ops.store.sqlite.store import SqliteStore
from tests.contract.examples import at, run


async def plan(store: SqliteStore, query: str, *values: object) -> list[str]:
    return await store._database.read(lambda db: [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {query}", values)])


@pytest.mark.parametrize(
    ("query", "values", "index"),
    [
        (outbox.DUE, ("2026", 100), "post USING INDEX outbox_in_order"),
        (outbox.NEXT_DUE, (), "post USING INDEX outbox_by_due"),
        (outbox.NOTICE, ("digest",), "post USING INDEX sqlite_autoindex_notifications_1 (notice=?)"),
    ],
    ids=["due", "next_due", "notice"],
)
async def test_the_outbox_is_asked_by_its_indexes(
    tmp_path: Path, query: str, values: tuple[object, ...], index: str
) -> None:
    async with await open_store(tmp_path / "state.db", sandbox=False) as store:
        steps = await plan(store, query, *values)

    assert steps[0].endswith(index)
    assert not [step for step in steps if "TEMP B-TREE" in step or (" USING " not in step and "SUBQUERY" not in step)]


@pytest.mark.parametrize(
    ("query", "values", "indexes"),
    [
        (incidents.LIVE, ("2026",), ["incidents_one_live_per_fingerprint", "incidents_by_resolve (resolved_at>?)"]),
        (incidents.LISTED, (50,), ["incidents_by_opening"]),
        (incidents.SILENCES, ("2026",), ["silences_by_end (until>?)"]),
        (incidents.AUDIT, (50,), ["sqlite_autoindex_audit_1"]),
        (outbox.END, ("digest",), ["sqlite_autoindex_notifications_1 (notice=?)"]),
    ],
    ids=["live", "listed", "silences", "audit", "end"],
)
async def test_incidents_are_asked_by_their_indexes(
    tmp_path: Path, query: str, values: tuple[object, ...], indexes: list[str]
) -> None:
    """However many were resolved in 400 days."""
    async with await open_store(tmp_path / "state.db", sandbox=False) as store:
        steps = await plan(store, query, *values)

    assert [step.split(" INDEX ")[1] for step in steps if " INDEX " in step] == indexes


@pytest.mark.parametrize(
    ("query", "values", "index"),
    [
        (thinning.SPAN, ("2026", "2027"), "runs_by_start (started_at>? AND started_at<?)"),
        (thinning.LAST_BEFORE, ("watch", "2026"), "runs_of_job (job=? AND started_at<?)"),
        (thinning.OLDEST, ("2026",), "runs_by_start (started_at>?)"),
    ],
    ids=["span", "last_before", "oldest"],
)
async def test_a_slice_is_thinned_by_its_indexes(
    tmp_path: Path, query: str, values: tuple[object, ...], index: str
) -> None:
    """However many runs a year has left."""
    async with await open_store(tmp_path / "state.db", sandbox=False) as store:
        (step,) = await plan(store, query, *values)

    assert step.endswith(index)


async def test_of_ten_thousand_waiting_posts_the_first_are_found(tmp_path: Path) -> None:
    messages = [Message("digest"), Message("details", in_thread=True)]
    rows = [
        row for number in range(5000) for row in notifications_of(f"n{number:05}", messages, "#ops", None, at(number))
    ]
    async with await open_store(tmp_path / "state.db", sandbox=False) as store:
        await store.record(Outcome(run(), notifications=tuple(reversed(rows))), at(11))

        assert [row.key for row in await store.due_notifications(at(9999), 3)] == ["n00000", "n00001", "n00002"]
        assert [row.key for row in await store.due_notifications(at(1))] == ["n00000", "n00001"]
        assert await store.next_due() == at(0)
        assert (await store.backlog()).unsent == 10_000
