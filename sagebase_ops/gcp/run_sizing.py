"""How large is one instance of a service, and how many may there be? Read from a v2 Service message."""

import re
from dataclasses import dataclass, replace
from typing import Any

MANUAL = 2  # ServiceScaling.ScalingMode
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)([numkKMGT]?i?)")
_SCALES = {
    "": 1.0,
    "m": 1e-3,
    **{unit: 1000.0**power for power, unit in enumerate(("k", "M", "G", "T"), 1)},
    **{unit: 1024.0**power for power, unit in enumerate(("Ki", "Mi", "Gi", "Ti"), 1)},
}


@dataclass(frozen=True, slots=True)
class Sizing:
    """What was set, None where nothing was: vCPU and bytes of the container that takes the requests, of one instance.

    Minimum and maximum may be set on the service (shared by its revisions) and on the revision; 0 on the wire is "not
    set". `manual_instances` is the fixed number of a service whose scaling is manual: the others then do not count.
    """

    cpu: float | None = None
    memory: int | None = None
    concurrency: int | None = None
    service_min: int = 0
    service_max: int | None = None
    revision_min: int = 0
    revision_max: int | None = None
    manual_instances: int | None = None

    @property
    def least(self) -> int:
        """What a reader would count: the larger minimum."""
        return max(self.service_min, self.revision_min)

    @property
    def most(self) -> int | None:
        """The smaller maximum; None is Google's default."""
        return min((one for one in (self.service_max, self.revision_max) if one), default=None)


def read_sizing(message: Any) -> Sizing:  # raw google.cloud.run.v2.Service; protobuf makes its class at run time
    """The sizes of a Service message, and of the revision that would be made of it."""
    service = message.scaling
    return replace(
        read_revision_sizing(message.template),
        service_min=service.min_instance_count,
        service_max=service.max_instance_count or None,
        manual_instances=service.manual_instance_count if service.scaling_mode == MANUAL else None,
    )


def read_revision_sizing(message: Any) -> Sizing:  # raw RevisionTemplate or Revision, as above
    """The sizes of one revision alone: it knows nothing of its service's."""
    limits = _limits(message.containers)
    memory = kubernetes_quantity(limits.get("memory", ""))
    return Sizing(
        cpu=kubernetes_quantity(limits.get("cpu", "")),
        memory=None if memory is None else round(memory),
        concurrency=message.max_instance_request_concurrency or None,
        revision_min=message.scaling.min_instance_count,
        revision_max=message.scaling.max_instance_count or None,
    )


def kubernetes_quantity(text: str) -> float | None:
    """`1000m` is 1, `512Mi` is 536870912; None for what is no quantity. Source: Kubernetes' resource.Quantity."""
    found = _QUANTITY.fullmatch(text)
    return float(found[1]) * _SCALES[found[2]] if found and found[2] in _SCALES else None


def _limits(containers: Any) -> dict[str, str]:  # raw repeated Container
    """Those of the container with a port: beside it there may be helpers. Without any port the first one is meant."""
    chosen = next((one for one in containers if one.ports), next(iter(containers), None))
    return dict(chosen.resources.limits) if chosen is not None else {}
