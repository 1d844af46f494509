"""Is a run told to Slack, and as which posts?"""

from dataclasses import dataclass
from datetime import datetime

from sagebase_ops.config.model import DigestWhen, Schedules
from sagebase_ops.domain.digests import digest_of
from sagebase_ops.domain.incidents import Incident
from sagebase_ops.domain.notifications import Message, Notification, notifications_of
from sagebase_ops.domain.results import Value, Verdict
from sagebase_ops.domain.runs import Run, Trigger
from sagebase_ops.language import words
from sagebase_ops.language.sentences import fill
from sagebase_ops.language.words import zone_of
from sagebase_ops.slack.messages.digest import digest_messages

_WANT_EYES = {Verdict.FAIL, Verdict.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Known:
    """What a digest says beside its run: the job's runs before it, newest first, and the incidents that are open."""

    previous: tuple[Run, ...] = ()
    incidents: tuple[Incident, ...] = ()


def digest_notifications(
    run: Run, schedules: Schedules, known: Known, installation: str, now: datetime
) -> tuple[Notification, ...]:
    """The digest's posts in sending order, ready to be queued with the run; none where the checklist tells nothing."""
    messages = told_messages(run, schedules.named(run.job).digest, known)
    route = schedules.slack
    return notifications_of(notice_name(run, installation), messages, route.channel, route.fallback, now, run.language)


def set_aside_notifications(
    run: Run, schedules: Schedules, installation: str, now: datetime, failure: Exception
) -> tuple[Notification, ...]:
    """In place of a digest that could not be made: one line of plain text that names the slot."""
    values: dict[str, Value] = {"job": run.job, "slot": run.slot, "error": type(failure).__name__}
    text = fill(words.SET_ASIDE, values, run.language, zone_of(run.timezone))
    route = schedules.slack
    return notifications_of(
        notice_name(run, installation), [Message(text)], route.channel, route.fallback, now, run.language
    )


def told_messages(run: Run, when: DigestWhen, known: Known) -> tuple[Message, ...]:
    """The digest as Slack messages, or none."""
    if not is_told(run, when, next(iter(known.previous), None)):
        return ()
    return digest_messages(digest_of(run), known.incidents, known.previous)


def is_told(run: Run, when: DigestWhen, previous: Run | None) -> bool:
    """Whether the run's digest is posted. `previous` is the job's run before, None where there is none.

    Missed slots and a clock that jumped are told wherever anything is: nobody looked in that time.
    """
    if when in {DigestWhen.NEVER, DigestWhen.ALWAYS} or run.missed or run.notes:
        return when is not DigestWhen.NEVER
    if when is DigestWhen.ON_FAILURE:
        return run.verdict in _WANT_EYES
    return previous is None or _verdicts(run) != _verdicts(previous)


def notice_name(run: Run, installation: str) -> str:
    """One name for one digest: a planned slot's is the same whoever runs it, and however often it was begun."""
    which = run.id if run.trigger is Trigger.MANUAL else f"{run.job}:{run.slot:%Y-%m-%dT%H:%M:%SZ}"
    return f"{installation}:digest:{which}"


def _verdicts(run: Run) -> dict[tuple[str, str, str, str], Verdict]:
    return {
        (result.entry.project, result.entry.name, finding.target.kind, finding.target.name): finding.verdict
        for result in run.results
        for finding in result.findings
    }
