"""Slots, claims, runs, incidents and posts as the tests need them. Times are minutes after 09:00 UTC."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sagebase_ops.domain.escalation import Eta, Person, Policy, Step
from sagebase_ops.domain.failing_incidents import advance
from sagebase_ops.domain.incident_transitions import resolve
from sagebase_ops.domain.incidents import Evidence, Incident, Rules, Seen, StoryLine
from sagebase_ops.domain.notifications import NEXT, Action, Message, Notification, notifications_of
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Note, Sentence, Target, failing
from sagebase_ops.domain.runs import CheckResult, EntryRef, Run, Trigger
from sagebase_ops.domain.silences import Matcher, Silence
from sagebase_ops.domain.slots import Claim, JobRecord, Missed, Slot
from sagebase_ops.store.base import Audit

TITLE = Sentence(ja="毎日", en="daily")
ENTRY = EntryRef("metric", "cpu", "sagebase-sandbox", "production", TITLE, TITLE, guide="毎日 1", escalation="default")


def at(minute: float) -> datetime:
    return datetime(2026, 11, 24, 9, tzinfo=UTC) + timedelta(minutes=minute)


def slot(minute: float, job: str = "daily") -> Slot:
    return Slot(job, at(minute))


def claim(minute: float, name: str = "a", *, job: str = "daily", until: float = 1000) -> Claim:
    return Claim(slot(minute, job), f"claim-{name}", f"owner-{name}", at(until))


def missed(first: float, last: float, count: int = 1, *, job: str = "daily") -> Missed:
    return Missed(job, at(first), at(last), count)


def job(calendar: str | None = "cron", since: float = 0, last_slot: float | None = None) -> JobRecord:
    return JobRecord("daily", calendar, at(since), None if last_slot is None else at(last_slot))


def run(name: str = "run-1", minute: float = 10, *, job: str = "daily", trigger: Trigger = Trigger.SCHEDULE) -> Run:
    finding = failing(
        Target("run_service", "sagebase-streamlit"),
        TITLE,
        value=Quantity(0.93, "1"),
        limit=Quantity(0.8, "1"),
        asked={"window": {"from": at(0), "to": at(minute)}},
        notes=(Note(TITLE, {"seen": at(minute), "count": 3}),),
    )
    return Run(
        name,
        job,
        "毎日のチェックリスト",
        trigger,
        slot=at(minute),
        started_at=at(minute),
        finished_at=at(minute + 0.5),
        language="ja",
        timezone="Asia/Tokyo",
        expected=(ENTRY,),
        results=(CheckResult(ENTRY, (finding,)),),
        missed=(missed(1, 2, 2),),
    )


POLICY = Policy("default", (Step(timedelta(0), (Person("当番", "U1"),)), Step(timedelta(minutes=30), ())))


def pending(
    name: str = "inc-1", minute: float = 10, *, target: str = "sagebase-streamlit", hold: float = 5
) -> Incident:
    """As the first failing finding makes it. Version 0: nowhere written yet."""
    finding = failing(Target("run_service", target), TITLE, value=Quantity(0.93, "1"), asked={"to": at(minute)})
    rules = Rules(hold=timedelta(minutes=hold))
    seen = Seen(name, ENTRY, finding, Evidence(at(minute - 5), at(minute)), rules, POLICY, f"group of {name}")
    found = advance(None, seen, at(minute)).incident
    assert found is not None
    return found


def opened(name: str = "inc-1", minute: float = 10, *, target: str = "sagebase-streamlit") -> Incident:
    return pending(name, minute, target=target, hold=0)


def ended(incident: Incident, minute: float = 20) -> Incident:
    over = resolve(incident, "U1", "mended", at(minute)).incident
    assert over is not None
    return over


def full(incident: Incident) -> Incident:
    """With every field that may be empty filled."""
    return replace(
        incident,
        names=("cpu", "memory"),
        eta=Eta(at(40), 1),
        acknowledged_by="U1",
        acknowledged_at=at(11),
        reopened=(at(1), at(2)),
        clean_since=at(12),
        edited_at=at(13),
        failing_since=at(9),
        story=(*incident.story, StoryLine(at(11), Note(TITLE, {"eta": at(40), "n": 3}), "U1")),
    )


def kept(incident: Incident, version: int = 1) -> Incident:
    """As the store gives it back after so many writes."""
    return replace(incident, version=version)


def silence(name: str = "s-1", since: float = 10, until: float = 70, *, lifted: float | None = None) -> Silence:
    matcher = Matcher(target="run_service *")
    return Silence(name, matcher, at(since), at(until), "U1", "deploy", None if lifted is None else at(lifted))


def audit(minute: float = 10, what: str = "acknowledge") -> Audit:
    return Audit(at(minute), "U1", what, "inc-1", "30 分", "slack")


def edit(text: str = "edited", notice: str = "digest", minute: float = 10) -> Notification:
    """A change of the notice's first post, behind whatever waits there."""
    return replace(posts(notice, minute)[0], place=NEXT, action=Action.EDIT, message=Message(text))


def reply(text: str = "reply", notice: str = "digest", minute: float = 10) -> Notification:
    """A post in the notice's thread and in the channel, behind whatever waits there."""
    return replace(posts(notice, minute)[0], place=NEXT, message=Message(text, in_thread=True), broadcast=True)


def posts(notice: str = "digest", minute: float = 10, count: int = 1) -> tuple[Notification, ...]:
    messages = [Message(f"part {place}", in_thread=place > 0) for place in range(count)]
    return notifications_of(notice, messages, "#sagebase-ops", "#fallback", at(minute))
