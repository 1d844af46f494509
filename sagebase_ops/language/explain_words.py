"""What `explain` says of one entry of schedules.yaml."""

from sagebase_ops.domain.results import Sentence

AT_LINE = Sentence(ja="{file} の {line} 行目", en="{file}, line {line}")
ASKS = Sentence(ja="見るもの", en="Asks")
GUIDE = Sentence(ja="手順書の行", en="Lines of the guide")
NO_LINE = Sentence(ja="手順書にこの項目を求める行はありません", en="no line of the guide asks for it")
JUDGED = Sentence(ja="判定", en="Judged by")
OF_FILE = Sentence(ja="schedules.yaml で指定", en="said in schedules.yaml")
NOT_ASKED = Sentence(ja="このプロジェクトでは確認しません", en="not asked in this project")
USUAL = Sentence(ja="既定値", en="default")
PAGES = Sentence(ja="知らせる相手", en="Who hears")
NOBODY = Sentence(
    ja="失敗しても人は呼びません（escalation: none）。ダイジェストに載ります",
    en="nobody is paged (escalation: none); it stands in the digest",
)
POLICY = Sentence(ja="escalation {policy}：{steps}", en="escalation {policy}: {steps}")
UNKNOWN_POLICY = Sentence(
    ja="判定できない状態が続くとき：escalation {policy}：{steps}",
    en="when it cannot be judged for a while: escalation {policy}: {steps}",
)
RULES = Sentence(
    ja="{hold}続いたら知らせ、続けて {recover} 回合格したら解決とします",
    en="told once it lasted {hold}; over after {recover} passes in a row",
)
AT_ONCE = Sentence(
    ja="失敗したらすぐに知らせ、続けて {recover} 回合格したら解決とします",
    en="told at once; over after {recover} passes in a row",
)
DEPENDS = Sentence(ja="{name} が異常な間は知らせません", en="not told while {name} is wrong")
LAST = Sentence(ja="最後の結果（{time}）", en="Last seen ({time})")
NEVER = Sentence(ja="最後の結果", en="Last seen")
NOT_YET = Sentence(ja="まだ一度も実行されていません", en="it has not run yet")
ASKED = Sentence(ja="問い合わせ", en="asked")
NEXT_COMMAND = Sentence(ja="次に打つコマンド", en="command to run next")
