"""How near did a service come to the most instances that it may have? By its revisions where an older one serves.

Each revision has a maximum of its own: in a split one may be full while all of them together are far from theirs, and what a
revision without requests once needed says nothing of the one that serves now.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.metrics.data import Measured, measure_or_refusal
from sagebase_ops.checks.metrics.params import Window
from sagebase_ops.checks.run.serving import Serving
from sagebase_ops.gcp.metrics import METRICS, SERVICE
from sagebase_ops.gcp.run import RunService

INSTANCES = METRICS["instance_count"]
_OF_REVISIONS = replace(INSTANCES, group_by=(SERVICE, "resource.labels.revision_name"))


@dataclass(frozen=True, slots=True)
class Nearest:
    """A peak and the maximum that it is held against; `revision` is the one that both are of, "" where they are the service's."""

    peak: float | None
    most: int
    measured: Measured
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Peaks:
    """Of every service, summed over its revisions; and of single ones, where that was asked."""

    of_services: Measured
    of_revisions: Measured | None

    def nearest(self, serving: Serving) -> Nearest:
        """The serving revision with the least room; one that had no instance at all needed none."""
        name, whole = serving.service.name, self.of_services.values.get(serving.service.name)
        if self.of_revisions is None or not serving.maxima:
            return Nearest(whole, serving.most, self.of_services)
        peaks = {one: self.of_revisions.values.get(f"{name}, {one}") for one in serving.maxima}
        found = [
            Nearest(peak, serving.maxima[one], self.of_revisions, one)
            for one, peak in peaks.items()
            if peak is not None
        ]
        if not found:
            return Nearest(None, serving.most, self.of_revisions)
        if serving.service.sizing.service_max and whole is not None:
            found.append(Nearest(whole, serving.service.sizing.service_max, self.of_services))
        return max(found, key=lambda one: (may_grow(serving.service, one.most), (one.peak or 0) / one.most))


async def peaks_of(serving: Iterable[Serving], of_services: Measured, window: Window, context: CheckContext) -> Peaks:
    """With the revisions' own peaks where an older one serves: one call more for all services."""
    older = any(one.maxima for one in serving)
    return Peaks(of_services, await measure_or_refusal(_OF_REVISIONS, window, context) if older else None)


def may_grow(service: RunService, most: int) -> bool:
    """A fixed number of instances, or a single one, is at its maximum whenever it works: that says nothing."""
    return most > max(service.min_instances, 1)
