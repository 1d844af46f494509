"""The words of a rehearsal: who would have heard what, and what another file would change of that."""

from sagebase_ops.domain.results import Sentence

TITLE = Sentence(ja="リハーサル {file}", en="Rehearsal of {file}")
SPAN = Sentence(ja="{since} 〜 {until}、点検 {rounds} 回", en="{since} to {until}, {rounds} rounds")
NO_ROUNDS = Sentence(
    ja="再生できる点検記録がありません。何も確認できていません。",
    en="No recorded round to replay: nothing was rehearsed.",
)
FROM_HISTORY = Sentence(
    ja="記録された点検結果を、このファイルの上限とエスカレーションで再生しました。",
    en="Recorded findings, replayed through this file's limits and escalation.",
)
FROM_SCENARIO = Sentence(
    ja="シナリオ {scenario} に対し、このファイルの点検を実際に動かしました（疑似環境）。",
    en="This file's checks, run against the pretend cloud's scenario {scenario}.",
)
SILENCES_HOLD = Sentence(
    ja="当時の通知停止は有効です。対応開始・解決のボタン操作は再生しません。",
    en="Silences of that time hold. Acknowledgements and resolves by hand are not replayed.",
)
THINNED = Sentence(
    ja="{until} より前の記録は間引かれているため、そこは正しく再現できません（--hours で短くしてください）。",
    en="Runs before {until} are thinned, so that time is not replayed faithfully (make it shorter with --hours).",
)
NOBODY_PRESSES = Sentence(
    ja="だれもボタンを押さず、最後まで対応しなかった場合です。",
    en="As if nobody pressed anything and nobody mended it.",
)
NOTHING_SENT = Sentence(ja="Slack には何も送っていません。", en="Nothing was sent to Slack.")

TIME = Sentence(ja="時刻", en="time")
WHAT = Sentence(ja="出来事", en="what")
ABOUT = Sentence(ja="内容", en="about")
WHO = Sentence(ja="呼ばれる人", en="who is called")
NOBODY = Sentence(ja="-", en="-")

DETECTED = Sentence(ja="検知", en="detected")
BACK = Sentence(ja="再発", en="back again")
STEP = Sentence(ja="連絡 {steps}", en="step {steps}")
RESOLVED = Sentence(ja="解決", en="resolved")
ENDED = Sentence(ja="終了", en="ended")

NOBODY_CALLED = Sentence(ja="この期間に呼ばれる人はいません。", en="Nobody would have been called.")
CALLS = Sentence(ja="呼び出し: {names}", en="Called: {names}")
TIMES = Sentence(ja="{name} {count} 回", en="{name} {count}x")
INCIDENTS = Sentence(
    ja="インシデント {opened} 件（未解決 {open} 件、通知停止のまま {unheard} 件）",
    en="{opened} incidents ({open} still open, {unheard} never heard of because silenced)",
)

AS_RECORDED = Sentence(
    ja="記録どおり（値だけでは判定し直せません）: {names}",
    en="As recorded (their values alone cannot be judged anew): {names}",
)
NOT_IN_FILE = Sentence(
    ja="このファイルにないため除外: {names}", en="Left out, since this file does not have them: {names}"
)
NEVER_RECORDED = Sentence(
    ja="記録がなく未確認（合格ではありません）: {names}", en="Never recorded, so not rehearsed (not green): {names}"
)

AGAINST = Sentence(ja="{file} との違い", en="Compared with {file}")
NO_DIFFERENCE = Sentence(ja="呼ばれる人と時刻は同じです。", en="The same people would hear at the same times.")
COUNTS = Sentence(ja="{name} {before} → {after} 回", en="{name} {before} -> {after}")
MORE = Sentence(ja="＋ 増える", en="+ more")
LESS = Sentence(ja="− 減る", en="- less")
EARLIER = Sentence(ja="↑ 早い {time}", en="earlier by {time}")
LATER = Sentence(ja="↓ 遅い {time}", en="later by {time}")
EN_UNKNOWN = Sentence(ja="{title}（判定不能）", en="{title} (could not look)")
