"""What `doctor` says of each precondition, and what mends it."""

from sagebase_ops.domain.results import Sentence

AREAS = {
    "file": Sentence(ja="設定", en="Configuration"),
    "google": Sentence(ja="Google Cloud", en="Google Cloud"),
    "slack": Sentence(ja="Slack", en="Slack"),
    "here": Sentence(ja="動かす環境", en="Where it runs"),
    "test": Sentence(ja="試験送信", en="Test posts"),
}
"""By the first word of a line's name, in the order in which they are shown."""

TITLE = Sentence(ja="準備の確認: {file}", en="preconditions of {file}")
OVERALL = Sentence(ja="総合", en="Overall")
REMEDY = Sentence(ja="対処", en="Remedy")
NO_ANSWER = Sentence(ja="{seconds} 秒以内に応答がありません", en="no answer within {seconds} s")
TRY_AGAIN = Sentence(
    ja="少し待って、もう一度 sagebase-ops doctor を実行する", en="wait a little and run sagebase-ops doctor again"
)

# The file
FILE = Sentence(ja="設定ファイル", en="File")
FILE_RIGHT = Sentence(
    ja="正しく読めます（プロジェクト {projects}、チェックリスト {checklists}、点検 {checks}）",
    en="right (projects {projects}, checklists {checklists}, checks {checks})",
)
PROJECTS = Sentence(ja="プロジェクト", en="Projects")
PROJECT_EXAMPLE = Sentence(ja="記入例のままです: {project}", en="still the example: {project}")
WRITE_PROJECT = Sentence(
    ja="{file} の projects に監視するプロジェクトの ID を書く",
    en="write the id of your project into projects of {file}",
)
CONTACTS = Sentence(ja="連絡先", en="Contacts")
CONTACTS_WRITTEN = Sentence(ja="すべて記入されています（{count} 件）", en="all written down ({count})")
CONTACTS_EXAMPLE = Sentence(
    ja="記入例のままです: {names}。daemon は起動しません", en="still placeholders: {names}; the daemon will not start"
)
CONTACTS_EXAMPLE_PRETEND = Sentence(
    ja="記入例のままです: {names}。本番では daemon が起動しません",
    en="still placeholders: {names}; outside the sandbox the daemon will not start",
)
SECRET = Sentence(ja="環境変数 {name}", en="Environment {name}")
SECRET_READ = Sentence(ja="Secret Manager から読めます", en="read from Secret Manager")
SECRET_REFUSED = Sentence(ja="Secret Manager から読めません。原文: {error}", en="not read from Secret Manager: {error}")
SECRET_FORM = Sentence(
    ja="sm://projects/プロジェクト/secrets/名前/versions/latest の形で書く",
    en="write it as sm://projects/PROJECT/secrets/SECRET/versions/latest",
)

# Google Cloud
CREDENTIALS = Sentence(ja="認証情報", en="Credentials")
SANDBOX_CREDENTIALS = Sentence(ja="不要です（模擬環境）", en="none needed (sandbox)")
CREDENTIALS_OF = Sentence(ja="見つかりました（{who}）", en="found ({who})")
NO_CREDENTIALS = Sentence(
    ja="見つかりません。以降の Google Cloud の確認はしていません。原文: {error}",
    en="not found, so nothing of Google Cloud was asked: {error}",
)
API = Sentence(ja="{api}（{project}）", en="{api} ({project})")
MAY = Sentence(ja="応答あり（{permissions}）", en="answers ({permissions})")
NOT_ASKED = Sentence(
    ja="ここでは試していません（{permissions}）。点検の実行でわかります",
    en="not tried here ({permissions}); a run of the checks shows it",
)

