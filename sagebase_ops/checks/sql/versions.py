"""Until when is each major version of PostgreSQL mended, by its project and by Cloud SQL? Data for `sql_updates`."""

from dataclasses import dataclass
from datetime import UTC, datetime

SOURCE = "https://www.postgresql.org/support/versioning/"
AS_OF = "2025-11"
"""The state that the project's dates stand for. Read in others' lists that are made from the page, up to version 16; those of
17 and 18 are the page's rule: the second Thursday of November, five years after the release.
"""
CLOUD_SOURCE = "https://cloud.google.com/sql/docs/postgres/db-versions"
CLOUD_AS_OF = "2025-08"


@dataclass(frozen=True, slots=True)
class Support:
    """The days, as midnight UTC, after which somebody does less for a version.

    `ends`: the last release of the PostgreSQL project. From `charged_from` on Cloud SQL serves it as extended support, at a
    price of its own, and no longer after `served_until`; None where Google's page named none when it was read.
    """

    ends: datetime
    charged_from: datetime | None = None
    served_until: datetime | None = None


def _support(ends: str, charged_from: str, served_until: str) -> Support:
    return Support(*(datetime.fromisoformat(day).replace(tzinfo=UTC) for day in (ends, charged_from, served_until)))


SUPPORT = {
    "POSTGRES_9_6": _support("2021-11-11", "2025-02-01", "2028-02-01"),
    "POSTGRES_10": _support("2022-11-10", "2025-02-01", "2028-02-01"),
    "POSTGRES_11": _support("2023-11-09", "2025-02-01", "2028-02-01"),
    "POSTGRES_12": _support("2024-11-21", "2025-02-01", "2028-02-01"),
    "POSTGRES_13": _support("2025-11-13", "2026-02-01", "2029-02-01"),
    "POSTGRES_14": _support("2026-11-12", "2027-02-01", "2030-02-01"),
    "POSTGRES_15": _support("2027-11-11", "2028-02-01", "2031-02-01"),
    "POSTGRES_16": _support("2028-11-09", "2029-02-01", "2032-02-01"),
    "POSTGRES_17": _support("2029-11-08", "2030-02-01", "2033-02-01"),
    "POSTGRES_18": Support(datetime(2030, 11, 14, tzinfo=UTC)),
}
"""By Cloud SQL's name of the version."""
