"""What is watched: a Google Cloud project and the things in it that the file names."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

EVERY: Final = "*"
"""In place of a list of names: every one that exists."""
SQL_INSTANCES: Final = "sql_instance"
BUCKETS: Final = "bucket"


class Environment(StrEnum):
    """Where a project stands on the way to its users."""

    DEVELOPMENT = "development"
    STAGING = "staging"
    PRODUCTION = "production"


@dataclass(frozen=True, slots=True)
class Project:
    """One watched project. Names are short (`sagebase-streamlit`); `{project}` is already filled in.

    `every` holds the kinds (SQL_INSTANCES, BUCKETS) for which the file says "*": each run lists their names anew.
    """

    id: str
    environment: Environment
    region: str
    services: tuple[str, ...] | Literal["*"] = EVERY
    sql_instances: tuple[str, ...] = ()
    buckets: tuple[str, ...] = ()
    every: frozenset[str] = frozenset()
