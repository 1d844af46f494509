"""Google's own word on what a deployment is made of: the Cloud SDK's."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def sdk_root() -> Path:
    if shutil.which("gcloud") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(
            "gcloud is not installed here; .ci/run says how to get it"
        )
    asked = ["gcloud", "info", "--format=value(installation.sdk_root)"]
    return Path(subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip())
