"""The past as scripts want it: the newest first, times in UTC with Z."""

from collections.abc import Sequence

from sagebase_ops.app.history import Look, Past
from sagebase_ops.cli.report import Json, finding_as_json, time_of
from sagebase_ops.domain.digests import digest_of
from sagebase_ops.domain.runs import Run
from sagebase_ops.language.voice import Voice


def past_as_json(past: Past, *, with_runs: bool) -> Json:
    """`missed` are planned times that never ran; `jumps` of the clock are in seconds, ahead being positive.

    Before `thinned_until` not every run is there any more; null where every one is.
    """
    runs = {"runs": [_run(run) for run in past.runs]} if with_runs else {}
    return {
        **runs,
        "missed": [
            {
                "job": one.job,
                "first": time_of(one.first),
                "last": time_of(one.last),
                "count": one.count,
                "reason": one.reason.value,
            }
            for one in past.missed
        ],
        "jumps": [{"at": time_of(jump.at), "seconds": jump.seconds} for jump in past.jumps],
        "thinned_until": time_of(past.thinned_until) if past.thinned_until else None,
    }


def looks_as_json(looks: Sequence[Look], voice: Voice) -> list[Json]:
    """Findings as `--run --format json` shows them, with the run that saw them."""
    return [
        {
            "at": time_of(look.run.started_at),
            "job": look.run.job,
            "run_id": look.run.id,
            **finding_as_json(look.row, voice),
        }
        for look in looks
    ]


def _run(run: Run) -> Json:
    return {
        "job": run.job,
        "run_id": run.id,
        "trigger": run.trigger.value,
        "slot": time_of(run.slot),
        "started_at": time_of(run.started_at),
        "finished_at": time_of(run.finished_at),
        "started_by": run.started_by,
        "late_by_seconds": run.late_by_seconds,
        "expected": len(run.expected),
        "verdict": run.verdict.value,
        "counts": {verdict.value: count for verdict, count in digest_of(run).counts.items()},
    }
