"""Grants of IAM: which of them are dangerous, and which were approved."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sagebase_ops.domain.iam_conditions import holds_until
from sagebase_ops.domain.service_agents import is_of_project, number_of_agent

PUBLIC = frozenset({"allUsers", "allAuthenticatedUsers"})
_AS_ANY = {"roles/iam.serviceAccountTokenCreator", "roles/iam.serviceAccountUser", "roles/iam.workloadIdentityUser"}
_OVER_GRANTS = {
    "roles/iam.serviceAccountKeyAdmin",
    "roles/iam.securityAdmin",
    "roles/resourcemanager.projectIamAdmin",
    "roles/iam.roleAdmin",
}
_SECRETS = {"roles/secretmanager.secretAccessor", "roles/secretmanager.admin"}
_WRITTEN = re.compile(r"(?P<member>\S+) (?P<role>\S+)(?: if (?P<condition>.+))?")


@dataclass(frozen=True, slots=True)
class Grant:
    """One member's one role. `condition` is the title of its condition, else the expression; "" without one.

    Members are as Google names them (`serviceAccount:deploy@p.iam.gserviceaccount.com`, `allUsers`).
    """

    member: str
    role: str
    condition: str = ""
    expression: str = ""

    def __str__(self) -> str:
        """As an approved list has it: `MEMBER ROLE`, or `MEMBER ROLE if CONDITION`."""
        return f"{self.member} {self.role}" + (f" if {self.condition}" if self.condition else "")

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same grant: e-mails are compared without regard to case."""
        return self.member.lower(), self.role, self.condition

    @property
    def of_nobody(self) -> bool:
        """Its member was deleted."""
        return self.member.startswith("deleted:")

    def over_at(self, now: datetime) -> bool:
        """Whether its condition bounds it to a time before `now`; any other condition is taken to hold."""
        ends = holds_until(self.expression)
        return ends is not None and ends <= now


class Risk(StrEnum):
    """Why a grant deserves a look though nothing compares it with a list. The first three are wrong wherever they stand."""

    PUBLIC = "public"
    OWNER = "account_owns"
    OUTSIDER = "outsider_as_any"
    PERSON_OWNS = "person_owns"
    EDITOR = "edits_all"
    FOREIGN_AGENT = "foreign_agent"
    AS_ANY = "acts_as_any"
    OVER_GRANTS = "changes_grants"
    SECRETS = "reads_secrets"


GRAVE = frozenset({Risk.PUBLIC, Risk.OWNER, Risk.OUTSIDER})


def risk_of(grant: Grant, project: str, number: str | None) -> Risk | None:
    """The gravest risk of a grant on `project`, None where there is none that a policy by itself shows.

    `number` is the project's, by which Google's own accounts are told apart; None where it could not be read.
    """
    if grant.member in PUBLIC:
        return Risk.PUBLIC
    is_account = grant.member.startswith("serviceAccount:")
    if grant.role == "roles/owner":
        return Risk.OWNER if is_account else Risk.PERSON_OWNS
    if grant.role in _AS_ANY and is_account and not is_of_project(grant.member, project, number):
        return Risk.OUTSIDER
    by_role = next((risk for risk, roles in _BY_ROLE.items() if grant.role in roles), None)
    works_for = number_of_agent(grant.member)
    foreign = works_for is not None and number is not None and works_for != number
    return by_role or (Risk.FOREIGN_AGENT if foreign else None)


_BY_ROLE: dict[Risk, set[str]] = {
    Risk.EDITOR: {"roles/editor"},
    Risk.AS_ANY: _AS_ANY,
    Risk.OVER_GRANTS: _OVER_GRANTS,
    Risk.SECRETS: _SECRETS,
}


def read_grant(written: str) -> Grant:
    """A line of an approved list. Raises ValueError that says how one is written."""
    found = _WRITTEN.fullmatch(written.strip())
    if found is None or (":" not in found["member"] and found["member"] not in PUBLIC):
        raise ValueError(
            f"{written!r} is no grant; write MEMBER ROLE, such as serviceAccount:deploy@p.iam.gserviceaccount.com roles/run.admin"
        )
    return Grant(found["member"], found["role"], found["condition"] or "")


def unapproved(grants: Iterable[Grant], approved: Iterable[Grant]) -> tuple[Grant, ...]:
    """Those that no line of the list approves."""
    known = {grant.key for grant in approved}
    return tuple(grant for grant in grants if grant.key not in known)


def gone(grants: Sequence[Grant], approved: Iterable[Grant]) -> tuple[Grant, ...]:
    """Approved lines that grant nothing any more."""
    there = {grant.key for grant in grants}
    return tuple(grant for grant in approved if grant.key not in there)
