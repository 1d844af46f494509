"""What is handed to chat.postMessage."""

from sagebase_ops.domain.notifications import Message
from sagebase_ops.slack.messages.arguments import post_arguments, posts_of


def test_each_post_of_a_notice_has_its_own_key_and_no_link_is_unfurled() -> None:
    posts = posts_of("C0SAGEOPS1", [Message("a", blocks=({"type": "divider"},)), Message("b", in_thread=True)], "n")
    marks = [post["metadata"]["event_payload"] for post in posts]
    assert marks == [{"notice_key": "n"}, {"notice_key": "n:1"}]
    assert all(post["unfurl_links"] is False and post["unfurl_media"] is False for post in posts)


def test_what_a_message_does_not_have_is_left_out() -> None:
    assert set(post_arguments("C0SAGEOPS1", Message("a"), "n")) == {
        "channel",
        "text",
        "unfurl_links",
        "unfurl_media",
        "metadata",
    }
    assert post_arguments("C0SAGEOPS1", Message("a"), "n", "1.2")["thread_ts"] == "1.2"