# Slack
TOKEN = Sentence(ja="bot トークン", en="Bot token")
TOKEN_OF = Sentence(ja="使えます（ワークスペース {team}、bot {user}）", en="taken (workspace {team}, bot {user})")
NO_TOKEN = Sentence(
    ja="SAGEBASE_OPS_SLACK_BOT_TOKEN がありません。誰にも知らせられません",
    en="SAGEBASE_OPS_SLACK_BOT_TOKEN is not set: nobody can be told",
)
SET_TOKEN = Sentence(
    ja="https://api.slack.com/apps のアプリをインストールし、bot トークン（xoxb-…）を設定する",
    en="install the app of https://api.slack.com/apps and set its bot token (xoxb-…)",
)
SLACK_REFUSED = Sentence(ja="Slack が拒否しました（{code}）", en="Slack refused ({code})")
SLACK_SILENT = Sentence(
    ja="確認できません: Slack から使える応答がありません（{code}）",
    en="could not look: no usable answer from Slack ({code})",
)
SLACK_STATUS = Sentence(
    ja="https://slack-status.com と、この機械からの通信を確かめ、もう一度実行する",
    en="see https://slack-status.com and the network of this machine, then run it again",
)
SLACK_WORD = Sentence(
    ja="https://docs.slack.dev/reference/methods で {code} の意味を調べる",
    en="look {code} up at https://docs.slack.dev/reference/methods",
)
SCOPES = Sentence(ja="権限（scope）", en="Scopes")
SCOPES_RIGHT = Sentence(ja="必要なものが揃っています（{scopes}）", en="all that are needed ({scopes})")
SCOPES_MISSING = Sentence(ja="足りません: {scopes}", en="missing: {scopes}")
NO_PICTURES = Sentence(
    ja="{scope} がないため、グラフは画像ではなく週ごとの簡易表示になります",
    en="without {scope} charts come as Slack's own, week by week, not as pictures",
)
SCOPES_UNSAID = Sentence(ja="Slack が scope を答えませんでした", en="Slack did not say which there are")
ADD_SCOPES = Sentence(
    ja="https://api.slack.com/apps → OAuth & Permissions → Bot Token Scopes に {scopes} を追加し、再インストールする",
    en="https://api.slack.com/apps → OAuth & Permissions → Bot Token Scopes: add {scopes}, then install again",
)
CHANNEL = Sentence(ja="チャンネル {channel}", en="Channel {channel}")
FALLBACK_CHANNEL = Sentence(ja="予備チャンネル {channel}", en="Fallback channel {channel}")
CHANNEL_RIGHT = Sentence(ja="bot が参加しています", en="the bot is a member")
CHANNEL_UNSEEN = Sentence(ja="見つかりません", en="not found")
CHANNEL_ARCHIVED = Sentence(ja="アーカイブされています", en="is archived")
CHANNEL_OUTSIDE = Sentence(ja="bot が参加していません", en="the bot is not a member")
CHANNEL_NAME = Sentence(
    ja="{file} の名前を確かめる。非公開なら、そのチャンネルで /invite @{bot} を実行し、scope groups:read と groups:history を追加する",
    en="check the name in {file}; of a private one run /invite @{bot} there, and add the scopes groups:read and groups:history",
)
CHANNEL_REVIVE = Sentence(
    ja="アーカイブを解除するか、{file} に別のチャンネルを書く", en="unarchive it, or write another one into {file}"
)
CHANNEL_INVITE = Sentence(
    ja="Slack のそのチャンネルで /invite @{bot} を実行する", en="run /invite @{bot} in that channel in Slack"
)
NO_FALLBACK_CHANNEL = Sentence(
    ja="ありません。{channel} に投稿できないとき、知らせる先がなくなります",
    en="none: when {channel} takes no post, there is nowhere else",
)
WRITE_FALLBACK_CHANNEL = Sentence(
    ja="{file} の slack.fallback に別のチャンネルを書く", en="write another channel as slack.fallback into {file}"
)
CONTACT = Sentence(ja="連絡先 {name}", en="Contact {name}")
CONTACT_THERE = Sentence(ja="Slack にいます（{who}）", en="is in Slack ({who})")
GROUP_THERE = Sentence(ja="Slack にあります（{who}、{members} 人）", en="is in Slack ({who}, {members} people)")
GROUP_EMPTY = Sentence(
    ja="グループ {who} に誰もいません。呼んでも届きません", en="nobody is in {who}: a call reaches nobody"
)
CONTACT_UNKNOWN = Sentence(ja="{id} は Slack にありません", en="{id} is not in Slack")
CONTACT_GONE = Sentence(ja="{who} は無効になっています", en="{who} is deactivated")
CONTACT_UNSEEN = Sentence(
    ja="確認できません: scope {scopes} がありません", en="could not look: the scope {scopes} is missing"
)
MEND_CONTACT = Sentence(
    ja="{file} の contacts を、Slack のプロフィール →「メンバー ID をコピー」（U…）かグループの ID（S…）に直す",
    en="correct contacts in {file}: profile in Slack → Copy member ID (U…), or the id of the user group (S…)",
)
FILL_GROUP = Sentence(ja="Slack でグループ {who} に人を入れる", en="put people into {who} in Slack")
BUTTONS = Sentence(ja="ボタン", en="Buttons")
BUTTONS_SOCKET = Sentence(ja="Socket Mode で届きます", en="presses come over Socket Mode")
BUTTONS_HTTP = Sentence(
    ja="HTTP（/slack/interactions、署名つき）で届きます", en="presses come over HTTP (/slack/interactions, signed)"
)
BUTTONS_DEAD = Sentence(
    ja="押しても何も起きません（アプリトークンも署名シークレットもありません）",
    en="do nothing: there is neither an app token nor a signing secret",
)
SET_APP_TOKEN = Sentence(
    ja="アプリの Socket Mode を有効にし、scope connections:write のトークンを SAGEBASE_OPS_SLACK_APP_TOKEN（xapp-…）に設定する",
    en="switch Socket Mode on in the app and set a token with connections:write as SAGEBASE_OPS_SLACK_APP_TOKEN (xapp-…)",
)

