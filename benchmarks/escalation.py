"""10,000 open incidents: how long does one round of escalation take, the store's reads and writes included?

The round is the daemon's own (`Incidents.escalate`) over a store on the disk; only the clock is ours. Each incident has a
message of its own, but where the row says otherwise. Where more is due than one decision tells (telling.AT_ONCE messages), a
round is many of them, between which everything else goes on: then the longest is held against the promise. Slack itself takes
one message a second for each channel.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from benchmarks.rows import Row, at_most
from sagebase_ops.casebook import Casebook
from sagebase_ops.config.load import load
from sagebase_ops.config.model import Schedules
from sagebase_ops.domain.failing_incidents import advance
from sagebase_ops.domain.incidents import Evidence, Incident, Seen
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Sentence, Target, failing
from sagebase_ops.jobs.incidents import Incidents
from sagebase_ops.jobs.run_checks import planned
from sagebase_ops.log import set_up_logging
from sagebase_ops.slack.messages.telling import Telling
from sagebase_ops.store.base import Decision
from sagebase_ops.store.sqlite.opening import open_store
from sagebase_ops.telling import Route

PRESENT = Path(__file__).parent / "watch.yaml"
OPEN = 10_000
LIMIT_SECONDS = 1.0
TRIES = 3
NINE = datetime(2026, 11, 24, tzinfo=UTC)
STEP = timedelta(minutes=30)
_SEEN = Sentence(ja="エラー率 {value}（上限 {limit}）", en="error rate {value} (limit {limit})")


@dataclass
class SetClock:
    """Stands where it is set."""

    at: datetime = NINE

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True)
class Team:
    """A daemon's work with incidents, on the disk."""

    incidents: Incidents
    clock: SetClock

    async def round_of(self) -> float:
        """Seconds of one round."""
        started = time.perf_counter()
        await self.incidents.escalate()
        return time.perf_counter() - started


def rows() -> Sequence[Row]:
    set_up_logging(None, "WARNING")
    return asyncio.run(_measured())


async def _measured() -> list[Row]:
    alone = await _alone()
    at_once = await _at_once([f"group-{number}" for number in range(OPEN)])
    of_one_cause = [await _at_once(["group"] * OPEN) for _ in range(TRIES)]
    shown = {
        f"{OPEN:,} open incidents, one round of escalation: nothing due": alone["nothing"],
        "  100 of them due": alone["100"],
        "  the first round after a start, nothing due": alone["first"],
        "  all of them due, one cause": min(map(max, of_one_cause)),
        "  all of them due, each with a message of its own: the longest decision": max(at_once),
    }
    longest = [at_most(what, seconds, LIMIT_SECONDS, "{:.2f} s") for what, seconds in shown.items()]
    return [*longest, Row("    decisions, and all of them together", f"{len(at_once)}, {sum(at_once):.1f} s")]


async def _alone() -> dict[str, float]:
    """Nothing due but where it says so; the best of three: what else the machine does only adds."""
    groups = [f"group-{number}" for number in range(OPEN)]
    with tempfile.TemporaryDirectory() as folder:
        async with _team(folder) as team:
            await _fill(team, groups, early=100)
        async with _team(folder) as team:
            first = await team.round_of()
            nothing = min([await team.round_of() for _ in range(TRIES)])
            team.clock.at = NINE + STEP
            return {"first": first, "nothing": nothing, "100": await team.round_of()}


async def _at_once(groups: Sequence[str]) -> list[float]:
    """The decisions until everybody of all of them has heard."""
    with tempfile.TemporaryDirectory() as folder:
        async with _team(folder) as team:
            await _fill(team, groups)
            await team.round_of()
            team.clock.at = NINE + 2 * STEP
            found, started = list[float](), time.perf_counter()
            await team.incidents.escalate(on_told=lambda: found.append(time.perf_counter()))
            return [after - before for before, after in pairwise([started, *found])]


@asynccontextmanager
async def _team(folder: str) -> AsyncIterator[Team]:
    clock = SetClock()
    async with await open_store(Path(folder) / "state.db", sandbox=True) as store:
        route = Route("bench", "#sagebase-ops", None, Telling("ja", "Asia/Tokyo"))
        yield Team(Incidents(Casebook(load(PRESENT), store, route, clock)), clock)


async def _fill(team: Team, groups: Sequence[str], early: int = 0) -> None:
    """Open incidents whose first post was told, each of a service of its own; `early` of them half an hour before the rest."""
    book = team.incidents.book
    opened = [
        _opened(book.schedules, number, group, NINE if number < early or not early else NINE + STEP)
        for number, group in enumerate(groups)
    ]
    await book.store.decide(Decision(tuple(opened)), NINE)


def _opened(schedules: Schedules, number: int, group: str, at: datetime) -> Incident:
    project, entry = schedules.projects[0], schedules.named("watch").entries[1]
    policy = schedules.policy_of(entry, project)
    finding = failing(
        Target("run_service", f"service-{number:05}"),
        _SEEN,
        value=Quantity(0.05 + number / 100_000, "1"),
        limit=Quantity(0.05, "1"),
        link="https://console.cloud.google.com/run?project=sagebase-sandbox",
        asked={"method": "ListTimeSeries", "start": at - timedelta(minutes=5), "end": at},
    )
    if policy is None:
        raise ValueError(f"{PRESENT}: {entry.name} pages nobody")
    evidence = Evidence(at - timedelta(minutes=5), at)
    rules = replace(entry.rules, hold=timedelta(0))
    seen = Seen(f"incident-{number}", planned(schedules, entry, project).ref, finding, evidence, rules, policy, group)
    incident = advance(None, seen, at).incident
    if incident is None:
        raise ValueError("a failing finding opened nothing")
    return replace(incident, told=True, steps_taken=1)
