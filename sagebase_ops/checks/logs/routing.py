"""Does a sink lose what other checks read? By its filter, by its exclusions, or since it is disabled."""

from collections.abc import Collection, Iterator

from sagebase_ops.checks.logs import storage_words as words
from sagebase_ops.checks.logs.kept import Kept
from sagebase_ops.checks.logs.kept_words import MAY_BE_KEPT, kept_by
from sagebase_ops.checks.settings_judged import Mistake
from sagebase_ops.domain.log_exclusions import Read, of_some_kind, take_together, takes
from sagebase_ops.domain.results import Note, Verdict
from sagebase_ops.gcp.log_config import DEFAULT_SINK, LogSink

SOME_ERRORS = "may_hide_errors"
ONE_KIND = "hides_a_kind_of_errors"
PERHAPS_KEPT = "may_be_kept"
"""The reason where another sink may keep it, and may not."""
_GONE = {
    Read.ERRORS: (Verdict.FAIL, "hides_errors", words.ALL_ERRORS),
    Read.REQUESTS: (Verdict.WARN, "hides_requests", words.NO_REQUESTS),
    Read.DATABASE: (Verdict.WARN, "hides_database", words.NO_DATABASE),
}


_NOTHING = Kept()


def routing_mistakes(sink: LogSink, accepted: Collection[str], project: str, kept: Kept = _NOTHING) -> list[Mistake]:
    """Only of _Default is it held against what is read; another sink copies what somebody wanted elsewhere.

    What is `kept` by another sink is not lost. A reason that begins with `filter_` is the sink's own filter's.
    """
    remedy = f"gcloud logging sinks update {sink.name} --no-disabled --project={project}"
    if sink.name != DEFAULT_SINK:
        return [] if sink.enabled else [Mistake(Verdict.WARN, "disabled", words.DISABLED, remedy=remedy)]
    if not sink.enabled and not kept.surely and not kept.perhaps:
        return [Mistake(Verdict.FAIL, "disabled", words.NOTHING_KEPT, remedy=remedy)]
    elsewhere = [] if kept.everything else list(_by_destination(sink, project))
    lost = [_unless_kept(read, one, kept, project) for read, one in _lost(sink, accepted, project)]
    told = [*elsewhere, *filter(None, lost)]
    return [one for place, one in enumerate(told) if one not in told[:place]]


def credited(sink: LogSink, accepted: Collection[str], project: str, kept: Kept) -> tuple[Note, ...]:
    """Who keeps what _Default does not take."""
    if sink.name != DEFAULT_SINK:
        return ()
    reads = [read for read, _ in _lost(sink, accepted, project)] or (
        list(Read) if any(_by_destination(sink, project)) and kept.everything else []
    )
    return kept_by({read: kept.surely[read] for read in reads if read in kept.surely})


def _unless_kept(read: Read, lost: Mistake, kept: Kept, project: str) -> Mistake | None:
    if read in kept.surely:
        return None
    if read not in kept.perhaps or lost.reason.endswith((SOME_ERRORS, ONE_KIND)):
        return lost
    who = kept.perhaps[read].sink
    remedy = f"gcloud logging sinks describe {who} --project={project}"
    return Mistake(Verdict.WARN, PERHAPS_KEPT, MAY_BE_KEPT[read], {"sink": who}, remedy)


def _lost(sink: LogSink, accepted: Collection[str], project: str) -> Iterator[tuple[Read, Mistake]]:
    """What does not get into _Default, and why."""
    if sink.enabled:
        yield from _by_filter(sink, project)
        yield from _by_exclusions(sink, accepted, project)
        return
    for read, (verdict, reason, sentences) in _GONE.items():
        remedy = f"gcloud logging sinks update {sink.name} --no-disabled --project={project}"
        yield read, Mistake(verdict, f"disabled_{reason}", sentences.by_switch, remedy=remedy)


def _by_destination(sink: LogSink, project: str) -> Iterator[Mistake]:
    if not sink.destination.startswith(f"logging.googleapis.com/projects/{project}/"):
        yield Mistake(Verdict.WARN, "elsewhere", words.ELSEWHERE, {"destination": sink.destination or "-"})


def _by_filter(sink: LogSink, project: str) -> Iterator[tuple[Read, Mistake]]:
    """What its filter does not take is as lost as what an exclusion takes away."""
    remedy = f"gcloud logging sinks describe {sink.name} --project={project}"
    for read in Read:
        found = _judged(sink.filter, read, project, loses=False)
        if found:
            verdict, reason, sentences = found
            yield read, Mistake(verdict, f"filter_{reason}", sentences.by_filter, remedy=remedy)


def _by_exclusions(sink: LogSink, accepted: Collection[str], project: str) -> Iterator[tuple[Read, Mistake]]:
    """One by one, and what they take together though none of them takes all of it."""
    in_force = [one for one in sink.exclusions if one.enabled and one.name not in accepted]
    for read in Read:
        whole = any(takes(one.filter, read, project) for one in in_force)
        if not whole and take_together([one.filter for one in in_force], read, project):
            verdict, reason, sentences = _GONE[read]
            remedy = f"gcloud logging sinks describe {sink.name} --project={project}"
            names = ", ".join(one.name for one in in_force)
            yield read, Mistake(verdict, reason, sentences.by_exclusion, {"by": names}, remedy)
    for one in in_force:
        for read in Read:
            found = _judged(one.filter, read, project, loses=True)
            if found:
                verdict, reason, sentences = found
                remedy = (
                    f"gcloud logging sinks update {sink.name} --update-exclusion=name={one.name},disabled=true"
                    f" --project={project}"
                )
                yield read, Mistake(verdict, reason, sentences.by_exclusion, {"by": one.name}, remedy)


def _judged(filter_: str, read: Read, project: str, *, loses: bool) -> tuple[Verdict, str, words.Lost] | None:
    """What matches is lost where the filter `loses`, else what does not.

    Of requests and of the database a part may go: that is how people save money, and the rest tells what happened.
    """
    answer = takes(filter_, read, project)
    if answer is loses:
        return _GONE[read]
    if answer is not None or read is not Read.ERRORS:
        return None
    if of_some_kind(filter_, read, project, taken=loses):
        return Verdict.WARN, ONE_KIND, words.ONE_KIND
    return Verdict.WARN, SOME_ERRORS, words.SOME_ERRORS
