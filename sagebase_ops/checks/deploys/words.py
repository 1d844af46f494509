"""What is said of deploys."""

from sagebase_ops.domain.results import Sentence

NONE = Sentence(ja="過去 {window}にデプロイはありません", en="nothing was deployed in the last {window}")
NOT_LISTED = Sentence(
    ja="確認できません：リビジョンの一覧に {target} の最新のもの（{revision}）がありません",
    en="could not look: the list of revisions lacks the newest of {target} ({revision})",
)
UNDATED = Sentence(
    ja="確認できません：リビジョン {revision} がいつ作られたかを Google が答えていません",
    en="could not look: Google does not say when revision {revision} was made",
)
WELL = Sentence(
    ja="過去 {window}に {count}のデプロイ。最新は {revision}（{who}）",
    en="{count} deployed in the last {window}; the newest is {revision}, by {who}",
)
NEVER_READY = Sentence(
    ja="{revision}（{who}）は起動に失敗しました（{why}）", en="{revision} by {who} never became ready ({why})"
)
MORE_ERRORS = Sentence(
    ja="デプロイ後のエラー率が {after} です（前は {before}、上限 {wanted}）",
    en="the error rate is {after} since the deploy ({before} before, limit {wanted})",
)
SLOWER = Sentence(
    ja="デプロイ後の p95 が {after} です（前は {before}）", en="p95 is {after} since the deploy ({before} before)"
)
UNCOUNTED = Sentence(
    ja="確認できません：{revision} のリクエスト数が得られません（データは {until} まで）。悪化していないとは言えません",
    en="could not look: no requests to {revision} were counted (data until {until}), so nothing says that it is no worse",
)
UNCLASSED = Sentence(
    ja="確認できません：{revision} のリクエスト {requests} 件の一部に HTTP ステータスの区分がなく、エラーが増えていないとは言えません",
    en="could not look: some of {requests} requests to {revision} are counted without a class of status, so nothing says that no more failed",
)
UNTIMED = Sentence(
    ja="確認できません：{revision} のレスポンスタイムが得られません（リクエストは {requests} 件）。遅くなっていないとは言えません",
    en="could not look: no response times of {revision} ({requests} requests), so nothing says that it is no slower",
)
NOT_SAID = Sentence(
    ja="確認できません：{revision}（{who}）が起動したかどうかを Google が答えていません",
    en="could not look: Google does not say whether {revision} by {who} became ready",
)
STUCK = Sentence(
    ja="{revision}（{who}）が {value} 経っても Ready になりません（上限 {limit}）",
    en="{revision} by {who} is not ready after {value} (limit {limit})",
)
NOT_SERVING = Sentence(
    ja="デプロイされたリビジョンは、どれも今リクエストを受けていません。比較は行いません",
    en="none of what was deployed gets requests now, so nothing is compared",
)
DEPLOYED = Sentence(ja="{at} {revision}（{who}）", en="{at} {revision} by {who}")
SPLIT = Sentence(ja="トラフィック：{split}", en="traffic: {split}")
COMPARED = Sentence(
    ja="{name}：エラー率 {rate}、p95 {p95}（リクエスト {requests} 件）",
    en="{name}: error rate {rate}, p95 {p95} ({requests} requests)",
)
UNMEASURED = Sentence(
    ja="{name}：エラー率 {rate}、p95 は不明（リクエスト {requests} 件）",
    en="{name}: error rate {rate}, p95 unknown ({requests} requests)",
)
UNRATED = Sentence(
    ja="{name}：エラー率は不明（リクエスト {requests} 件）", en="{name}: error rate unknown ({requests} requests)"
)
TOO_FEW = Sentence(
    ja="{name}：リクエスト {requests} 件では比べられません", en="{name}: {requests} requests are too few to compare"
)
ROLL_BACK = Sentence(ja="戻す場合は {revision} へ：{command}", en="roll back to {revision}: {command}")
NOT_AUDITED = Sentence(
    ja="監査ログを読めないため、実行者はリビジョンの作成者です",
    en="the audit log may not be read: names are the revisions' creators",
)
