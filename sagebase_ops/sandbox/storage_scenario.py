"""What a scenario says of Cloud Storage. What it leaves out is as an operator would want it."""

from datetime import timedelta

from sagebase_ops.sandbox.scenario_parts import Part, Span


class Bucket(Part):
    """Sizes in GB (powers of ten) as they are now; `growth_gb` is what comes in live each day."""

    name: str
    location: str = "ASIA-NORTHEAST1"
    labels: dict[str, str] = {}
    storage_class: str = "STANDARD"
    age: Span = timedelta(days=400)
    live_gb: float = 12.0
    growth_gb: float = 0.02
    noncurrent_gb: float = 1.5
    soft_deleted_gb: float = 0.4
    measured: bool = True
    """Whether Cloud Monitoring has series of it; an empty bucket has none."""
    objects: bool = True
    versioning: bool = True
    soft_delete_days: int = 7
    """How long a deleted object can be restored; 0: soft deletion is off."""
    lifecycle_days: int | None = 90
    """After how long old versions are deleted; None: no rule."""
    lifecycle_action: str = "Delete"
    owner: str | None = None
    """The number of another project, in whose list it is; None: the scenario's own."""
    public_prevention: str = "enforced"
    uniform_access: bool = True
    """Whether the access lists of single objects are off."""
    members: list[str] = ["projectViewer:{project}"]
    """Who may read its objects."""
