"""Who do we ask as, and over which channel?"""

from types import SimpleNamespace
from typing import Any

import pytest

from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.gcp.calls import Patience
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.snapshot import Cloud

NOBODY_LISTENS = "127.0.0.1:1"


def acting_as(email: Any) -> Connections:  # google.auth says "default" before it knows better
    connections = Connections()
    connections._credentials = SimpleNamespace(service_account_email=email)
    return connections


@pytest.mark.parametrize(
    ("email", "account"),
    [
        ("ops@prod.iam.gserviceaccount.com", "ops@prod.iam.gserviceaccount.com"),
        ("default", "SERVICE_ACCOUNT"),
        (None, "SERVICE_ACCOUNT"),
    ],
)
async def test_a_remedy_names_the_account_that_is_known(email: str | None, account: str) -> None:
    assert acting_as(email).account("prod") == account


async def test_against_an_endpoint_nobody_looks_for_credentials() -> None:
    connections = Connections(NOBODY_LISTENS, "http://127.0.0.1:2")
    assert await connections.credentials() is None
    assert connections.account("p") == "sagebase-ops@p.iam.gserviceaccount.com"


async def test_without_credentials_every_question_is_unauthenticated_with_the_login(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "missing.json"))
    connections = Connections()
    with pytest.raises(GcpError) as refused:
        await Cloud(connections).run.services("p", "asia-northeast1")
    assert refused.value.kind is GcpErrorKind.UNAUTHENTICATED
    assert refused.value.remedy == "gcloud auth application-default login"
    await connections.aclose()


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    connections = Connections(
        NOBODY_LISTENS, "http://127.0.0.1:2", Patience(one_try=20, tries=0.3, whole=60, pause=0.05)
    )
    with pytest.raises(GcpError) as refused:
        await Cloud(connections).run.services("p", "asia-northeast1")
    assert refused.value.kind is GcpErrorKind.UNAVAILABLE
    assert refused.value.retryable
    await connections.aclose()


async def test_both_clients_of_cloud_run_share_one_channel() -> None:
    connections = Connections(NOBODY_LISTENS, "http://127.0.0.1:2", Patience(0.1, 0.1, 1, 0.05))
    cloud = Cloud(connections)
    for question in (cloud.run.services, cloud.run.revisions):
        with pytest.raises(GcpError):
            await question("p", "asia-northeast1")
    assert len(connections._channels) == 1
    await connections.aclose()
