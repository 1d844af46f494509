"""Does `doctor` see each thing that is missing, and say what mends it? Against the pretend cloud, over real sockets."""

import asyncio
import json
import os
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from sagebase_ops.app.doctor import examine
from sagebase_ops.app.examine_cloud import ONLY_A_RUN, QUESTIONS
from sagebase_ops.app.examine_house import examine_file
from sagebase_ops.app.examined import Examined, in_time, note
from sagebase_ops.app.send_test import send_tests
from sagebase_ops.checks.catalogue import catalogue
from sagebase_ops.cli.files import shipped_schedules
from sagebase_ops.clock import SystemClock
from sagebase_ops.config.load import load
from sagebase_ops.config.model import Schedules
from sagebase_ops.domain.results import Note, Verdict
from sagebase_ops.language import doctor_words as words
from sagebase_ops.language.voice import Voice
from sagebase_ops.sandbox.scenario import SlackChannel
from sagebase_ops.sandbox.server import Sandbox
from sagebase_ops.settings import Settings, load_settings
from sagebase_ops.store.sqlite.opening import open_store
from tests.e2e.processes import COMMAND, sandbox
from tests.unprivileged import folder_open_to_all, without_root

PROJECT = "sagebase-sandbox"
NOT_FINE = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.WARN)


@dataclass(frozen=True)
class Practice:
    """A sandbox, and a file and settings with which everything is fine there."""

    box: Sandbox
    schedules: Schedules
    settings: Settings

    def change(self, **scenario: Any) -> None:
        self.box.world.scenario = self.box.world.scenario.model_copy(update=scenario)

    async def wrong(self, **settings: Any) -> dict[str, Examined]:
        """The lines that are not fine, by name."""
        changed = self.settings.model_copy(update=settings)
        _, found = await examine(changed, self.schedules, SystemClock())
        return {line.name: line for line in found if line.state in NOT_FINE}

    def said(self, line: Examined) -> str:
        return Voice(self.schedules.language, self.schedules.timezone).note(line.said)

    def remedy(self, line: Examined) -> str:
        assert line.remedy
        return line.remedy if isinstance(line.remedy, str) else Voice("en", self.schedules.timezone).note(line.remedy)


def written(folder: Path, *, replaced: Mapping[str, str] | None = None) -> Path:
    """The shipped file as a team of the sandbox would fill it in."""
    usual = {"your-project-id": PROJECT, "S0123ABCD": "S0SAGEOPS1", "U0123ABCD": "U0TECHLEAD"}
    text = shipped_schedules().read_text(encoding="utf-8") + "\nfallback: {webhook: true}\n"
    for old, new in (usual | dict(replaced or {})).items():
        assert old in text, old
        text = text.replace(old, new)
    path = folder / "schedules.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@asynccontextmanager
async def practice(
    folder: Path, scenario: str = "healthy", *, replaced: Mapping[str, str] | None = None
) -> AsyncIterator[Practice]:
    async with Sandbox.running(scenario, projects=[PROJECT]) as box:
        exported = {name.removeprefix("SAGEBASE_OPS_").lower(): value for name, value in box.exports().items()}
        ours = {name: value for name, value in exported.items() if name in Settings.model_fields}
        more = {"ping_url": "http://127.0.0.1:1/ping", "fallback_webhook": f"{box.control}/nowhere", "PORT": 8080}
        state = f"sqlite:///{folder / 'state.db'}"
        settings = load_settings(_env_file=None, **ours, **more, state=state)
        yield Practice(box, load(written(folder, replaced=replaced)), settings)


async def test_where_everything_is_there_every_line_is_fine_and_nothing_was_changed(tmp_path: Path) -> None:
    async with practice(tmp_path) as healthy:
        assert await healthy.wrong() == {}
        assert healthy.box.world.slack.messages == []
    assert left_in(tmp_path) == ["schedules.yaml"]


def test_each_permission_that_a_check_declares_is_tried_by_a_question_of_its_own() -> None:
    declared = {permission for definition in catalogue().values() for permission in definition.permissions}
    assert declared <= {*QUESTIONS, *ONLY_A_RUN}
    assert not set(QUESTIONS) & ONLY_A_RUN


async def test_a_permission_that_is_denied_comes_with_the_one_command_that_grants_it(tmp_path: Path) -> None:
    async with practice(tmp_path, "permission-denied") as denied:
        wrong = await denied.wrong()
        assert set(wrong) == {f"google.{PROJECT}.{api}.googleapis.com" for api in ("logging", "monitoring")}
        line = wrong[f"google.{PROJECT}.logging.googleapis.com"]
        assert line.state is Verdict.FAIL
        assert denied.remedy(line) == (
            f"gcloud projects add-iam-policy-binding {PROJECT} "
            f"--member=serviceAccount:sagebase-ops@{PROJECT}.iam.gserviceaccount.com --role=roles/logging.viewer"
        )


