"""Is this request really from Slack, and from now?

Source: docs.slack.dev/authentication/verifying-requests-from-slack. A repetition within five minutes passes: it may be
Slack's own. That it works only once is the key `once` of a Press.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sagebase_ops.clock import Clock
from sagebase_ops.errors import ConfigError

if TYPE_CHECKING:
    from slack_sdk.signature import SignatureVerifier


class Signing:
    """Knows the app's signing secret. Raises ConfigError for an empty one."""

    def __init__(self, secret: str, clock: Clock) -> None:
        if not secret.strip():
            raise ConfigError("environment: SAGEBASE_OPS_SLACK_SIGNING_SECRET is empty; copy it from the app's page")
        self._verifier = _verifier(secret, clock)

    def genuine(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """Whether Slack signed exactly this body, less than five minutes away from now in either direction."""
        try:
            return self._verifier.is_valid_request(body, dict(headers))
        except (ValueError, TypeError, OverflowError):
            return False  # a time that is no number or too large, a signature beyond ASCII, a body beyond UTF-8


def _verifier(secret: str, clock: Clock) -> "SignatureVerifier":
    from slack_sdk.signature import Clock as SlackClock
    from slack_sdk.signature import SignatureVerifier

    class Ours(SlackClock):
        def now(self) -> float:
            return clock.now().timestamp()

    return SignatureVerifier(secret, Ours())
