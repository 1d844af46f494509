"""An incident's life, from findings to the rows of the outbox, with the real store and a clock that the tests move."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sagebase_ops.casebook import Casebook
from sagebase_ops.config.load import load
from sagebase_ops.config.model import Schedules
from sagebase_ops.domain.incident_transitions import RETIRED
from sagebase_ops.domain.incidents import Incident, State
from sagebase_ops.domain.notifications import Action, Notification
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Sentence, Target, Verdict
from sagebase_ops.domain.runs import CheckResult, Run, Trigger
from sagebase_ops.domain.silences import Matcher, Muting
from sagebase_ops.jobs.incidents import Incidents
from sagebase_ops.jobs.run_checks import planned
from sagebase_ops.responses import Actor, Done, Responses
from sagebase_ops.slack.messages.marks import marked
from sagebase_ops.slack.messages.telling import Telling
from sagebase_ops.store.base import Decision, Outcome, Store
from sagebase_ops.telling import AT_ONCE, Route, tell
from tests.fakes import NINE, FakeClock

FILE = """
timezone: Asia/Tokyo
projects: [{id: prod, services: "*", sql_instances: [db]}]
slack: {channel: "#ops", fallback: "#fallback"}
contacts:
  operator: {name: 運用担当者, slack: S0OPERATOR}
  tech_lead: {name: 技術責任者, slack: U0TECHLEAD}
escalation:
  default:
    - {after: 0m, tell: [operator]}
    - {after: 30m, tell: [tech_lead]}
    - {after: 1h, tell: [everyone]}
  monitoring:
    - {after: 0m, tell: [operator]}
maintenance:
  night: {title: 定期メンテナンス, cron: "0 4 * * *", duration: 1h, match: {target: db}}
checklists:
  watch:
    every: 1m
    checks:
      - {check: run_ready, recover: 1}
      - {check: metric, name: slow, metric: latency_p95, window: 5m, fail_above: 3s, hold: 5m, depends_on: run_ready}
      - {check: metric, name: noise, metric: error_rate, window: 5m, fail_above: 5%, escalation: none}
      - {check: metric, name: more, metric: cpu_utilization, window: 5m, fail_above: 80%}