async def test_an_api_that_is_off_is_one_line_whatever_is_asked_of_it(tmp_path: Path) -> None:
    async with practice(tmp_path, "api-disabled") as disabled:
        [(name, line)] = (await disabled.wrong()).items()
        assert (name, line.state) == (f"google.{PROJECT}.monitoring.googleapis.com", Verdict.FAIL)
        assert disabled.remedy(line) == f"gcloud services enable monitoring.googleapis.com --project={PROJECT}"


async def test_what_could_not_be_asked_is_unknown_and_not_wrong(tmp_path: Path) -> None:
    async with practice(tmp_path, "slack-down") as down:
        wrong = await down.wrong()
        assert {name: line.state for name, line in wrong.items()} == {
            "slack.token": Verdict.UNKNOWN,
            "slack.buttons": Verdict.UNKNOWN,
        }
        assert "slack-status.com" in down.remedy(wrong["slack.token"])


@pytest.mark.parametrize(
    ("channel", "said", "remedy"),
    [
        (SlackChannel(name="sagebase-ops", archived=True), words.CHANNEL_ARCHIVED, "unarchive it"),
        (SlackChannel(name="sagebase-ops", member=False), words.CHANNEL_OUTSIDE, "run /invite @sagebase-ops"),
        (SlackChannel(name="sagebase-ops", private=True, member=False), words.CHANNEL_UNSEEN, "groups:history"),
    ],
)
async def test_a_channel_that_takes_no_post_is_told_as_what_it_is(
    tmp_path: Path, channel: SlackChannel, said: Note, remedy: str
) -> None:
    async with practice(tmp_path) as found:
        found.change(slack_channels=[channel])
        [(name, line)] = (await found.wrong()).items()
        assert (name, line.state, line.said.sentence) == ("slack.channel", Verdict.FAIL, said)
        assert remedy in found.remedy(line)


async def test_a_private_channel_wants_scopes_of_its_own(tmp_path: Path) -> None:
    async with practice(tmp_path) as found:
        scopes = [*found.box.world.scenario.slack_scopes, "groups:read"]
        found.change(slack_channels=[SlackChannel(name="sagebase-ops", private=True)], slack_scopes=scopes)
        [(name, line)] = (await found.wrong()).items()
        assert name == "slack.scopes"
        assert line.said.values == {"scopes": "groups:history"}


async def test_a_scope_that_the_app_lacks_is_named_once_and_what_it_hides_is_unknown(tmp_path: Path) -> None:
    async with practice(tmp_path) as found:
        found.change(slack_scopes=["chat:write", "channels:history", "channels:read"])
        wrong = await found.wrong()
        assert {name: (line.state, line.said.values["scopes"]) for name, line in wrong.items()} == {
            "slack.scopes": (Verdict.FAIL, "usergroups:read"),
            "slack.contact.operator": (Verdict.UNKNOWN, "usergroups:read"),
            "slack.contact.tech_lead": (Verdict.UNKNOWN, "users:read"),
        }


async def test_without_the_scope_for_files_charts_come_otherwise_and_that_is_a_warning(tmp_path: Path) -> None:
    async with practice(tmp_path) as found:
        scopes = [one for one in found.box.world.scenario.slack_scopes if one != "files:write"]
        found.change(slack_scopes=scopes)
        [(name, line)] = (await found.wrong()).items()
        assert (name, line.state, line.said.values) == ("slack.scopes", Verdict.WARN, {"scope": "files:write"})
        assert "files:write" in found.remedy(line)


async def test_a_contact_that_slack_does_not_know_is_named(tmp_path: Path) -> None:
    strangers = {"S0123ABCD": "S0STRANGER", "U0123ABCD": "U0STRANGER"}
    async with practice(tmp_path, replaced=strangers) as found:
        wrong = await found.wrong()
        assert {name: found.said(line) for name, line in wrong.items()} == {
            "slack.contact.operator": "S0STRANGER は Slack にありません",
            "slack.contact.tech_lead": "U0STRANGER は Slack にありません",
        }
        assert "Copy member ID" in found.remedy(wrong["slack.contact.tech_lead"])


