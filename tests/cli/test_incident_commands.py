"""What a person does from a terminal, through the real command line and a real store, without a daemon."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sagebase_ops.config.model import RECHECK, RECHECK_EVERY
from sagebase_ops.domain.calendars import EveryCalendar
from sagebase_ops.domain.incidents import State
from sagebase_ops.domain.silences import Matcher
from sagebase_ops.domain.slots import JobRecord
from sagebase_ops.errors import ConfigError
from tests.cli.conftest import Terminal
from tests.contract.examples import opened


@pytest.fixture
def troubled(terminal: Terminal) -> Terminal:
    terminal.holds(opened())
    return terminal


def test_what_is_open_is_listed_with_who_has_it_and_who_hears_next(troubled: Terminal) -> None:
    printed = troubled.types("incidents").stdout
    assert [word in printed for word in ("group of inc-1", "sagebase-streamlit", "担当なし", "次は")] == [True] * 4


def test_the_json_of_the_list_holds_what_scripts_rely_on(troubled: Terminal) -> None:
    report = troubled.reads("incidents")
    assert set(report) == {"now", "last_run", "incidents"}
    (one,) = report["incidents"]
    assert (one["id"], one["standing"], one["owner"], one["told"]) == ("group of inc-1", "failing", None, [["当番"]])
    assert set(one["members"][0]) >= {"id", "state", "name", "target", "verdict", "summary", "value", "limit", "asked"}


def test_where_nothing_ever_ran_no_incident_is_not_called_fine(terminal: Terminal) -> None:
    terminal.holds()
    done = terminal.types("incidents")
    assert (done.exit_code, "まだ一度も実行されていません" in done.stdout) == (0, True)
    assert terminal.reads("incidents")["last_run"] is None


@pytest.mark.parametrize("command", [["incidents"], ["silences"], ["ack", "x"], ["silence", "--name", "cpu"]])
def test_where_there_is_no_store_that_is_said_and_none_is_made(terminal: Terminal, command: list[str]) -> None:
    more = ["--for", "1h", "--reason", "x"] if command[0] == "silence" else []
    done = terminal.types(*command, *more)
    assert isinstance(done.exception, ConfigError)
    assert "no such store" in str(done.exception)
    assert not terminal.path.exists()


def test_a_store_of_the_pretend_world_is_refused(terminal: Terminal) -> None:
    terminal.store(lambda store: store.jobs(), sandbox=True)
    assert isinstance(terminal.types("incidents").exception, ConfigError)


@pytest.mark.parametrize("given", ["group of inc-1", "gro", "inc-1"])
def test_one_is_shown_whole_by_its_id_or_the_beginning_of_it(troubled: Terminal, given: str) -> None:
    printed = troubled.types("incidents", given).stdout
    assert [word in printed for word in ("検知しました", "当番", "証跡")] == [True] * 3
    assert set(troubled.reads("incidents", given)) >= {"story", "posts", "members"}


def test_an_unknown_id_is_a_mistake_that_names_the_nearest(troubled: Terminal) -> None:
    error = troubled.types("ack", "group of inc-2").exception
    assert isinstance(error, ConfigError)
    assert "did you mean 'group of inc-1'?" in str(error)


def test_an_id_that_means_several_is_a_mistake_that_names_them(troubled: Terminal) -> None:
    troubled.holds(opened("inc-2", target="other"))
    error = troubled.types("ack", "group").exception
    assert isinstance(error, ConfigError)
    assert "group of inc-1, group of inc-2" in str(error)


def test_who_acknowledges_has_it_and_the_audit_says_it_was_by_command(troubled: Terminal) -> None:
    done = troubled.types("ack", "group", "--eta", "30m", "--as", "sato")
    assert (done.exit_code, "satoが対応を始めました" in done.stdout) == (0, True)
    one = troubled.incident()
    assert (one.state, one.acknowledged_by, one.eta is not None) == (State.ACKNOWLEDGED, "sato", True)
    (audit,) = troubled.store(lambda store: store.audit())
    assert (audit.by, audit.what, audit.via) == ("sato", "acknowledge", "cli")


def test_where_no_daemon_tells_it_is_said(troubled: Terminal) -> None:
    assert "デーモンが動いていません" in troubled.types("ack", "group").stderr


def test_where_a_daemon_tells_it_is_left_to_it(troubled: Terminal) -> None:
    now = datetime.now(UTC)
    troubled.store(lambda store: store.take_sender_lease("daemon", now, now + timedelta(minutes=1)))
    done = troubled.types("ack", "group")
    assert ("デーモンが 15 秒以内に送ります" in done.stdout, done.stderr) == (True, "")


@pytest.mark.parametrize(("minutes", "there"), [(1, True), (10, False)])
def test_a_daemon_that_had_nothing_to_send_for_an_hour_is_there_all_the_same(
    troubled: Terminal, minutes: int, *, there: bool
) -> None:
    """It takes the sender's lease only where there is something to send; but it rechecks every two minutes."""
    newest = datetime.now(UTC) - timedelta(minutes=minutes)
    every_two = EveryCalendar(RECHECK_EVERY).fingerprint
    troubled.store(lambda store: store.adopt(JobRecord(RECHECK, every_two, newest - timedelta(days=1), newest)))
    done = troubled.types("ack", "group")
    assert ("デーモンが 15 秒以内に送ります" in done.stdout, done.stderr == "") == (there, there)


