"""Which state goes with which world?"""

import pytest

from sagebase_ops.errors import ConfigError
from sagebase_ops.settings import load_settings

SANDBOX = {
    "gcp_grpc_endpoint": "127.0.0.1:9001",
    "gcp_rest_endpoint": "http://127.0.0.1:9002",
    "slack_base_url": "http://127.0.0.1:9003/api/",
}


@pytest.fixture(autouse=True)
def _no_emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FIRESTORE_EMULATOR_HOST", raising=False)


def test_firestore_is_named_by_project_and_database() -> None:
    assert load_settings(state="firestore://my-project/ops").firestore == ("my-project", "ops")
    assert load_settings(state="firestore://my-project/(default)").firestore == ("my-project", "(default)")
    assert load_settings().firestore is None


@pytest.mark.parametrize(
    "state", ["firestore://my-project", "firestore://my-project/", "firestore:///ops", "sqlite:///"]
)
def test_a_state_that_names_no_store_is_a_mistake(state: str) -> None:
    with pytest.raises(
        ConfigError, match=r"not a store; allowed: sqlite:///FOLDER/FILE .* firestore://PROJECT/DATABASE"
    ):
        load_settings(state=state)


def test_the_sandbox_writes_into_googles_emulator_only(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="only Google's emulator may be written; set FIRESTORE_EMULATOR_HOST"):
        load_settings(state="firestore://p/ops", **SANDBOX)

    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:8085")
    assert load_settings(state="firestore://p/ops", **SANDBOX).firestore == ("p", "ops")


def test_a_real_daemon_keeps_nothing_in_an_emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:8085")

    with pytest.raises(ConfigError, match="an emulator, which forgets all when it ends; unset FIRESTORE_EMULATOR_HOST"):
        load_settings(state="firestore://p/ops")


def test_on_cloud_run_sqlite_is_refused_with_the_word_for_the_other_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("K_SERVICE", "sagebase-ops")

    with pytest.raises(ConfigError, match="write firestore://PROJECT/DATABASE"):
        load_settings().lasting_state_path()
