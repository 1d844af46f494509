"""Which secrets does a revision take, and when does it read them? Read from v2 Service and Revision messages."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_LATEST = "latest"


@dataclass(frozen=True, slots=True)
class SecretUse:
    """A secret (short name) that a revision, or the template of the next, takes.

    `version` is `latest`, a number, or an alias of the secret's.
    `at_start`: read when an instance starts, as an environment variable is; a volume is read at each access.
    """

    secret: str
    version: str
    at_start: bool


def read_secrets(
    described: Any, owner: str
) -> tuple[SecretUse, ...]:  # raw Revision or RevisionTemplate, as in gcp/run
    """Of a revision, or the template of the next, that belongs to `owner`: the secrets of its own project, each once.

    Source: SecretKeySelector, SecretVolumeSource.
    """
    return tuple(dict.fromkeys(_uses(described, owner)))


def _uses(described: Any, owner: str) -> Iterator[SecretUse]:  # as above
    for container in described.containers:
        for variable in container.env:
            reference = variable.value_source.secret_key_ref
            if secret := _own_secret(reference.secret, owner):
                yield SecretUse(secret, reference.version or _LATEST, at_start=True)
    for volume in described.volumes:
        if secret := _own_secret(volume.secret.secret, owner):
            versions = {item.version or _LATEST for item in volume.secret.items} or {_LATEST}
            for version in sorted(versions):
                yield SecretUse(secret, version, at_start=False)


def _own_secret(named: str, owner: str) -> str:
    """Its short name: Google names one of another project with it (`projects/P/secrets/S`), which is "" here."""
    project, _, secret = named.rpartition("/secrets/")
    return secret if project in {"", "/".join(owner.split("/")[:2])} else ""
