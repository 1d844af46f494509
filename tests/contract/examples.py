"""Slots, claims, runs and posts as the tests need them. Times are minutes after 09:00 UTC."""

from datetime import UTC, datetime, timedelta

from sagebase_ops.domain.notifications import Message, Notification, notifications_of
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Note, Sentence, Target, failing
from sagebase_ops.domain.runs import CheckResult, EntryRef, Run, Trigger
from sagebase_ops.domain.slots import Claim, JobRecord, Missed, Slot

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


def posts(notice: str = "digest", minute: float = 10, count: int = 1) -> tuple[Notification, ...]:
    messages = [Message(f"part {place}", in_thread=place > 0) for place in range(count)]
    return notifications_of(notice, messages, "#sagebase-ops", "#fallback", at(minute))
