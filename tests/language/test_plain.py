"""Is text from outside made fit to be shown, fast or slow?"""

from hypothesis import given
from hypothesis import strategies as st

from sagebase_ops.language.plain import clean

WRITTEN = st.characters(min_codepoint=0x20, max_codepoint=0xFFFF)


@given(st.text(WRITTEN, max_size=40))
def test_common_text_comes_out_as_any_other_text_does(text: str) -> None:
    """A character that is not common sends the text the long way; it is dropped at the end of either."""
    assert clean(text) == clean(f"{text}\u200b") == clean(clean(text))


def test_japanese_stays_as_it_is_and_what_hides_in_it_goes() -> None:
    assert clean("応答 p95 は 4.8 秒（上限 3 秒）。") == "応答 p95 は 4.8 秒（上限 3 秒）。"
    assert clean("警告\u202e\u3040\u3000漢") == "警告 漢"
    assert clean("か" + "\u3099" * 9) == "か" + "\u3099" * 2
