"""What a reader sees while another process decides without a pause, and what it costs to see that nothing is due."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

from google.cloud.firestore import AsyncClient

from sagebase_ops.config.load import load
from sagebase_ops.store.base import Decision
from sagebase_ops.store.firestore.database import Database, Seen
from sagebase_ops.store.firestore.queries import Query
from sagebase_ops.store.firestore.store import FirestoreStore
from tests.contract.examples import at
from tests.contract.examples import opened as opened_incident
from tests.fakes import FakeClock
from tests.jobs.test_incidents import FILE, Team
from tests.store.firestore.conftest import Opened


class Crowded(Database):
    """Before each question to it somebody else writes."""

    meanwhile: Callable[[], Awaitable[object]]

    async def _found(self, query: Query, at: datetime | None = None) -> list[Seen]:
        await self.meanwhile()
        return await super()._found(query, at)


async def test_who_reads_the_incidents_sees_one_moment_however_fast_another_process_decides(
    project: str, opened: Opened
) -> None:
    writer, names = await opened(), iter("abcdefghijklmnopqrstuvwxyz" * 9)

    async def decide() -> None:
        name = next(names)
        await writer.decide(Decision((opened_incident(name, target=name),)), at(1))

    crowded = Crowded(AsyncClient(project=project, database="ops"), f"{project}/ops")
    crowded.meanwhile = decide
    async with FirestoreStore(crowded, "") as reader:
        first = await reader.live_incidents(at(0))
        second = await reader.live_incidents(at(0))

    assert sorted(one.id for one in first) == []
    assert sorted(one.id for one in second) == ["a", "b"]


async def test_to_see_that_no_step_is_due_costs_one_read(tmp_path: Path, opened: Opened) -> None:
    billed: Counter[str] = Counter()
    store = await opened(on_call=lambda kind, many: billed.update({kind: many}))
    (tmp_path / "schedules.yaml").write_text(FILE, encoding="utf-8")
    team = Team(load(tmp_path / "schedules.yaml"), store, FakeClock())
    await team.incidents.escalate()
    billed.clear()

    await team.incidents.escalate()

    assert billed == {"read": 1}