"""
SEEN = Sentence(ja="応答 {value}（上限 {limit}）", en="{value}, limit {limit}")
SATO = Actor("佐藤", "slack")


def finding(verdict: Verdict, target: str = "web", value: float = 4.0, reason: str | None = None) -> Finding:
    limit, measured = Quantity(3.0, "s"), Quantity(value, "s")
    return Finding(Target("run_service", target), verdict, SEEN, value=measured, limit=limit, reason=reason)


FAIL, PASS = finding(Verdict.FAIL), finding(Verdict.PASS, value=1.0)
UNKNOWN = finding(Verdict.UNKNOWN, reason="permission_denied")


class Team:
    """A daemon's work with incidents, without checks: each round's findings are given."""

    job = "watch"

    def __init__(self, schedules: Schedules, store: Store, clock: FakeClock) -> None:
        self.schedules, self.store, self.clock = schedules, store, clock
        self.book = Casebook(schedules, store, Route("i", "#ops", "#fallback", Telling("ja", "Asia/Tokyo")), clock)
        self.incidents, self.responses = Incidents(self.book), Responses(self.book)
        self._rounds = 0

    async def sees(self, **findings: Finding | list[Finding]) -> None:
        """One round of the watch: entry name -> what was found."""
        self._rounds += 1
        run = await self.incidents.muted(self._run(findings))
        await self.store.record(Outcome(run, decision=await self.incidents.after(run)), self.clock.now())

    async def passes(self, **span: float) -> None:
        """Time, with the daemon awake every minute."""
        for _ in range(int(timedelta(**span).total_seconds() // 60)):
            await self.clock.advance(minutes=1)
            await self.incidents.escalate()

    async def told(self) -> list[Notification]:
        """Everything that was decided to be told, in order of the notices and their places."""
        found: list[Notification] = []
        for incident in reversed(await self.store.incidents()):
            found += [row for row in await self.store.notice(f"i:incident:{incident.group}") if row not in found]
        return found

    async def texts(self) -> list[str]:
        """The first lines of the posts (no edits), threads of details left out."""
        return [row.message.text.splitlines()[0] for row in await self.told() if row.action is Action.POST]

    async def calls(self) -> list[str]:
        """Who was called by each post that calls somebody."""
        shown = [str(row.message.blocks) for row in await self.told() if row.action is Action.POST]
        people = {"S0OPERATOR": "operator", "U0TECHLEAD": "tech_lead"}
        called = ["+".join(name for slack, name in people.items() if slack in blocks) for blocks in shown]
        return [who for who in called if who]

    async def one(self) -> Incident:
        (incident,) = await self.store.incidents()
        return incident

    def _run(self, findings: dict[str, Finding | list[Finding]]) -> Run:
        checklist, project = self.schedules.named(self.job), self.schedules.projects[0]
        now = self.clock.now()
        results = [
            CheckResult(
                planned(self.schedules, entry, project).ref,
                tuple(seen) if isinstance(seen := findings[entry.name], list) else (seen,),
            )
            for entry in checklist.entries
            if entry.name in findings
        ]
        return Run(
            id=f"{self.job}-{self._rounds}",
            job=self.job,
            title="見張り",
            trigger=Trigger.SCHEDULE,
            slot=now,
            started_at=now,
            finished_at=now,
            language="ja",
            timezone="Asia/Tokyo",
            expected=tuple(result.entry for result in results),
            results=tuple(results),
        )


@pytest.fixture
def schedules(tmp_path: Path) -> Schedules:
    path = tmp_path / "schedules.yaml"
    path.write_text(FILE, encoding="utf-8")
    return load(path)


@pytest.fixture
def team(schedules: Schedules, store: Store) -> Team:
    return Team(schedules, store, FakeClock(NINE))


async def test_a_failure_opens_at_once_and_calls_the_operator_once(team: Team) -> None:
    for _ in range(3):
        await team.sees(run_ready=FAIL)
        await team.passes(minutes=1)
    assert await team.calls() == ["operator"]


async def test_the_lead_hears_after_30_minutes_and_everyone_after_60(team: Team) -> None:
    await team.sees(run_ready=FAIL)
    await team.passes(minutes=29)
    assert await team.calls() == ["operator"]
    await team.passes(minutes=1)
    assert await team.calls() == ["operator", "tech_lead"]
    await team.passes(minutes=90)
    assert await team.calls() == ["operator", "tech_lead", "operator+tech_lead"]


async def test_steps_that_fell_due_while_nothing_ran_are_told_together_once(team: Team) -> None:
    await team.sees(run_ready=FAIL)
    await team.clock.advance(hours=3)
    await team.incidents.escalate()
    await team.incidents.escalate()
    assert await team.calls() == ["operator", "operator+tech_lead"]


async def test_a_pass_ends_it_and_a_second_pass_tells_nothing_more(team: Team) -> None:
    await team.sees(run_ready=FAIL)
    await team.sees(run_ready=PASS)
    told = len(await team.told())
    await team.sees(run_ready=PASS)
    await team.passes(hours=2)
    assert ((await team.one()).state, len(await team.told())) == (State.RESOLVED, told)
    assert await team.calls() == ["operator"]


async def test_hold_waits_and_a_pass_in_between_starts_it_anew(team: Team) -> None:
    for seen in (FAIL, FAIL, PASS, FAIL, FAIL, FAIL, FAIL, FAIL):
        await team.sees(slow=seen)
        await team.passes(minutes=1)
    assert await team.store.incidents() == []
    await team.sees(slow=FAIL)
    assert await team.calls() == ["operator"]


async def test_an_unknown_neither_starts_nor_resets_nor_ends(team: Team) -> None:
    for seen in (FAIL, UNKNOWN, FAIL, UNKNOWN, UNKNOWN, FAIL):
        await team.sees(slow=seen)
        await team.passes(minutes=1)
    failures = [one for one in await team.store.incidents() if not one.fingerprint.of_unknown]
    assert [one.state for one in failures] == [State.OPEN]


async def test_an_unknown_that_stays_opens_one_incident_after_three_rounds(team: Team) -> None:
    for _ in range(5):
        await team.sees(run_ready=UNKNOWN)
        await team.passes(minutes=1)
    incident = await team.one()
    assert (incident.fingerprint.of_unknown, incident.policy.name, incident.rounds) == (True, "monitoring", 5)
    await team.sees(run_ready=FAIL)
    assert [one.state for one in await team.store.incidents() if one.fingerprint.of_unknown] == [State.RESOLVED]


async def test_what_pages_nobody_opens_nothing(team: Team) -> None:
    await team.sees(noise=FAIL)
    await team.passes(hours=2)
    assert (await team.store.incidents(), await team.told()) == ([], [])


async def test_an_eta_holds_the_next_step_back_once(team: Team) -> None:
    await team.sees(run_ready=FAIL)
    group = (await team.one()).group
    assert await team.responses.acknowledge(group, SATO, timedelta(minutes=45)) is Done.DONE
    await team.passes(minutes=44)
    assert await team.calls() == ["operator"]
    await team.passes(minutes=1)
    assert await team.calls() == ["operator", "tech_lead"]
    await team.passes(minutes=15)
    assert len(await team.calls()) == 3


async def test_an_acknowledgement_alone_does_not_stop_the_steps(team: Team) -> None:
    await team.sees(run_ready=FAIL)
    await team.responses.acknowledge((await team.one()).group, SATO)
    await team.passes(minutes=30)
    assert await team.calls() == ["operator", "tech_lead"]
    assert ((await team.one()).state, (await team.one()).acknowledged_by) == (State.ACKNOWLEDGED, "佐藤")


async def test_a_press_that_slack_repeats_is_worked_once(team: Team) -> None:
    await team.sees(run_ready=FAIL)
    pressed = replace(SATO, once="U1:ack:1.2")
    group = (await team.one()).group
    assert [await team.responses.acknowledge(group, pressed) for _ in range(2)] == [Done.DONE, Done.REPEATED]
    assert [entry.what for entry in await team.store.audit()] == ["acknowledge"]


async def test_resolved_by_hand_holds_until_newer_evidence_fails_and_then_it_is_the_same_incident(team: Team) -> None:
    await team.sees(run_ready=FAIL)
    opened = await team.one()
    assert await team.responses.resolve(opened.group, SATO, "再起動した") is Done.DONE
    assert await team.responses.resolve(opened.group, SATO, "again") is Done.TOO_LATE
    await team.sees(run_ready=FAIL)  # of the same moment: no newer evidence
    await team.passes(minutes=10)
    await team.sees(run_ready=FAIL)
    again = await team.one()
    assert (again.id, again.state, again.opened_at) == (opened.id, State.OPEN, opened.opened_at)
    await team.passes(minutes=20)
    assert (await team.calls())[-1] == "tech_lead"


async def test_a_failure_long_after_the_end_is_a_new_incident(team: Team) -> None:
    await team.sees(run_ready=FAIL)
    await team.sees(run_ready=PASS)
    await team.passes(minutes=31)
    await team.sees(run_ready=FAIL)
    assert [one.state for one in await team.store.incidents()] == [State.OPEN, State.RESOLVED]


async def test_the_third_return_in_six_hours_is_flapping_and_stays_open_until_it_was_clean(team: Team) -> None:
    for _ in range(4):
        await team.sees(run_ready=FAIL)
        await team.passes(minutes=1)
        await team.sees(run_ready=PASS)
        await team.passes(minutes=1)
    assert ((await team.one()).flapping, (await team.one()).state) == (True, State.OPEN)
    posts = await team.texts()
    assert sum("再発" in text for text in posts) == 2
    for _ in range(29):
        await team.sees(run_ready=PASS)
        await team.clock.advance(minutes=1)
    assert (await team.one()).state is State.OPEN
    assert len(await team.texts()) == len(posts) + 1  # the lead's step: half an hour is over, flapping or not
    await team.clock.advance(minutes=1)
    await team.sees(run_ready=PASS)
    assert (await team.one()).state is State.RESOLVED


async def test_a_silence_loses_nothing_it_is_told_when_the_silence_ends(team: Team) -> None:
    await team.sees(run_ready=FAIL)
    await team.sees(run_ready=PASS)
    await team.responses.silence([_of_web()], SATO, timedelta(hours=2), "作業中")
    await team.passes(minutes=40)
    before = await team.calls()
    await team.sees(run_ready=FAIL)
    await team.passes(minutes=79)
    assert await team.calls() == before
    await team.passes(minutes=2)
    assert await team.calls() == [*before, "operator", "operator+tech_lead"]


async def test_a_silence_of_an_open_incident_holds_its_steps_back(team: Team) -> None:
    await team.sees(run_ready=FAIL)
    assert await team.responses.silence_group((await team.one()).group, SATO, timedelta(hours=1), "対応中") is Done.DONE
    await team.passes(minutes=59)
    assert await team.calls() == ["operator"]
    await team.passes(minutes=2)
    assert await team.calls() == ["operator", "operator+tech_lead"]


async def test_a_silenced_message_says_until_when_and_says_it_anew_once_that_changes(team: Team) -> None:
    await team.sees(run_ready=FAIL)
    group = (await team.one()).group
    for hours, until in ((1, "19:00 JST に再開します（佐藤: 対応中）"), (2, "20:00 JST に再開します（佐藤: 対応中）")):
        await team.responses.silence_group(group, SATO, timedelta(hours=hours), "対応中")
        assert until in (await team.told())[-1].message.text


async def test_a_message_muted_by_maintenance_says_when_that_ends(team: Team) -> None:
    await team.clock.advance(hours=9, minutes=55)  # 03:55 in Tokyo
    await team.sees(run_ready=finding(Verdict.FAIL, "db"))
    await team.passes(minutes=10)
    assert "05:00 JST に再開します（定期メンテナンス）" in (await team.told())[-1].message.text


async def test_what_depends_on_something_that_fails_is_not_told(team: Team) -> None:
    for _ in range(7):
        await team.sees(run_ready=FAIL, slow=FAIL)
        await team.passes(minutes=1)
    assert await team.calls() == ["operator"]
    await team.sees(run_ready=PASS, slow=FAIL)
    await team.passes(minutes=1)
    assert await team.calls() == ["operator", "operator"]


async def test_that_one_service_is_down_keeps_nothing_of_another_untold(team: Team) -> None:
    for _ in range(7):
        await team.sees(run_ready=[finding(Verdict.FAIL, "web")], slow=[finding(Verdict.FAIL, "api")])
        await team.passes(minutes=1)
    assert await team.calls() == ["operator", "operator"]


@pytest.mark.parametrize(
    ("kind", "name", "told"),
    [
        ("http_status", "web", False),
        ("http_status", "api", True),
        ("bucket", "backups", True),
        ("project", "prod", False),
        ("sql_instance", "db", False),
        ("connections", "sagebase", False),
    ],
)
async def test_what_fails_of_another_kind_is_a_reason_where_it_is_the_same_one_or_shared_by_all(
    team: Team, kind: str, name: str, *, told: bool
) -> None:
    below = replace(FAIL, target=Target(kind, name))
    for _ in range(7):
        await team.sees(run_ready=[below], slow=FAIL)
        await team.passes(minutes=1)
    assert await team.calls() == ["operator"] * (1 + told)


async def test_that_one_database_is_down_keeps_nothing_of_another_untold(team: Team) -> None:
    one, other = (replace(FAIL, target=Target("sql_instance", name)) for name in ("db", "reports"))
    for _ in range(7):
        await team.sees(run_ready=[one], slow=other)
        await team.passes(minutes=1)
    assert await team.calls() == ["operator", "operator"]


async def test_that_a_database_is_down_is_reason_enough_for_what_depends_on_it(team: Team) -> None:
    down = replace(FAIL, target=Target("sql_instance", "db"))
    for _ in range(7):
        await team.sees(run_ready=[down], slow=FAIL)
        await team.passes(minutes=1)
    assert await team.calls() == ["operator"]


async def test_an_entry_that_could_not_look_keeps_nothing_untold_that_depends_on_it(team: Team) -> None:
    for _ in range(4):
        await team.sees(run_ready=UNKNOWN)
        await team.passes(minutes=1)
    before = await team.calls()
    for _ in range(7):
        await team.sees(run_ready=UNKNOWN, slow=FAIL)
        await team.passes(minutes=1)
    assert len(await team.calls()) == len(before) + 1


@pytest.mark.parametrize("blind", [UNKNOWN, finding(Verdict.SKIPPED, reason="no_requests")])
async def test_what_depends_on_something_that_was_not_seen_for_a_while_is_told(team: Team, blind: Finding) -> None:
    await team.sees(run_ready=FAIL)
    for _ in range(25):
        await team.passes(minutes=1)
        await team.sees(run_ready=blind, slow=FAIL)
    (slow,) = [one for one in await team.store.incidents() if one.entry.name == "slow"]
    assert slow.told


async def test_what_depends_on_something_that_fails_since_a_moment_is_not_edited_back_and_forth(
    team: Team, tmp_path: Path
) -> None:
    path = tmp_path / "schedules.yaml"
    path.write_text(
        FILE.replace("run_ready, recover: 1", "run_ready, recover: 1, hold: 30m").replace("hold: 5m, dep", "dep")
    )
    held = Team(load(path), team.store, team.clock)
    for _ in range(20):
        await held.sees(run_ready=FAIL, slow=FAIL)
        await held.passes(minutes=1)
    assert await held.told() == []


async def test_the_same_name_in_another_checklist_depends_on_nothing(team: Team, tmp_path: Path) -> None:
    path = tmp_path / "schedules.yaml"
    other = "  other:\n    every: 1m\n    checks:\n      - {check: uptime, name: slow, depends_on: run_ready}\n      - {check: run_ready}\n"
    path.write_text(FILE.replace(", depends_on: run_ready", "") + other)
    two = Team(load(path), team.store, team.clock)
    for _ in range(7):
        await two.sees(run_ready=FAIL, slow=FAIL)
        await two.passes(minutes=1)
    assert await two.calls() == ["operator", "operator"]


async def test_two_failing_looks_before_and_after_an_hour_that_nobody_saw_are_not_held(team: Team) -> None:
    for _ in range(3):
        await team.sees(slow=FAIL)
        await team.passes(minutes=1)
    await team.clock.advance(hours=1)
    for waiting in range(3):  # what had failed before is kept: two minutes of five
        await team.sees(slow=FAIL)
        assert await team.calls() == [], waiting
        await team.passes(minutes=1)
    await team.sees(slow=FAIL)
    assert await team.calls() == ["operator"]


async def test_rounds_that_take_long_because_google_answers_slowly_are_held_all_the_same(team: Team) -> None:
    for _ in range(2):
        await team.sees(slow=FAIL)
        await team.clock.advance(minutes=5)
    assert await team.calls() == ["operator"]


async def test_an_hour_in_which_nobody_could_look_ages_nothing_either(team: Team) -> None:
    await team.sees(slow=FAIL)
    for _ in range(60):
        await team.passes(minutes=1)
        await team.sees(slow=UNKNOWN)
    before = await team.calls()
    await team.sees(slow=FAIL)
    assert await team.calls() == before


async def test_a_window_that_reaches_back_over_what_nobody_saw_is_evidence_of_it(team: Team) -> None:
    await team.sees(slow=FAIL)
    await team.clock.advance(hours=1)
    now = team.clock.now()
    await team.sees(slow=replace(FAIL, asked={"start": now - timedelta(hours=2), "end": now}))
    assert await team.calls() == ["operator"]


async def test_after_an_end_what_nobody_saw_is_not_held_either(team: Team) -> None:
    for _ in range(6):
        await team.sees(slow=FAIL)
        await team.passes(minutes=1)
    await team.responses.resolve((await team.one()).group, SATO, "直した")
    await team.passes(minutes=1)
    await team.sees(slow=FAIL)
    await team.passes(minutes=20)
    await team.sees(slow=FAIL)
    assert not (await team.one()).is_open


async def test_a_step_that_is_decided_late_and_sent_late_says_how_late_it_is_by_both(team: Team) -> None:
    await team.sees(run_ready=FAIL)
    await team.clock.advance(minutes=31, seconds=30)
    await team.incidents.escalate()
    (step,) = [row for row in await team.told() if row.broadcast]
    assert "遅れて" not in str(marked(step, team.clock.now()))
    assert "3 分遅れて" in marked(step, team.clock.now() + timedelta(seconds=100)).text


async def test_a_step_whose_words_say_already_that_it_is_late_is_not_marked_for_that_again(team: Team) -> None:
    await team.sees(run_ready=FAIL)
    await team.clock.advance(minutes=45)
    await team.incidents.escalate()
    (step,) = [row for row in await team.told() if row.broadcast]
    assert "本来の時刻" in str(step.message.blocks)
    assert marked(step, team.clock.now()) == step.message


async def test_a_step_counts_only_what_is_not_over_yet(team: Team) -> None:
    both = [finding(Verdict.FAIL, "web"), finding(Verdict.FAIL, "api")]
    await team.sees(run_ready=both)
    await team.sees(run_ready=[finding(Verdict.PASS, "web"), finding(Verdict.FAIL, "api")])
    await team.passes(minutes=31)
    (step,) = [row for row in await team.told() if row.broadcast]
    assert "2 件" not in str(step.message.blocks[0])
    assert "api" in str(step.message.blocks[0])


async def test_what_a_person_resolved_is_not_opened_anew_by_what_was_a_week_ago(team: Team, tmp_path: Path) -> None:
    path = tmp_path / "schedules.yaml"
    path.write_text(
        FILE.replace("name: slow, metric: latency_p95, window: 5m", "name: slow, metric: latency_p95, window: 7d")
    )
    long = Team(load(path), team.store, team.clock)

    def week() -> Finding:
        now = team.clock.now()
        return replace(FAIL, asked={"start": now - timedelta(days=7), "end": now})

    for _ in range(7):
        await long.sees(slow=week())
        await long.passes(minutes=1)
    (opened,) = await team.store.incidents()
    await long.responses.resolve(opened.group, SATO, "直した")
    await team.clock.advance(days=2)
    for _ in range(7):
        await long.sees(slow=week())
        await long.passes(minutes=1)
    assert (await long.one()).state is State.RESOLVED


async def test_a_silence_of_what_could_not_be_looked_at_holds_whichever_entry_is_told_of_next(team: Team) -> None:
    for _ in range(3):
        await team.sees(slow=UNKNOWN, more=UNKNOWN)
        await team.passes(minutes=1)
    await team.responses.silence_group((await team.one()).group, SATO, timedelta(hours=4), "権限を申請中")
    await team.sees(more=UNKNOWN)
    await team.passes(minutes=1)
    assert (await team.one()).finding.muted_by


async def test_a_maintenance_window_mutes_what_it_matches_and_tells_it_afterwards(team: Team) -> None:
    await team.clock.advance(hours=10, minutes=5)  # 04:05 in Tokyo
    await team.sees(run_ready=[finding(Verdict.FAIL, "db"), finding(Verdict.FAIL, "web")])
    (posted,) = [row for row in await team.told() if row.place == 0]
    assert "web" in posted.message.text
    muted = [one.finding.muted_by for one in await team.store.incidents() if one.finding.target.name == "db"]
    assert muted == ["定期メンテナンス"]
    assert not [row for row in await team.told() if "2 件" in row.message.text]
    await team.passes(minutes=60)
    assert all(one.told and one.steps_taken > 0 for one in await team.store.incidents())
    assert [row for row in await team.told() if "2 件" in row.message.text and row.broadcast]


async def test_failures_of_one_run_and_check_share_one_message(team: Team) -> None:
    targets = [finding(Verdict.FAIL, f"web-{number}") for number in range(5)]
    await team.sees(run_ready=targets)
    assert len({one.group for one in await team.store.incidents()}) == 1
    assert await team.calls() == ["operator"]
    await team.sees(run_ready=[finding(Verdict.PASS, one.target.name) for one in targets])
    assert all(one.state is State.RESOLVED for one in await team.store.incidents())


async def test_a_target_that_is_gone_from_a_complete_list_ends_its_incident(team: Team) -> None:
    await team.sees(run_ready=[FAIL, finding(Verdict.PASS, "other")])
    await team.sees(run_ready=[UNKNOWN, finding(Verdict.PASS, "other")])
    assert (await team.one()).state is State.OPEN
    await team.sees(run_ready=finding(Verdict.PASS, "other"))
    assert (await team.one()).state is State.RESOLVED


@pytest.mark.parametrize(
    ("kind", "reason", "ends"),
    [
        ("project", "other_project", False),
        ("run_service", "other_project", False),
        ("bucket", "not_configured", True),
        ("run_service", "not_configured", True),
    ],
)
async def test_what_was_skipped_for_the_whole_project_is_not_gone(
    team: Team, kind: str, reason: str, *, ends: bool
) -> None:
    await team.sees(run_ready=FAIL)
    skipped = replace(finding(Verdict.SKIPPED, reason=reason), target=Target(kind, "prod"))
    await team.sees(run_ready=[skipped, replace(PASS, target=Target("tls_certificate", "web"))])
    assert (await team.one()).is_open is not ends


async def test_what_the_file_no_longer_names_ends_as_that_and_not_as_gone(team: Team) -> None:
    await team.sees(run_ready=FAIL)
    nothing = replace(finding(Verdict.SKIPPED, reason="not_configured"), target=Target("run_service", "prod"))
    await team.sees(run_ready=nothing)
    assert (await team.one()).story[-1].note.sentence == RETIRED


async def test_a_check_that_left_the_file_ends_its_incident_as_retired(team: Team, tmp_path: Path) -> None:
    await team.sees(run_ready=FAIL)
    path = tmp_path / "schedules.yaml"
    path.write_text(FILE.replace("      - {check: run_ready, recover: 1}\n", "").replace(", depends_on: run_ready", ""))
    changed = Team(load(path), team.store, team.clock)
    await changed.incidents.retire()
    assert (await changed.one()).state is State.RESOLVED
    assert any("schedules.yaml" in text for text in [str(row.message) for row in await changed.told()])


def _of_web() -> Matcher:
    return Matcher(target="web")


async def test_thousands_of_messages_are_told_in_several_decisions_and_all_of_them_in_one_round(team: Team) -> None:
    await team.sees(run_ready=[finding(Verdict.FAIL, f"web-{number}") for number in range(AT_ONCE + 5)])
    told = [replace(one, group=one.id) for one in await team.store.incidents(limit=1000)]
    await team.store.decide(Decision(tuple(told)), team.clock.now())
    await team.clock.advance(minutes=30)
    await team.incidents.escalate()
    assert {one.steps_taken for one in await team.store.incidents(limit=1000)} == {2}
    one_by_one = await team.book.store.due_notifications(team.clock.now(), limit=1000)
    assert len(one_by_one) >= AT_ONCE + 5


async def test_the_longest_waiting_go_first_where_not_all_can(team: Team) -> None:
    await team.sees(run_ready=[finding(Verdict.FAIL, f"web-{number}") for number in range(AT_ONCE + 5)])
    now = team.clock.now()
    known = await team.store.incidents(limit=1000)
    opened = [replace(one, group=one.id, opened_at=now - timedelta(seconds=n)) for n, one in enumerate(known)]
    due_at = now + timedelta(minutes=30)
    first = tell({}, opened, Muting(due_at), team.book.route, due_at)
    assert {one.id for one in first.incidents} == {one.id for one in opened[5:]}


async def test_while_a_step_is_held_back_by_a_silence_the_next_look_is_when_that_ends(team: Team) -> None:
    await team.sees(run_ready=FAIL)
    await team.responses.silence_group((await team.one()).group, SATO, timedelta(hours=2), "対応中")
    ends = team.clock.now() + timedelta(hours=2)
    await team.clock.advance(minutes=40)
    assert await team.incidents.escalate() == ends


# What could not be looked at


def unknown(reason: str) -> Finding:
    return finding(Verdict.UNKNOWN, reason=reason)


async def test_another_reason_why_nobody_could_look_is_no_recovery(team: Team) -> None:
    for reason in ["permission_denied"] * 4 + ["deadline"] * 2:
        await team.sees(slow=unknown(reason))
        await team.passes(minutes=1)
    states = {one.fingerprint.target: one.state for one in await team.store.incidents()}
    assert states["permission_denied"] is State.OPEN
    assert not [row for row in await team.told() if "解決" in row.message.text]


async def test_an_hour_of_changing_reasons_opens_each_of_them_once(team: Team) -> None:
    for minute in range(60):
        await team.sees(slow=unknown(("deadline", "unavailable")[minute // 4 % 2]))
        await team.passes(minutes=1)
    assert len(await team.store.incidents()) == 2
    assert await team.calls() == ["operator", "operator"]


async def test_who_can_look_now_and_then_only_is_told_of_once(team: Team) -> None:
    for minute in range(60):
        await team.sees(slow=PASS if minute % 4 == 3 else UNKNOWN)
        await team.passes(minutes=1)
    assert (await team.one()).state is State.OPEN
    assert await team.calls() == ["operator"]


async def test_what_cannot_be_looked_at_again_soon_after_its_end_is_the_same_incident(team: Team) -> None:
    for seen in (UNKNOWN, UNKNOWN, UNKNOWN, PASS, PASS, UNKNOWN, UNKNOWN, UNKNOWN):
        await team.sees(slow=seen)
        await team.passes(minutes=1)
    assert (await team.one()).reopened


async def test_entries_of_one_check_that_answer_in_different_runs_end_what_could_not_be_looked_at(team: Team) -> None:
    for _ in range(3):
        await team.sees(slow=UNKNOWN, noise=UNKNOWN, more=UNKNOWN)
        await team.passes(minutes=1)
    assert (await team.one()).names == ("more", "slow")  # what pages nobody is not among them
    for _ in range(2):
        await team.sees(slow=PASS)
        await team.sees(more=PASS)
    assert (await team.one()).state is State.RESOLVED


async def test_an_entry_that_left_the_file_keeps_nothing_open_that_could_not_be_looked_at(
    team: Team, tmp_path: Path
) -> None:
    for _ in range(3):
        await team.sees(slow=UNKNOWN, more=UNKNOWN)
        await team.passes(minutes=1)
    path = tmp_path / "schedules.yaml"
    path.write_text("".join(line for line in FILE.splitlines(keepends=True) if "name: more" not in line))
    changed = Team(load(path), team.store, team.clock)
    changed._rounds = team._rounds
    await changed.incidents.retire()
    assert (await changed.one()).names == ("slow",)
    for _ in range(2):
        await changed.sees(slow=PASS)
    assert (await changed.one()).state is State.RESOLVED


# A clock that was ahead


async def test_what_was_resolved_under_a_clock_that_was_ahead_comes_back_once_that_is_right_again(team: Team) -> None:
    await team.sees(run_ready=FAIL)
    team.clock.jump(timedelta(hours=1))
    await team.responses.resolve((await team.one()).group, SATO, "直した")
    team.clock.jump(timedelta(hours=-1))
    for _ in range(3):
        await team.passes(minutes=1)
        await team.sees(run_ready=FAIL)
    assert (await team.one()).state is State.OPEN


async def test_the_steps_of_what_opened_under_a_clock_that_was_ahead_are_not_late_by_as_much(team: Team) -> None:
    team.clock.jump(timedelta(hours=1))
    await team.sees(run_ready=FAIL)
    team.clock.jump(timedelta(hours=-1))
    for _ in range(32):
        await team.passes(minutes=1)
        await team.sees(run_ready=FAIL)
    assert (await team.calls())[:2] == ["operator", "tech_lead"]


# The same name in another checklist


async def test_the_average_of_a_day_does_not_end_five_minutes_of_failure(team: Team) -> None:
    def over(length: timedelta, verdict: Verdict) -> Finding:
        now = team.clock.now()
        return replace(finding(verdict), asked={"start": now - length, "end": now})

    await team.sees(run_ready=over(timedelta(minutes=5), Verdict.FAIL))
    await team.passes(minutes=1)
    await team.sees(run_ready=over(timedelta(hours=24), Verdict.PASS))
    assert (await team.one()).state is State.OPEN
    await team.sees(run_ready=over(timedelta(minutes=5), Verdict.PASS))
    assert (await team.one()).state is State.RESOLVED
