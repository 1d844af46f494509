"""Secret Manager: secrets and the states of their versions. No payload is ever given out."""

from typing import Any

from google.cloud.secretmanager_v1.types import ListSecretsResponse, ListSecretVersionsResponse

from sagebase_ops.sandbox.refusals import not_found, refuse_token
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


def _name(world: World, secret: Secret) -> str:
    return f"projects/{world.scenario.number}/secrets/{secret.name}"