def test_resolving_twice_changes_nothing_and_ends_with_1(troubled: Terminal) -> None:
    first, second = (troubled.types("resolve", "group", "--reason", "再起動した", "--as", "sato") for _ in range(2))
    assert (first.exit_code, second.exit_code, "すでに終わっています" in second.stderr) == (0, 1, True)
    assert (troubled.incident().state, troubled.incident().resolved_by) == (State.RESOLVED, "sato")
    assert troubled.reads("incidents")["incidents"] == []
    assert [one["standing"] for one in troubled.reads("incidents", "--all")["incidents"]] == ["resolved"]


def test_an_incident_is_silenced_and_told_again_when_that_is_ended(troubled: Terminal) -> None:
    assert troubled.types("silence", "group", "--for", "2h", "--reason", "deploy").exit_code == 0
    (silence,) = troubled.reads("silences")["silences"]
    assert (silence["target"], silence["reason"], silence["active"]) == ("sagebase-streamlit", "deploy", True)
    assert troubled.reads("incidents")["incidents"][0]["standing"] == "silenced"
    ended, again = (troubled.types("silence", "--end", silence["id"][:4]) for _ in range(2))
    assert (ended.exit_code, again.exit_code) == (0, 1)
    assert troubled.reads("silences")["silences"] == []
    assert [one["active"] for one in troubled.reads("silences", "--all")["silences"]] == [False]
    assert troubled.reads("incidents")["incidents"][0]["standing"] == "failing"


@pytest.mark.parametrize(("name", "warns"), [("cpu", False), ("c?u", False), ("gpu", True)])
def test_a_pattern_that_no_entry_of_the_file_matches_is_warned_of(
    terminal: Terminal, name: str, *, warns: bool
) -> None:
    terminal.holds()
    done = terminal.types("silence", "--name", name, "--target", "web-*", "--for", "1h", "--reason", "x")
    assert (done.exit_code, "一つも当たりません" in done.stderr) == (0, warns)
    (silence,) = terminal.store(lambda store: store.silences(datetime.now(UTC)))
    assert silence.matcher == Matcher(name=name, target="web-*")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("group",),
        ("group", "--for", "1h"),
        ("group", "--for", "soon", "--reason", "x"),
        ("group", "--name", "cpu", "--for", "1h", "--reason", "x"),
        ("--end", "s-1", "--name", "cpu"),
    ],
)
def test_a_silence_wants_one_subject_a_time_and_a_reason(troubled: Terminal, arguments: tuple[str, ...]) -> None:
    assert troubled.types("silence", *arguments).exit_code == 2
    assert troubled.store(lambda store: store.silences(datetime.now(UTC))) == []


def test_a_maintenance_window_of_the_file_is_among_what_is_not_told(terminal: Terminal) -> None:
    terminal.holds()
    assert "定期メンテナンス" in terminal.types("silences").stdout
    assert terminal.reads("silences")["windows"][0]["target"] == "db"


def test_what_is_not_yet_an_incident_has_no_id(terminal: Terminal) -> None:
    terminal.holds(replace(opened(), state=State.PENDING, opened_at=None))
    assert isinstance(terminal.types("ack", "inc-1").exception, ConfigError)
