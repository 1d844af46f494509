"""One language and one zone, and every text in one clean line."""

from zoneinfo import ZoneInfo

import pytest

from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Sentence, Target, Verdict, failing
from sagebase_ops.language.voice import Voice
from sagebase_ops.language.words import MARKS, VERDICTS, zone_of

JA, EN = (Voice(language, ZoneInfo("Asia/Tokyo")) for language in ("ja", "en"))
ASIDE = Sentence("（{it}）", "({it})")


def test_every_verdict_has_a_shape_and_a_word_of_its_own_in_both_languages() -> None:
    for voice in (JA, EN):
        assert len({voice.verdict(verdict) for verdict in Verdict}) == len(Verdict)
    assert len(set(MARKS.values())) == len(VERDICTS) == len(Verdict)
    assert JA.verdict(Verdict.FAIL) == "✕ 不合格"


def test_japanese_sentences_and_asides_have_no_space_between_them_and_english_ones_have() -> None:
    assert (JA.joined(["一。", "二。"]), EN.joined(["One.", "Two."])) == ("一。二。", "One. Two.")
    assert (JA.aside(ASIDE, it="x"), EN.aside(ASIDE, it="x")) == ("（x）", " (x)")


@pytest.mark.parametrize("hostile", ["a\nb", "a\u202eb", "a\u200bb", "a  \t b", "a\x1b[31mb"])
def test_what_is_filled_in_comes_out_as_one_clean_line(hostile: str) -> None:
    line = JA.say(Sentence("{it} です", "{it}"), it=hostile)
    assert line.isprintable()
    assert "  " not in line


def test_a_brace_in_a_value_stays_one_and_a_placeholder_without_a_value_stays_too() -> None:
    assert JA.say(Sentence("{it} {gone}", ""), it="{value}") == "{value} {gone}"


def test_value_and_limit_of_a_finding_are_told_side_by_side() -> None:
    finding = failing(Target("run_service", "x"), ASIDE, value=Quantity(3.004, "s"), limit=Quantity(3, "s"))
    assert EN.measured(finding) == ("3.004 s", "3 s")
    assert EN.measured(failing(Target("run_service", "x"), ASIDE)) == ("", "")


def test_a_zone_that_this_machine_does_not_know_is_told_in_utc() -> None:
    assert zone_of("Mars/Olympus").tzname(None) == "UTC"


@pytest.mark.parametrize(
    ("sentence", "seen"),
    [
        (Sentence("{value}（上限 {limit}）", "{value}, limit {limit}"), ("4 秒", "3 秒")),
        (
            Sentence("{value}前ですが、サイズが変わりました", "{value} old, of another size"),
            ("4 秒前ですが、サイズが変わりました", ""),
        ),
        (Sentence("EXPORT が失敗しました", "EXPORT failed"), ("EXPORT が失敗しました", "")),
    ],
)
def test_what_is_wrong_is_shown_as_a_number_only_where_it_is_one(sentence: Sentence, seen: tuple[str, str]) -> None:
    finding = failing(Target("sql_instance", "db"), sentence, value=Quantity(4, "s"), limit=Quantity(3, "s"))
    assert JA.seen(finding) == seen
