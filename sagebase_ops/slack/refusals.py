"""What does an answer of Slack mean for a message: was it posted, may it be sent again, what must a person do?

Source: slack-sdk's behaviour on a bad line and the error lists of docs.slack.dev/reference/methods.
slack_sdk is imported when it has raised something: by then it is loaded, and a command without Slack does not pay.
"""

import re
import socket
import ssl
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeAlias

from sagebase_ops.errors import SlackError

if TYPE_CHECKING:
    from slack_sdk.errors import SlackApiError

Json: TypeAlias = dict[str, Any]  # a JSON object: any JSON inside


class RefusalKind(Enum):
    """Whom a refusal is about; the sender acts on the kind, not on Slack's words."""

    CHANNEL = "channel"
    TOKEN = "token"  # noqa: S105 (a kind of refusal, no password)
    CONTENT = "content"
    LATER = "later"
    OTHER = "other"


_CHANNEL = {
    "not_in_channel": "run /invite @sagebase-ops there",
    "channel_not_found": "check the name in schedules.yaml; in a private channel run /invite @sagebase-ops",
    "is_archived": "unarchive it, or name another channel in schedules.yaml",
    "is_inactive": "unarchive it, or name another channel in schedules.yaml",
    "restricted_action": "let the app post there (channel settings), or name another channel in schedules.yaml",
    "restricted_action_read_only_channel": "let the app post there, or name another channel in schedules.yaml",
    "restricted_action_thread_only_channel": "let the app post there, or name another channel in schedules.yaml",
}
_TOKEN = {
    "not_authed": "set SAGEBASE_OPS_SLACK_BOT_TOKEN",
    "invalid_auth": "set SAGEBASE_OPS_SLACK_BOT_TOKEN to the bot token (xoxb-…) of the installed app",
    "account_inactive": "install the app again and set its new bot token",
    "token_revoked": "install the app again and set its new bot token",
    "token_expired": "install the app again and set its new bot token",
    "missing_scope": "add the scope to the app and install it again",
    "not_allowed_token_type": "set SAGEBASE_OPS_SLACK_BOT_TOKEN to a bot token (xoxb-…)",
    "team_access_not_granted": "install the app in this workspace",
    "ekm_access_denied": "ask the workspace's administrators to let the app post",
}
_CONTENT = {
    "invalid_blocks",
    "invalid_blocks_format",
    "msg_blocks_too_long",
    "invalid_attachments",
    "too_many_attachments",
    "only_one_table_allowed",
    "msg_too_long",
    "no_text",
    "metadata_too_large",
    "invalid_metadata_format",
    "invalid_metadata_schema",
    "cannot_reply_to_message",
    "thread_not_found",
}
DELETED = {"message_not_found", "thread_not_found"}
"""The message that was to be edited, or answered, is no longer there."""

_LIMITED = {"ratelimited", "rate_limited", "message_limit_exceeded"}
_UNPROVEN = {"fatal_error", "internal_error", "service_unavailable", "request_timeout"}
"""Slack: part of it may have happened."""

RATE_LIMIT_WAIT = 30.0
"""Seconds, where Slack forgot its Retry-After."""
LONGEST_WAIT = 3600.0
"""Seconds; a longer Retry-After is taken for a mistake."""
_WORD = re.compile(r"[a-z0-9_]+")
_SERVER_ERROR, _TOO_MANY, _CLIENT_ERROR = 500, 429, 400


def kind_of(error: SlackError) -> RefusalKind:
    """What the sender must do about it: another channel, a person with the token, plain text, later."""
    if error.retryable:
        return RefusalKind.LATER
    if error.code in _CHANNEL:
        return RefusalKind.CHANNEL
    if error.code in _TOKEN:
        return RefusalKind.TOKEN
    return RefusalKind.CONTENT if error.code in _CONTENT else RefusalKind.OTHER


def refusal(error: Exception, doing: str) -> SlackError:
    """The SlackError for whatever slack_sdk raised. `doing`: `a message to #ops`."""
    from slack_sdk.errors import SlackApiError

    if isinstance(error, SlackApiError):
        return _answered(error, doing)
    return _unanswered(error, doing)


def _answered(error: "SlackApiError", doing: str) -> SlackError:
    status, body = getattr(error.response, "status_code", 0), _body(error)
    code = _code(body)
    if status == _TOO_MANY or code in _LIMITED:
        wait = _retry_after(error)
        words = f"Slack is busy with {doing} ({code or status}); it is tried again in {wait:g} s"
        return SlackError(code or "ratelimited", words, retryable=True, retry_after=wait)
    if status >= _SERVER_ERROR or code in _UNPROVEN or (not code and status < _CLIENT_ERROR):
        told = code or f"http_{status}"
        words = f"Slack had a fault of its own over {doing} ({told}); whether it arrived is read back first"
        return SlackError(told, words, retryable=True, ambiguous=True)
    return SlackError(code or f"http_{status}", _rejected(code or f"http_{status}", body, doing))


def _code(body: Json) -> str:
    """Slack's word; where the body was no JSON, slack_sdk puts a sentence of its own in its place, which is none."""
    word = body.get("error")
    return word if isinstance(word, str) and _WORD.fullmatch(word) else ""


def _rejected(code: str, body: Json, doing: str) -> str:
    needed = f", needs {body['needed']}" if body.get("needed") else ""
    details = [str(line) for line in (body.get("response_metadata") or {}).get("messages", [])]
    remedy = {**_CHANNEL, **_TOKEN}.get(code)
    parts = [f"Slack refused {doing} ({code}{needed})", *([remedy] if remedy else []), *details[:3]]
    return "; ".join(parts)


def _unanswered(error: Exception, doing: str) -> SlackError:
    """No answer. Only where the connection was never made is it sure that nothing was posted."""
    reason = getattr(error, "reason", None)  # urllib wraps what happened below it
    cause = reason if isinstance(reason, Exception) else error
    if isinstance(cause, ConnectionRefusedError | socket.gaierror | ssl.SSLCertVerificationError):
        words = f"Slack cannot be reached for {doing} ({type(cause).__name__}); check the network and SLACK_BASE_URL"
        return SlackError("connection", words, retryable=True)
    code = "connection_lost" if isinstance(cause, OSError) else "broken_answer"
    code = "timeout" if isinstance(cause, TimeoutError) else code
    words = f"Slack gave no answer over {doing} ({type(cause).__name__}); whether it arrived is read back first"
    return SlackError(code, words, retryable=True, ambiguous=True)


def _retry_after(error: "SlackApiError") -> float:
    headers = {name.lower(): value for name, value in (getattr(error.response, "headers", None) or {}).items()}
    try:
        return min(max(1.0, float(headers["retry-after"])), LONGEST_WAIT)
    except (KeyError, ValueError):
        return RATE_LIMIT_WAIT


def _body(error: "SlackApiError") -> Json:
    data = getattr(error.response, "data", error.response)
    return data if isinstance(data, dict) else {}
