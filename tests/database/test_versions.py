"""The database checks are tried against every version of PostgreSQL that Cloud SQL serves with support."""

import pytest

from tests.firestore_emulator import in_ci
from tests.postgres import Postgres
from tests.postgres_programs import installed

WANTED = {13, 14, 15, 16, 17}


def test_every_version_is_there_where_it_counts() -> None:
    lacking = WANTED - {programs.version for programs in installed()}
    if lacking and not in_ci():
        pytest.skip(f"PostgreSQL {sorted(lacking)} are not here: npm ci --ignore-scripts in tests/servers brings them")
    assert not lacking


def test_a_server_is_of_the_version_that_it_is_taken_for(server: Postgres) -> None:
    with server.admin() as session:
        assert session.info.server_version // 10000 == server.version
