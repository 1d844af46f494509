"""service.yaml against Google's own description of the API, and against what our own program needs."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from sagebase_ops.checks.catalogue import catalogue
from sagebase_ops.settings import load_settings

ROOT = Path(__file__).parents[2]
Json = dict[str, Any]  # Knative's own shape


def described(text: str = (ROOT / "deploy" / "service.yaml").read_text()) -> Json:
    loaded: Json = YAML(typ="safe").load(text)
    return loaded


def read_by_google(service: Json, sdk_root: Path) -> Json:
    program = [sys.executable, "tests/deploy/read_service.py", str(sdk_root)]
    done = subprocess.run(program, cwd=ROOT, input=json.dumps(service), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    read: Json = json.loads(done.stdout)
    return read


@pytest.fixture
def service() -> Json:
    return described()


def container(service: Json) -> Json:
    (only,) = service["spec"]["template"]["spec"]["containers"]
    found: Json = only
    return found


def test_google_knows_every_field_and_reads_back_what_we_wrote(service: Json, sdk_root: Path) -> None:
    read = read_by_google(service, sdk_root)

    assert read["unknown"] == []
    assert read["read"] == service


def test_a_field_that_google_does_not_know_would_be_seen(service: Json, sdk_root: Path) -> None:
    container(service)["livenessProb"] = {}
    service["spec"]["template"]["spec"]["serviceAccount"] = "x"

    unknown = read_by_google(service, sdk_root)["unknown"]
    assert unknown == ["spec.template.spec.serviceAccount", "spec.template.spec.containers.livenessProb"]


def test_every_annotation_is_text_that_google_takes_at_its_place(service: Json, sdk_root: Path) -> None:
    takes = read_by_google(service, sdk_root)["annotations"]
    for kind, metadata in (("Service", service["metadata"]), ("Revision", service["spec"]["template"]["metadata"])):
        for name, value in metadata["annotations"].items():
            assert isinstance(value, str), name
            assert kind in takes[name], f"{name}: {takes[name]}"


def test_one_instance_is_always_on(service: Json) -> None:
    revision = service["spec"]["template"]["metadata"]["annotations"]
    assert service["metadata"]["annotations"]["run.googleapis.com/minScale"] == "1"
    assert revision["autoscaling.knative.dev/maxScale"] == "1"
    assert revision["run.googleapis.com/cpu-throttling"] == "false"


@pytest.mark.parametrize("probe", ["startupProbe", "livenessProbe"])
def test_probes_ask_whether_it_lives_and_never_whether_all_is_well(service: Json, probe: str) -> None:
    """Source of the limits: Cloud Run, container health checks."""
    asked = container(service)[probe]
    assert asked["httpGet"] == {"path": "/live", "port": container(service)["ports"][0]["containerPort"]}
    assert asked["timeoutSeconds"] <= asked["periodSeconds"]
    assert asked["periodSeconds"] * asked["failureThreshold"] <= 240


def test_our_settings_read_its_environment(service: Json, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FIRESTORE_EMULATOR_HOST", raising=False)
    monkeypatch.setenv("K_SERVICE", "sagebase-ops")
    for one in container(service)["env"]:
        monkeypatch.setenv(one["name"], one.get("value", "xoxb-secret"))

    settings = load_settings()
    assert settings.firestore == ("PROJECT", "ops")
    assert settings.slack_bot_token
    assert settings.slack_app_token
    assert settings.log_format == "json"


def test_its_schedules_stand_where_it_looks_for_them(service: Json) -> None:
    (mount,) = container(service)["volumeMounts"]
    (volume,) = service["spec"]["template"]["spec"]["volumes"]
    assert mount["name"] == volume["name"]
    assert container(service)["args"] == ["--config", f"{mount['mountPath']}/{volume['secret']['items'][0]['path']}"]


def test_the_secrets_that_it_mounts_are_those_that_the_docs_make(service: Json) -> None:
    of_env = [one["valueFrom"]["secretKeyRef"]["name"] for one in container(service)["env"] if "valueFrom" in one]
    of_files = [one["secret"]["secretName"] for one in service["spec"]["template"]["spec"]["volumes"]]
    docs = (ROOT / "docs" / "deploy.md").read_text()
    assert all(f"gcloud secrets create {name}" in docs for name in of_env + of_files)


def test_the_role_grants_what_every_check_declares_and_nothing_that_changes_or_reads_payloads() -> None:
    granted = set(described((ROOT / "deploy" / "reader-role.yaml").read_text())["includedPermissions"])
    needed = {permission for spec in catalogue().values() for permission in spec.permissions}

    assert needed - NOT_OF_THE_ROLE <= granted
    assert [one for one in granted if not one.endswith((".get", ".list", ".getIamPolicy"))] == ["bigquery.jobs.create"]
    assert granted.isdisjoint({"secretmanager.versions.access", "storage.objects.get", "storage.objects.list"})


NOT_OF_THE_ROLE = {"run.routes.invoke", "bigquery.tables.get", "bigquery.tables.getData"}
"""Granted on a service that asks for a login, or on a data set, one by one."""
