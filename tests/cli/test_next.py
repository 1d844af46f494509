"""`next`: does each slot stand in the file's zone and in UTC, across a change of the clocks?"""

from pathlib import Path

import pytest
from click.testing import CliRunner

from sagebase_ops.cli.next import next_command
from sagebase_ops.errors import ConfigError

SHIPPED = Path(__file__).parents[2] / "schedules.yaml"


def slots(folder: Path, cron: str, *arguments: str) -> list[tuple[str, str]]:
    """Local time with its zone, and UTC, of a daily checklist in New York."""
    file = folder / "schedules.yaml"
    file.write_text(SHIPPED.read_text().replace("Asia/Tokyo", "America/New_York").replace("0 9 * * *", cron))
    done = CliRunner().invoke(
        next_command, ["--config", str(file), "--job", "daily", *arguments], catch_exceptions=False
    )
    rows = [line.split() for line in done.stdout.splitlines()[1:]]
    return [(f"{day} {time} {zone}", " ".join(utc)) for _, day, _, time, zone, *utc in rows]


def test_a_time_that_the_clocks_leave_out_comes_as_soon_as_they_go_on(tmp_path: Path) -> None:
    assert slots(tmp_path, "30 2 * * *", "--from", "2026-03-07", "--count", "3") == [
        ("2026-03-07 02:30:00 EST", "2026-03-07 07:30:00Z"),
        ("2026-03-08 03:00:00 EDT", "2026-03-08 07:00:00Z"),
        ("2026-03-09 02:30:00 EDT", "2026-03-09 06:30:00Z"),
    ]


def test_a_time_that_the_clocks_show_twice_comes_once(tmp_path: Path) -> None:
    assert slots(tmp_path, "30 1 * * *", "--from", "2026-10-31", "--count", "3") == [
        ("2026-10-31 01:30:00 EDT", "2026-10-31 05:30:00Z"),
        ("2026-11-01 01:30:00 EDT", "2026-11-01 05:30:00Z"),
        ("2026-11-02 01:30:00 EST", "2026-11-02 06:30:00Z"),
    ]


def test_midnight_stays_midnight_where_the_offset_changes(tmp_path: Path) -> None:
    found = slots(tmp_path, "0 0 * * *", "--from", "2026-10-31", "--count", "3")
    assert [utc for _, utc in found] == ["2026-11-01 04:00:00Z", "2026-11-02 05:00:00Z", "2026-11-03 05:00:00Z"]


def test_an_unknown_job_is_answered_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean 'daily'"):
        CliRunner().invoke(next_command, ["--config", str(SHIPPED), "--job", "dayly"], catch_exceptions=False)
