"""How are the errors of two periods told? Sentences, and the notes below them."""

from collections.abc import Iterator
from dataclasses import dataclass

from sagebase_ops.checks.logs.counts import ENTRIES
from sagebase_ops.checks.logs.details import NO_SAMPLE, NOT_READ, OF_THE_NEWEST
from sagebase_ops.checks.logs.error_changes import LEAST, RISE, Shapes
from sagebase_ops.domain.log_changes import Change, Kind
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Note, Sentence, Value

BY_DAY = Sentence(ja="ERROR 以上のログ（24時間ごと）", en="ERROR and above, each 24 hours")
LAST, BEFORE = Sentence(ja="この期間", en="this period"), Sentence(ja="その前", en="before")
COMPARED = Sentence(
    ja="過去 {window}の ERROR 以上のログは {value}（その前は {before}）。新規 {new} 種類、増加 {risen} 種類、解消 {gone} 種類",
    en="{value} of ERROR and above in the last {window}, {before} in the one before: {new} new, {risen} risen, {gone} gone",
)
FIRST = Sentence(
    ja="過去 {window}の ERROR 以上のログは {value}。その前の期間はログの集計がなく、すべて新規です（{new} 種類）",
    en="{value} of ERROR and above in the last {window}; no log was counted in the one before, so all are new: {new} kinds",
)
FIRST_COUNTS = Sentence(
    ja="過去 {window}の ERROR 以上のログは {value}（その前の期間はログの集計がありません）",
    en="{value} of ERROR and above in the last {window}; no log was counted in the one before",
)
COUNTS = Sentence(
    ja="過去 {window}の ERROR 以上のログは {value}（その前は {before}）",
    en="{value} of ERROR and above in the last {window}, {before} in the one before",
)
KINDS_UNKNOWN = Sentence(
    ja="確認できません：過去 {window}の ERROR 以上のログは {value}（その前は {before}）ですが、新しい種類があるか比べられません",
    en="could not look: {value} of ERROR and above in the last {window}, {before} in the one before; whether there are new kinds is not known",
)
ABOVE = Sentence(
    ja="過去 {window}の ERROR 以上のログは {value}です（上限 {limit}）",
    en="{value} of ERROR and above in the last {window}, limit {limit}",
)
OF_ALL = Sentence(
    ja="全 {services} サービスの合計は {value}（その前の {window}は {before}）",
    en="{value} in all {services} services, {before} in the {window} before",
)
OTHERS_GREW = Sentence(
    ja="点検の対象でないサービス {others} の ERROR 以上のログが大きく増えています（全 {services} サービスの合計は {value}、その前の {window}は {before}）",
    en="{others} logged many more of ERROR and above and is not watched; {value} in all {services} services, {before} in the {window} before",
)
TO_WATCH = Sentence(
    ja="今後も見るなら schedules.yaml の services に加えてください。対象外のままでよければ warn_of_others: false",
    en="to watch it name it under services in schedules.yaml; if it is nobody's concern here, warn_of_others: false",
)
TOP = Sentence(
    ja="{service}：{count}（全体の {share}、その前は {before}）",
    en="{service}: {count} ({share} of all, {before} before)",
)
_CHANGES = {
    Kind.NEW: Sentence(ja="新規 {now}：{sample}（初出 {first}）", en="new, {now}: {sample} (first {first})"),
    Kind.RISEN: Sentence(
        ja="増加 {before} → {now}：{sample}（最新 {last}）", en="risen from {before} to {now}: {sample} (last {last})"
    ),
    Kind.GONE: Sentence(
        ja="解消（その前は {before}）：{sample}（最後 {last}）", en="gone, {before} before: {sample} (last {last})"
    ),
}
_NEW_IN = Sentence(
    ja="新規 {now}：{sample}（初出 {first}、リビジョン {revision}）",
    en="new, {now}: {sample} (first {first}, revision {revision})",
)
_STEADY = Sentence(ja="継続 {now}：{sample}（最新 {last}）", en="as before, {now}: {sample} (last {last})")
_SAMPLED = Sentence(
    ja="種類ごとの件数は、期間全体から均等に抜き出した {read}（全体の {share}）からの推定です",
    en="the counts of each kind are estimated from {read} drawn evenly over the period ({share} of all)",
)
_NOT_COMPARED = Sentence(
    ja="種類の比較はできませんでした（どちらかの期間の本文が保存期間切れか、読み切れない量です）",
    en="the kinds could not be compared: the entries of one period are past their retention, or too many to read evenly",
)
QUESTION = Sentence(
    ja="この1週間の ERROR 以上のログは、前の週と比べて何が新しく、増え、なくなったか",
    en="What is new, risen and gone among this week's log entries of ERROR and above, against the week before?",
)
RUNBOOK = Sentence(
    ja=(
        "1. 「新規」から見る。初出の時刻とリビジョンが直前のデプロイに重なるなら、そのデプロイの変更を調べる"
        "（影響が大きければ手順書「緊急ロールバック」）。\n"
        "2. 「増加」は、アクセス数の増加に比例したものか、エラー率（error_rate）と見比べる。\n"
        "3. 対応しないと決めたものは、アプリ側で重大度を下げるか、起票して理由を残す。\n"
        "注意：手順書の gcloud logging read は件数を数えられない（--limit なしでは全件を読み、1分60回の割り当てを使い切る）。"
        "件数は Cloud Monitoring で数えている。リクエストログの 5xx と監査ログは含まない。"
        "手順書の format にある jsonPayload.message は、平文のログ（textPayload）では空になる。"
    ),
    en=(
        "1. Begin with what is new. Where its first time and revision fall on a deploy, look at that deploy's changes "
        "(the guide's emergency rollback if it hurts).\n"
        "2. Hold what has risen against the error rate: it may only have grown with the traffic.\n"
        "3. What you decide to live with: lower its severity in the application, or open a ticket that says why.\n"
        "The guide's gcloud logging read cannot count: without --limit it reads everything and uses up the quota of 60 "
        "reads a minute. The counts are Cloud Monitoring's, without 5xx of the request log and without audit logs. "
        "Its jsonPayload.message is empty for plain text entries (textPayload)."
    ),
)


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of one service: its entries in both periods, and their shapes. Not `asked`: Logging refused to show any.

    `before` is None where no log of it was counted at all, as of a service that is new.
    """

    errors: int
    before: int | None
    shapes: Shapes
    asked: bool = True

    @property
    def has_changed(self) -> bool:
        """Something to look at: what was never there, or more than there was by the same measure as a single shape."""
        more = self.errors - (self.before or 0)
        grown = more > 0 if not self.before else more > RISE * self.before and more >= LEAST
        return grown or bool(self.number_of(Kind.NEW) or self.number_of(Kind.RISEN))

    @property
    def sentence(self) -> Sentence:
        """Kinds are told only where they were compared: not having looked is not zero of them."""
        if self.before is None:
            return FIRST if self.shapes.compared and self.errors else FIRST_COUNTS
        return COMPARED if self.shapes.compared else COUNTS

    def number_of(self, kind: Kind) -> int:
        return sum(change.kind is kind for change in self.shapes.changes)

    def counts(self) -> dict[str, Value]:
        """The sentence's values."""
        kinds: dict[str, Value] = {kind.value: self.number_of(kind) for kind in Kind}
        return {**kinds, **({} if self.before is None else {"before": Quantity(self.before, ENTRIES)})}


