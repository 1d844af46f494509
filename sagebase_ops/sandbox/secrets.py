"""Secret Manager: secrets, the states of their versions, and their payloads, which no check may ever ask for."""

from typing import Any

from google.cloud.secretmanager_v1.types import (
    AccessSecretVersionResponse,
    ListSecretsResponse,
    ListSecretVersionsResponse,
)

from sagebase_ops.sandbox.refusals import failed_precondition, not_found, refuse_token
from sagebase_ops.sandbox.scenario import Secret
from sagebase_ops.sandbox.world import World

API = "secretmanager.googleapis.com"
STATES = {"ENABLED": 1, "DISABLED": 2, "DESTROYED": 3}


def list_secrets(world: World, request: Any) -> Any:  # Any: raw messages
    project = request.parent.partition("/")[2]
    world.enter(API, "SecretManagerService.ListSecrets", "secretmanager.secrets.list", project, request.parent)
    refuse_token(request.page_token)
    answer = ListSecretsResponse.pb()(total_size=len(world.scenario.secrets))
    for secret in world.scenario.secrets:
        found = answer.secrets.add(name=_name(world, secret))
        found.create_time.FromDatetime(world.anchor - secret.age)
        found.replication.automatic.SetInParent()
        found.version_aliases.update(secret.aliases)
        if secret.expires_in is not None:
            found.expire_time.FromDatetime(world.anchor + secret.expires_in)
        if secret.rotation_every is not None:
            found.rotation.rotation_period.FromTimedelta(secret.rotation_every)
            found.rotation.next_rotation_time.FromDatetime(world.anchor + secret.rotation_every / 2)
        if secret.rotation_overdue is not None:
            found.rotation.next_rotation_time.FromDatetime(world.anchor - secret.rotation_overdue)
    return answer


def list_secret_versions(world: World, request: Any) -> Any:  # Any: raw messages
    """Newest first."""
    project, short = request.parent.split("/")[1], request.parent.rsplit("/", 1)[-1]
    world.enter(API, "SecretManagerService.ListSecretVersions", "secretmanager.versions.list", project, request.parent)
    refuse_token(request.page_token)
    secret = next((one for one in world.scenario.secrets if one.name == short), None)
    if secret is None:
        raise not_found(f"Secret [projects/{world.scenario.number}/secrets/{short}] not found.")
    answer = ListSecretVersionsResponse.pb()(total_size=len(secret.versions))
    for number in range(len(secret.versions), 0, -1):
        state = STATES[secret.versions[number - 1]]
        found = answer.versions.add(name=f"{_name(world, secret)}/versions/{number}", state=state)
        found.create_time.FromDatetime(world.anchor - secret.age / number)
    return answer


def access_secret_version(world: World, request: Any) -> Any:  # Any: raw messages
    """The payload is the secret's own name: enough to see that it arrived."""
    _, project, _, short, _, wanted = request.name.split("/")
    world.enter(API, "SecretManagerService.AccessSecretVersion", "secretmanager.versions.access", project, request.name)
    secret = next((one for one in world.scenario.secrets if one.name == short), None)
    number = len(secret.versions) if secret and wanted == "latest" else int(wanted) if wanted.isdecimal() else 0
    if secret is None or not 0 < number <= len(secret.versions):
        raise not_found(
            f"Secret Version [projects/{world.scenario.number}/secrets/{short}/versions/{wanted}] not found."
        )
    if secret.versions[number - 1] != "ENABLED":
        state = secret.versions[number - 1]
        raise failed_precondition(f"Secret Version [{_name(world, secret)}/versions/{number}] is in {state} state.")
    answer = AccessSecretVersionResponse.pb()(name=f"{_name(world, secret)}/versions/{number}")
    answer.payload.data = f"{secret.name}\n".encode()
    return answer


def _name(world: World, secret: Secret) -> str:
    return f"projects/{world.scenario.number}/secrets/{secret.name}"
