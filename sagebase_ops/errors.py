"""Everything this package raises on purpose.

    OpsError
    ├── ConfigError        a mistake in schedules.yaml, the environment or the command line (exit 2)
    ├── GcpError           Google could not or would not answer; says what kind, and the remedy
    ├── DatabaseError      the watched PostgreSQL could not or would not answer; says what kind, and the remedy
    ├── PayloadError       what came in is nothing that Slack sends
    ├── ProbeError         a request to the user's own service could not be made
    ├── SlackError         Slack could not or would not take a message
    ├── PagerError         the second route, outside Slack, took no page
    └── StoreError         what is remembered cannot be read or written
        ├── ClaimLostError      the lease behind a conditional write is no longer ours
        └── StaleError          what was decided upon was changed meanwhile; decide again

The thrower sets `retryable`; the cause is kept with `from`.
"""

from enum import StrEnum


class OpsError(Exception):
    """A failure we know how to word. `str(error)` is fit for a person to read."""

    retryable = False


class ConfigError(OpsError):
    """One or more mistakes of the user; each already says where, what was given and what is allowed."""

    def __init__(self, *mistakes: str) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class GcpErrorKind(StrEnum):
    """Why Google gave no usable answer. The words appear as a finding's `reason`."""

    PERMISSION_DENIED = "permission_denied"
    API_DISABLED = "api_disabled"
    NOT_FOUND = "not_found"
    UNAUTHENTICATED = "unauthenticated"
    QUOTA = "quota"
    DEADLINE = "deadline"
    UNAVAILABLE = "unavailable"
    MALFORMED = "malformed"
    PARTIAL = "partial"
    REFUSED = "refused"


class GcpError(OpsError):
    """Google could not or would not answer.

    `api` is the service's host (`run.googleapis.com`), `method` what was asked (`Services.ListServices`),
    `permission` the IAM permission where it is known, `remedy` the one command that mends it, or that shows how Google
    answers now where nothing of the user's mends it (None: none known). `said` is what came over the wire, on one line and
    in its own language; empty when nothing came.
    """

    def __init__(
        self,
        kind: GcpErrorKind,
        message: str,
        *,
        api: str,
        method: str,
        permission: str | None = None,
        remedy: str | None = None,
        retryable: bool = False,
        said: str = "",
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.api = api
        self.method = method
        self.permission = permission
        self.remedy = remedy
        self.retryable = retryable
        self.said = said


class DatabaseErrorKind(StrEnum):
    """Why the watched PostgreSQL gave no usable answer. The words appear as a finding's `reason`."""

    NO_ADDRESS = "no_address"
    BAD_ADDRESS = "bad_address"
    UNREACHABLE = "unreachable"
    LOGIN = "login_refused"
    NO_SUCH_DATABASE = "no_such_database"
    FULL = "too_many_connections"
    DEADLINE = "deadline"
    LOCKED = "locked"
    PERMISSION_DENIED = "permission_denied"
    NOT_COUNTED = "not_counted"
    REFUSED = "refused"


class DatabaseError(OpsError):
    """The watched PostgreSQL could not or would not answer. No text of it holds the password.

    `remedy` is one command that mends it, or that shows how the server answers now (None: none known). `said` is the
    server's or libpq's own line; empty when nothing came.
    """

    def __init__(self, kind: DatabaseErrorKind, message: str, *, remedy: str | None = None, said: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.remedy = remedy
        self.said = said


class PayloadError(OpsError):
    """What came in as a press is nothing that Slack sends; the message names what is missing."""


class ProbeError(OpsError):
    """A request to the user's service could not be made at all (`reason` is a short machine word)."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class SlackError(OpsError):
    """Slack refused a call or did not answer.

    `code` is Slack's own word (`not_in_channel`), or ours for what never reached it (`timeout`, `connection`).
    `ambiguous` says that the effect may have happened all the same; `retry_after` is in seconds.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        retryable: bool = False,
        ambiguous: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.retryable = retryable
        self.ambiguous = ambiguous
        self.retry_after = retry_after


class PagerError(OpsError):
    """An e-mail or a webhook of the second route did not go out."""

    retryable = True


class StoreError(OpsError):
    """The store cannot be opened, read or written; the message says which file and what to do."""


class ClaimLostError(StoreError):
    """A conditional write found that its claim or lease is no longer held by the caller."""


class StaleError(StoreError):
    """An incident was changed since it was read; read it again and decide anew."""
