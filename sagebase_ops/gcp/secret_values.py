"""What does a secret of ours hold? For the daemon's own settings only: no check ever reads a payload.

Source: Secret Manager v1 over gRPC, AccessSecretVersion.
"""

import re

from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.gcp.calls import asking
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.secrets import API, secrets_client

METHOD = "SecretManagerService.AccessSecretVersion"
PERMISSION = "secretmanager.versions.access"
FORM = "sm://projects/PROJECT/secrets/SECRET/versions/latest"
_REFERENCE = re.compile(r"sm://(projects/([^/\s]+)/secrets/[^/\s]+/versions/(?:latest|\d+|[A-Za-z][\w-]*))")


async def secret_value(connections: Connections, reference: str) -> str:
    """The payload of the version that `reference` (FORM) names, without the line end that `echo` left there.

    Raises ValueError for another form, GcpError where Google does not give it, or gives something that is no text.
    """
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise ValueError(f"not a secret's address; write {FORM}")
    question = connections.question(API, METHOD, PERMISSION, match[2])
    async with asking(question, connections.patience) as tries:
        client = await connections.client(secrets_client)
        answer = await client.access_secret_version(request={"name": match[1]}, **tries)
    try:
        return str(answer.payload.data.decode()).rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise GcpError(
            GcpErrorKind.MALFORMED, f"{match[1]} holds no text", api=API, method=METHOD, permission=PERMISSION
        ) from error
