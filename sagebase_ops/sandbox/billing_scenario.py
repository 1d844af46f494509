"""What a scenario says of money: the account, and the standard usage cost export in BigQuery."""

from datetime import timedelta

from sagebase_ops.sandbox.scenario_parts import Part, Span


class Cost(Part):
    """What one SKU costs on each day from `since` ago until `until` ago; `credits` are taken off, so they are negative."""

    service: str
    sku: str
    daily: float
    credits: float = 0.0
    since: Span = timedelta(days=90)
    until: Span = timedelta(0)
    currency: str | None = None
    """None: the account's."""


class Billing(Part):
    enabled: bool = True
    account: str = "012345-567890-ABCDEF"
    currency: str = "JPY"
    dataset: str | None = "billing_export"
    """None: the export is not switched on."""
    detailed: bool = False
    """The export is the detailed usage cost, not the standard one."""
    standard_ended: Span | None = None
    """How long ago the newest row of a standard export came that lies beside the detailed one; None: there is none."""
    age: Span | None = timedelta(days=400)
    """How long ago the export was switched on; None: BigQuery does not say."""
    location: str = "asia-northeast1"
    partition_field: str | None = None
    delay: Span = timedelta(hours=20)
    """How long ago the newest row came."""
    bytes: int = 41_943_040
    """What a question reads."""
    unfinished: int = 0
    """So many answers come before the question is done."""
    costs: list[Cost] = []
