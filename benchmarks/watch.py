"""What does the watch ask of Google, and what does that cost? A round against 1, 10 and 100 services, well and failing.

Prices are those of gcp-facts on hosting (a million reads of Cloud Monitoring a month are free, then 0.01 USD a thousand),
and of its announced successor by time series returned (a million free, then 0.50 USD a million: believed, not read).
Reading Cloud Run, Cloud SQL and Cloud Logging costs nothing; Logging allows 60 reads a minute.
"""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.calls import of_every_service
from benchmarks.daily import PROJECT
from benchmarks.processes import Box, sandbox
from benchmarks.rows import Row, at_most
from sagebase_ops.config.load import load
from sagebase_ops.domain.results import Verdict
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.monitoring import MetricQuery, MetricReader
from sagebase_ops.gcp.snapshot import Cloud
from sagebase_ops.gcp.time_series import SeriesSet
from sagebase_ops.jobs.run_checks import plan, run_checks
from sagebase_ops.probe.http import Probe

SERVICES = (1, 10, 100)
ROUNDS_AN_HOUR = timedelta(hours=1) // timedelta(minutes=1)
ROUNDS_A_MONTH = 30 * 24 * ROUNDS_AN_HOUR
MONITORING, LOGGING = "monitoring.googleapis.com", "logging.googleapis.com"
FREE, DOLLARS_A_THOUSAND_CALLS, DOLLARS_A_MILLION_SERIES = 1_000_000, 0.01, 0.50
READS_A_MINUTE = 60
LOADS = {
    "well": "{requests: 30, errors: 0.5}",
    "failing": "{requests: 30, errors: 9, latency_p95: 6s, cpu: 95%, memory: 95%, instances: 10}",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One round: calls by API, and how many time series came back."""

    calls: Mapping[str, int]
    series: int

    @property
    def total(self) -> int:
        return sum(self.calls.values())


class CountingReader(MetricReader):
    """Counts the series of its answers."""

    counted = 0

    async def _series(self, project: str, query: MetricQuery) -> SeriesSet:
        answer = await super()._series(project, query)
        self.counted += len(answer.series)
        return answer


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        well = [_measured(many, "well", Path(folder)) for many in SERVICES]
        failing = [_measured(many, "failing", Path(folder)) for many in SERVICES]
    return [*_calls(well, failing), *_by_api(well[0], failing[0]), *_money(well)]


def _calls(well: list[Asked], failing: list[Asked]) -> list[Row]:
    names = ("API calls of a round of the watch with 1, 10, 100 services", "  of a round in which all of them fail")
    return [
        Row(name, ", ".join(str(one.total) for one in seen), "the same number", len({one.total for one in seen}) == 1)
        for name, seen in zip(names, (well, failing), strict=True)
    ]


def _by_api(well: Asked, failing: Asked) -> list[Row]:
    """An hour of either kind; Cloud Logging is read only while something fails."""
    apis = sorted({*well.calls, *failing.calls})
    hours = [Row(f"  {api}, calls an hour", _hour(well, failing, api)) for api in apis]
    reads = failing.calls.get(LOGGING, 0)
    return [*hours, at_most("  reads of Cloud Logging a minute : allowed, while it fails", reads / READS_A_MINUTE, 1.0)]


def _hour(well: Asked, failing: Asked, api: str) -> str:
    plain, worse = (one.calls.get(api, 0) * ROUNDS_AN_HOUR for one in (well, failing))
    return f"{plain:,}" if plain == worse else f"{plain:,} ({worse:,} failing)"


def _money(well: list[Asked]) -> list[Row]:
    calls = well[0].calls[MONITORING] * ROUNDS_A_MONTH
    series = [one.series * ROUNDS_A_MONTH for one in well]
    by_calls = max(0, calls - FREE) / 1000 * DOLLARS_A_THOUSAND_CALLS
    by_series = [max(0, count - FREE) / 1_000_000 * DOLLARS_A_MILLION_SERIES for count in series]
    return [
        at_most("  reads of Cloud Monitoring a month : free million", calls / FREE, 1.0),
        Row("  cost a month, by calls, however many services", f"{by_calls:.2f} USD"),
        Row("  time series returned a month, 1, 10, 100 services", ", ".join(f"{count:,}" for count in series)),
        Row("  cost a month, by series", ", ".join(f"{cost:.2f}" for cost in by_series) + " USD"),
    ]


def _measured(many: int, load: str, folder: Path) -> Asked:
    scenario, schedules = folder / f"{load}-{many}.yaml", folder / "schedules.yaml"
    scenario.write_text(_scenario(many, LOADS[load]), encoding="utf-8")
    schedules.write_text(of_every_service(), encoding="utf-8")
    with sandbox(str(scenario)) as box:
        return asyncio.run(_second_round(box, schedules, Verdict.PASS if load == "well" else Verdict.FAIL))


async def _second_round(box: Box, schedules: Path, expected: Verdict) -> Asked:
    """The first asks once in a process's life what the metrics are."""
    connections = Connections(box.grpc, box.rest)
    try:
        await _round(connections, box, schedules, expected)
        box.take_calls()
        series = await _round(connections, box, schedules, expected)
        return Asked(Counter(call["api"] for call in box.take_calls()), series)
    finally:
        await connections.aclose()


async def _round(connections: Connections, box: Box, schedules: Path, expected: Verdict) -> int:
    """The series that came back. Raises RuntimeError where the error rate is not as expected: nothing was measured."""
    read = load(schedules, example_project=PROJECT)
    cloud, probe = Cloud(connections), Probe(box.rest)
    reader = CountingReader(connections, cloud.asked)
    cloud.__dict__["metrics"] = reader  # where cached_property keeps it
    try:
        results = await run_checks(plan(read, read.named("watch")), cloud, probe, datetime.now(UTC))
    finally:
        await cloud.aclose()
        await probe.aclose()
    seen = {result.entry.name: result.verdict for result in results}
    if seen["high_error_rate"] is not expected:
        raise RuntimeError(f"the error rate is {seen['high_error_rate']}, not {expected}: nothing was measured")
    return reader.counted


def _scenario(many: int, load: str) -> str:
    """So many services, each with an uptime check."""
    names = [f"service-{number:03}" for number in range(many)]
    services = "\n".join(f"  - {{name: {name}, load: [{load}]}}" for name in names)
    checks = "\n".join(f"  - {{service: {name}}}" for name in names)
    return f"extends: healthy\nservices:\n{services}\nuptime_checks:\n{checks}\n"
