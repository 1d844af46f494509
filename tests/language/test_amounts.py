"""Numbers as people write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.language.amounts import amount, day, moment, pair


@pytest.mark.parametrize(
    ("value", "unit", "ja", "en"),
    [
        (0.048, "1", "4.8 %", "4.8 %"),
        (0.00065, "1", "0.065 %", "0.065 %"),
        (1.24, "s", "1.2 秒", "1.2 s"),
        (1240, "ms", "1.2 秒", "1.2 s"),
        (5400, "s", "90 分", "90 min"),
        (2.5e9, "By", "2.5 GB", "2.5 GB"),
        (214, "{entries}", "214 件", "214 entries"),
        (1, "{entries}", "1 件", "1 entry"),
        (3, "{instances}", "3 台", "3 instances"),
        (1, "{instances}", "1 台", "1 instance"),
        (43199, "{requests}", "43,199 件", "43,199 requests"),
        (12, "1/s", "12 件/秒", "12/s"),
        (3, "furlong", "3 furlong", "3 furlong"),
        (float("nan"), "s", "nan", "nan"),
    ],
)
def test_an_amount_has_two_digits_or_so_and_its_unit_in_both_languages(
    value: float, unit: str, ja: str, en: str
) -> None:
    assert (amount(Quantity(value, unit), "ja"), amount(Quantity(value, unit), "en")) == (ja, en)


@pytest.mark.parametrize(
    ("value", "limit", "texts"),
    [
        (Quantity(3.004, "s"), Quantity(3, "s"), ("3.004 秒", "3 秒")),
        (Quantity(0.80001, "1"), Quantity(0.8, "1"), ("80.001 %", "80 %")),
        (Quantity(3, "s"), Quantity(3, "s"), ("3 秒", "3 秒")),
    ],
)
def test_a_value_past_its_limit_never_looks_like_the_limit(
    value: Quantity, limit: Quantity, texts: tuple[str, str]
) -> None:
    assert pair(value, limit, "ja") == texts


def test_a_moment_names_its_zone() -> None:
    time = datetime(2026, 11, 24, 16, 5, tzinfo=UTC)
    assert moment(time, ZoneInfo("Asia/Tokyo")) == "2026-11-25 01:05 JST"
    assert moment(time, ZoneInfo("America/Sao_Paulo")) == "2026-11-24 13:05 UTC-03"
    assert day(time, ZoneInfo("Asia/Tokyo")) == "2026-11-25"
