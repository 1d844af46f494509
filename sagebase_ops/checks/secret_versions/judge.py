"""What is wrong with one secret? Its age, its versions, its dates, and whether its newest value is in use."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sagebase_ops.checks.deploys.rollback import NO_SPLIT
from sagebase_ops.checks.secret_versions.uses import Use
from sagebase_ops.checks.settings_judged import Mistake
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Note, Sentence, Value, Verdict
from sagebase_ops.gcp.secrets import Secret, SecretVersion

FINE = Sentence(ja="最新の値は {value}前のものです", en="its newest value is {value} old")
NO_VALUE = Sentence(ja="有効な版が1つもありません", en="none of its versions is enabled")
OLD = Sentence(
    ja="最新の値が {age}前のもので、上限 {most} を超えています", en="its newest value is {age} old, more than {most}"
)
LEFT = Sentence(
    ja="有効な版が {count}残っています（{numbers}）。古い値がまだ読めます",
    en="{count} are enabled ({numbers}): old values can still be read",
)
OVERDUE = Sentence(ja="更新の期限 {at} を過ぎています", en="it should have been renewed by {at}")
NOT_RENEWED = Sentence(
    ja="更新の間隔は {every}なのに、最新の値は {age}前のものです（Secret Manager は通知を送るだけで、値は更新しません）",
    en="it should be renewed every {every}, and its newest value is {age} old (Secret Manager only sends a notice, and renews nothing)",
)
EXPIRES = Sentence(ja="{at} に Google が削除します", en="Google deletes it at {at}")
PINNED = Sentence(
    ja="{service} のリビジョン {revision} が古い版 {version} を使っています（最新は {newest}）",
    en="{revision} of {service} takes version {version}, where {newest} is the newest",
)
NOT_TAKEN = Sentence(
    ja=(
        "{service} のリビジョン {revision} は、版 {newest}（{at}）より前に作られました。それ以前に起動したインスタンスは"
        "版 {held} の値のままです。再起動が必要です"
    ),
    en=(
        "{revision} of {service} was made before version {newest} ({at}): instances from before then still hold version "
        "{held}; it wants a restart"
    ),
)
NOT_TAKEN_PINNED = Sentence(
    ja=(
        "{service} のリビジョン {revision} は、版 {newest}（{at}）より前に作られ、版 {held} の値のままの可能性があります。"
        "トラフィックがこのリビジョンに固定されているため、再起動しても切り替わりません。固定の理由を確認してください"
    ),
    en=(
        "{revision} of {service} was made before version {newest} ({at}) and may still hold version {held}; the traffic is "
        "pinned to it, so a restart does not help: find out why it is pinned first"
    ),
)
NOT_THERE = Sentence(
    ja="{service} が使う版 {version} は有効ではありません（{state}）。次に起動するときに失敗します",
    en="version {version}, which {service} takes, is not enabled ({state}): its next start fails",
)
UNSAID = Sentence(
    ja="確認できません：{what}がいつ作られたかを Google が答えていません",
    en="could not look: Google does not say when {what} was made",
)
A_DAY_LATE = timedelta(days=1)
"""Whoever is told to renew it takes his time."""
ABSENT = "absent"
LATEST = "latest"
USED = Sentence(ja="使っているサービス：{services}", en="used by {services}")
VERSIONS = "{versions}"
_UNSAID = "-"


@dataclass(frozen=True, slots=True)
class Wanted:
    max_age: timedelta
    most_enabled: int
    expires_within: timedelta
    now: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """`age` is of the newest enabled version; None where there is none, or Google does not say when it was made."""

    mistakes: tuple[Mistake, ...]
    notes: tuple[Note, ...]
    age: timedelta | None


def mistakes_of(secret: Secret, versions: Sequence[SecretVersion], uses: Sequence[Use], wanted: Wanted) -> Judged:
    """`versions` are all there are, newest first."""
    enabled = [one for one in versions if one.state == "enabled"]
    newest = enabled[0] if enabled else None
    age = wanted.now - newest.create_time if newest and newest.create_time else None
    mistakes = [*_dates(secret, age, wanted), *_versions(enabled, age, wanted)]
    if newest:
        mistakes += [mistake for use in uses if (mistake := _of_use(use, secret, versions, newest))]
    services = ", ".join(sorted({use.service for use in uses}))
    return Judged(tuple(mistakes), (Note(USED, {"services": services}),) if services else (), age)


def _dates(secret: Secret, age: timedelta | None, wanted: Wanted) -> Iterator[Mistake]:
    if secret.expires_at and secret.expires_at <= wanted.now + wanted.expires_within:
        yield Mistake(Verdict.FAIL, "expires", EXPIRES, {"at": secret.expires_at})
    if secret.rotate_at and secret.rotate_at < wanted.now:
        yield Mistake(Verdict.WARN, "rotation_overdue", OVERDUE, {"at": secret.rotate_at})
    elif secret.rotate_every and age is not None and age > secret.rotate_every + A_DAY_LATE:
        told = {"every": Quantity.of(secret.rotate_every), "age": Quantity.of(age)}
        yield Mistake(Verdict.WARN, "rotation_overdue", NOT_RENEWED, told)


def _versions(enabled: Sequence[SecretVersion], age: timedelta | None, wanted: Wanted) -> Iterator[Mistake]:
    if not enabled:
        yield Mistake(Verdict.FAIL, "no_enabled_version", NO_VALUE)
    if enabled and age is None:
        yield Mistake(Verdict.UNKNOWN, "no_data", UNSAID, {"what": f"version {enabled[0].number}"})
    if age is not None and age > wanted.max_age:
        yield Mistake(Verdict.WARN, "old", OLD, {"age": Quantity.of(age), "most": Quantity.of(wanted.max_age)})
    if len(enabled) > wanted.most_enabled:
        numbers = ", ".join(str(one.number) for one in enabled)
        values: dict[str, Value] = {"count": Quantity(len(enabled), VERSIONS), "numbers": numbers}
        yield Mistake(Verdict.WARN, "versions_left", LEFT, values)


def _of_use(use: Use, secret: Secret, versions: Sequence[SecretVersion], newest: SecretVersion) -> Mistake | None:
    """`latest` is the highest number there is, whatever its state, and not the newest that is enabled."""
    if use.serves is None:
        return Mistake(Verdict.UNKNOWN, "no_traffic_split", NO_SPLIT, {"service": use.service})
    wanted = use.use.version
    number = str(secret.aliases.get(wanted, wanted))
    taken = versions[0] if wanted == LATEST else next((one for one in versions if str(one.number) == number), None)
    revision = use.revision or _UNSAID
    values: dict[str, Value] = {
        "service": use.service,
        "revision": revision,
        "version": wanted,
        "newest": newest.number,
    }
    if taken is None or taken.state != "enabled":
        return Mistake(
            Verdict.FAIL, "version_not_enabled", NOT_THERE, {**values, "state": taken.state if taken else ABSENT}
        )
    if taken.number < newest.number:
        return Mistake(Verdict.WARN, "version_pinned", PINNED, values)
    return _of_start(use, versions, newest, values) if wanted == LATEST and use.use.at_start else None


def _of_start(
    use: Use, versions: Sequence[SecretVersion], newest: SecretVersion, values: Mapping[str, Value]
) -> Mistake | None:
    """Such a value is read when an instance starts: one that runs for longer has the value before."""
    if not use.serves:
        return None
    renewed = newest.create_time
    if renewed is None or use.since is None:
        what = (use.revision or use.service) if renewed else f"version {newest.number}"
        return Mistake(Verdict.UNKNOWN, "no_data", UNSAID, {"what": what})
    if use.since >= renewed:
        return None
    before = (one.number for one in versions if one.create_time and one.create_time <= use.since)
    told = {**values, "at": renewed, "held": str(next(before, _UNSAID))}
    return Mistake(
        Verdict.WARN, "not_in_use", NOT_TAKEN if use.restart else NOT_TAKEN_PINNED, told, use.restart or None
    )
