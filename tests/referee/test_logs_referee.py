"""What gcloud lists of logs is what we judged: buckets, sinks, and the entries of the guide's own commands."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from sagebase_ops.domain.results import Finding

ON = ("--project=sagebase-sandbox", "--quiet")
BUCKETS = ("logging", "buckets", "list", "--format=csv[no-heading](name.basename(),retentionDays)", *ON)
SINKS = ("logging", "sinks", "list", "--format=value(name)", *ON)
WEEK = ("logging", "read", "resource.type=cloud_run_revision AND severity>=ERROR", "--freshness=7d", *ON)

Look = Callable[..., Awaitable[tuple[list[Any], list[tuple[str, Finding]]]]]  # Any: conftest's Printed


@pytest.mark.parametrize("scenario", ["healthy", "log-flood"])
async def test_every_bucket_and_sink_that_gcloud_lists_was_judged(look: Look, scenario: str) -> None:
    (buckets, sinks), findings = await look(scenario, BUCKETS, SINKS, job="weekly")
    assert [one.code for one in (buckets, sinks)] == [0, 0], [one.err for one in (buckets, sinks)]
    found = [finding for name, finding in findings if name == "log_storage"]
    kept = {
        f"{one.target.name},{one.value.amount / 86400:.0f}"
        for one in found
        if one.target.kind == "log_bucket" and one.value
    }
    assert kept == set(buckets.answer.splitlines())
    assert {one.target.name for one in found if one.target.kind == "log_sink"} == set(sinks.answer.splitlines())


async def test_the_guides_weekly_command_shows_no_text_of_plain_entries(look: Look) -> None:
    """Its jsonPayload.message is empty for them; ours groups what they say."""
    command = (*WEEK, "--limit=20", "--format=value(jsonPayload.message)")
    (printed,), findings = await look("error-wave", command, job="weekly")
    assert (printed.code, printed.answer) == (0, ""), printed.err
    (ours,) = [one for name, one in findings if name == "error_log_summary" and one.target.kind == "run_service"]
    assert "KeyError: 'speaker_id'" in str(ours.notes[0].values["sample"])
