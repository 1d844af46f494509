"""What is said over the second route, where there are no blocks and no buttons."""

from sagebase_ops.domain.results import Sentence

DOWN_SUBJECT = Sentence(
    ja="【sagebase-ops】Slack に届きません：未解決のインシデントがあります",
    en="[sagebase-ops] Slack cannot be reached, and incidents are open",
)
DOWN = Sentence(
    ja="{since} から Slack に届いていません（{error}）。その間に知らせるべきインシデント：",
    en="Slack cannot be reached since {since} ({error}). What should have been told meanwhile:",
)
OVER_SUBJECT = Sentence(
    ja="【sagebase-ops】Slack に再び届くようになりました", en="[sagebase-ops] Slack can be reached again"
)
OVER = Sentence(
    ja="この間の連絡は Slack に送られます。以後はこの経路では知らせません。",
    en="What was decided meanwhile is being told in Slack; nothing more comes this way.",
)