# Where it runs
CLOCK = Sentence(ja="時計", en="Clock")
CLOCK_RIGHT = Sentence(ja="合っています（差 {seconds} 秒）", en="right ({seconds} s off)")
CLOCK_WRONG = Sentence(
    ja="{seconds} 秒ずれています（許容 60 秒）。予定の時刻も署名の検査も狂います",
    en="{seconds} s off (60 are allowed): neither planned times nor signatures will be right",
)
CLOCK_UNSEEN = Sentence(
    ja="確認できません: 比べる時刻を得られません（{error}）", en="nothing to compare it with ({error})"
)
SET_CLOCK = "timedatectl set-ntp true"
DATABASE = Sentence(ja="データベース", en="Database")
DATABASE_RIGHT = Sentence(
    ja="接続できます（PostgreSQL {version}、{database}、ロール {role}、pg_monitor あり、読み取り専用）",
    en="answers (PostgreSQL {version}, {database}, role {role} with pg_monitor, read only)",
)
DATABASE_HIDES = Sentence(
    ja="接続できますが、ロール {role} に pg_monitor がなく、ほかのロールの動きが見えません",
    en="answers, but the role {role} has no pg_monitor: what others do is hidden from it",
)
DATABASE_WRITABLE = Sentence(
    ja="読み取り専用で接続していますが、ロール {role} は {tables} 個のテーブルを変更できます。点検専用のロールを使ってください",
    en="our transactions are read only, but the role {role} may change {tables} tables; use a role of its own for the checks",
)
SET_DATABASE_ROLE = Sentence(
    ja="docs/database.md のロールを作り、SAGEBASE_OPS_DATABASE_URL に書く",
    en="make the role of docs/database.md, and write it into SAGEBASE_OPS_DATABASE_URL",
)
STORE = Sentence(ja="状態の保存先", en="Store")
STORE_RIGHT = Sentence(ja="読み書きできます（{where}）", en="can be read and written ({where})")
STORE_NEW = Sentence(
    ja="まだありません。最初の起動で作られます（{where}）", en="not there yet, made at the first start ({where})"
)
STORE_WRONG = Sentence(ja="使えません。原文: {error}", en="cannot be used: {error}")
STORE_BUSY = Sentence(ja="今は確認できません。原文: {error}", en="could not look now: {error}")
SET_STORE = Sentence(
    ja="SAGEBASE_OPS_STATE に書き込める場所を指定する（sqlite:///フォルダー/ファイル、Cloud Run では firestore://プロジェクト/データベース）",
    en="name a place that may be written in SAGEBASE_OPS_STATE (sqlite:///FOLDER/FILE, on Cloud Run firestore://PROJECT/DATABASE)",
)
SECOND_ROUTE = Sentence(ja="Slack 以外の連絡手段", en="Second route")
SECOND_ROUTE_RIGHT = Sentence(ja="設定されています（{ways}）", en="configured ({ways})")
SECOND_ROUTE_NONE = Sentence(
    ja="ありません。Slack 全体が止まると誰にも届きません", en="none: when Slack as a whole is down nobody hears"
)
SECOND_ROUTE_LACKS = Sentence(ja="{name} が設定されていません", en="{name} is not set")
SET_SECRET = Sentence(ja="環境変数 {name} を設定する", en="set {name} in the environment")
WRITE_SECOND_ROUTE = Sentence(
    ja="{file} に fallback:（email か webhook: true）を書く", en="write fallback: (email, or webhook: true) into {file}"
)
PING = Sentence(ja="外からの見張り", en="Witness")
PING_RIGHT = Sentence(ja="毎分 ping を送ります", en="pinged each minute")
PING_NONE = Sentence(
    ja="SAGEBASE_OPS_PING_URL がありません。daemon が止まっても誰も気づきません",
    en="SAGEBASE_OPS_PING_URL is not set: nobody notices when the daemon has died",
)
SET_PING = Sentence(ja="docs/witness.md のとおりに設定する", en="set one up as in docs/witness.md")
PORT = Sentence(ja="HTTP ポート", en="HTTP port")
PORT_RIGHT = Sentence(ja="{port} で /live と /health に答えます", en="/live and /health are answered on {port}")
PORT_NONE = Sentence(
    ja="PORT がないので開きません（Cloud Run は自動で設定します。手元で /health を見るなら PORT=8080）",
    en="none, since PORT is not set (Cloud Run sets it; for /health here PORT=8080)",
)
PORT_WANTED = Sentence(
    ja="PORT がないため、HTTP で届くはずのボタンの押下を受け取れません",
    en="PORT is not set, so the presses that come over HTTP reach nobody",
)
SET_PORT = Sentence(ja="PORT=8080 などを設定する", en="set PORT, such as 8080")

