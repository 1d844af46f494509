"""5,000 findings fail in one run: how long until they are grouped, told and written down, with one cause and with 5,000?

The daemon's own steps over a store on the disk: who mutes what, the fold into incidents, the record with its posts.
"""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.escalation import PRESENT, SetClock
from benchmarks.rows import Row, at_most
from sagebase_ops.casebook import Casebook
from sagebase_ops.config.load import load
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Sentence, Target, failing
from sagebase_ops.domain.runs import CheckResult, Run, Trigger
from sagebase_ops.jobs.incidents import Incidents
from sagebase_ops.jobs.run_checks import planned
from sagebase_ops.log import set_up_logging
from sagebase_ops.slack.messages.telling import Telling
from sagebase_ops.store.base import Outcome
from sagebase_ops.store.sqlite.opening import open_store
from sagebase_ops.telling import Route

FAILING = 5_000
LIMIT_SECONDS = 2.0
NINE = datetime(2026, 11, 24, tzinfo=UTC)
_SEEN = Sentence(ja="失敗 {value}", en="failed {value}")


def rows() -> Sequence[Row]:
    set_up_logging(None, "WARNING")
    seconds, messages = asyncio.run(_measured())
    what = f"{FAILING:,} failing findings of one run, grouped and recorded"
    return [at_most(what, seconds, LIMIT_SECONDS, "{:.2f} s"), Row("  messages that tell of them", f"{messages}")]


async def _measured() -> tuple[float, int]:
    """Seconds from the finished run to its record in the file, and how many incident messages stand in the outbox."""
    with tempfile.TemporaryDirectory() as folder:
        async with await open_store(Path(folder) / "state.db", sandbox=True) as store:
            route = Route("bench", "#sagebase-ops", None, Telling("ja", "Asia/Tokyo"))
            book = Casebook(load(PRESENT), store, route, SetClock(NINE))
            incidents, run = Incidents(book), _run(book)
            started = time.perf_counter()
            run = await incidents.muted(run)
            decision = await incidents.after(run)
            await store.record(Outcome(run, decision=decision), NINE)
            seconds = time.perf_counter() - started
            if len(await store.live_incidents(NINE)) != FAILING:
                raise ValueError("not every failing finding opened its incident")
            return seconds, len({row.notice for row in decision.notifications})


def _run(book: Casebook) -> Run:
    schedules = book.schedules
    watch, project = schedules.named("watch"), schedules.projects[0]
    entry = next(one for one in watch.entries if not one.rules.hold)
    reference = planned(schedules, entry, project).ref
    findings = tuple(_failed(number) for number in range(FAILING))
    return Run(
        id="run",
        job="watch",
        title=watch.title,
        trigger=Trigger.SCHEDULE,
        slot=NINE,
        started_at=NINE,
        finished_at=NINE,
        language="ja",
        timezone="Asia/Tokyo",
        expected=(reference,),
        results=(CheckResult(reference, findings),),
    )


def _failed(number: int) -> Finding:
    return failing(
        Target("run_service", f"service-{number:05}"),
        _SEEN,
        value=Quantity(number, "{errors}"),
        asked={"method": "ListServices"},
        link="https://console.cloud.google.com/run?project=sagebase-sandbox",
    )
