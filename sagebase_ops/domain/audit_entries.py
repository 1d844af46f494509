"""Who changed what in the cloud: one entry of Google's own audit log."""

from dataclasses import dataclass
from datetime import datetime

from sagebase_ops.domain.grants import Grant

PERMISSION_DENIED = 7
"""google.rpc.Code."""


@dataclass(frozen=True, slots=True)
class GrantChange:
    """A grant that an IAM policy gained, or lost."""

    added: bool
    grant: Grant

    def __str__(self) -> str:
        """`+MEMBER ROLE`, with what its condition says: the name of one may stand for anything."""
        said = self.grant.expression if self.grant.expression != self.grant.condition else ""
        return f"{'+' if self.added else '-'}{self.grant}" + (f" ({said})" if said else "")


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change. `at` is aware UTC; `who` an e-mail; `method` Google's (`SetIamPolicy`); `resource` what it was done to.

    `changes` are the grants that a policy gained and lost. `code` is google.rpc.Code: other than 0 nothing was changed.
    """

    at: datetime
    who: str
    method: str
    resource: str
    changes: tuple[GrantChange, ...] = ()
    code: int = 0
