"""Which shapes of messages are new, more frequent, or gone? Two periods against each other, each known by a sample."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sagebase_ops.domain.log_shapes import Group

_ENOUGH = 3.0
"""Where so many are expected in a sample, seeing none by chance happens once in twenty (Poisson)."""
_DEVIATIONS = 2.0
"""A difference within so many standard deviations may be the sample's own."""


class Kind(StrEnum):
    """How a shape changed."""

    NEW = "new"
    RISEN = "risen"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Sampled:
    """What was read of one period, drawn evenly over it. `share` of its entries were read: 1.0 is all, 0.0 none."""

    groups: tuple[Group, ...]
    share: float


@dataclass(frozen=True, slots=True)
class Change:
    """One shape that changed. `before` and `now` are its entries in the whole periods, estimated where sampled.

    `group` is as it was seen last: of a shape that is gone, in the period before.
    """

    kind: Kind
    group: Group
    before: float
    now: float


def changes_between(before: Sampled, now: Sampled, rise: float, least: int) -> tuple[Change, ...]:
    """What changed, new ones first, then risen, then gone, each the most frequent first.

    Risen is more than `rise` (0.5: half as many again) and at least `least` entries more. Of a sample only what it is
    large enough to show: a shape that it may have missed is neither new nor gone. With nothing read nothing is said.
    """
    if not (before.share and now.share):
        return ()
    found = [*_new_and_risen(before, now, rise, least), *_gone(before, now)]
    order = list(Kind)
    return tuple(sorted(found, key=lambda one: (order.index(one.kind), -max(one.now, one.before))))


def _new_and_risen(before: Sampled, now: Sampled, rise: float, least: int) -> Iterator[Change]:
    known = {group.fingerprint: group for group in before.groups}
    for group in now.groups:
        count, old = group.count / now.share, known.get(group.fingerprint)
        if old is None:
            if _would_show(count, before.share):
                yield Change(Kind.NEW, group, 0.0, count)
            continue
        earlier = old.count / before.share
        more = count - earlier
        by_chance = _DEVIATIONS * (_variance(group.count, now.share) + _variance(old.count, before.share)) ** 0.5
        if more > rise * earlier and more >= least and more > by_chance:
            yield Change(Kind.RISEN, group, earlier, count)


def _gone(before: Sampled, now: Sampled) -> Iterator[Change]:
    seen = {group.fingerprint for group in now.groups}
    for group in before.groups:
        count = group.count / before.share
        if group.fingerprint not in seen and _would_show(count, now.share):
            yield Change(Kind.GONE, group, count, 0.0)


def _would_show(count: float, share: float) -> bool:
    """Would a sample of this share have shown a shape with `count` entries?"""
    return share >= 1 or count * share >= _ENOUGH


def _variance(seen: int, share: float) -> float:
    """Of the estimate `seen` / `share`, each entry having been drawn by itself; none where all were read."""
    return seen * (1 - share) / share**2
