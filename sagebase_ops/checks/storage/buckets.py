"""How large is one bucket, how fast does it grow, and is it kept as it should be? Part of `storage_usage`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from difflib import get_close_matches

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.metrics.data import Measured
from sagebase_ops.checks.metrics.judge import IMPLAUSIBLE, NOT_AS_BELIEVED, Given, without_data
from sagebase_ops.checks.storage import bucket_words as words
from sagebase_ops.checks.storage.sizes import MEASURED_AFTER, Part, Size, sizes_of
from sagebase_ops.domain.console import bucket_page
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.refusals import refused
from sagebase_ops.domain.results import (
    Finding,
    Note,
    Target,
    Verdict,
    failing,
    passing,
    skipped,
    unknown,
    warning,
)
from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.gcp.asked import Listing
from sagebase_ops.gcp.storage import Bucket
from sagebase_ops.gcp.usage_metrics import BUCKET, BUCKET_BYTES

SPELLINGS = ("{project}-sagebase-backups", "{project}-sagebase-backups-production")
"""The guide calls the backup bucket by the first in its export and import, by the second in its monthly tasks."""

EVERYBODY = frozenset({"allUsers", "allAuthenticatedUsers"})
_LIVE = "live-object"
_UNSAID = "-"


@dataclass(frozen=True, slots=True)
class Growth:
    """How much growth within the window is worth a look: a share, beyond so many bytes."""

    share: float
    floor: int
    window: timedelta


async def judge_bucket(
    name: str, listing: Listing[Bucket], used: Measured, growth: Growth, context: CheckContext
) -> Finding:
    """The worst of: not there, public, not measured, grown, kept badly. A refusal makes this bucket alone unknown."""
    target, project = Target(BUCKET, name), context.project.id
    given: Given = {"asked": used.asked, "link": bucket_page(project, name)}
    try:
        bucket = await _bucket(name, listing, context)
        if bucket is None:
            return _absent(target, listing, project, given)
        members = await _strangers(bucket, context)
        found = await _by_size(target, bucket, used, growth, context, given)
    except GcpError as error:
        return refused(target, error, **given)
    shortcomings = tuple(_shortcomings(bucket, listing))
    notes = tuple(_spelling(name, listing, project))
    if members:
        size = () if found.verdict is Verdict.PASS else (Note(found.sentence, found.with_values()),)
        given["remedy"] = f"gcloud storage buckets update gs://{name} --public-access-prevention"
        told: Given = {"members": ", ".join(sorted(members)), "notes": (*size, *shortcomings, *found.notes, *notes)}
        return failing(target, words.PUBLIC, reason="public", value=found.value, **told, **given)
    if shortcomings and found.verdict is Verdict.PASS:
        first, *others = shortcomings
        told = {"value": found.value, "notes": (*others, *found.notes, *notes)}
        return warning(target, first.sentence, reason="kept_badly", **first.values, **told, **given)
    return replace(found, notes=(*found.notes, *shortcomings, *notes))


async def _bucket(name: str, listing: Listing[Bucket], context: CheckContext) -> Bucket | None:
    """What the project's list lacks may be another project's: names are global. None where nobody has it."""
    found = listing.named(name)
    if found is not None:
        return found
    try:
        return await context.gcp.storage.bucket(context.project.id, name)
    except GcpError as error:
        if error.kind is not GcpErrorKind.NOT_FOUND:
            raise
        return None


def _absent(target: Target, listing: Listing[Bucket], project: str, given: Given) -> Finding:
    names = [bucket.name for bucket in listing.items]
    near = ", ".join(get_close_matches(target.name, names)) or _UNSAID
    remedy = f"gcloud storage buckets list --project={project}"
    return failing(target, words.ABSENT, reason="does_not_exist", near=near, remedy=remedy, **given)


async def _strangers(bucket: Bucket, context: CheckContext) -> frozenset[str]:
    """Everybody, where they may read it. A bucket that prevents it need not be asked."""
    if bucket.settings.prevents_public:
        return frozenset()
    return EVERYBODY & await context.gcp.storage.readers(context.project.id, bucket.name)


async def _by_size(
    target: Target, bucket: Bucket, used: Measured, growth: Growth, context: CheckContext, given: Given
) -> Finding:
    given = {**given, "metric": BUCKET_BYTES.type}
    if used.otherwise is not None:
        believed = "GAUGE DOUBLE By"
        return unknown(target, NOT_AS_BELIEVED, reason="unit", google=used.otherwise, believed=believed, **given)
    if (lacking := used.answer.partial or used.unproven) is not None:
        return refused(target, lacking, **given)
    sizes = sizes_of(bucket.name, used, growth.window)
    if not sizes:
        return await _unmeasured(target, bucket, used, context, given)
    return _held(target, sizes, growth, given)


def _held(target: Target, sizes: Mapping[Part, Size], growth: Growth, given: Given) -> Finding:
    """How it grew, as far as its sizes can be."""
    whole = Size(sum(size.now for size in sizes.values()), sum(size.before for size in sizes.values()))
    if any(size.now < 0 or size.before < 0 for size in sizes.values()):
        return unknown(target, IMPLAUSIBLE, reason="unit", value=Quantity(whole.now, "By"), **given)
    told: Given = {"value": Quantity(whole.now, "By"), "growth": Quantity(whole.growth, "By"), **given}
    told |= {"window": Quantity.of(growth.window), "notes": tuple(_by_part(sizes, growth.window))}
    if whole.growth > growth.floor and not whole.before:
        return warning(target, words.CAME, reason="grew", **told)
    if whole.growth > growth.floor and whole.growth > growth.share * whole.before:
        return warning(target, words.GREW, reason="grew", share=Quantity(whole.growth / whole.before, "1"), **told)
    live = sum(size.now for (_, kind), size in sizes.items() if kind == _LIVE)
    return passing(target, words.SIZE, live=Quantity(live, "By"), **told)


def _by_part(sizes: Mapping[Part, Size], window: timedelta) -> Iterator[Note]:
    for (storage_class, kind), size in sorted(sizes.items()):
        told = {"size": Quantity(size.now, "By"), "growth": Quantity(size.growth, "By"), "window": Quantity.of(window)}
        yield Note(words.part_of(kind), {"storage_class": storage_class, "type": kind, **told})


async def _unmeasured(target: Target, bucket: Bucket, used: Measured, context: CheckContext, given: Given) -> Finding:
    """No series: young, empty, or nobody knows."""
    created = bucket.settings.created_at
    if created is not None and context.now - created < MEASURED_AFTER:
        return skipped(target, words.YOUNG, reason="young", **given)
    if await context.gcp.storage.is_empty(context.project.id, bucket.name):
        return passing(target, words.EMPTY, value=Quantity(0, "By"), **given)
    return without_data(target, used, {**given, "remedy": f"gcloud storage du --summarize gs://{bucket.name}"})


def _shortcomings(bucket: Bucket, listing: Listing[Bucket]) -> Iterator[Note]:
    """What the complete list of a project lacks is another's, though its name is known here."""
    if listing.complete and bucket not in listing.items:
        yield Note(words.FOREIGN, {"number": bucket.project_number or _UNSAID})
    if not (bucket.settings.prevents_public or bucket.settings.uniform_access):
        yield Note(words.OWN_ACCESS)
    if not bucket.settings.versioning:
        kept = bucket.settings.soft_delete
        yield Note(words.NO_VERSIONING, {"kept": Quantity.of(kept)}) if kept else Note(words.NOTHING_KEPT)
    if not bucket.settings.lifecycle_rules:
        yield Note(words.NO_LIFECYCLE)


def _spelling(name: str, listing: Listing[Bucket], project: str) -> Iterator[Note]:
    """Of the backup bucket, what becomes of the guide's other name for it."""
    short, long = (spelling.format(project=project) for spelling in SPELLINGS)
    if name not in {short, long}:
        return
    other = short if name == long else long
    there = any(bucket.name == other for bucket in listing.items)
    if there:
        yield Note(words.OTHER_SPELLING, {"other": other})
    elif name == long and listing.complete:
        yield Note(words.NO_OTHER_SPELLING, {"other": other})
