"""Whatever order findings, presses, crashes and jumps of the clock come in: what is told of incidents stays in turn."""

import asyncio
import re
import tempfile
from collections import defaultdict
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from sagebase_ops.config.load import load
from sagebase_ops.domain.escalation import due_steps
from sagebase_ops.domain.incident_transitions import CLEAN_AFTER_FLAPPING
from sagebase_ops.domain.incidents import UNKNOWN_ROUNDS, Fingerprint, Incident, State
from sagebase_ops.domain.notifications import Action, Notification, Priority
from sagebase_ops.domain.results import Finding, Target, Verdict
from sagebase_ops.domain.silences import Matcher
from sagebase_ops.errors import StaleError
from sagebase_ops.responses import Actor
from sagebase_ops.store.base import Outcome
from sagebase_ops.store.sqlite.opening import open_copy
from tests.fakes import NINE, FakeClock
from tests.jobs.test_incidents import FILE, Team, finding

T = TypeVar("T")
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
VERDICTS = st.sampled_from([Verdict.FAIL, Verdict.FAIL, Verdict.FAIL, Verdict.PASS, Verdict.UNKNOWN, None])
"""None: the target is not in the answer."""
JUMPS = st.sampled_from([timedelta(minutes=minutes) for minutes in (1, 5, 16, 25, 31, 61, 400, -60)])
OVER = ("解決", "終了")
OPENED_AS = {"検知しました", "再発しました", "短時間に繰り返し発生しています。30 分間問題がなければ解決とします"}
BETWEEN = ("対応を始めました", "通知を止めました")
"""What a story tells without that anything opened or ended."""
MIHO = Actor("Miho", "slack")
BLIND = timedelta(minutes=6)
"""After so long without a look nobody knows whether it failed all the while: no `hold` is over by that."""

with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as written:
    written.write(FILE)
    written.flush()
    SCHEDULES = load(Path(written.name))


class Mishap(StrEnum):
    """What goes wrong around one round of the watch."""

    NONE = "none"
    CRASH = "decided, and gone before it was recorded"
    RESTART = "recorded, and gone after that"
    ANSWER_LOST = "recorded, and recorded again"
    RACE = "somebody pressed between deciding and recording"


@dataclass
class Book:
    """All that the store holds of incidents at one moment."""

    incidents: dict[str, Incident] = field(default_factory=dict)
    rows: dict[str, list[Notification]] = field(default_factory=dict)

    def open_in(self, failing: Fingerprint) -> bool:
        return any(one.is_open and one.fingerprint == failing for one in self.incidents.values())

    def posts(self, group: str, priority: int) -> int:
        return sum(row.priority == priority and row.action is Action.POST for row in self.rows.get(group, ()))


REASONS = ("permission_denied", "deadline")


