"""What ran, what never did, and what one check saw over time, as it stands in the store."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Sentence, Target, failing, passing
from sagebase_ops.domain.runs import Run, Trigger
from sagebase_ops.domain.slots import JobRecord, Missed
from sagebase_ops.errors import ConfigError
from sagebase_ops.jobs.clock_watch import jump_note
from sagebase_ops.store.base import ClockJump, Outcome
from tests.cli.conftest import Terminal
from tests.conftest import NINE_IN_TOKYO as NINE
from tests.contract.examples import ended, opened

Runs = Callable[..., Run]
CPU = Sentence(ja="CPU 使用率 {value}（上限 {limit}）", en="CPU at {value}, limit {limit}")
MISSED = Missed("watch", NINE - timedelta(hours=2), NINE - timedelta(hours=1), 60)


def cpu(share: float) -> Finding:
    seen = failing if share > 0.8 else passing
    return seen(Target("run_service", "sagebase-streamlit"), CPU, value=Quantity(share, "1"), limit=Quantity(0.8, "1"))


def recorded(terminal: Terminal, run: Run) -> None:
    terminal.store(lambda store: store.record(Outcome(run), run.finished_at))


@pytest.fixture
def ran(terminal: Terminal, run_of: Runs) -> Callable[..., None]:
    """Runs of the watch, one a minute, that saw these shares; `changes` are Run's fields."""

    def record(*shares: float, after: int = 0, **changes: Any) -> None:
        for minute, share in enumerate(shares, start=after):
            at = NINE + timedelta(minutes=minute)
            named = replace(
                run_of(cpu(share)), id=f"watch-{minute}", job="watch", started_at=at, slot=at, finished_at=at
            )
            recorded(terminal, replace(named, **changes))

    return record


def lines(terminal: Terminal, *arguments: str) -> list[str]:
    """Without the heading."""
    return terminal.types("history", *arguments).stdout.splitlines()[1:]


def test_runs_that_ended_alike_one_after_the_other_are_one_line(terminal: Terminal, ran: Callable[..., None]) -> None:
    ran(0.5, 0.6, 0.9, 0.7)
    assert [line.split()[4:6] for line in lines(terminal)] == [["1", "○"], ["1", "✕"], ["2", "○"]]
    assert len(lines(terminal, "--job", "watch")) == 4
    assert [run["verdict"] for run in terminal.reads("history")["runs"]] == ["pass", "fail", "pass", "pass"]


def test_a_run_says_that_it_was_late_and_one_by_hand_whose(terminal: Terminal, ran: Callable[..., None]) -> None:
    ran(0.5, late_by_seconds=600.0)
    ran(0.5, after=1, trigger=Trigger.MANUAL, started_by="sato")
    by_hand, late = lines(terminal)
    assert ("sato" in by_hand, "10 分遅れ" in late) == (True, True)


def test_what_never_ran_and_jumps_of_the_clock_stand_among_the_runs_each_once(
    terminal: Terminal, ran: Callable[..., None]
) -> None:
    told, untold = ClockJump(NINE, 3600.0), ClockJump(NINE + timedelta(hours=1), -120.0)
    ran(0.5, 0.9, missed=(MISSED,), notes=(jump_note(told),))
    terminal.store(lambda store: store.record_jump(untold))
    terminal.store(lambda store: store.adopt(JobRecord("watch", "every 60s", NINE), MISSED))
    report = terminal.reads("history")
    assert [(one["count"], one["first"]) for one in report["missed"]] == [(60, "2026-11-23T22:00:00Z")]
    assert [jump["seconds"] for jump in report["jumps"]] == [-120.0, 3600.0]
    printed = "".join(lines(terminal))
    assert [words in printed for words in ("60 回分", "時計が 60 分 進みました", "戻りました")] == [True] * 3


def test_one_entry_is_shown_over_time_with_its_values(terminal: Terminal, ran: Callable[..., None]) -> None:
    ran(0.5, 0.93)
    newest, oldest = lines(terminal, "--check", "entry_1")
    assert ("✕" in newest, "93 % / 80 %" in newest, "○" in oldest, "50 % / 80 %" in oldest) == (True,) * 4
    findings = terminal.reads("history", "--check", "entry_1")["findings"]
    assert [(one["run_id"], one["verdict"], one["value"]) for one in findings] == [
        ("watch-1", "fail", 0.93),
        ("watch-0", "pass", 0.5),
    ]


