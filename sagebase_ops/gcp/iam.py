"""Who may do what in a project, and which keys are out there? Source: Resource Manager API v1, IAM API v1, over REST."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from sagebase_ops.domain.grants import Grant
from sagebase_ops.errors import GcpErrorKind
from sagebase_ops.gcp.asked import Asked
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.errors import Question, failure
from sagebase_ops.gcp.fields import short_name
from sagebase_ops.gcp.rest import Json
from sagebase_ops.gcp.rest_lists import moment, objects, pages, text, texts, whole

API, PROJECTS = "iam.googleapis.com", "cloudresourcemanager.googleapis.com"
PAGE_SIZE = 100
_CONDITIONS = 3  # in older versions of a policy a conditional binding comes back mangled, without its condition


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    email: str
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """A key that somebody made and holds. `created` is aware UTC; `disabled_for` is Google's reason ("" for none)."""

    id: str
    created: datetime
    disabled: bool = False
    disabled_for: str = ""


@dataclass(frozen=True, slots=True)
class ProjectMade:
    """By which number Google names what is its own in a project, and when that was made (aware UTC; None: unsaid)."""

    number: str
    created: datetime | None = None


class IamReader:
    """The grants on a project itself: what folders, the organization or single resources grant is not among them."""

    def __init__(self, connections: Connections, asked: Asked) -> None:
        self._connections = connections
        self._asked = asked

    async def grants(self, project: str) -> tuple[Grant, ...]:
        """Every member with every role. Raises GcpError; an unknown project is permission_denied.

        Source: cloudresourcemanager.projects.getIamPolicy, which is a POST that only reads.
        """
        return await self._asked.once(("iam.grants", project), lambda: self._grants(project))

    async def project_number(self, project: str) -> str:
        """As in `made`. Raises GcpError. Source: cloudresourcemanager.projects.get."""
        return (await self.made(project)).number

    async def made(self, project: str) -> ProjectMade:
        """Raises GcpError. Source: cloudresourcemanager.projects.get."""
        return await self._asked.once(("iam.made", project), lambda: self._made(project))

    async def accounts(self, project: str) -> tuple[ServiceAccount, ...]:
        """Every service account of the project. Raises GcpError. Source: iam.projects.serviceAccounts.list."""
        return await self._asked.once(("iam.accounts", project), lambda: self._accounts(project))

    async def keys(self, project: str, email: str) -> tuple[Key, ...]:
        """The user-managed keys of one account: Google's own change by themselves. Raises GcpError.

        Source: iam.projects.serviceAccounts.keys.list, which Google has for one account at a time.
        """
        return await self._asked.once(("iam.keys", project, email), lambda: self._keys(project, email))

    async def _grants(self, project: str) -> tuple[Grant, ...]:
        method = "resourcemanager.projects.getIamPolicy"
        question = self._connections.question(PROJECTS, method, method, project)
        answer = await self._connections.rest.post(
            PROJECTS,
            f"/v1/projects/{project}:getIamPolicy",
            {"options": {"requestedPolicyVersion": _CONDITIONS}},
            project=project,
            permission=method,
            method=method,
        )
        return tuple(
            Grant(member, text(binding, "role"), *_condition(binding))
            for binding in objects(whole(answer, question), "bindings", question)
            for member in texts(binding, "members")
        )

    async def _made(self, project: str) -> ProjectMade:
        method, permission = "cloudresourcemanager.projects.get", "resourcemanager.projects.get"
        path = f"/v1/projects/{project}"
        answer = await self._connections.rest.get(PROJECTS, path, project=project, permission=permission, method=method)
        if number := text(answer, "projectNumber"):
            return ProjectMade(number, moment(answer, "createTime"))
        question = self._connections.question(PROJECTS, method, permission, project)
        raise failure(GcpErrorKind.MALFORMED, "a project without projectNumber", question)

    async def _accounts(self, project: str) -> tuple[ServiceAccount, ...]:
        question = self._connections.question(API, "iam.serviceAccounts.list", "iam.serviceAccounts.list", project)
        found: list[ServiceAccount] = []
        path = f"/v1/projects/{project}/serviceAccounts"
        async for page in pages(self._connections, question, path, {"pageSize": PAGE_SIZE}):
            found += [
                ServiceAccount(text(one, "email"), one.get("disabled") is True)
                for one in objects(page, "accounts", question)
            ]
        return tuple(found)

    async def _keys(self, project: str, email: str) -> tuple[Key, ...]:
        method = "iam.serviceAccountKeys.list"
        question = self._connections.question(API, method, method, project)
        answer = await self._connections.rest.get(
            API,
            f"/v1/projects/{project}/serviceAccounts/{quote(email, safe='@')}/keys",
            project=project,
            permission=method,
            method=method,
            params={"keyTypes": "USER_MANAGED"},
        )
        return tuple(read_key(one, question) for one in objects(whole(answer, question), "keys", question))


def read_key(item: Json, question: Question) -> Key:
    """A ServiceAccountKey resource as we see it. Raises GcpError for one without a readable time."""
    try:
        created = datetime.fromisoformat(text(item, "validAfterTime"))
    except ValueError as error:
        raise failure(GcpErrorKind.MALFORMED, "a key without validAfterTime", question) from error
    return Key(short_name(text(item, "name")), created, item.get("disabled") is True, text(item, "disableReason"))


def _condition(binding: Json) -> tuple[str, str]:
    expression = text(binding, "condition", "expression")
    return text(binding, "condition", "title") or expression, expression
