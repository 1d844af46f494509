"""A right file becomes Schedules, with everything filled in."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from sagebase_ops.checks.catalogue import catalogue
from sagebase_ops.config.load import load
from sagebase_ops.config.schema import schedules_schema
from sagebase_ops.domain.calendars import CronCalendar, EveryCalendar, between, cron_mistake
from sagebase_ops.domain.projects import Selector

SHIPPED = Path(__file__).parents[2] / "schedules.yaml"


def test_the_shipped_file_is_right_but_for_its_placeholder_contacts() -> None:
    schedules = load(SHIPPED)
    assert schedules.warnings == (
        f"2 contacts are placeholders: operator, tech_lead; `sagebase-ops validate {SHIPPED}` shows where",
    )
    assert [entry.name for entry in schedules.checklists["daily"].entries][:3] == [
        "run_ready",
        "smoke_test",
        "run_error_logs",
    ]


def test_the_project_is_filled_into_names() -> None:
    project = load(SHIPPED, example_project="pretend").projects[0]
    assert project.buckets[0] == "pretend-sagebase-minutes-production"


def test_a_star_stands_for_every_instance_and_bucket(tmp_path: Path) -> None:
    text, starred = SHIPPED.read_text(encoding="utf-8"), tmp_path / "schedules.yaml"
    starred.write_text(text.replace("sql_instances: [sagebase-db]", 'sql_instances: "*"'), encoding="utf-8")
    project = load(starred).projects[0]
    assert (project.selectors, project.sql_instances) == ((Selector("sql_instance"),), ())


def test_what_is_down_pages_and_what_is_slow_stands_in_the_digest() -> None:
    schedules = load(SHIPPED)
    project = schedules.projects[0]
    paging = {entry.name for entry in schedules.checklists["daily"].entries if schedules.escalation_of(entry, project)}
    assert paging == {"run_ready", "smoke_test"}


def test_everyone_is_spelt_out() -> None:
    told = load(SHIPPED).escalation["default"].steps[2].tell
    assert [person.name for person in told] == ["運用担当者", "技術責任者"]


def test_the_schema_accepts_the_shipped_file_and_refuses_an_unknown_check() -> None:
    schema = schedules_schema(catalogue())
    data = YAML(typ="safe").load(SHIPPED.read_text(encoding="utf-8"))
    jsonschema.validate(data, schema)
    data["checklists"]["daily"]["checks"][0]["check"] = "run_redy"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, schema)


def test_the_committed_schema_is_the_present_one() -> None:
    committed = SHIPPED.parent / "docs" / "schedules.schema.json"
    assert YAML(typ="safe").load(committed.read_text(encoding="utf-8")) == schedules_schema(catalogue())


def test_a_change_to_summer_time_skips_no_day() -> None:
    zone = load(SHIPPED).timezone.__class__("America/New_York")
    calendar = CronCalendar("30 2 * * *", zone)
    fired = list(between(calendar, datetime(2026, 3, 7, tzinfo=UTC), datetime(2026, 3, 10, tzinfo=UTC)))
    assert [moment.hour for moment in fired] == [7, 7, 6]


def test_every_is_anchored_to_the_epoch() -> None:
    calendar = EveryCalendar(timedelta(minutes=5))
    assert calendar.next_after(datetime(2026, 11, 24, 9, 2, 3, tzinfo=UTC)) == datetime(2026, 11, 24, 9, 5, tzinfo=UTC)


@pytest.mark.parametrize("expression", ["0 0 30 2 *", "0 0 31 4,6 *"])
def test_a_cron_that_never_fires_is_a_mistake(expression: str) -> None:
    assert cron_mistake(expression) == "this can never fire: no such day exists in that month"
