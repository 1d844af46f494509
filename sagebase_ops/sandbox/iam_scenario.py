"""What a scenario says of IAM: grants on the project, service accounts with their keys, and who changed what."""

from datetime import timedelta

from sagebase_ops.sandbox.scenario_parts import Part, Span


class Binding(Part):
    """`{project}` in a member is filled in. The condition is a title, and an expression in CEL."""

    role: str
    members: list[str]
    condition: str | None = None
    expression: str = "true"


class Key(Part):
    """A key that a person made; Google's own stand beside it in every account."""

    age: Span = timedelta(days=30)
    disabled: bool = False
    reason: str = ""


class ServiceAccount(Part):
    name: str
    disabled: bool = False
    keys: list[Key] = []


class Change(Part):
    """An entry of the activity log, `age` ago. `added` and `removed` are `MEMBER ROLE`, for a change of grants."""

    age: Span
    who: str = "taro@example.com"
    method: str = "SetIamPolicy"
    service: str = "cloudresourcemanager.googleapis.com"
    resource: str = "projects/{project}"
    added: list[str] = []
    removed: list[str] = []
    condition: str = ""
    """The title of the condition that these grants have."""
    expression: str = ""
    code: int = 0
    """google.rpc.Code: 7 where it was refused, so that nothing changed."""