@pytest.mark.parametrize(
    ("setting", "name", "state"),
    [
        ("slack_bot_token", "slack.token", Verdict.FAIL),
        ("slack_app_token", "slack.buttons", Verdict.WARN),
        ("fallback_webhook", "here.second_route", Verdict.FAIL),
        ("ping_url", "here.witness", Verdict.WARN),
    ],
)
async def test_what_the_environment_lacks_is_told(tmp_path: Path, setting: str, name: str, state: Verdict) -> None:
    async with practice(tmp_path) as found:
        [line] = (await found.wrong(**{setting: None})).values()
        assert (line.name, line.state) == (name, state)


async def test_a_secret_that_is_not_given_comes_with_its_command_and_the_rest_is_still_looked_at(
    tmp_path: Path,
) -> None:
    async with practice(tmp_path) as found:
        settings = found.settings.model_dump(mode="json", exclude_none=True) | {"PORT": 8080}
        clear = {
            name: value.get_secret_value()
            for name in settings
            if hasattr(value := getattr(found.settings, name, None), "get_secret_value")
        }
        address = f"sm://projects/{PROJECT}/secrets/no-such/versions/latest"
        asked = load_settings(_env_file=None, **(settings | clear | {"slack_bot_token": address}))
        _, lines = await examine(asked, found.schedules, SystemClock())
        wrong = {line.name: line for line in lines if line.state in NOT_FINE}
        assert set(wrong) == {"file.secret.slack_bot_token", "slack.token"}
        assert found.remedy(wrong["file.secret.slack_bot_token"]) == f"gcloud secrets list --project={PROJECT}"


async def test_a_clock_that_is_more_than_a_minute_off_is_wrong(tmp_path: Path) -> None:
    async with practice(tmp_path) as found:
        found.box.world.advance(timedelta(seconds=40))
        assert await found.wrong() == {}
        found.box.world.advance(timedelta(seconds=60))
        [(name, line)] = (await found.wrong()).items()
        assert (name, line.state, found.remedy(line)) == ("here.clock", Verdict.FAIL, "timedatectl set-ntp true")


@pytest.mark.parametrize("path", ["/dev/null/state.db", "/dev"])
async def test_a_store_where_no_file_can_be_made_is_wrong(tmp_path: Path, path: str) -> None:
    async with practice(tmp_path) as found:
        [(name, line)] = (await found.wrong(state=f"sqlite:///{path}")).items()
        assert (name, line.state) == ("here.store", Verdict.FAIL)
        assert "SAGEBASE_OPS_STATE" in found.remedy(line)


async def test_a_store_that_may_only_be_read_is_wrong() -> None:
    with folder_open_to_all() as folder:
        path = folder / "state.db"
        await (await open_store(path, sandbox=True)).aclose()
        path.chmod(0o444)
        async with practice(folder) as found:
            await found.wrong()  # everything that is imported late: see without_root
            with without_root():
                assert list(await found.wrong()) == ["here.store"]
            assert left_in(folder) == ["schedules.yaml", "state.db"]
            path.chmod(0o666)
            with without_root():
                assert await found.wrong() == {}


async def test_a_store_that_a_daemon_is_using_is_fine(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "state.db", sandbox=True)
    try:
        async with practice(tmp_path) as found:
            assert await found.wrong() == {}
    finally:
        await store.aclose()


