"""How large is one instance of a service, and how many may there be? Read from a v2 Service message."""

import re
from dataclasses import dataclass
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


def read_sizing(message: Any) -> Sizing:  # raw google.cloud.run.v2.Service; protobuf makes its class at run time
    """The sizes of a Service message."""
    service, template = message.scaling, message.template
    limits = _limits(template.containers)
    memory = kubernetes_quantity(limits.get("memory", ""))
    return Sizing(
        cpu=kubernetes_quantity(limits.get("cpu", "")),
        memory=None if memory is None else round(memory),
        concurrency=template.max_instance_request_concurrency or None,
        service_min=service.min_instance_count,
        service_max=service.max_instance_count or None,
        revision_min=template.scaling.min_instance_count,
        revision_max=template.scaling.max_instance_count or None,
        manual_instances=service.manual_instance_count if service.scaling_mode == MANUAL else None,
    )


def kubernetes_quantity(text: str) -> float | None:
    """`1000m` is 1, `512Mi` is 536870912; None for what is no quantity. Source: Kubernetes' resource.Quantity."""
    found = _QUANTITY.fullmatch(text)
    return float(found[1]) * _SCALES[found[2]] if found and found[2] in _SCALES else None


def _limits(containers: Any) -> dict[str, str]:  # raw repeated Container
    """Those of the container with a port: beside it there may be helpers. Without any port the first one is meant."""
    chosen = next((one for one in containers if one.ports), next(iter(containers), None))
    return dict(chosen.resources.limits) if chosen is not None else {}
