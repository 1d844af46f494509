"""A path is told by its shape, without what is somebody's own."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagebase_ops.domain.paths import LONGEST, path_shape

TARO = quote("山田太郎")


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/minutes/1234?token=abc", "/minutes/<n>"),
        ("/minutes/1234%3Ftoken=abc", "/minutes/<n>"),
        ("/minutes/2026-11-24", "/minutes/<time>"),
        ("/users/taro%40example.com", "/users/<email>"),
        ("/share/taro%2540example.com/edit", "/share/<email>/edit"),
        (f"/users/{TARO}", "/users/<name>"),
        (f"/search/{TARO}/results", "/search/<text>/results"),
        (f"/files/{TARO}.pdf", "/files/<file>.pdf"),
        (f"/{quote('鈴木 花子')}", "/<text>"),
        (f"/{quote(TARO)}", "/<text>"),
        (f"/{quote('議員')}/taro", "/<text>/<name>"),
        ("/speakers/suzuki-hanako", "/speakers/<name>"),
        ("/~taro/index.html", "/<name>/index.html"),
        ("/@taro", "/<name>"),
        ("/minutes/Taro%20Yamada", "/minutes/<text>"),
        ("/minutes/taro.yamada", "/minutes/<text>"),
        ("/files/yamada_taro_cv.pdf", "/files/<file>.pdf"),
        ("/s/9f8e7d6c5b4a39281706f5e4d3c2b1a0", "/s/<token>"),
        ("/s/9f8e7d6c5b4a", "/s/<hex>"),
        ("/s/V1StGXR8_Z5jdHi6B-myT", "/s/<id>"),
        ("/u/3f2504e0-4f89-11d3-9a0c-0305e82c3301", "/u/<uuid>"),
        ("/orders/AB-2026-0042", "/orders/<id>"),
        ("/call/090-1234-5678", "/call/<n>"),
        ("/login;jsessionid=0a1b2c", "/login"),
        ("/a%0ab", "/<text>"),
    ],
)
def test_what_is_somebodys_own_is_left_out(path: str, shape: str) -> None:
    assert path_shape(path) == shape


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/", "/"),
        ("", "/"),
        ("/_stcore/stream", "/_stcore/stream"),
        ("/api/v1/getMinutes", "/api/v<n>/getMinutes"),
        ("/wp-admin/12.php", "/wp-admin/<n>.php"),
        ("/wp-login.php", "/wp-login.php"),
        ("/favicon12.ico", "/favicon<n>.ico"),
        ("/.env", "/.env"),
        ("/.git/config", "/.git/config"),
        ("/static/js/main.4f3a2b1c.chunk.js", "/static/js/<id>.js"),
        ("/robots.txt", "/robots.txt"),
        ("//double//slash/", "//double//slash/"),
    ],
)
def test_a_page_that_somebody_programmed_is_told(path: str, shape: str) -> None:
    assert path_shape(path) == shape


@given(st.text(max_size=300))
def test_it_is_one_short_line_of_ascii(path: str) -> None:
    """Whatever was typed, nothing but words of code and kinds is left of it."""
    shape = path_shape(path)
    assert 0 < len(shape) <= LONGEST
    assert shape.rstrip("…").isascii()
    assert "\n" not in shape
