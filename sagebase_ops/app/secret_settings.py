"""Settings that say `sm://…` hold their secret's value before anything is built with them."""

from collections.abc import Mapping

from pydantic import SecretStr

from sagebase_ops.errors import ConfigError, GcpError
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.secret_values import secret_value
from sagebase_ops.settings import PREFIX, SECRETS, Settings

_SCHEME = "sm://"


async def with_secret_values(settings: Settings) -> Settings:
    """The same settings, each `sm://` address fetched from Secret Manager. Raises ConfigError that names the variable."""
    addresses = addresses_in(settings)
    if not addresses:
        return settings
    connections = Connections(settings.gcp_grpc_endpoint, settings.gcp_rest_endpoint)
    try:
        values = {name: await _value(connections, name, address) for name, address in addresses.items()}
    finally:
        await connections.aclose()
    return settings.model_copy(update=values)


async def with_database_address(settings: Settings) -> Settings:
    """The same for the one secret that a run needs which tells nobody. Raises ConfigError."""
    others = {name: None for name in SECRETS if name != "database_url"}
    alone = await with_secret_values(settings.model_copy(update=others))
    return settings.model_copy(update={"database_url": alone.database_url})


async def with_what_answers(settings: Settings) -> tuple[Settings, Mapping[str, ConfigError]]:
    """The same, but a secret that is not given is left out (None), and told by the setting's name."""
    found, refused = settings, dict[str, ConfigError]()
    for name in addresses_in(settings):
        others = {other: None for other in SECRETS if other != name}
        try:
            alone = await with_secret_values(settings.model_copy(update=others))
        except ConfigError as error:
            found, refused[name] = found.model_copy(update={name: None}), error
        else:
            found = found.model_copy(update={name: getattr(alone, name)})
    return found, refused


def addresses_in(settings: Settings) -> dict[str, str]:
    """Settings, by name, whose value is in Secret Manager, with the address."""
    return {name: value for name, value in _secrets(settings).items() if value.startswith(_SCHEME)}


def _secrets(settings: Settings) -> dict[str, str]:
    found = {name: getattr(settings, name) for name in SECRETS}
    return {name: value.get_secret_value() for name, value in found.items() if value is not None}


async def _value(connections: Connections, name: str, address: str) -> SecretStr:
    try:
        return SecretStr(await secret_value(connections, address))
    except (ValueError, GcpError) as error:
        remedy = f"; {error.remedy}" if isinstance(error, GcpError) and error.remedy else ""
        raise ConfigError(f'environment: {PREFIX}{name.upper()} = "{address}": {error}{remedy}') from error
