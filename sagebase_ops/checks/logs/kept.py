"""Does another sink keep in this project what _Default does not take? What is not proven is said as not proven."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sagebase_ops.domain.log_exclusions import Read, takes
from sagebase_ops.domain.log_filters import Answer
from sagebase_ops.gcp.log_config import DEFAULT_SINK, LogBucket, LogSink

_BUCKET = re.compile(r"logging\.googleapis\.com/projects/([^/]+)/locations/([^/]+)/buckets/([^/]+)")


@dataclass(frozen=True, slots=True)
class Keeper:
    """A sink and the bucket that it leads to, by their short names."""

    sink: str
    bucket: str


@dataclass(frozen=True, slots=True)
class Kept:
    """Who surely keeps all of what is read, and who may keep it where nobody surely does."""

    surely: Mapping[Read, Keeper] = field(default_factory=dict)
    perhaps: Mapping[Read, Keeper] = field(default_factory=dict)

    @property
    def everything(self) -> bool:
        return all(read in self.surely for read in Read)


def candidates(sinks: Sequence[LogSink], project: str) -> list[LogSink]:
    """The sinks that may keep what is read: enabled ones beside _Default that lead to a log bucket of this project."""
    others = [one for one in sinks if one.name != DEFAULT_SINK and one.enabled and _place(one, project)]
    return [one for one in others if any(_keeps(one, read, project) is not False for read in Read)]


def kept_by_others(sinks: Sequence[LogSink], buckets: Sequence[LogBucket] | None, project: str) -> Kept:
    """`buckets` are all there are, None where Google did not say: then no bucket is proven to be there."""
    there = None if buckets is None else {(one.location, one.name) for one in buckets if one.active}
    found: dict[bool, dict[Read, Keeper]] = {True: {}, False: {}}
    for sink in candidates(sinks, project):
        owner, *place = _place(sink, project)
        is_there = (tuple(place) in there) if there is not None and owner == project else None
        for read in Read:
            answer = _both(is_there, _keeps(sink, read, project))
            if answer is not False:
                found[answer is True].setdefault(read, Keeper(sink.name, place[-1]))
    return Kept(found[True], {read: who for read, who in found[False].items() if read not in found[True]})


def _place(sink: LogSink, project: str) -> tuple[str, ...]:
    """Project, location and name of the bucket; a project by its number may be this one, or another."""
    found = _BUCKET.fullmatch(sink.destination)
    return found.groups() if found and (found[1] == project or found[1].isdecimal()) else ()


def _keeps(sink: LogSink, read: Read, project: str) -> Answer:
    answer = takes(sink.filter, read, project)
    for one in sink.exclusions:
        left_out = takes(one.filter, read, project) if one.enabled else False
        answer = _both(answer, None if left_out is None else not left_out)
    return answer


def _both(one: Answer, other: Answer) -> Answer:
    return False if False in {one, other} else None if None in {one, other} else True