class AnyOrder(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = FakeClock(NINE)
        store = self.does(open_copy(Path("no-such-file.db"), sandbox=True))
        self.team = Team(SCHEDULES, store, self.clock)
        self.book = Book()
        self.failed_at: dict[tuple[str, str], datetime] = {}
        """When each was last seen failing, by what was recorded."""
        self.presses = 0

    def does(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def teardown(self) -> None:
        """In the end nothing mutes any more, and whatever is open was told, each step that is due included."""
        for pause in (timedelta(days=2), CLEAN_AFTER_FLAPPING):  # `slow` depends on `run_ready`, which may flap
            self.clock.jump(pause)
            self.look(Verdict.PASS, Verdict.PASS, Verdict.UNKNOWN, Mishap.NONE)
        self.wake()
        assert all(one.told for one in self.book.incidents.values() if one.is_open)
        self.does(self.team.store.aclose())
        self.runner.close()

    @rule(web=VERDICTS, api=VERDICTS, slow=VERDICTS, mishap=st.sampled_from(Mishap), reason=st.sampled_from(REASONS))
    def look(
        self, web: Verdict | None, api: Verdict | None, slow: Verdict | None, mishap: Mishap, reason: str = REASONS[0]
    ) -> None:
        seen = {("run_ready", "web"): web, ("run_ready", "api"): api, ("slow", "web"): slow}
        before = self.book
        self.does(self._looks(seen, mishap, reason))
        self._hold()
        blind = {"metric" if entry == "slow" else entry for (entry, _), one in seen.items() if one is Verdict.UNKNOWN}
        for check in blind:
            for was_blind in (Fingerprint("prod", check, "", one) for one in REASONS):
                assert self.book.open_in(was_blind) or not before.open_in(was_blind), "nobody could look, and it ended"
        for (entry, target), verdict in seen.items():
            check = "metric" if entry == "slow" else entry
            failing = Fingerprint("prod", check, entry, f"run_service {target}")
            was, is_ = before.open_in(failing), self.book.open_in(failing)
            assert is_ or not was or verdict in {Verdict.PASS, None}, f"{verdict} ended it"
            assert was or not is_ or verdict is Verdict.FAIL, f"{verdict} opened it"
            held = self.failed_at.get((entry, target), LONG_AGO) >= self.clock.now() - BLIND
            assert was or not is_ or entry != "slow" or held, "held by what nobody saw"
            if verdict is Verdict.FAIL and mishap is not Mishap.CRASH:
                self.failed_at[entry, target] = self.clock.now()

    @rule(reason=st.sampled_from(["other_project", "deploying"]))
    def nothing_is_asked_of_the_whole_project(self, reason: str) -> None:
        """What does not apply there is no list that any target could be missing from."""
        before = self.book
        whole = replace(finding(Verdict.SKIPPED, reason=reason), target=Target("project", "prod"))
        self.does(self.team.sees(run_ready=whole, slow=whole))
        self._hold()
        for one in before.incidents.values():
            assert self.book.open_in(one.fingerprint) or not one.is_open or one.fingerprint.of_unknown, "ended unseen"

    @rule(reason=st.sampled_from(REASONS))
    def nobody_can_look_for_a_while(self, reason: str) -> None:
        for _ in range(UNKNOWN_ROUNDS):
            self.look(Verdict.UNKNOWN, Verdict.UNKNOWN, Verdict.UNKNOWN, Mishap.NONE, reason)

    async def _looks(self, seen: dict[tuple[str, str], Verdict | None], mishap: Mishap, why: str) -> None:
        findings: defaultdict[str, list[Finding]] = defaultdict(list)
        for (entry, target), verdict in seen.items():
            if verdict is not None:
                reason = why if verdict is Verdict.UNKNOWN else None
                findings[entry].append(finding(verdict, target, reason=reason))
        self.team._rounds += 1
        incidents, store = self.team.incidents, self.team.store
        run = await incidents.muted(self.team._run(dict(findings)))
        outcome = Outcome(run, decision=await incidents.after(run))
        if mishap is Mishap.CRASH:
            self._restart()
            return
        if mishap is Mishap.RACE:
            await self._press_all()
        try:
            await store.record(outcome, self.clock.now())
        except StaleError:
            outcome = Outcome(run, decision=await incidents.after(run))
            await store.record(outcome, self.clock.now())
        if mishap is Mishap.ANSWER_LOST:
            await store.record(outcome, self.clock.now())
        if mishap is Mishap.RESTART:
            self._restart()

    def _restart(self) -> None:
        """Whatever was not in the store is gone."""
        rounds = self.team._rounds
        self.team = Team(SCHEDULES, self.team.store, self.clock)
        self.team._rounds = rounds

    async def _press_all(self) -> None:
        for group in {one.group for one in await self.team.store.live_incidents(LONG_AGO) if one.is_open}:
            await self.team.responses.acknowledge(group, MIHO)

    @rule(span=JUMPS)
    def time_passes(self, span: timedelta) -> None:
        self.clock.jump(span)
        self.wake()

    @rule()
    def wake(self) -> None:
        """The escalation loop: afterwards whatever is open and audible was told, each step that is due included."""
        self.does(self.team.incidents.escalate())
        self._hold()
        for one in self.does(self._audible()):
            assert one.told, "open, muted by nobody, and nobody heard"
            assert one.opened_at is not None
            assert not due_steps(one.policy, one.steps_taken, one.opened_at, one.eta, self.clock.now())

    async def _audible(self) -> list[Incident]:
        live = await self.team.book.live()
        muting = await self.team.book.muting(live)
        return [one for one in live if one.is_open and muting.of(one.entry, one.finding.target) is None]

    @rule(which=st.integers(0, 5), eta=st.sampled_from([None, timedelta(minutes=10), timedelta(hours=3)]))
    def acknowledge(self, which: int, eta: timedelta | None) -> None:
        for group in self._group(which):
            self.does(self.team.responses.acknowledge(group, MIHO, eta))
            self._hold()

    @rule(which=st.integers(0, 5), who=st.sampled_from(["Miho", "Ken"]))
    def take_and_let_slack_repeat_it(self, which: int, who: str) -> None:
        for group in self._group(which):
            taken = {one.id: one.acknowledged_by for one in self.book.incidents.values() if one.acknowledged_by}
            self.presses += 1
            press = Actor(who, "slack", once=f"press-{self.presses}")
            self.does(self.team.responses.take(group, press))
            self._hold()
            once = self.book.incidents
            for id_, had in taken.items():
                assert once[id_].acknowledged_by == had, "taken from whom who had it"
            self.does(self.team.responses.take(group, press))
            self._hold()
            assert self.book.incidents == once, "a press that was repeated worked twice"

    @rule(which=st.integers(0, 5))
    def resolve(self, which: int) -> None:
        for group in self._group(which):
            self.does(self.team.responses.resolve(group, MIHO, "直した"))
            self._hold()

    @rule(name=st.sampled_from(["web", "api", "*"]), minutes=st.sampled_from([10, 70]))
    def silence(self, name: str, minutes: int) -> None:
        work = self.team.responses.silence([Matcher(target=name)], MIHO, timedelta(minutes=minutes), "作業中")
        self.does(work)
        self._hold()

    @rule(which=st.integers(0, 5), minutes=st.sampled_from([10, 70]))
    def silence_a_message(self, which: int, minutes: int) -> None:
        for group in self._group(which):
            self.does(self.team.responses.silence_group(group, MIHO, timedelta(minutes=minutes), "作業中"))
            self._hold()

    @rule()
    def lift_a_silence(self) -> None:
        for silence in self.does(self.team.store.silences(self.clock.now()))[:1]:
            self.does(self.team.responses.lift(silence, MIHO))
            self._hold()

    def _group(self, which: int) -> Iterator[str]:
        groups = sorted({one.group for one in self.book.incidents.values() if one.is_open})
        if groups:
            yield groups[which % len(groups)]

    # What always holds

    def _hold(self) -> None:
        before, self.book = self.book, self.does(self._read())
        for one in self.book.incidents.values():
            self._in_turn(one)
            self._steps_once_each(before, one)
        for rows in self.book.rows.values():
            told_in_turn(rows)
        self._silence_is_kept(before)

    async def _read(self) -> Book:
        store = self.team.store
        found = {one.id: one for one in await store.live_incidents(LONG_AGO)}
        groups = {one.group for one in found.values() if one.opened_at}
        return Book(found, {group: list(await store.notice(f"i:incident:{group}")) for group in groups})

    def _in_turn(self, incident: Incident) -> None:
        """Opened, over, opened again, over: never twice the same."""
        words = [line.note.sentence.ja for line in incident.story]
        turns = [word in OPENED_AS for word in words if not any(part in word for part in BETWEEN)]
        assert turns == [number % 2 == 0 for number in range(len(turns))], words
        assert incident.state is State.PENDING or turns[-1] is incident.is_open

    def _steps_once_each(self, before: Book, one: Incident) -> None:
        """Steps go up by what was posted: none again, none without its post, none before its time."""
        was = before.incidents.get(one.id)
        taken = was.steps_taken if was else 0
        assert taken <= one.steps_taken <= len(one.policy.steps), "a step was taken back"
        later = [step for step in one.policy.steps[taken : one.steps_taken] if step.after]
        posted = self.book.posts(one.group, Priority.ESCALATION) - before.posts(one.group, Priority.ESCALATION)
        assert bool(later) <= bool(posted), "a step that nobody heard"
        if one.opened_at:
            assert all(step.after <= self.clock.now() - one.opened_at for step in later), "a step before its time"
        alone = [each for each in self.book.incidents.values() if each.group == one.group] == [one]
        if alone and one.opened_at:
            told = [number for row in self.book.rows[one.group] for number in steps_of(row)]
            assert told == list(range(2, one.steps_taken + 1)), "told twice, out of order, or skipped"

    def _silence_is_kept(self, before: Book) -> None:
        """Nobody is called for what is silenced alone: no opening and no step while all of its group is muted."""
        for group, rows in self.book.rows.items():
            members = [one for one in self.book.incidents.values() if one.group == group]
            if all(one.finding.muted_by for one in members if one.is_open) and any(one.is_open for one in members):
                for priority in (Priority.OPENING, Priority.ESCALATION):
                    assert self.book.posts(group, priority) == before.posts(group, priority), [
                        row.message.text for row in rows
                    ]


def told_in_turn(rows: Sequence[Notification]) -> None:
    """What the channel and the thread say of one group: it is never over twice without having been open in between."""
    shown_open = False
    for row in rows:
        over = row.message.text.lstrip("○- ").startswith(OVER)
        if row.action is Action.POST and over:
            assert shown_open, [one.message.text for one in rows]
        if row.place == 0 or over or row.action is Action.EDIT or row.broadcast:
            shown_open = not over


def steps_of(row: Notification) -> list[int]:
    """The steps that an escalation tells, counted as people read them."""
    if row.priority != Priority.ESCALATION or row.action is not Action.POST:
        return []
    found = re.search(r"エスカレーション (\d+)(?:〜(\d+))?/\d+", row.message.text)
    assert found is not None, row.message.text
    return list(range(int(found[1]), int(found[2] or found[1]) + 1))


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(
    max_examples=100,
    stateful_step_count=30,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
