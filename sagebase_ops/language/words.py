"""The words that every telling shares: verdicts, their marks, environments, and the sentences of a digest."""

from collections.abc import Mapping
from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sagebase_ops.domain.results import Sentence, Verdict

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

# What the head says
ALL_CLEAR = Sentence(ja="対応は不要です。", en="Nothing to do.")
ALL_PASSED = Sentence(ja="{count} 項目すべて合格。", en="All {count} items passed.")
PASSED_SOME_SKIPPED = Sentence(
    ja="{count} 項目が合格、{skipped} 項目は対象外。", en="{count} items passed, {skipped} do not apply."
)
NEEDS_ACTION = Sentence(ja="{count} 項目が不合格です。", en="{count} failed.")
NOT_GREEN = Sentence(ja="{count} 項目を判定できません。合格ではありません。", en="{count} could not be judged: not green.")
NEEDS_A_LOOK = Sentence(ja="{count} 項目を今週中に確認してください。", en="{count} to look at this week.")
ALL_SKIPPED = Sentence(
    ja="すべて対象外でした。何も確認できていません。", en="Every item was skipped: nothing has been looked at."
)
HAPPENED_LATE = Sentence(
    ja="予定 {slot} から {late} 遅れて実行しました。結果は実行した時点のものです。",
    en="Planned for {slot}, run {late} late; it shows what was there when it ran.",
)
MISSED = Sentence(
    ja="{since} からの {count} 回分は実行されていません。", en="{count} earlier runs from {since} on never took place."
)

# What stands beside a finding
TO_DO = Sentence(ja="対応", en="What to do")
FIX = Sentence(ja="復旧コマンド", en="Command that mends it")
GUIDE = Sentence(ja="運用手順書「{guide}」", en="operations guide: {guide}")
OPEN_CONSOLE = Sentence(ja="コンソールで見る", en="open in the console")
MUTED = Sentence(ja="通知停止中: {by}", en="muted: {by}")
AND_MORE = Sentence(ja="ほか {count} 件", en="and {count} more")
MORE_BELOW = Sentence(ja="ほか {count} 件はスレッドにあります。", en="{count} more are in the thread.")
MORE_IN_RECORD = Sentence(
    ja="ほか {count} 件はここに載せきれません。sagebase-ops --run {job} --dry-run --format json で全件を見られます。",
    en="{count} more do not fit here; sagebase-ops --run {job} --dry-run --format json shows them all.",
)

# What the foot says
RAN = Sentence(ja="実行 {time}", en="ran {time}")
TOOK = Sentence(ja="所要 {time}", en="took {time}")
NEXT = Sentence(ja="次回 {time}", en="next {time}")
BY_HAND = Sentence(ja="手動実行", en="run by hand")
BY_HAND_OF = Sentence(ja="手動実行 {who}", en="run by hand by {who}")
DRY_RUN = Sentence(ja="試行（記録も通知もなし）", en="dry run: told nobody, stored nothing")
SANDBOX = "SANDBOX"
SANDBOX_NOTE = Sentence(
    ja="疑似環境の結果です。本物の Google Cloud は見ていません。",
    en="From the built-in pretend cloud; the real Google Cloud was not looked at.",
)

# What heads the details
DETAILS = Sentence(ja="内訳", en="Details")
EVIDENCE = Sentence(ja="証跡", en="Evidence")
CONTINUED = Sentence(ja="つづき", en="continued")
ITEM = Sentence(ja="項目", en="item")
MEASURED = Sentence(ja="実測", en="measured")
LIMIT = Sentence(ja="上限", en="limit")
VERDICT = Sentence(ja="判定", en="verdict")
ASKED = Sentence(ja="調べた内容", en="what was asked")

SEPARATOR = {"ja": "、", "en": ", "}


def zone_of(timezone: str) -> tzinfo:
    """The zone by its name; UTC when this machine no longer knows it, since a digest must be told all the same."""
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
