"""What does the environment say? Variables and `.env` -> Settings, or one ConfigError that lists every mistake."""

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from sagebase_ops.errors import ConfigError

PREFIX = "SAGEBASE_OPS_"
CLOUD_RUN_MARKS = ("K_SERVICE", "CLOUD_RUN_JOB", "CLOUD_RUN_WORKER_POOL")
SECRETS = (
    "slack_bot_token",
    "slack_app_token",
    "slack_signing_secret",
    "database_url",
    "ping_url",
    "fallback_webhook",
    "fallback_password",
)
_ENDPOINTS = ("gcp_grpc_endpoint", "gcp_rest_endpoint", "slack_base_url")
_URL = r"^https?://[^/\s]+(/\S*)?$"
_FIRESTORE = re.compile(r"firestore://([^/\s]+)/([^/\s]+)")
_EMULATOR = "FIRESTORE_EMULATOR_HOST"  # the name that Google's client library reads


class Settings(BaseSettings):
    """Everything the environment may say. Secrets are SecretStr, so that no print and no log shows one."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
    )

    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    database_url: SecretStr | None = None
    ping_url: SecretStr | None = None
    fallback_webhook: SecretStr | None = None
    fallback_password: SecretStr | None = None
    state: str = "sqlite:///var/state.db"
    gcp_grpc_endpoint: Annotated[str | None, Field(pattern=r"^[^/\s]+:\d+$")] = None
    gcp_rest_endpoint: Annotated[str | None, Field(pattern=_URL)] = None
    slack_base_url: Annotated[str | None, Field(pattern=_URL)] = None
    sandbox_project: str | None = None
    log_format: Literal["json", "console"] | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    port: Annotated[int | None, Field(validation_alias="PORT", ge=0, le=65535)] = None

    @field_validator("log_level", mode="before")
    @classmethod
    def _any_case(cls, given: object) -> object:
        return given.upper() if isinstance(given, str) else given

    @model_validator(mode="after")
    def _all_endpoints_or_none(self) -> "Settings":
        given = {name: getattr(self, name) for name in _ENDPOINTS}
        missing = [PREFIX + name.upper() for name, value in given.items() if value is None]
        if missing and len(missing) < len(given):
            raise ValueError(
                f"{', '.join(missing)} missing: the sandbox needs all three endpoints, the real cloud none of them"
            )
        return self

    @field_validator("state")
    @classmethod
    def _known_store(cls, given: str) -> str:
        if not _FIRESTORE.fullmatch(given) and (not given.startswith("sqlite:///") or given == "sqlite:///"):
            raise ValueError(
                "not a store; allowed: sqlite:///FOLDER/FILE (an absolute path has four slashes), firestore://PROJECT/DATABASE"
            )
        return given

    @model_validator(mode="after")
    def _store_of_the_same_world(self) -> "Settings":
        """A sandbox must not write into a real database, nor a real daemon into one that forgets when it ends."""
        if self.firestore is None or self.sandboxed == bool(os.environ.get(_EMULATOR)):
            return self
        if self.sandboxed:
            raise ValueError(
                f'{PREFIX}STATE = "{self.state}": with the sandbox only Google\'s emulator may be written; set {_EMULATOR} '
                "(gcloud emulators firestore start), or use sqlite:///FOLDER/FILE"
            )
        raise ValueError(
            f'{_EMULATOR} is set, so {PREFIX}STATE = "{self.state}" would lead to an emulator, which forgets all when it '
            f"ends; unset {_EMULATOR}"
        )

    @property
    def sandboxed(self) -> bool:
        """Whether every call goes to a pretend cloud."""
        return self.gcp_grpc_endpoint is not None

    @property
    def firestore(self) -> tuple[str, str] | None:
        """Project and database, or None where the state is a SQLite file."""
        named = _FIRESTORE.fullmatch(self.state)
        return (named[1], named[2]) if named else None

    @property
    def state_path(self) -> str:
        """The SQLite file: relative after three slashes, absolute after four."""
        return self.state.removeprefix("sqlite:///")

    @property
    def remembers(self) -> bool:
        """Whether there is a store already."""
        return self.firestore is not None or Path(self.state_path).is_file()

    def lasting_state_path(self) -> str:
        """The same for whoever writes to it. Raises ConfigError on Cloud Run."""
        mark = next((name for name in CLOUD_RUN_MARKS if os.environ.get(name)), None)
        if mark is not None:
            raise ConfigError(
                f'environment: {PREFIX}STATE = "{self.state}": on Cloud Run ({mark} is set) the disk dies with the instance, '
                "and with it what was told and what was not; write firestore://PROJECT/DATABASE (docs/deploy.md)"
            )
        return self.state_path


def load_settings(**given: Any) -> Settings:  # Any: values of any setting, which win over environment and .env
    """Read the environment. Raises ConfigError with every mistake, none of which shows a secret."""
    try:
        return Settings(**given)
    except ValidationError as error:
        raise ConfigError(*(_worded(detail) for detail in error.errors(include_url=False))) from None
    except UnicodeDecodeError as error:
        raise ConfigError(".env: not UTF-8; save the file as UTF-8") from error


def _worded(detail: Any) -> str:  # Any: pydantic's ErrorDetails
    message = str(detail["msg"]).removeprefix("Value error, ")
    if not detail["loc"]:
        return f"environment: {message}"
    field = str(detail["loc"][0])
    name = field if field == "PORT" else PREFIX + field.upper()
    given = "" if field in SECRETS else f' = "{detail["input"]}"'
    return f"environment: {name}{given}: {message[:1].lower()}{message[1:]}"
