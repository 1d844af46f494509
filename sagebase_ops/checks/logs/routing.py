"""Does a sink lose what other checks read? By its filter, by its exclusions, or since it is disabled."""

from collections.abc import Collection, Iterator

from sagebase_ops.checks.logs import storage_words as words
from sagebase_ops.checks.settings_judged import Mistake
from sagebase_ops.domain.log_exclusions import Read, take_together, takes
from sagebase_ops.domain.log_filters import Answer
from sagebase_ops.domain.results import Sentence, Verdict
from sagebase_ops.gcp.log_config import DEFAULT_SINK, LogSink

_GONE = {
    Read.ERRORS: (Verdict.FAIL, "hides_errors", words.ALL_ERRORS),
    Read.REQUESTS: (Verdict.WARN, "hides_requests", words.NO_REQUESTS),
    Read.DATABASE: (Verdict.WARN, "hides_database", words.NO_DATABASE),
}


def routing_mistakes(sink: LogSink, accepted: Collection[str], project: str) -> list[Mistake]:
    """Only of _Default is it held against what is read; another sink copies what somebody wanted elsewhere.

    A reason that begins with `filter_` is the sink's own filter's.
    """
    default = sink.name == DEFAULT_SINK
    if not sink.enabled:
        remedy = f"gcloud logging sinks update {sink.name} --no-disabled --project={project}"
        verdict, sentence = (Verdict.FAIL, words.NOTHING_KEPT) if default else (Verdict.WARN, words.DISABLED)
        return [Mistake(verdict, "disabled", sentence, remedy=remedy)]
    if not default:
        return []
    return [*_by_destination(sink, project), *_by_filter(sink, project), *_by_exclusions(sink, accepted, project)]


def _by_destination(sink: LogSink, project: str) -> Iterator[Mistake]:
    if not sink.destination.startswith(f"logging.googleapis.com/projects/{project}/"):
        yield Mistake(Verdict.WARN, "elsewhere", words.ELSEWHERE, {"destination": sink.destination or "-"})


def _by_filter(sink: LogSink, project: str) -> Iterator[Mistake]:
    """What its filter does not take is as lost as what an exclusion takes away."""
    remedy = f"gcloud logging sinks describe {sink.name} --project={project}"
    for read in Read:
        taken = takes(sink.filter, read, project)
        found = _judged(None if taken is None else not taken, read)
        if found:
            verdict, reason, (_, sentence) = found
            yield Mistake(verdict, f"filter_{reason}", sentence, remedy=remedy)


def _by_exclusions(sink: LogSink, accepted: Collection[str], project: str) -> Iterator[Mistake]:
    """One by one, and what they take together though none of them takes all of it."""
    in_force = [one for one in sink.exclusions if one.enabled and one.name not in accepted]
    for read in Read:
        whole = any(takes(one.filter, read, project) for one in in_force)
        if not whole and take_together([one.filter for one in in_force], read, project):
            verdict, reason, (sentence, _) = _GONE[read]
            remedy = f"gcloud logging sinks describe {sink.name} --project={project}"
            yield Mistake(verdict, reason, sentence, {"by": ", ".join(one.name for one in in_force)}, remedy)
    for one in in_force:
        for read in Read:
            found = _judged(takes(one.filter, read, project), read)
            if found:
                verdict, reason, (sentence, _) = found
                remedy = (
                    f"gcloud logging sinks update {sink.name} --update-exclusion=name={one.name},disabled=true"
                    f" --project={project}"
                )
                yield Mistake(verdict, reason, sentence, {"by": one.name}, remedy)


def _judged(lost: Answer, read: Read) -> tuple[Verdict, str, tuple[Sentence, Sentence]] | None:
    """Of requests and of the database a part may go: that is how people save money, and the rest tells what happened."""
    if lost:
        return _GONE[read]
    if lost is None and read is Read.ERRORS:
        return Verdict.WARN, "may_hide_errors", words.SOME_ERRORS
    return None
