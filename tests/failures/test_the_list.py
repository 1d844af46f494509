"""docs/failures.md names tests that exist, for each of the twenty."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (\d+) \|.*$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_every_failure_names_tests_that_exist() -> None:
    rows = list(ROW.finditer((ROOT / "docs" / "failures.md").read_text(encoding="utf-8")))
    assert [int(row[1]) for row in rows] == list(range(1, 21))
    for row in rows:
        named = NAMED.findall(row[0])
        assert named, row[0]
        for file, test in named:
            assert re.search(rf"def {test}\(", (ROOT / file).read_text(encoding="utf-8")), f"{file} has no {test}"
