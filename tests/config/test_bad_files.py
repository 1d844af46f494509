"""Each bad file gives exactly the message beside it, in which `{every check}` stands for the catalogue's names as a message cuts them."""

import shutil
from pathlib import Path

import pytest

from sagebase_ops.checks.catalogue import catalogue
from sagebase_ops.config.load import load
from sagebase_ops.config.mistakes import allowed_words
from sagebase_ops.errors import ConfigError

BAD = Path(__file__).parent / "bad"
FILES = sorted(BAD.glob("*.yaml"))


def said_about(path: Path) -> str:
    with pytest.raises(ConfigError) as refused:
        load(path, strict_contacts=True)
    return "\n".join(refused.value.mistakes).replace(str(path), path.name)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_bad_file_is_refused_with_its_message(path: Path) -> None:
    message = path.with_suffix(".txt").read_text(encoding="utf-8").rstrip("\n")
    assert said_about(path) == message.replace("allowed: {every check}", allowed_words(catalogue()))


def test_every_message_has_its_file() -> None:
    assert {path.stem for path in BAD.glob("*.txt")} == {path.stem for path in FILES}


def test_a_missing_file_says_how_to_give_another(tmp_path: Path) -> None:
    assert said_about(tmp_path / "gone.yaml") == "gone.yaml: no such file; give another with --config FILE"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert said_about(tmp_path).endswith(
        f"this is a folder, not a file; give the file, such as {tmp_path.name}/schedules.yaml"
    )


def test_fifty_megabytes_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    assert said_about(path).startswith("huge.yaml: 52,428,800 bytes; a schedules file has at most 1,000,000")


def test_a_placeholder_contact_is_only_a_warning_for_a_run_by_hand(tmp_path: Path) -> None:
    path = shutil.copy(BAD / "placeholder-contact.yaml", tmp_path)
    (warning,) = load(Path(path)).warnings
    assert "placeholder" in warning
    assert "operator" in warning
