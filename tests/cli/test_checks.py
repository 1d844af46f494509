"""`checks`: is text wrapped to the terminal, and what will be copied whole?"""

import io

import pytest
from click.testing import CliRunner
from rich.cells import cell_len
from rich.console import Console

from sagebase_ops.checks.catalogue import catalogue
from sagebase_ops.cli.checks import checks_command, print_check
from sagebase_ops.cli.page import Page
from sagebase_ops.errors import ConfigError

KNOWN = catalogue()


def shown(name: str, width: int) -> list[str]:
    """The lines that a terminal of this width gets."""
    file = io.StringIO()
    print_check(KNOWN[name], "ja", Page(Console(file=file, width=width, force_terminal=True, no_color=True)))
    return [line.replace("\x1b[1m", "").replace("\x1b[0m", "").strip() for line in file.getvalue().splitlines()]


@pytest.mark.parametrize("name", KNOWN)
def test_what_will_be_copied_is_never_broken(name: str) -> None:
    lines = shown(name, 60)
    assert {KNOWN[name].command, KNOWN[name].example, *KNOWN[name].permissions} <= set(lines)


@pytest.mark.parametrize("name", KNOWN)
def test_text_fits_the_terminal_and_no_bullet_stands_alone(name: str) -> None:
    lines = shown(name, 60)
    text = lines[: lines.index("What a person would type")]
    assert not [line for line in text if cell_len(line) > 60 and " " in line]
    assert not [line for line in text if line.rstrip(".").isdecimal()]


@pytest.mark.parametrize("name", KNOWN)
def test_in_a_pipe_every_parameter_has_one_line_and_one_sentence(name: str) -> None:
    lines = CliRunner().invoke(checks_command, [name, "--language", "en"]).stdout.splitlines()
    for parameter, field in KNOWN[name].params.model_fields.items():
        place = next(place for place, line in enumerate(lines) if line.startswith(f"  {parameter}  "))
        assert lines[place + 1] == f"      {field.description}"


def test_the_catalogue_asks_each_question_whole() -> None:
    said = CliRunner().invoke(checks_command).stdout.splitlines()
    assert {f"  {definition.question.ja}" for definition in KNOWN.values()} <= set(said)


def test_an_unknown_check_is_answered_with_the_nearest() -> None:
    refused = CliRunner().invoke(checks_command, ["run_redy"]).exception
    assert isinstance(refused, ConfigError)
    assert "did you mean 'run_ready'?" in str(refused)
