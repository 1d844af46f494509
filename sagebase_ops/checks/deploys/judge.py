"""Is what was deployed to one service there, in use, and no worse than what was there before?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sagebase_ops.checks.deploys import words
from sagebase_ops.checks.deploys.params import Params
from sagebase_ops.checks.deploys.people import deployed_by
from sagebase_ops.checks.deploys.rollback import split_of, split_unknown
from sagebase_ops.checks.deploys.traffic import Answers, Traffic
from sagebase_ops.checks.settings_judged import Mistake, not_read
from sagebase_ops.domain.audit_entries import AuditEntry
from sagebase_ops.domain.projects import Project
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Note, Value, Verdict
from sagebase_ops.gcp.run import Revision, RunService

LONGEST_DEPLOY = timedelta(minutes=15)
_UNSAID = "-"


@dataclass(frozen=True, slots=True)
class Deploys:
    """`own` and `made` newest first: all revisions of the service, and those of the window.

    `looked_at` are revisions of which Google counted the instances: without requests there, none came.
    """

    service: RunService
    own: Sequence[Revision]
    made: Sequence[Revision]
    changes: Sequence[AuditEntry]
    traffic: Traffic
    looked_at: frozenset[str]

    @property
    def compared(self) -> Revision | None:
        """The newest of the window that is ready and gets requests; where nobody says what does, the newest that is ready."""
        return compared(self.service, self.made)

    @property
    def before(self) -> str:
        """The newest ready one that is older than all of the window."""
        made = {one.name for one in self.made}
        return next((one.name for one in self.own if one.name not in made and _is_ready(one)), "")

    def who(self, revision: Revision) -> str:
        return deployed_by(revision, self.changes)


def compared(service: RunService, made: Sequence[Revision]) -> Revision | None:
    """As `Deploys.compared`, before anything was asked about it."""
    serving = {part.revision for part in service.serving}
    return next((one for one in made if _is_ready(one) and (not serving or one.name in serving)), None)


def is_listed(service: RunService, own: Sequence[Revision]) -> bool:
    """Whether the list holds what the service itself calls its newest; older answers name none, then any will do."""
    newest = service.latest_created_revision
    return any(one.name == newest for one in own) if newest else bool(own)


def newest_named(service: RunService) -> dict[str, Value]:
    return {"revision": service.latest_created_revision or _UNSAID}


def mistakes_of(deploys: Deploys, params: Params, project: Project, now: datetime) -> Iterator[Mistake]:
    """What is wrong with the deploys of the window, and what could not be seen of them."""
    for one in deploys.made:
        yield from _of_start(deploys, one, now)
    if not is_listed(deploys.service, deploys.own):
        yield Mistake(Verdict.UNKNOWN, "no_revisions", words.NOT_LISTED, newest_named(deploys.service))
    if not deploys.service.serving and not deploys.service.never_ready:
        yield split_unknown(deploys.service, project)
    newest = deploys.compared
    if newest is None:
        return
    if deploys.traffic.partial is not None:  # of a part of it nothing is believed
        yield not_read(deploys.traffic.partial)
        return
    after = deploys.traffic.of(newest.name)
    if not after.requests and (newest.name not in deploys.looked_at or after.p95 is not None):
        values: dict[str, Value] = {"revision": newest.name, "until": deploys.traffic.until}
        yield Mistake(Verdict.UNKNOWN, "no_data", words.UNCOUNTED, values)
    if after.requests >= params.min_requests:
        before = deploys.traffic.of(deploys.before)
        yield from _of_errors(newest.name, after, before, params)
        yield from _of_times({newest.name: after, deploys.before: before}, params)


def notes_of(deploys: Deploys, params: Params) -> Iterator[Note]:
    """Each deploy with who and when, the traffic, and how both sides answered."""
    for one in deploys.made:
        if one.created_at:
            yield Note(words.DEPLOYED, {"at": one.created_at, "revision": one.name, "who": deploys.who(one)})
    yield Note(words.SPLIT, {"split": split_of(deploys.service) or _UNSAID})
    newest = deploys.compared
    if newest is None and any(map(_is_ready, deploys.made)):
        yield Note(words.NOT_SERVING)
    if deploys.traffic.partial is not None:
        return
    for name in filter(None, [deploys.before, newest.name if newest else ""]):
        yield _answered(name, deploys.traffic.of(name), params)


def _answered(name: str, found: Answers, params: Params) -> Note:
    counted: dict[str, Value] = {"name": name, "requests": round(found.requests)}
    if found.requests < params.min_requests:
        return Note(words.TOO_FEW, counted)
    if not found.is_rated:
        return Note(words.UNRATED, counted)
    counted["rate"] = _share(found)
    return (
        Note(words.UNMEASURED, counted) if found.p95 is None else Note(words.COMPARED, {**counted, "p95": _p95(found)})
    )


def _of_start(deploys: Deploys, made: Revision, now: datetime) -> Iterator[Mistake]:
    values: dict[str, Value] = {"revision": made.name, "who": deploys.who(made)}
    state = made.ready.state if made.ready else "unspecified"
    if made.ready and state == "failed":
        why = made.ready.reason or "Ready = False"
        yield Mistake(Verdict.WARN, "never_ready", words.NEVER_READY, {**values, "why": why})
    elif state == "unspecified":
        yield Mistake(Verdict.UNKNOWN, "no_condition", words.NOT_SAID, values)
    elif state != "succeeded" and made.created_at and now - made.created_at > LONGEST_DEPLOY:
        times: dict[str, Value] = {
            "value": Quantity.of(now - made.created_at),
            "limit": Quantity.of(LONGEST_DEPLOY),
        }
        yield Mistake(Verdict.WARN, "never_ready", words.STUCK, {**values, **times})


def _of_errors(name: str, after: Answers, before: Answers, params: Params) -> Iterator[Mistake]:
    if after.error_rate > max(params.max_error_rate, before.error_rate):
        rates = {"after": _share(after), "before": _share(before), "wanted": Quantity(params.max_error_rate, "1")}
        yield Mistake(Verdict.FAIL, "more_errors", words.MORE_ERRORS, rates)
    elif not after.is_rated:
        values: dict[str, Value] = {"revision": name, "requests": round(after.requests)}
        yield Mistake(Verdict.UNKNOWN, "no_status", words.UNCLASSED, values)


def _of_times(sides: Mapping[str, Answers], params: Params) -> Iterator[Mistake]:
    """After and before, in this order. What was asked often enough was timed: without a time, nobody looked."""
    for name, side in sides.items():
        if side.requests >= params.min_requests and side.p95 is None:
            values: dict[str, Value] = {"revision": name, "requests": round(side.requests)}
            yield Mistake(Verdict.UNKNOWN, "no_data", words.UNTIMED, values)
            return
    after, before = sides.values()
    if after.p95 is None or before.p95 is None or before.requests < params.min_requests:
        return
    if after.p95 > before.p95 * (1 + params.warn_slower):
        yield Mistake(Verdict.WARN, "slower", words.SLOWER, {"after": _p95(after), "before": _p95(before)})


def _is_ready(revision: Revision) -> bool:
    return revision.ready is not None and revision.ready.state == "succeeded"


def _share(found: Answers) -> Quantity:
    return Quantity(found.error_rate, "1")


def _p95(found: Answers) -> Quantity:
    return Quantity(found.p95 or 0.0, "s")
