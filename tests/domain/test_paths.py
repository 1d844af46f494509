"""A path is told by its shape, without what is somebody's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagebase_ops.domain.paths import LONGEST, path_shape


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/", "/"),
        ("", "/"),
        ("/minutes/1234", "/minutes/<n>"),
        ("/minutes/1234?token=abc", "/minutes/<n>"),
        ("/users/taro%40example.com", "/users/<email>"),
        ("/s/9f8e7d6c5b4a39281706f5e4d3c2b1a0", "/s/<hex>"),
        ("/u/3f2504e0-4f89-11d3-9a0c-0305e82c3301", "/u/<uuid>"),
        ("/a%0ab", "/a b"),
    ],
)
def test_what_is_somebodys_own_is_left_out(path: str, shape: str) -> None:
    assert path_shape(path) == shape


@given(st.text(max_size=300))
def test_it_is_one_short_line(path: str) -> None:
    shape = path_shape(path)
    assert 0 < len(shape) <= LONGEST
    assert "\n" not in shape