# Test posts
TEST_SUBJECT = Sentence(ja="【試験】sagebase-ops の連絡経路", en="[TEST] sagebase-ops: can you be reached?")
TEST_ASKED = Sentence(
    ja="これは試験です。障害ではありません。届いたら下のボタンを押してください。",
    en="this is a test, nothing is wrong. Please press the button below to show that it reached you.",
)
TEST_ONLY = Sentence(
    ja="これは試験です。障害ではありません。対応は要りません。", en="This is a test, nothing is wrong, nothing to do."
)
TEST_BUTTON = Sentence(ja="届きました", en="It reached me")
TEST_THANKS = Sentence(ja="試験のボタンを確かに受け取りました。", en="Your press arrived; thank you.")
TEST_POSTED = Sentence(ja="試験を投稿しました（{names}）", en="test posted ({names})")
TEST_SENT = Sentence(ja="試験を送りました（{ways}）", en="test sent ({ways})")
TEST_NOT_SENT = Sentence(ja="送れません。原文: {error}", en="not sent: {error}")
TEST_PRESS = Sentence(ja="ボタンの押下", en="Press")
TEST_WAITING = Sentence(
    ja="{channel} の「届きました」が押されるのを {seconds} 秒待っています…",
    en="waiting {seconds} s for a press of the button in {channel} …",
)
TEST_PRESSED = Sentence(ja="{who} が押しました", en="{who} pressed")
TEST_UNPRESSED = Sentence(ja="{seconds} 秒以内に誰も押しませんでした", en="nobody pressed within {seconds} s")
TEST_AGAIN = Sentence(
    ja="人に頼んでからもう一度送る。daemon が動いていると押下はそちらに届くことがある",
    en="ask somebody and send it again; while a daemon runs, the press may have gone to it",
)
TEST_NO_DOOR = Sentence(
    ja="ここでは受け取れません（Socket Mode のアプリトークンがありません）",
    en="cannot be seen here (no app token for Socket Mode)",
)
CHECK_ROUTE = Sentence(ja="fallback: の設定と、その秘密の値を確かめる", en="check fallback: and its secrets")
