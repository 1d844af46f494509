"""The words that every telling shares: verdicts, their marks, environments, and the sentences of a digest."""

from collections.abc import Mapping
from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sagebase_ops.domain.results import Sentence, Verdict
from sagebase_ops.domain.slots import MissedReason

MARKS: Mapping[Verdict, str] = {
    Verdict.FAIL: "✕",
    Verdict.UNKNOWN: "?",
    Verdict.WARN: "△",
    Verdict.PASS: "○",
    Verdict.SKIPPED: "-",
}
"""Shapes, so that a verdict is seen without colour; ○ △ ✕ are how a Japanese checklist is ticked off."""

VERDICTS: Mapping[Verdict, Sentence] = {
    Verdict.FAIL: Sentence(ja="不合格", en="failed"),
    Verdict.UNKNOWN: Sentence(ja="判定不能", en="unknown"),
    Verdict.WARN: Sentence(ja="要確認", en="warning"),
    Verdict.PASS: Sentence(ja="合格", en="passed"),
    Verdict.SKIPPED: Sentence(ja="対象外", en="skipped"),
}

ENVIRONMENTS: Mapping[str, Sentence] = {
    "production": Sentence(ja="本番", en="production"),
    "staging": Sentence(ja="ステージング", en="staging"),
    "development": Sentence(ja="開発", en="development"),
}

KINDS: Mapping[str, Sentence] = {
    "run_service": Sentence(ja="サービス", en="service"),
    "run_revision": Sentence(ja="最新リビジョン", en="newest revision"),
    "http_answer": Sentence(ja="応答", en="answer"),
    "http_status": Sentence(ja="HTTP ステータス", en="HTTP status"),
    "tls_certificate": Sentence(ja="TLS 証明書", en="TLS certificate"),
    "streamlit_health": Sentence(ja="ヘルスチェック", en="health page"),
    "answer_time": Sentence(ja="応答時間", en="answer time"),
    "page_text": Sentence(ja="ページの内容", en="page text"),
    "https_redirect": Sentence(ja="https への転送", en="https redirect"),
    "sql_instance": Sentence(ja="Cloud SQL", en="Cloud SQL"),
    "secret": Sentence(ja="シークレット", en="secret"),
    "log_bucket": Sentence(ja="ログバケット", en="log bucket"),
    "log_sink": Sentence(ja="ログシンク", en="log sink"),
    "log_entries": Sentence(ja="ログの本文", en="log entries"),
    "bucket": Sentence(ja="バケット", en="bucket"),
    "api": Sentence(ja="API", en="API"),
    "time_series": Sentence(ja="時系列", en="time series"),
    "dashboard": Sentence(ja="ダッシュボード", en="dashboard"),
    "alert_policy": Sentence(ja="アラートポリシー", en="alert policy"),
    "project": Sentence(ja="プロジェクト", en="project"),
    "planner_statistics": Sentence(ja="統計情報", en="planner statistics"),
    "dead_rows": Sentence(ja="不要な行", en="dead rows"),
    "bloat": Sentence(ja="テーブルの肥大化", en="bloat"),
    "transaction_ids": Sentence(ja="トランザクション ID", en="transaction ids"),
    "unused_indexes": Sentence(ja="未使用の索引", en="unused indexes"),
    "invalid_indexes": Sentence(ja="無効な索引", en="invalid indexes"),
    "connections": Sentence(ja="接続数", en="connections"),
    "idle_in_transaction": Sentence(ja="待機中のトランザクション", en="idle in transaction"),
    "oldest_transaction": Sentence(ja="最も古いトランザクション", en="oldest transaction"),
    "slow_statements": Sentence(ja="遅い SQL", en="slow statements"),
    "snooze": Sentence(ja="スヌーズ", en="snooze"),
    "snoozes": Sentence(ja="スヌーズの一覧", en="list of snoozes"),
    "run_services": Sentence(ja="Cloud Run サービスの一覧", en="list of services"),
    "sql_instances": Sentence(ja="Cloud SQL インスタンスの一覧", en="list of Cloud SQL instances"),
    "buckets": Sentence(ja="バケットの一覧", en="list of buckets"),
    "iam_member": Sentence(ja="権限", en="grants of"),
    "service_agents": Sentence(ja="Google のサービスエージェント", en="Google's service agents"),
    "iam_changes": Sentence(ja="権限の変更", en="changes of grants"),
    "service_account": Sentence(ja="サービスアカウント", en="service account"),
    "service_accounts": Sentence(ja="サービスアカウントの鍵", en="keys of service accounts"),
    "sql_backup_size": Sentence(ja="バックアップのサイズ", en="backup size"),
    "billing": Sentence(ja="費用", en="cost"),
    "billed_week": Sentence(ja="7日間の費用", en="7-day cost"),
    "billed_month": Sentence(ja="月の費用", en="monthly cost"),
    "billed_service": Sentence(ja="7日間の費用", en="7-day cost"),
}
"""What a target's kind is called; a kind that is not here is shown by its own word."""

