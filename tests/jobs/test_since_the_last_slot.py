"""A check that tells what happened looks back to the last planned run in which it saw everything: no slot hides a deploy."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from sagebase_ops.app.manual import ManualRun, run_now
from sagebase_ops.casebook import Casebook
from sagebase_ops.config.load import load
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding
from sagebase_ops.domain.runs import Run
from sagebase_ops.domain.slots import LEASE, Claim, Slot
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.jobs.checklist_work import ChecklistWork
from sagebase_ops.jobs.incidents import Incidents
from sagebase_ops.jobs.run_checklist import Outside
from sagebase_ops.probe.http import Probe
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.scenario import RunService
from sagebase_ops.sandbox.server import Sandbox
from sagebase_ops.settings import load_settings
from sagebase_ops.slack.messages.telling import Telling
from sagebase_ops.store.base import Store
from sagebase_ops.telling import Route
from tests.checks.watching import refusing
from tests.fakes import FakeClock

FILE = """
projects:
  - {id: sagebase-sandbox, environment: production, region: asia-northeast1, services: [sagebase-streamlit]}
slack: {channel: "#sagebase-ops"}
checklists:
  daily:
    cron: "0 9 * * *"
    checks:
      - {check: run_deploys, window: 24h}
"""
OLD = {"name": "00041-old", "age": "90d"}


class Days:
    """A daemon's daily run, whenever somebody lets it happen."""

    def __init__(self, box: Sandbox, store: Store, path: Path) -> None:
        self._box, self._store, self._clock = box, store, FakeClock(box.world.now())
        self.schedules = load(path)
        book = Casebook(self.schedules, store, Route("i", "#ops", None, Telling("ja", "Asia/Tokyo")), self._clock)
        self._incidents = Incidents(book)

    async def run(self, *faults: Fault) -> Finding:
        """What it finds now."""
        for fault in faults:
            self._box.world.faults.add(fault)
        connections, probe = Connections(self._box.grpc, self._box.rest), Probe(self._box.rest)
        outside = Outside(connections, probe, sandbox=True)
        work = ChecklistWork(outside, self.schedules, self._store, self._clock, self._incidents)
        now = self._clock.now()
        claim = Claim(Slot("daily", now), f"claim-{now}", "we", now + LEASE)
        assert await self._store.claim_slot(claim, now)
        outcome = await work.run(claim, now)
        await self._store.record(outcome, now)
        await probe.aclose()
        await connections.aclose()
        self._box.world.faults.clear()
        return outcome.run.results[0].findings[0]

    async def go_by(self, hours: float, deployed_ago: str | None = None) -> None:
        """Time passes, in which a revision was made."""
        self._box.world.advance(timedelta(hours=hours))
        await self._clock.advance(hours=hours)
        new = [{"name": "00042-new", "age": deployed_ago}] if deployed_ago else []
        self.deployed([OLD, *new])

    def deployed(self, revisions: Sequence[object]) -> None:
        self._box.world.play("healthy")  # ages count from now on
        services = [RunService.model_validate({"revisions": revisions})]
        self._box.world.scenario = self._box.world.scenario.model_copy(update={"services": services})


@pytest.fixture
def days(box: Sandbox, store: Store, tmp_path: Path) -> Days:
    (tmp_path / "schedules.yaml").write_text(FILE, encoding="utf-8")
    return Days(box, store, tmp_path / "schedules.yaml")


def told(found: Finding) -> str:
    return str(found.values.get("revision", "nothing"))


async def test_what_was_deployed_in_a_missed_slot_is_told_by_the_next_one(days: Days) -> None:
    days.deployed([OLD])
    assert told(await days.run()) == "nothing"
    await days.go_by(72, deployed_ago="40h")
    assert told(await days.run()) == "sagebase-streamlit-00042-new"
    await days.go_by(24, deployed_ago="64h")
    assert told(await days.run()) == "nothing"


async def test_a_slot_that_could_not_look_is_looked_past(days: Days) -> None:
    days.deployed([OLD])
    await days.run()
    await days.go_by(24, deployed_ago="10h")
    assert (await days.run(refusing("Revisions.ListRevisions", "run.revisions.list"))).verdict == "unknown"
    await days.go_by(24, deployed_ago="34h")
    assert told(await days.run()) == "sagebase-streamlit-00042-new"


async def test_the_first_run_of_all_looks_over_its_window(days: Days) -> None:
    days.deployed([OLD, {"name": "00042-new", "age": "30h"}])
    assert told(await days.run()) == "nothing"


async def test_it_looks_no_further_back_than_google_keeps_what_it_compares_with(days: Days) -> None:
    days.deployed([OLD])
    await days.run()
    await days.go_by(24 * 40, deployed_ago="500h")
    found = await days.run()
    assert (told(found), str(found.values["window"].amount)) == ("nothing", str(20 * 86400.0))  # type: ignore[union-attr] # of time


@pytest.mark.parametrize("dry_run", [False, True])
async def test_a_run_by_hand_looks_as_far_back_as_the_next_planned_one_would(
    days: Days, box: Sandbox, tmp_path: Path, *, dry_run: bool
) -> None:
    await days.go_by(-40)
    await days.run()
    await days.go_by(40, deployed_ago="30h")
    settings = load_settings(
        _env_file=None,
        state=f"sqlite:///{tmp_path / 'state.db'}",
        gcp_grpc_endpoint=box.grpc,
        gcp_rest_endpoint=box.rest,
        slack_base_url=box.slack,
    )
    shown: list[Run] = []
    await run_now(settings, days.schedules, ManualRun("daily", dry_run=dry_run), lambda run, _known: shown.append(run))
    assert told(shown[0].results[0].findings[0]) == "sagebase-streamlit-00042-new"


async def test_a_trial_without_a_store_says_how_far_back_it_looked(days: Days, box: Sandbox, tmp_path: Path) -> None:
    days.deployed([OLD, {"name": "00042-new", "age": "10h"}])
    nowhere = tmp_path / "none.db"
    settings = load_settings(
        _env_file=None,
        state=f"sqlite:///{nowhere}",
        gcp_grpc_endpoint=box.grpc,
        gcp_rest_endpoint=box.rest,
        slack_base_url=box.slack,
    )
    shown: list[Run] = []
    await run_now(settings, days.schedules, ManualRun("daily", dry_run=True), lambda run, _known: shown.append(run))
    found = shown[0].results[0].findings[0]
    assert found.values["window"] == Quantity.of(timedelta(hours=24))
    assert "{window}" in found.sentence.ja
    assert "{window}" in found.sentence.en
    assert not nowhere.exists()
