"""The referee's gcloud is forked; what it says is what the command itself says."""

import asyncio
import os
import subprocess
from pathlib import Path

import pytest

from sagebase_ops.sandbox.server import Sandbox
from tests.referee.gcloud import Gcloud, Printed

ON = ("--region=asia-northeast1", "--project=sagebase-sandbox", "--quiet")


@pytest.mark.parametrize(("service", "code"), [("sagebase-streamlit", 0), ("nobody", 1)])
async def test_a_forked_gcloud_prints_what_gcloud_prints(
    gcloud: Gcloud, tmp_path: Path, service: str, code: int
) -> None:
    command = ("run", "services", "describe", service, *ON)
    async with Sandbox.running("healthy") as box:
        env = {**os.environ, **box.exports(), "CLOUDSDK_CONFIG": str(tmp_path)}
        forked = await asyncio.to_thread(gcloud.prints, command, env)
        real = await asyncio.to_thread(
            subprocess.run,
            ["gcloud", *command],
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    assert forked == Printed(real.returncode, real.stdout, real.stderr)
    assert forked.code == code


def test_a_command_that_gcloud_does_not_have_ends_as_gcloud_ends_it(gcloud: Gcloud, tmp_path: Path) -> None:
    printed = gcloud.prints(["no-such-group"], {**os.environ, "CLOUDSDK_CONFIG": str(tmp_path)})
    assert (printed.code, "Invalid choice: 'no-such-group'" in printed.err) == (2, True)
