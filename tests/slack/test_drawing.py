"""A chart becomes a PNG, in Japanese too."""

import subprocess
import sys
import warnings
from dataclasses import replace

import pytest

from sagebase_ops.domain.charts import Line, Panel
from sagebase_ops.slack.drawing import drawn
from tests.chart_examples import DAY, chart


def test_japanese_words_have_their_glyphs() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a glyph that the font lacks is a warning of matplotlib's
        picture = drawn(chart("パフォーマンスレビュー 応答時間 髙﨑"))
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 500_000


@pytest.mark.parametrize("values", [(None,) * 5, (0.0,) * 5, (1.0, None, 2.0, None, None), (1.0,)])
def test_what_there_is_little_of_is_drawn_all_the_same(values: tuple[float | None, ...]) -> None:
    panel = Panel("$", "$", (Line("$x^", values),))
    assert drawn(replace(chart("$"), panels=(panel,), reviewed_from=None, step=DAY / 24)).startswith(b"\x89PNG")


def test_matplotlib_is_not_loaded_before_a_chart_is_drawn() -> None:
    code = "import sagebase_ops.app.daemon, sagebase_ops.jobs.pictures, sys; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
