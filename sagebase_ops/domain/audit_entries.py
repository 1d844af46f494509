"""Who changed what in the cloud: one entry of Google's own audit log."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change. `at` is aware UTC; `who` an e-mail; `method` Google's (`SetIamPolicy`); `resource` what it was done to.

    `changes` are the grants that a policy gained (`+MEMBER ROLE`) and lost (`-MEMBER ROLE`).
    """

    at: datetime
    who: str
    method: str
    resource: str
    changes: tuple[str, ...] = ()
