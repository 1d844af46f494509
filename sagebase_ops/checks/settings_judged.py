"""Is a setting as it should be? What is wrong with it, the worst as the finding's sentence, the rest as notes below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sagebase_ops.domain.refusals import details_of
from sagebase_ops.domain.results import WORST_FIRST, Finding, Note, Sentence, Target, Value, Verdict, passing
from sagebase_ops.domain.results import failing as fail
from sagebase_ops.domain.results import unknown as cannot_say
from sagebase_ops.domain.results import warning as warn
from sagebase_ops.errors import GcpError

_FINDING = {Verdict.FAIL: fail, Verdict.WARN: warn, Verdict.UNKNOWN: cannot_say}


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong: how bad it is (`fail`, `warn`, or `unknown`), a machine word, its sentence, what mends it.

    `notes` stand below its sentence.
    """

    verdict: Verdict
    reason: str
    sentence: Sentence
    values: Mapping[str, Value] = field(default_factory=dict)
    remedy: str | None = None
    notes: tuple[Note, ...] = ()


def failed(reason: str, sentence: Sentence, **values: Value) -> Mistake:
    return Mistake(Verdict.FAIL, reason, sentence, values)


def warned(reason: str, sentence: Sentence, **values: Value) -> Mistake:
    return Mistake(Verdict.WARN, reason, sentence, values)


def not_read(error: GcpError) -> Mistake:
    """A part of it could not be looked at: that is no pass, whatever the rest says."""
    told, *verbatim = details_of(error)
    reason = error.kind.value
    return Mistake(Verdict.UNKNOWN, reason, told.sentence, told.values, error.remedy, tuple(verbatim))


def severity(mistakes: Sequence[Mistake]) -> tuple[int, ...]:
    """Smaller is better: how many of each verdict there are, the worst counted first."""
    return tuple(sum(one.verdict is verdict for one in mistakes) for verdict in WORST_FIRST)


def judged(
    target: Target, right: Sentence, mistakes: Sequence[Mistake], notes: Sequence[Note] = (), **given: Any
) -> Finding:
    """A pass in the words of `right`, else the finding of the worst mistake. `given` as `passing` takes it.

    What mends the worst is the finding's remedy, else what mends another; where no mistake says it, the one in `given`.
    """
    if not mistakes:
        return passing(target, right, notes=tuple(notes), **given)
    worst, *others = sorted(mistakes, key=lambda one: WORST_FIRST.index(one.verdict))
    told = [*worst.notes, *(note for one in others for note in (Note(one.sentence, one.values), *one.notes))]
    remedies = [one.remedy for one in (worst, *others) if one.remedy]
    named = {key: value for key, value in given.items() if key not in worst.values}
    named |= {"remedy": remedies[0]} if remedies else {}
    return _FINDING[worst.verdict](
        target, worst.sentence, reason=worst.reason, notes=(*told, *notes), **named, **worst.values
    )
