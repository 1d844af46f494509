"""Until when does the PostgreSQL project mend each major version? Data for `sql_updates`."""

from datetime import UTC, datetime

SOURCE = "https://www.postgresql.org/support/versioning/"
AS_OF = "2025-11"
"""The state of the source that the dates stand for. Believed: the page was not at hand; the months agree with others' lists.

The project names the dates years ahead, in November five years after the release.
"""

END_OF_LIFE = {
    "POSTGRES_9_6": datetime(2021, 11, 11, tzinfo=UTC),
    "POSTGRES_10": datetime(2022, 11, 10, tzinfo=UTC),
    "POSTGRES_11": datetime(2023, 11, 9, tzinfo=UTC),
    "POSTGRES_12": datetime(2024, 11, 21, tzinfo=UTC),
    "POSTGRES_13": datetime(2025, 11, 13, tzinfo=UTC),
    "POSTGRES_14": datetime(2026, 11, 12, tzinfo=UTC),
    "POSTGRES_15": datetime(2027, 11, 11, tzinfo=UTC),
    "POSTGRES_16": datetime(2028, 11, 9, tzinfo=UTC),
    "POSTGRES_17": datetime(2029, 11, 8, tzinfo=UTC),
    "POSTGRES_18": datetime(2030, 11, 14, tzinfo=UTC),
}
"""By Cloud SQL's name of the version. After it Google may go on serving a version, as extended support with its own price."""
