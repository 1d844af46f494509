"""The words in which incidents are told, wherever they are read."""

from collections.abc import Mapping

from sagebase_ops.domain.incident_groups import Standing
from sagebase_ops.domain.results import Sentence

STANDING_MARKS: Mapping[Standing, str] = {
    Standing.FAILING: "✕",
    Standing.UNKNOWN: "?",
    Standing.IN_PROGRESS: "▷",
    Standing.SILENCED: "‖",
    Standing.RESOLVED: "○",
    Standing.ENDED: "-",
}
STANDINGS: Mapping[Standing, Sentence] = {
    Standing.FAILING: Sentence(ja="不合格", en="failed"),
    Standing.UNKNOWN: Sentence(ja="判定不能", en="unknown"),
    Standing.IN_PROGRESS: Sentence(ja="対応中", en="in progress"),
    Standing.SILENCED: Sentence(ja="通知停止中", en="silenced"),
    Standing.RESOLVED: Sentence(ja="解決", en="resolved"),
    Standing.ENDED: Sentence(ja="終了", en="ended"),
}
BACK = Sentence(ja="再発", en="back again")
FOUND = Sentence(ja="検知", en="detected")
CHANGED = Sentence(ja="変化", en="changed")
FLAPPING_WORD = Sentence(ja="繰り返し発生", en="flapping")

# What is wrong
MANY = Sentence(ja="{count} 件", en="{count} targets")
SOME_OVER = Sentence(ja="{total} 件中 {count} 件が解決しました。", en="{count} of {total} are resolved.")
MEASURED_AGAINST = Sentence(ja="（実測 {value}、基準 {limit}）", en="({value}, limit {limit})")
NAMED = Sentence(ja="（{names}）", en="({names})")

# Labels of the facts, and what follows them
ENTRIES = Sentence(ja="対象の項目", en="Items")
SINCE = Sentence(ja="発生", en="Since")
OWNER = Sentence(ja="担当", en="Owner")
TOLD = Sentence(ja="連絡済み", en="Told")
NEXT = Sentence(ja="次の連絡", en="Next")
SILENCED = Sentence(ja="通知停止", en="Silenced")
FLAPS = Sentence(ja="注意", en="Note")
LASTED = Sentence(ja="所要", en="Lasted")
STORY = Sentence(ja="経過", en="Story")

NOBODY_YET = Sentence(ja="まだ誰も対応を始めていません", en="nobody has it yet")
FROM = Sentence(ja="{time} から", en="since {time}")
EXPECTED_BY = Sentence(ja="、見込み {time}", en=", expects it mended by {time}")
NEXT_UNLESS = Sentence(
    ja="{time} までに解決しなければ{names}へ", en="{names} will hear at {time} unless it is resolved by then"
)
NEXT_NOW = Sentence(ja="まもなく{names}へ（予定 {time}）", en="{names} will hear in a moment (due {time})")
NO_NEXT = Sentence(
    ja="すべての段階に連絡済みです。自動の連絡はもうありません",
    en="every step was told; nobody else will hear by itself",
)
NO_STEPS = Sentence(ja="自動の連絡先はありません", en="nobody is told by itself")
SILENCED_BY = Sentence(ja="{by}。その間は連絡しません", en="{by}; nobody is told meanwhile")
SILENCED_UNTIL = Sentence(ja="{time} に再開します（{by}）", en="until {time} ({by})")
FLAPS_SAID = Sentence(
    ja="短時間に発生と回復を繰り返しています。30 分間問題がなければ解決とします",
    en="it comes and goes; it is resolved once 30 minutes were clean",
)

# Whom it is asked of
PLEASE = Sentence(ja="さん、対応をお願いします。", en="please take this.")
PLEASE_DECIDE = Sentence(ja="さん、判断をお願いします。", en="please decide what is to be done.")
IS_BACK = Sentence(ja="さん、再発しました。", en="it is back.")

# Steps
STEP = Sentence(ja="エスカレーション {number}/{of}", en="Escalation {number}/{of}")
STEPS = Sentence(ja="エスカレーション {first}〜{last}/{of}", en="Escalation {first}-{last}/{of}")
UNRESOLVED_FOR = Sentence(ja="{time}たっても解決していません。", en="Unresolved for {time}.")
SUPPOSED_AT = Sentence(ja="本来の時刻 {time} より遅れて連絡しています。", en="This was due at {time}; you hear late.")
SUPPOSED_STEP = Sentence(ja="{number}/{of} {names}（本来の時刻 {time}）", en="{number}/{of} {names} (due {time})")
BUTTONS_ABOVE = Sentence(
    ja="対応のボタンは、このスレッドの先頭の投稿にあります。", en="The buttons are in this thread's first message."
)