def test_an_entry_that_no_run_asked_for_is_said_to_have_no_results(
    terminal: Terminal, ran: Callable[..., None]
) -> None:
    ran(0.5)
    assert "この 1 回の実行には結果がありません" in terminal.types("history", "--check", "cpu").stdout


def test_an_incident_is_shown_with_what_was_seen_there_and_nothing_else(
    terminal: Terminal, ran: Callable[..., None], entry_of: Callable[..., Any], run_of: Runs
) -> None:
    ran(0.5, 0.93)
    seen = run_of(cpu(0.93)).results[0]
    mark = replace(opened().fingerprint, project=seen.entry.project, name="entry_1")
    incident = replace(opened(), fingerprint=mark, entry=seen.entry, since=NINE + timedelta(minutes=1))
    other = replace(opened("inc-2", target="other"), since=incident.since)
    terminal.holds(incident, other)
    report = terminal.reads("history", "--incident", "inc-1")
    assert ([one["value"] for one in report["findings"]], report["incident"]["id"]) == ([0.93, 0.5], incident.group)
    assert terminal.reads("history", "--incident", "inc-2")["findings"] == []
    assert any("検知しました" in line for line in lines(terminal, "--incident", "inc-1"))


def test_where_the_past_is_thinned_a_line_says_so_below_the_last_whole_run(
    terminal: Terminal, ran: Callable[..., None]
) -> None:
    ran(0.5, 0.5, 0.9, 0.5)
    terminal.store(lambda store: store.thin(NINE + timedelta(minutes=2)))
    assert [("間引かれています" in line, "✕" in line) for line in lines(terminal, "--job", "watch")][:4] == [
        (False, False),
        (False, True),
        (True, False),
        (False, False),
    ]
    assert "間引かれています" not in terminal.types("history", "--limit", "2").stdout
    report = terminal.reads("history", "--check", "entry_1")
    assert (report["thinned_until"], len(report["findings"])) == ("2026-11-24T00:02:00Z", 3)


def test_an_incident_of_long_ago_is_shown_with_the_runs_of_its_time(
    terminal: Terminal, ran: Callable[..., None], entry_of: Callable[..., Any], run_of: Runs
) -> None:
    ran(0.5, 0.93, 0.5)
    ran(*[0.5] * 3, after=90)
    seen = run_of(cpu(0.93)).results[0]
    mark = replace(opened().fingerprint, project=seen.entry.project, name="entry_1")
    over = NINE + timedelta(minutes=2)
    incident = replace(ended(opened()), fingerprint=mark, entry=seen.entry, since=NINE, resolved_at=over)
    terminal.holds(incident)
    found = terminal.reads("history", "--incident", "inc-1", "--limit", "3")["findings"]
    assert [one["value"] for one in found] == [0.5, 0.93, 0.5]


def test_where_nothing_ran_that_is_said(terminal: Terminal) -> None:
    terminal.holds()
    done = terminal.types("history")
    assert (done.exit_code, "まだ一度も実行されていません" in done.stdout) == (0, True)
    assert terminal.reads("history") == {"runs": [], "missed": [], "jumps": [], "thinned_until": None}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--job", "wach"), "did you mean 'watch'?"),
        (("--check", "cup"), "did you mean 'cpu'?"),
        (("--incident", "zzz"), "there is no incident"),
    ],
)
def test_an_unknown_word_is_a_mistake(terminal: Terminal, arguments: tuple[str, ...], says: str) -> None:
    terminal.holds()
    error = terminal.types("history", *arguments).exception
    assert isinstance(error, ConfigError)
    assert says in str(error)


def test_two_questions_at_once_are_refused(terminal: Terminal) -> None:
    assert terminal.types("history", "--check", "cpu", "--incident", "x").exit_code == 2


def test_whoever_looks_back_does_not_wait_for_the_checks_to_be_loaded(
    terminal: Terminal, ran: Callable[..., None]
) -> None:
    ran(0.5)
    code = (
        "import sys; from sagebase_ops.cli.main import cli; cli(['history'], standalone_mode=False); "
        "print([m for m in sys.modules if m.startswith(('sagebase_ops.checks.metric', 'sagebase_ops.gcp', 'google'))])"
    )
    folder = terminal.path.parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    assert (done.stdout.splitlines()[-1:], done.stderr) == (["[]"], "")
