"""What `doctor` says of the database: reachable, as whom, and whether anything could be changed there."""

import pytest
from pydantic import SecretStr

from sagebase_ops.app.examine_database import examine_database
from sagebase_ops.app.examined import Examined
from sagebase_ops.database.session import Database
from sagebase_ops.domain.results import Verdict
from sagebase_ops.language import doctor_words as words
from sagebase_ops.sandbox.server import Sandbox
from sagebase_ops.settings import Settings, load_settings
from tests.database.looking import DOCUMENTS
from tests.postgres import Postgres


async def examined(url: SecretStr) -> Examined:
    (line,) = await examine_database(settings_with(url))
    return line


def settings_with(url: SecretStr | None) -> Settings:
    return load_settings(_env_file=None, database_url=url)


async def test_without_an_address_there_is_no_line() -> None:
    assert await examine_database(settings_with(None)) == []


async def test_a_role_of_its_own_with_pg_monitor_is_fine(server: Postgres) -> None:
    with server.database(*DOCUMENTS) as name:
        line = await examined(server.url(database=name))
    assert (line.state, line.said.sentence, line.said.values["role"]) == (Verdict.PASS, words.DATABASE_RIGHT, "ops")


async def test_a_role_to_which_things_are_hidden_comes_with_its_grant(server: Postgres) -> None:
    line = await examined(server.url("plain"))
    assert (line.state, line.said.sentence) == (Verdict.FAIL, words.DATABASE_HIDES)
    assert "GRANT pg_monitor" in str(line.remedy)


async def test_the_applications_own_role_could_change_its_tables(server: Postgres) -> None:
    with server.database(*DOCUMENTS) as name:
        server.do("GRANT pg_monitor TO sagebase_user")
        try:
            line = await examined(server.url("sagebase_user", name))
        finally:
            server.do("REVOKE pg_monitor FROM sagebase_user")
    assert (line.state, line.said.sentence, line.said.values["tables"]) == (Verdict.WARN, words.DATABASE_WRITABLE, 1)


@pytest.mark.parametrize(
    ("role", "database", "state"), [("nobody", "postgres", Verdict.FAIL), ("ops", "x", Verdict.FAIL)]
)
async def test_what_the_user_mends_is_a_failure(server: Postgres, role: str, database: str, state: Verdict) -> None:
    assert (await examined(server.url(role, database))).state is state


async def test_where_nobody_answers_it_is_not_known() -> None:
    assert (await examined(SecretStr("host=/nowhere"))).state is Verdict.UNKNOWN


async def test_the_pretend_one_is_fine() -> None:
    async with Sandbox.running() as box:
        assert (await examined(SecretStr(box.database))).state is Verdict.PASS


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("postgresql://ops:x@/app?host=/cloudsql/my-project:asia-northeast1:db", ("my-project", "db")),
        ("host=/cloudsql/example.com:mine:asia-northeast1:db user=ops", ("example.com:mine", "db")),
        ("postgresql://ops:x@10.0.0.3/app", None),
        ("postgresql://ops@/app?host=/cloudsql/db", None),
        ("not an address", None),
        (None, None),
    ],
)
def test_a_cloud_sql_socket_says_whose_it_is(url: str | None, found: tuple[str, str] | None) -> None:
    assert Database(SecretStr(url) if url else None).cloud_sql == found