# In a digest
OPEN_INCIDENTS = Sentence(ja="未解決のインシデント {count} 件", en="Open incidents: {count}")
LASTS = Sentence(ja="{time}継続", en="for {time}")
OWNED_BY = Sentence(ja="担当", en="owner")
NOBODY_HAS_IT = Sentence(ja="担当なし", en="no owner")
NEXT_STEP = Sentence(ja="次は {time} に{names}へ", en="next: {names} at {time}")
NO_NEXT_STEP = Sentence(ja="連絡はすべて済み", en="every step told")
NEW = Sentence(ja="新規 {count}", en="New {count}")
RESOLVED_NOW = Sentence(ja="解決 {count}", en="Resolved {count}")
LASTING = Sentence(ja="継続 {count}", en="Still {count}")
DAY = Sentence(ja="（{count} 日目）", en="(day {count})")
NO_CHANGE = Sentence(ja="前回から変化はありません。", en="Nothing changed since the run before.")

# What is not shown
STILL_OPEN = Sentence(ja="{total} 件中 {count} 件はまだ解決していません。", en="{count} of {total} are still open.")
LEFT_OUT = Sentence(
    ja="ほか {count} 件は載せきれません。sagebase-ops incidents で見られます。",
    en="{count} more do not fit; sagebase-ops incidents shows them all.",
)

# Buttons and dialogs
TAKE = Sentence(ja="対応を始める", en="I have it")
GIVE_ETA = Sentence(ja="見込みを伝える", en="Say until when")
IN_MINUTES = Sentence(ja="{count} 分以内に解決見込み", en="mended within {count} min")
NO_ETA = Sentence(ja="見込みはまだ不明", en="cannot say yet")
SILENCE = Sentence(ja="通知を止める", en="Silence")
RESOLVE = Sentence(ja="解決にする", en="Resolve")
RECHECK = Sentence(ja="もう一度点検する", en="Check again")
DETAILS = Sentence(ja="詳しく見る", en="Show details")
BACK_OUT = Sentence(ja="戻る", en="Back")
STOP = Sentence(ja="止める", en="Silence")
SILENCE_LEAD = Sentence(
    ja="期限を過ぎると自動で再開します。止めている間も点検と記録は続きます。",
    en="It ends by itself. Checks and records go on meanwhile.",
)
UNTIL_TIME = Sentence(ja="{time} まで", en="until {time}")
SILENCE_UNTIL = Sentence(ja="期限", en="Until")
HOURS = Sentence(ja="{count} 時間", en="{count} h")
DAYS = Sentence(ja="{count} 日", en="{count} days")
REASON = Sentence(ja="理由", en="Reason")
REASON_HINT = Sentence(ja="経過と監査記録に残ります。", en="It is kept in the story and in the audit.")
RESOLVE_LEAD = Sentence(
    ja="連絡を止め、解決として記録します。そのあとの失敗は、あらためて知らせます。",
    en="Nobody else is told, and it is recorded as resolved. A failure after that is told anew.",
)

# What only the presser is shown
MAY_NOT_PRESS = Sentence(
    ja="このボタンは schedules.yaml の slack.may_press にある人だけが使えます。必要なら運用担当者に依頼してください。",
    en="Only the people in slack.may_press of schedules.yaml may use this; ask the operator on duty.",
)
NOT_OPEN = Sentence(ja="このインシデントはすでに終わっています。", en="This incident is over already.")
LOOKING_AGAIN = Sentence(
    ja="もう一度点検しています。結果はこのメッセージに反映されます。",
    en="Looking again; the message will show what is seen.",
)
LOOKS_AT = Sentence(
    ja="この点検は絶えず行っています。次は {time} です。結果はこのメッセージに反映されます。",
    en="This is looked at all the time, next at {time}; the message will show what is seen.",
)
TAKEN_ALREADY = Sentence(
    ja="{name} さんがすでに対応しています。引き継ぐときは、見込みの時間を選んでください。",
    en="{name} has it already; to take it over, choose how long you will need.",
)
REASON_WANTED = Sentence(ja="理由を書いてください。", en="Say why.")
TIME_IS_PAST = Sentence(ja="これからの時刻を選んでください。", en="Choose a time that is still to come.")
