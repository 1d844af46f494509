"""Settings may name a secret in place of holding it; no check ever opens one."""

import pytest
from pydantic import SecretStr

from sagebase_ops.app.secret_settings import with_database_address, with_secret_values
from sagebase_ops.errors import ConfigError
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.server import Sandbox
from sagebase_ops.settings import Settings, load_settings

ADDRESS = "sm://projects/sagebase-sandbox/secrets/{}/versions/{}"


def settings_of(box: Sandbox, token: str) -> Settings:
    return load_settings(
        _env_file=None,
        slack_bot_token=token,
        gcp_grpc_endpoint=box.grpc,
        gcp_rest_endpoint=box.rest,
        slack_base_url="http://127.0.0.1:1",
    )


async def test_an_address_in_secret_manager_becomes_the_value_without_its_line_end() -> None:
    async with Sandbox.running() as box:
        found = await with_secret_values(settings_of(box, ADDRESS.format("database-password", "latest")))
    assert found.slack_bot_token
    assert found.slack_bot_token.get_secret_value() == "database-password"


async def test_a_dry_run_asks_for_the_databases_address_and_for_no_other_secret() -> None:
    async with Sandbox.running() as box:
        settings = settings_of(box, ADDRESS.format("no-such", "latest"))
        address = SecretStr(ADDRESS.format("database-password", "latest"))
        found = await with_database_address(settings.model_copy(update={"database_url": address}))
    assert found.database_url
    assert found.database_url.get_secret_value() == "database-password"
    assert found.slack_bot_token == settings.slack_bot_token


async def test_a_plain_value_asks_nobody() -> None:
    async with Sandbox.running() as box:
        settings = settings_of(box, "xoxb-1")
        assert await with_secret_values(settings) is settings
        assert box.world.calls == []


@pytest.mark.parametrize(
    ("address", "says"),
    [
        (
            "sm://database-password",
            "not a secret's address; write sm://projects/PROJECT/secrets/SECRET/versions/latest",
        ),
        (ADDRESS.format("gone", "latest"), "not found"),
        (ADDRESS.format("database-password", "1"), "DISABLED state"),
    ],
)
async def test_a_secret_that_cannot_be_had_is_a_mistake_of_its_variable(address: str, says: str) -> None:
    async with Sandbox.running() as box:
        with pytest.raises(ConfigError) as refused:
            await with_secret_values(settings_of(box, address))
    assert str(refused.value).startswith(f'environment: SAGEBASE_OPS_SLACK_BOT_TOKEN = "{address}": ')
    assert says in str(refused.value)


async def test_a_missing_permission_comes_with_its_grant() -> None:
    async with Sandbox.running("permission-denied") as box:
        options = {"status": "permission_denied", "permission": "secretmanager.versions.access"}
        box.world.faults.add(Fault("AccessSecretVersion", "refusal", None, options))
        with pytest.raises(ConfigError, match=r"roles/secretmanager\.secretAccessor"):
            await with_secret_values(settings_of(box, ADDRESS.format("database-password", "latest")))
