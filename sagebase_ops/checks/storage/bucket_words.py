"""What is said of one bucket: its size, its growth, how it is kept and who may read it."""

from sagebase_ops.domain.results import Sentence

SIZE = Sentence(
    ja="合計 {value}（現行のオブジェクト {live}）。{window}の増減は {growth}",
    en="{value} in all ({live} live); {growth} in {window}",
)
GREW = Sentence(
    ja="{window}で {growth}（{share}）増えました（合計 {value}）",
    en="grew by {growth} ({share}) in {window} ({value} in all)",
)
CAME = Sentence(
    ja="{window}前には何もなく、今は合計 {value} あります", en="held nothing {window} ago, and holds {value} in all now"
)
PUBLIC = Sentence(
    ja="インターネットに公開されています（{members}）", en="open to everybody on the internet ({members})"
)
ABSENT = Sentence(ja="バケットが存在しません（近い名前：{near}）", en="there is no such bucket (near it: {near})")
EMPTY = Sentence(ja="空です（{value}）", en="empty ({value})")
YOUNG = Sentence(
    ja="作成から2日以内のため、使用量はまだ測定されていません", en="younger than two days: nothing has measured it yet"
)
NO_VERSIONING = Sentence(
    ja="バージョニングが無効です。上書き・削除したオブジェクトは、論理削除の {kept}を過ぎると戻せません",
    en="no versioning: what was overwritten or deleted cannot be brought back once the {kept} of soft deletion are over",
)
NOTHING_KEPT = Sentence(
    ja="バージョニングも論理削除も無効です。上書き・削除したオブジェクトは戻せません",
    en="neither versioning nor soft deletion: what was overwritten or deleted cannot be brought back",
)
NO_LIFECYCLE = Sentence(
    ja="削除・移動するライフサイクルルールがなく、古いオブジェクトが増え続けます",
    en="no lifecycle rule that deletes or moves: what is old piles up",
)
FOREIGN = Sentence(
    ja="別のプロジェクト（番号 {number}）のバケットです。バックアップの置き場所として意図したものかを確認してください",
    en="belongs to another project (number {number}): make sure that it is meant to",
)
OWN_ACCESS = Sentence(
    ja="オブジェクトごとのアクセス制御（ACL）が有効で、1つずつ公開されたものは確認できません（均一なバケットレベルのアクセスにすると防げます）",
    en="single objects have access lists of their own, so one may be public unseen; uniform bucket-level access prevents it",
)
OTHER_SPELLING = Sentence(
    ja="手順書のもう一つの書き方の {other} も存在します。手動エクスポートがどちらに入るかを確認してください",
    en="the guide's other spelling, {other}, exists as well: look which of them the exports go to",
)
NO_OTHER_SPELLING = Sentence(
    ja="手順書のエクスポート・インポートのコマンドにある {other} は存在しません。コマンドの名前を直して使ってください",
    en="{other}, which the guide's export and import commands name, does not exist: change the name in them",
)
_TYPES = {
    "live-object": Sentence(ja="現行のオブジェクト", en="live"),
    "noncurrent-object": Sentence(ja="旧バージョン", en="old versions"),
    "soft-deleted-object": Sentence(ja="論理削除済み（復元可能）", en="deleted, and can be restored"),
    "multipart-upload": Sentence(ja="未完了のアップロード", en="unfinished uploads"),
}
"""By Google's word for it."""


def part_of(kind: str) -> Sentence:
    """What there is of one storage class and type of object; a type that is not known is told in Google's word."""
    said = _TYPES.get(kind, Sentence(ja=kind, en=kind))
    return Sentence(
        ja=f"{{storage_class}} の{said.ja}：{{size}}（{{window}}の増減 {{growth}}）",
        en=f"{{storage_class}}, {said.en}: {{size}} ({{growth}} in {{window}})",
    )
