"""One address serves a file of many projects: each is told of its own database only, or that nobody knows whose it is."""

from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import SecretStr

from sagebase_ops.config.load import load
from sagebase_ops.database.session import Database
from sagebase_ops.jobs.run_checks import plan, run_checks
from tests.database.looking import NOW

TCP = "postgresql://ops:x@127.0.0.1:1/app"
SOCKET = "postgresql://ops:x@/app?host=/cloudsql/project-a:asia-northeast1:db"
CHECKS = ("db_statistics", "db_indexes", "db_connections", "db_slow_queries")
FILE = """
timezone: Asia/Tokyo
language: en
projects:
  - {{id: project-a, environment: production, region: asia-northeast1, services: [web], sql_instances: [db], buckets: []}}
  - {{id: project-b, environment: production, region: asia-northeast1, services: [web], sql_instances: [db], buckets: []}}
slack: {{channel: "#ops"}}
contacts: {{operator: {{name: O, slack: S0999ZZZZ}}}}
escalation:
  default: [{{after: 0m, tell: [operator]}}]
  monitoring: [{{after: 0m, tell: [operator]}}]
checklists:
  weekly:
    cron: "0 10 * * mon"
    checks:
      - {{check: {check}{projects}}}
"""


async def reasons(folder: Path, check: str, url: str, projects: str = "") -> dict[str, str | None]:
    """Why each project's one finding is not a pass."""
    path = folder / "schedules.yaml"
    path.write_text(FILE.format(check=check, projects=projects))
    schedules, database = load(path), Database(SecretStr(url))
    nothing = cast("Any", None)  # no cloud and no website is asked
    planned = plan(schedules, schedules.named("weekly"))
    results = await run_checks(planned, nothing, nothing, NOW, database=database)
    await database.aclose()
    return {result.entry.project: finding.reason for result in results for finding in result.findings}


@pytest.mark.parametrize("check", CHECKS)
async def test_an_address_that_says_no_project_is_nobodys_where_several_are_asked(tmp_path: Path, check: str) -> None:
    whose = "whose_database"
    assert await reasons(tmp_path, check, TCP) == {"project-a": whose, "project-b": whose}


@pytest.mark.parametrize("check", CHECKS)
async def test_it_is_the_project_s_that_the_entry_names(tmp_path: Path, check: str) -> None:
    """Nobody listens there: what matters is that it was asked for."""
    found = await reasons(tmp_path, check, TCP, projects=", projects: [project-a]")
    assert found == {"project-a": "unreachable"}


async def test_a_cloud_sql_socket_is_its_project_s_and_no_other_s(tmp_path: Path) -> None:
    found = await reasons(tmp_path, "db_indexes", SOCKET)
    assert found == {"project-a": "unreachable", "project-b": "other_project"}


async def test_an_address_that_cannot_be_read_is_told_as_that(tmp_path: Path) -> None:
    assert set((await reasons(tmp_path, "db_indexes", "no address")).values()) == {"bad_address"}
