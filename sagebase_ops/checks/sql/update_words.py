"""What is said of the updates, the version and the certificate of Cloud SQL."""

from sagebase_ops.domain.results import Sentence

CURRENT = Sentence(
    ja="適用できる更新はありません（現在 {version}）。{database} のサポートは {ends} まで、サーバー証明書は {certificate} まで",
    en="no update is offered (now {version}); {database} is supported until {ends}, the server certificate until {certificate}",
)
UPDATES = Sentence(
    ja="適用できる更新があります：{updates}（現在 {version}）", en="updates may be applied: {updates} (now {version})"
)
NO_VERSION = Sentence(
    ja="確認できません：Google が現在のメンテナンスバージョンを返さず、更新の有無を判断できません",
    en="could not look: Google does not say the maintenance version, so whether an update is wanted is not known",
)
OVER = Sentence(
    ja="{database} のコミュニティサポートは {ends} に終了しました",
    en="{database} has had no community support since {ends}",
)
SOON = Sentence(
    ja="{database} のコミュニティサポートは {ends} に終了します", en="community support of {database} ends at {ends}"
)
NOT_LISTED = Sentence(
    ja="確認できません：{database} のサポート終了日が一覧（{as_of} 時点）にありません",
    en="could not look: the end of support of {database} is not in our table (of {as_of})",
)
CERTIFICATE = Sentence(ja="サーバー証明書が {ends} に期限切れになります", en="the server certificate ends at {ends}")
EXPIRED = Sentence(ja="サーバー証明書は {ends} に期限切れになりました", en="the server certificate ended at {ends}")
NO_CERTIFICATE = Sentence(
    ja="確認できません：サーバー証明書の期限が得られませんでした",
    en="could not look: Google does not say when the server certificate ends",
)
ANNOUNCED = Sentence(
    ja="Google がメンテナンスを予定しています：{starts} から",
    en="Google has announced a maintenance: it begins at {starts}",
)
ANNOUNCED_SOMETIME = Sentence(
    ja="Google がメンテナンスを予定しています（開始時刻は返されていません。コンソールで確認してください）",
    en="Google has announced a maintenance, and does not say when: look in the console",
)
DENIED = Sentence(
    ja="メンテナンス拒否期間：{start}〜{end}（UTC {time}）。この間は更新も適用されません",
    en="no maintenance from {start} to {end} ({time} UTC): no update is applied then either",
)
TABLE = Sentence(ja="サポート終了日の出典：{source}（{as_of} 時点）", en="ends of support: {source}, as of {as_of}")
EXTENDED = Sentence(
    ja="Cloud SQL での {database}：{charged_from} から有償の延長サポート、{served_until} に提供終了（{source}、{as_of} 時点）",
    en=(
        "{database} on Cloud SQL: extended support at a price of its own from {charged_from} on, served until {served_until} "
        "({source}, as of {as_of})"
    ),
)
UNSAID = "-"
