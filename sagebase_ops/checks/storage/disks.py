"""How full is one Cloud SQL disk, and when is it full? Part of `storage_usage`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter

from sagebase_ops.checks.metrics.data import Measured
from sagebase_ops.checks.metrics.judge import IMPLAUSIBLE, NOT_AS_BELIEVED, Given, without_data
from sagebase_ops.checks.sql.connections import absent
from sagebase_ops.domain.console import sql_instance_page
from sagebase_ops.domain.projects import Project
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.refusals import refused
from sagebase_ops.domain.results import Finding, Note, Sentence, Target, Verdict, failing, passing, unknown, warning
from sagebase_ops.domain.trends import Trend, trend_of
from sagebase_ops.gcp.asked import Listing
from sagebase_ops.gcp.metrics import SQL_INSTANCE
from sagebase_ops.gcp.sql import SqlInstance
from sagebase_ops.gcp.sql_upkeep import Upkeep
from sagebase_ops.gcp.usage_metrics import DISK_USED

USED = Sentence(ja="{value} を使用（上限 {limit} の {share}）", en="{value} used, {share} of {limit}")
GROWS_ITSELF = Sentence(
    ja="{value} を使用（ディスク {size}、自動拡張あり・上限なし）",
    en="{value} used (a disk of {size} that enlarges itself without a limit)",
)
TOO_FULL = Sentence(
    ja="{value} を使用し、上限 {limit} の {share} に達しています", en="{value} used, which is {share} of {limit}"
)
FULL_SOON = Sentence(
    ja="今の増え方では {until}（約 {left}後）に上限 {limit} に達します（現在 {value}）",
    en="at this rate it reaches {limit} at {until}, in about {left} (now {value})",
)
TREND = Sentence(ja="1日あたりの増減：{growth}（{days}日分の傾向）", en="{growth} a day (the trend of {days} days)")
NO_TREND = Sentence(
    ja="データのある日が少なく、増え方はまだ分かりません", en="too few days have data to tell how it grows"
)
FIXED = Sentence(ja="ディスク {size}（自動拡張なし）", en="a disk of {size} that does not enlarge itself")
ENLARGES = Sentence(
    ja="ディスク {size}（自動拡張あり、{most} まで）", en="a disk of {size} that enlarges itself up to {most}"
)
ENLARGES_FREELY = Sentence(
    ja="ディスク {size}（自動拡張あり・上限なし）", en="a disk of {size} that enlarges itself without a limit"
)
UNSAID = Sentence(
    ja="ディスク {size}（自動拡張の有無か上限を Google の応答から読み取れないため、拡張なしとして判定）",
    en="a disk of {size}; whether and how far it enlarges itself cannot be read, so it is judged as one that does not",
)
NO_LIMIT = Sentence(
    ja="確認できません：{value} を使用。ディスク {size} を超えて自動拡張するかどうかを、Google の応答から読み取れません",
    en="could not look: {value} used, but whether the disk ({size}) enlarges itself cannot be read",
)
NO_SIZE = Sentence(
    ja="確認できません：ディスクの大きさが得られませんでした", en="could not look: Google names no size of the disk"
)
WEEK, BELIEVED = timedelta(days=7), 3
"""A trend of a week is believed for so many weeks more."""
_GIB = 2**30


@dataclass(frozen=True, slots=True)
class Room:
    """Shares of the limit, and how soon is soon."""

    warn: float
    fail: float
    within: timedelta
    now: datetime


def judge_disk(name: str, listing: Listing[SqlInstance], used: Measured, room: Room, project: Project) -> Finding:
    """Against the size, or where the disk enlarges itself against the limit of that; without one it cannot fill up."""
    target = Target(SQL_INSTANCE, name)
    given: Given = {"asked": used.asked, "link": sql_instance_page(project.id, name), "metric": DISK_USED.type}
    instance = listing.named(name)
    if instance is None:
        return absent(target, listing, given)
    unread = _unread(target, instance, used, given)
    if unread is not None:
        return unread
    points, size, most = _points(name, used), instance.upkeep.disk_gb or 0, _most(instance.upkeep)
    trend, until = _full_soon(points, most, room)
    given |= {"value": Quantity(used.values[name], "By"), "notes": tuple(_notes(instance.upkeep, trend))}
    if most is None:
        return passing(target, GROWS_ITSELF, size=_gib(size), **given)
    given |= {"limit": Quantity(most, "By")}
    found = _held(target, used.values[name], most, until, room, given, _enlarge(instance, most // _GIB, project))
    if found.verdict is Verdict.PASS or not _is_unsaid(instance.upkeep):
        return found
    remedy = f"gcloud sql instances describe {name} --project={project.id}"
    return unknown(target, NO_LIMIT, reason="no_limit", size=_gib(size), remedy=remedy, **given)


def _unread(target: Target, instance: SqlInstance, used: Measured, given: Given) -> Finding | None:
    """Why nothing can be said of it; None where it can."""
    if used.otherwise is not None:
        believed = "GAUGE INT64 By"
        return unknown(target, NOT_AS_BELIEVED, reason="unit", google=used.otherwise, believed=believed, **given)
    if target.name not in used.values:
        return without_data(target, used, given)
    if (lacking := used.answer.partial or used.unproven) is not None:
        return refused(target, lacking, **given)
    if used.values[target.name] < 0:
        return unknown(target, IMPLAUSIBLE, reason="unit", value=Quantity(used.values[target.name], "By"), **given)
    return unknown(target, NO_SIZE, reason="no_size", **given) if instance.upkeep.disk_gb is None else None


def _held(
    target: Target, taken: float, most: int, until: datetime | None, room: Room, given: Given, remedy: str
) -> Finding:
    share = Quantity(taken / most, "1")
    if share.amount > room.warn:
        verdict = failing if share.amount > room.fail else warning
        return verdict(target, TOO_FULL, reason="over_limit", share=share, remedy=remedy, **given)
    if until is not None:
        left = Quantity.of(max(until - room.now, timedelta(0)))
        return warning(target, FULL_SOON, reason="full_soon", until=until, left=left, remedy=remedy, **given)
    return passing(target, USED, share=share, **given)


def _enlarge(instance: SqlInstance, most: int, project: Project) -> str:
    """Half as much again of what it may have: of the limit where it grows by itself, since a larger disk lifts no limit.

    Source: gcloud's help; only its beta track knows `--storage-auto-increase-limit`.
    """
    larger = most + max(10, most // 2)
    track, flag = ("beta ", "storage-auto-increase-limit") if instance.upkeep.auto_resize else ("", "storage-size")
    return f"gcloud {track}sql instances patch {instance.name} --{flag}={larger} --project={project.id}"


def _points(name: str, used: Measured) -> list[tuple[datetime, float]]:
    return [
        (point.end, point.value)
        for series in used.answer.series
        if next(iter(series.labels.values()), "").rpartition(":")[2] == name
        for point in series.points
    ]


def _full_soon(
    points: Sequence[tuple[datetime, float]], most: int | None, room: Room
) -> tuple[Trend | None, datetime | None]:
    """When it is full, by the trend of the window or of its last week alone: what began this week bends no month.

    The trend is the one that says so, else the window's; no time where it is not full soon.
    """
    newest, whole = max((at for at, _ in points), default=room.now), trend_of(points)
    last_week = trend_of([(at, value) for at, value in points if newest - at < WEEK])
    foreseen = (
        (trend, trend.reaches(most), within)
        for trend, within in ((whole, room.within), (last_week, min(room.within, BELIEVED * WEEK)))
        if trend is not None and most is not None
    )
    soon = [(until, trend) for trend, until, within in foreseen if until is not None and until - room.now < within]
    if not soon:
        return whole, None
    until, trend = min(soon, key=itemgetter(0))
    return trend, until


def _most(upkeep: Upkeep) -> int | None:
    """Bytes beyond which it cannot grow, None where nothing stops it. Where nobody can read that it grows, it does not."""
    if upkeep.auto_resize and upkeep.resize_limit_gb is not None:
        return max(upkeep.resize_limit_gb, upkeep.disk_gb or 0) * _GIB if upkeep.resize_limit_gb else None
    return (upkeep.disk_gb or 0) * _GIB


def _is_unsaid(upkeep: Upkeep) -> bool:
    return upkeep.auto_resize is None or (upkeep.auto_resize and upkeep.resize_limit_gb is None)


def _notes(upkeep: Upkeep, trend: Trend | None) -> Iterator[Note]:
    if trend is None:
        yield Note(NO_TREND)
    else:
        yield Note(TREND, {"growth": Quantity(trend.per_day, "By"), "days": trend.days})
    size = {"size": _gib(upkeep.disk_gb or 0)}
    if _is_unsaid(upkeep):
        yield Note(UNSAID, size)
    elif not upkeep.auto_resize:
        yield Note(FIXED, size)
    elif upkeep.resize_limit_gb:
        yield Note(ENLARGES, {**size, "most": _gib(upkeep.resize_limit_gb)})
    else:
        yield Note(ENLARGES_FREELY, size)


def _gib(count: int) -> str:
    return f"{count} GiB"