async def test_a_store_of_another_program_is_wrong_and_left_as_it_is(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    before = other.read_bytes()
    async with practice(tmp_path) as found:
        [name] = await found.wrong(state=f"sqlite:///{other}")
        assert (name, other.read_bytes()) == ("here.store", before)


async def test_sqlite_on_cloud_run_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("K_SERVICE", "sagebase-ops")
    async with practice(tmp_path) as found:
        [(name, line)] = (await found.wrong()).items()
        assert (name, line.state) == ("here.store", Verdict.FAIL)
        assert "K_SERVICE" in found.said(line)


async def test_an_examination_that_does_not_end_is_unknown() -> None:
    async def endless() -> list[Examined]:
        await asyncio.Event().wait()
        return []

    [line] = await in_time("here.clock", note(words.CLOCK), endless(), seconds=0.01)
    assert line.state is Verdict.UNKNOWN


async def test_a_test_calls_each_contact_once_and_shows_who_pressed(tmp_path: Path) -> None:
    async with practice(tmp_path) as found, _receiver() as (address, pages):
        settings = load_settings(
            _env_file=None,
            **{
                name: getattr(found.settings, name)
                for name in ("gcp_grpc_endpoint", "gcp_rest_endpoint", "slack_base_url")
            },
            slack_bot_token=found.box.exports()["SAGEBASE_OPS_SLACK_BOT_TOKEN"],
            slack_app_token=found.box.exports()["SAGEBASE_OPS_SLACK_APP_TOKEN"],
            fallback_webhook=address,
        )
        waiting = asyncio.Event()
        sending = send_tests(settings, found.schedules, lambda _: waiting.set())
        lines, _ = await asyncio.gather(sending, _press(found.box, waiting))
        assert [(line.name, line.state) for line in lines] == [
            (f"test.{name}", Verdict.PASS) for name in ("channel", "press", "fallback", "second_route")
        ]
        assert found.said(lines[1]) == "佐藤 (U0SATO0001) が押しました"
        private = [one for one in found.box.world.slack.messages if one.ephemeral_for]
        assert [(one.ephemeral_for, one.text) for one in private] == [("U0SATO0001", words.TEST_THANKS.ja)]
        texts = {one.channel.name: one.text for one in found.box.world.slack.messages if not one.ephemeral_for}
        assert all("【試験】" in text for text in texts.values())
        assert texts["sagebase-ops"].count("<!subteam^S0SAGEOPS1>") == texts["sagebase-ops"].count("<@U0TECHLEAD>") == 1
        assert "<" not in texts["sagebase-ops-fallback"]
        assert ["試験" in page["subject"] for page in pages] == [True]


async def test_a_press_that_does_not_come_is_a_warning(tmp_path: Path) -> None:
    async with practice(tmp_path) as found:
        lines = await send_tests(found.settings, found.schedules, lambda _: None, press_seconds=0.05)
        states = {line.name: line.state for line in lines}
        assert states == {
            "test.channel": Verdict.PASS,
            "test.press": Verdict.WARN,
            "test.fallback": Verdict.PASS,
            "test.second_route": Verdict.FAIL,
        }


async def _press(box: Sandbox, waiting: asyncio.Event) -> None:
    """The button, as soon as the program waits for it."""
    async with asyncio.timeout(30):
        await waiting.wait()
    box.world.advance(timedelta(seconds=2))  # a person is not as fast as Slack's one message a second
    post = next(one for one in box.world.slack.messages if one.channel.name == "sagebase-ops")
    async with httpx.AsyncClient() as client:
        body = {"action_id": "doctor_seen", "user": "U0SATO0001", "ts": post.ts}
        answer = await client.post(f"{box.control}/press", json=body)
    assert answer.json()["ok"], answer.text


@asynccontextmanager
async def _receiver() -> AsyncIterator[tuple[str, list[dict[str, Any]]]]:
    """An HTTP server that takes every page."""
    pages: list[dict[str, Any]] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length:")[2].split()[0])
        pages.append(json.loads(await reader.readexactly(length)))
        writer.write(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/page", pages
    server.close()
    with suppress(TimeoutError):
        await asyncio.wait_for(server.wait_closed(), 1)


@pytest.mark.parametrize(
    ("scenario", "code", "verdict"), [("healthy", 0, "warn"), ("api-disabled", 1, "fail"), ("slack-down", 3, "unknown")]
)
def test_the_exit_code_says_whether_it_is_fine_wrong_or_unseen(
    tmp_path: Path, scenario: str, code: int, verdict: str
) -> None:
    done = _doctor(tmp_path, f"--sandbox={scenario}", "--format", "json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["verdict"], done.stderr) == (code, verdict, "")
    assert sum(told["counts"].values()) == len(told["examined"])
    assert all(line["remedy"] for line in told["examined"] if line["verdict"] in {"fail", "unknown", "warn"})


def test_a_mistake_in_the_file_ends_it_with_every_mistake_and_an_empty_standard_output(tmp_path: Path) -> None:
    (tmp_path / "schedules.yaml").write_text("language: fr\n")
    done = _doctor(tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "schedules.yaml:1" in done.stderr


def test_who_has_just_copied_the_example_is_told_everything_that_is_still_to_be_written() -> None:
    found = {line.name: line.state for line in examine_file(load(shipped_schedules()), pretend=False)}
    assert found == {
        "file.schedules": Verdict.PASS,
        "file.projects": Verdict.FAIL,
        "file.contacts": Verdict.FAIL,
    }


def test_in_a_real_process_it_says_the_same_in_english(tmp_path: Path) -> None:
    written(tmp_path, replaced={"language: ja": "language: en"})
    with sandbox("permission-denied") as box:
        done = _doctor(tmp_path, env=box.env)
    assert done.returncode == 1
    assert "✕ failed   Cloud Logging (sagebase-sandbox): could not look: no permission to read" in done.stdout
    assert "\n  gcloud projects add-iam-policy-binding sagebase-sandbox " in done.stdout


def _doctor(folder: Path, *flags: str, env: dict[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("SAGEBASE_OPS_", "PORT"))}
    return subprocess.run(
        [*COMMAND, "doctor", *flags],
        cwd=folder,
        env=env or clean,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
