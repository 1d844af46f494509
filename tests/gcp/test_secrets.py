"""Every recorded secret and version is read; no answer's order or state is trusted blindly."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.cloud import secretmanager_v1

from sagebase_ops.gcp.secrets import Secret, SecretVersion, read_secret, read_version

RECORDINGS = Path(__file__).parents[1] / "recordings"
STATES = {1: "enabled", 2: "disabled", 3: "destroyed"}


def recorded(what: str) -> Iterator[Any]:  # JSON as Google's servers answered it
    """The recorded `secrets` or `versions`."""
    for path in sorted(RECORDINGS.glob("secret_*.json")):
        for number, exchange in enumerate(json.loads(path.read_text())):
            parts = exchange["response"].get("name", "").split("/")
            if parts[-2:-1] == [what]:
                yield pytest.param(exchange["response"], id=f"{path.stem}-{number}")


@pytest.mark.parametrize("answer", list(recorded("secrets")))
def test_a_recorded_secret_is_read_by_its_short_name(answer: Any) -> None:
    message = secretmanager_v1.Secret.from_json(json.dumps(answer), ignore_unknown_fields=True)
    seen = read_secret(secretmanager_v1.Secret.pb(message))
    assert seen.name in {"secretmanagersecret-abc123", "secretmanagersecretversion-dep-abc123"}
    assert seen.create_time is not None


@pytest.mark.parametrize("answer", list(recorded("versions")))
def test_a_recorded_version_is_read_with_its_state(answer: Any) -> None:
    message = secretmanager_v1.SecretVersion.from_json(json.dumps(answer), ignore_unknown_fields=True)
    seen = read_version(secretmanager_v1.SecretVersion.pb(message))
    assert (seen.number, seen.state) == (1, STATES[answer["state"]])


def test_there_are_recordings_of_all_states() -> None:
    assert len(list(recorded("secrets"))) >= 5
    assert {parameter.values[0]["state"] for parameter in recorded("versions")} == set(STATES)


def test_an_empty_message_invents_nothing() -> None:
    assert read_secret(secretmanager_v1.Secret.pb()()) == Secret("")
    assert read_version(secretmanager_v1.SecretVersion.pb()()) == SecretVersion(0, "unspecified")


def test_a_state_newer_than_the_library_is_not_enabled() -> None:
    message = secretmanager_v1.SecretVersion.pb()(name="projects/1/secrets/s/versions/7")
    message.state = 44
    assert read_version(message) == SecretVersion(7, "unspecified")