def notes_on(told: Told, most: int) -> tuple[Note, ...]:
    """At most `most` shapes of each kind; where nothing changed, the largest that there are."""
    if not told.asked:
        return (Note(NOT_READ),)
    if told.errors and not told.shapes.read:
        return (Note(NO_SAMPLE),)
    changed = [_change(one) for kind in Kind for one in _of(told, kind)[:most]]
    kinds = changed or list(_largest(told, most))
    return (*_not_compared(told), *kinds, *_how_it_was_read(told))


def _of(told: Told, kind: Kind) -> list[Change]:
    return [change for change in told.shapes.changes if change.kind is kind]


def _change(change: Change) -> Note:
    group = change.group
    values: dict[str, Value] = {
        "now": _entries(change.now),
        "before": _entries(change.before),
        "sample": group.sample or group.severity,
        "first": group.first,
        "last": group.last,
    }
    if change.kind is Kind.NEW and len(group.revisions) == 1:
        return Note(_NEW_IN, {**values, "revision": group.revisions[0]})
    return Note(_CHANGES[change.kind], values)


def _largest(told: Told, most: int) -> Iterator[Note]:
    for group in told.shapes.groups[:most]:
        count = group.count / (told.shapes.share or 1.0)
        yield Note(_STEADY, {"now": _entries(count), "sample": group.sample or group.severity, "last": group.last})


def _not_compared(told: Told) -> Iterator[Note]:
    """First, since it is why nothing else is said."""
    if told.errors and not told.shapes.compared:
        yield Note(_NOT_COMPARED)


def _how_it_was_read(told: Told) -> Iterator[Note]:
    if told.shapes.read and not told.shapes.share:
        yield Note(OF_THE_NEWEST, {"read": Quantity(told.shapes.read, ENTRIES)})
    if 0 < told.shapes.share < 1:
        share = Quantity(told.shapes.share, "1")
        yield Note(_SAMPLED, {"read": Quantity(told.shapes.read, ENTRIES), "share": share})


def _entries(count: float) -> Quantity:
    return Quantity(round(count), ENTRIES)