# What the head says
ALL_CLEAR = Sentence(ja="対応は不要です。", en="Nothing to do.")
ALL_PASSED = Sentence(ja="{count} 項目すべて合格。", en="{count} of {count} passed.")
SOME_PASSED = Sentence(
    ja="{count} 項目が合格、{skipped} 項目は対象外。", en="{count} items passed, {skipped} do not apply."
)
FAILED = Sentence(ja="{total} 項目中 {count} 項目が不合格です{names}。", en="{count} of {total} failed{names}.")
NOT_JUDGED = Sentence(
    ja="{total} 項目中 {count} 項目を判定できません{names}。合格ではありません。",
    en="{count} of {total} could not be judged{names}: that is not green.",
)
TO_LOOK_AT = Sentence(
    ja="{total} 項目中 {count} 項目を今週中に確認してください{names}。",
    en="{count} of {total} to look at this week{names}.",
)
NOTHING_SEEN = Sentence(
    ja="すべて対象外でした。何も確認できていません。", en="Every item was skipped: nothing has been looked at."
)
NOTHING_ASKED = Sentence(
    ja="点検する項目がありませんでした。何も確認できていません。",
    en="There was nothing to check: nothing has been looked at.",
)
NAMED = Sentence(ja="（{names}）", en="({names})")
SEE_THREAD = Sentence(ja="内訳はスレッドにあります。", en="Details are in the thread.")
LATE = Sentence(
    ja="予定の {slot} から {late} 遅れて実行しました。結果は実行した時点のものです。",
    en="Planned for {slot}, it ran {late} late and shows what was there when it ran.",
)
MISSED: Mapping[MissedReason, Sentence] = {
    MissedReason.DOWN: Sentence(
        ja="{since} からの {count} 回分は、停止中だったため実行されていません。",
        en="{count} runs from {since} on never took place: nothing was running.",
    ),
    MissedReason.SCHEDULE_CHANGED: Sentence(
        ja="{since} からの {count} 回分は、予定が変更されたため実行されていません。",
        en="{count} runs from {since} on never took place: the schedule was changed.",
    ),
}
CLOCK_LEAPT = Sentence(
    ja="{at} に時計が {time} 進みました。その前後の時刻は信用できません。",
    en="The clock leapt ahead by {time} at {at}: times around it cannot be trusted.",
)
CLOCK_SET_BACK = Sentence(
    ja="{at} に時計が {time} 戻りました。その前後の時刻は信用できません。",
    en="The clock went back by {time} at {at}: times around it cannot be trusted.",
)
SET_ASIDE = Sentence(
    ja="【判定不能】{job} の {slot} の実行は、プログラムの不具合（{error}）のため中止しました。何も確認できていません。"
    "ログの slot.crashed を添えて開発者へ連絡してください。",
    en="UNKNOWN: {job} of {slot} was given up because of a bug of ours ({error}). Nothing has been looked at. "
    "Tell the developers, with slot.crashed of the log.",
)
SANDBOX = "SANDBOX"
SANDBOX_NOTE = Sentence(
    ja="疑似環境の結果です。本物の Google Cloud は見ていません。",
    en="This is the built-in pretend cloud; the real Google Cloud was not looked at.",
)

# What stands with a finding
MORE_TO_DO = Sentence(ja="（つづきはスレッド）", en="(the rest is in the thread)")
TO_DO = Sentence(ja="対応", en="What to do")
REMEDY = Sentence(ja="次に実行するコマンド", en="Command to run next")
LOOK_YOURSELF = Sentence(
    ja="自動では確認できませんでした。コンソールで目視し、結果をスレッドに残してください。",
    en="This could not be looked at: look in the console yourself, and leave what you saw in the thread.",
)
GUIDE = Sentence(ja="（運用手順書「{guide}」）", en="(operations guide: {guide})")
IN_CONSOLE = Sentence(ja="コンソールで見る", en="open in the console")
MUTED = Sentence(ja="（通知停止中: {by}）", en="(muted: {by})")
AND_MORE = Sentence(ja="ほか {count} 件", en="and {count} more")
MORE_BELOW = Sentence(ja="ほか {count} 件はスレッドに続きます。", en="{count} more go on in the thread.")
MORE_IN_TABLE = Sentence(ja="ほか {count} 件はスレッドの表にあります。", en="{count} more are in the thread's table.")
LEFT_OUT = Sentence(
    ja="ほか {count} 件は載せきれません。全件は sagebase-ops --run {job} --dry-run --format json で見られます。",
    en="{count} more do not fit; sagebase-ops --run {job} --dry-run --format json shows them all.",
)

# What the foot says
OVERALL = Sentence(ja="総合判定 {verdict}", en="Overall: {verdict}")
RAN = Sentence(ja="実行 {time}", en="ran {time}")
TOOK = Sentence(ja="所要 {time}", en="took {time}")
NEXT = Sentence(ja="次回 {time}", en="next {time}")
BY_HAND = Sentence(ja="手動実行", en="run by hand")
BY_HAND_OF = Sentence(ja="手動実行: {who}", en="run by hand: {who}")
DRY_RUN = Sentence(ja="試行（記録も通知もしません）", en="dry run: nothing stored, nobody told")

# What heads the details
DETAILS = Sentence(ja="内訳", en="Details")
EVIDENCE = Sentence(ja="証跡", en="Evidence")
CONTINUED = Sentence(ja="つづき", en="Continued")
PROJECT = Sentence(ja="プロジェクト", en="Project")
ITEM = Sentence(ja="項目", en="Item")
MEASURED = Sentence(ja="実測", en="Measured")
LIMIT = Sentence(ja="基準", en="Limit")
VERDICT = Sentence(ja="判定", en="Verdict")
WINDOW = Sentence(ja="期間", en="window")
CHECKING = Sentence(ja="点検中", en="Checking")

LISTED: Mapping[str, str] = {"ja": "、", "en": ", "}
"""Between the names of a list."""

COUNTED: Mapping[str, str] = {"ja": "・", "en": ", "}
"""Between counts, where room is short."""

APART: Mapping[str, str] = {"ja": " ・ ", "en": " · "}
"""Between facts that have nothing to do with each other."""


def zone_of(timezone: str) -> tzinfo:
    """The zone by its name; UTC when this machine no longer knows it, since a digest must be told all the same."""
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
