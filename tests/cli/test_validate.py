"""`validate`: is each file judged, whatever is wrong with the others?"""

from pathlib import Path

from click.testing import CliRunner, Result

from sagebase_ops.cli.validate import validate_command

SHIPPED = Path(__file__).parents[2] / "schedules.yaml"
BAD = Path(__file__).parents[1] / "config" / "bad"


def validated(*files: Path) -> Result:
    return CliRunner().invoke(validate_command, [str(file) for file in files], catch_exceptions=False)


def right(folder: Path) -> Path:
    """The shipped file with people in it."""
    file = folder / "right.yaml"
    file.write_text(SHIPPED.read_text().replace("S0123ABCD", "S09OPSTEAM1").replace("U0123ABCD", "U09TECHLEAD"))
    return file


def test_every_file_is_judged_and_one_mistake_anywhere_ends_with_2(tmp_path: Path) -> None:
    good, twice, gone = right(tmp_path), BAD / "duplicate-key.yaml", tmp_path / "gone.yaml"
    done = validated(twice, gone, good)
    assert done.exit_code == 2
    assert [line.partition(": ")[0] for line in done.stdout.splitlines()] == [str(good)]
    assert {f"{twice}: 1 mistake", f"{gone}: 1 mistake"} <= set(done.stderr.splitlines())


def test_files_that_are_right_end_with_0(tmp_path: Path) -> None:
    done = validated(right(tmp_path), right(tmp_path))
    assert (done.exit_code, done.stderr, done.stdout.count(": right (1 project, ")) == (0, "", 2)
