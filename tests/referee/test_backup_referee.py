"""The command that puts backup settings back is one that the real gcloud takes, and it asks for what the guide wants."""

import json
import shlex
from collections.abc import Awaitable, Callable
from typing import Any

from sagebase_ops.domain.results import Finding

Look = Callable[..., Awaitable[tuple[list[Any], list[tuple[str, Finding]]]]]  # Any: conftest's Printed
ASKED = "The following message will be used for the patch API method."


async def test_the_way_back_asks_for_the_guides_settings_in_gcloud_own_words(look: Look) -> None:
    _, findings = await look("backup-drift", job="weekly")
    (found,) = [finding for name, finding in findings if name == "sql_backup_settings"]
    gcloud, *words = shlex.split(str(found.remedy))
    (printed,), _ = await look("backup-drift", [*words, "--quiet"], job="weekly")
    assert (gcloud, found.verdict) == ("gcloud", "fail")
    assert ASKED in printed.err, printed.err  # the sandbox changes nothing: it refuses what is asked for in the end
    asked = json.loads(printed.err.partition(ASKED)[2].strip().splitlines()[0])["settings"]["backupConfiguration"]
    assert (asked["enabled"], asked["startTime"], asked["pointInTimeRecoveryEnabled"]) == (True, "18:00", True)
    assert (asked["backupRetentionSettings"]["retainedBackups"], asked["transactionLogRetentionDays"]) == (7, 7)
