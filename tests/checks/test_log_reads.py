"""All checks of a run share Cloud Logging's 60 reads a minute, and none of them waits past its deadline for its turn."""

from sagebase_ops.config.load import load
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.pace import Pace
from sagebase_ops.gcp.snapshot import Cloud
from sagebase_ops.jobs.run_checks import Deadlines, plan, run_checks
from sagebase_ops.sandbox.scenario import Entries
from tests.checks.watching import PROJECT, SHIPPED, looking

A_MINUTE, QUOTA = 60.0, 60


class AllAtOnce(Pace):
    """The pace of a real Google Cloud, in which every turn is taken in the same moment and told, not waited for."""

    def __init__(self) -> None:
        super().__init__(burst=1, per_second=1)
        self._real = Connections().log_reads
        self.waits: list[float] = []

    async def turn(self, key: str) -> None:
        self.waits.append(self._real.book(key, 0.0))


async def test_a_busy_week_has_its_turns_long_before_a_check_is_out_of_time() -> None:
    loud = [Entries.model_validate({"text": "slow {n}", "count": 3000, "since": "14d"})]
    async with looking("scanner") as (box, context):
        logged = [*box.world.scenario.log_entries, *loud]
        box.world.scenario = box.world.scenario.model_copy(update={"log_entries": logged})
        schedules = load(SHIPPED, example_project=PROJECT.id)
        planned = plan(schedules, schedules.named("weekly"))
        reading = [one for one in planned if "logging.logEntries.list" in one.entry.definition.permissions]
        connections = Connections(box.grpc, box.rest)
        connections.log_reads = pace = AllAtOnce()
        results = await run_checks(reading, Cloud(connections), context.probe, context.now)
        await connections.aclose()
    assert {"error_log_summary", "access_logs", "sql_error_logs", "iam_audit"} <= {one.entry.check for one in results}
    assert not [one for result in results for one in result.findings if one.verdict == "unknown"]
    assert len(pace.waits) > len(results)
    assert max(pace.waits) < Deadlines().check / 2


def test_no_minute_has_more_turns_than_the_quota_leaves_us_however_many_want_one() -> None:
    pace = Connections().log_reads
    waits = [pace.book("p", 0.0) for _ in range(200)]
    assert max(sum(start <= wait < start + A_MINUTE for wait in waits) for start in waits) < QUOTA
