"""How is a bucket kept: versions, clean-up rules, who may never get in? Read from a Bucket resource."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sagebase_ops.gcp.rest import Json
from sagebase_ops.gcp.rest_lists import moment, text


@dataclass(frozen=True, slots=True)
class BucketSettings:
    """`lifecycle_rules` counts those that delete or move objects, `prevents_public` is `publicAccessPrevention: enforced` on the bucket itself.

    Without the latter an organisation's policy may still prevent it. Without `uniform_access` single objects have access lists
    of their own. `soft_delete` is how long deleted objects stay.
    """

    versioning: bool = False
    lifecycle_rules: int = 0
    prevents_public: bool = False
    uniform_access: bool = False
    soft_delete: timedelta = timedelta(0)
    created_at: datetime | None = None


def read_bucket_settings(item: Json) -> BucketSettings:
    """Of a Bucket of the JSON API v1; what is absent is off."""
    given = item.get("iamConfiguration")
    access: Json = given if isinstance(given, dict) else {}
    seconds = text(item, "softDeletePolicy", "retentionDurationSeconds")
    return BucketSettings(
        versioning=_at(item, "versioning", "enabled") is True,
        lifecycle_rules=sum(_frees(rule) for rule in rules)
        if isinstance(rules := _at(item, "lifecycle", "rule"), list)
        else 0,
        prevents_public=text(access, "publicAccessPrevention") == "enforced",
        uniform_access=_at(access, "uniformBucketLevelAccess", "enabled") is True,
        soft_delete=timedelta(seconds=int(seconds) if seconds.isdecimal() else 0),
        created_at=moment(item, "timeCreated"),
    )


def _frees(rule: object) -> bool:
    """AbortIncompleteMultipartUpload clears out what never became an object, and nothing else."""
    return isinstance(rule, dict) and text(rule, "action", "type") in {"Delete", "SetStorageClass"}


def _at(item: Json, outer: str, inner: str) -> object:
    found = item.get(outer)
    return found.get(inner) if isinstance(found, dict) else None
