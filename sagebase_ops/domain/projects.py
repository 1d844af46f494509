"""What is watched: a Google Cloud project and the things in it that the file names."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

EVERY: Final = "*"
"""In place of a list of names: every one that exists."""
RUN_SERVICES: Final = "run_service"
SQL_INSTANCES: Final = "sql_instance"
BUCKETS: Final = "bucket"


class Environment(StrEnum):
    """Where a project stands on the way to its users."""

    DEVELOPMENT = "development"
    STAGING = "staging"
    PRODUCTION = "production"


@dataclass(frozen=True, slots=True)
class Selector:
    """In place of a list of names of one kind: all that carry these labels; without labels all there are."""

    kind: str
    labels: tuple[tuple[str, str], ...] = ()

    def takes(self, labels: Mapping[str, str]) -> bool:
        return all(labels.get(key) == value for key, value in self.labels)


@dataclass(frozen=True, slots=True)
class Project:
    """One watched project. Names are short (`sagebase-streamlit`); `{project}` is already filled in.

    Of the kinds in `selectors` the names are empty here: each run looks anew for what they stand for. ("*" of services is
    no selector: what Google measured names them, so that most questions need no list.)
    """

    id: str
    environment: Environment
    region: str
    services: tuple[str, ...] | Literal["*"] = EVERY
    sql_instances: tuple[str, ...] = ()
    buckets: tuple[str, ...] = ()
    selectors: tuple[Selector, ...] = ()

    def selector(self, kind: str) -> Selector | None:
        return next((one for one in self.selectors if one.kind == kind), None)
