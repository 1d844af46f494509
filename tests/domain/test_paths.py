"""A path is told by its shape, without what is somebody's own."""

import re
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagebase_ops.domain.paths import LONGEST, path_shape
from sagebase_ops.domain.route_words import ROUTE_WORDS

TARO = quote("山田太郎")
_NAMES = """
    sato suzuki takahashi tanaka ito watanabe yamamoto nakamura kobayashi kato yoshida yamada sasaki yamaguchi saito matsumoto inoue
    kimura hayashi shimizu yamazaki mori abe ikeda hashimoto ishikawa yamashita ogawa ishii hasegawa goto okada kondo maeda fujita
    endo aoki sakamoto murakami ota kaneko fujii fukuda nishimura miura takeuchi nakagawa okamoto matsuda harada nakano ono tamura
    wada oda ono date hara seki imai noguchi ando oka hori mine take nose oki tani kai kan
    ai aoi yui rin mei mio hina sakura yuki haruka nana mai emi eri rei mari miki yoko keiko taro jiro hanako ken jun ryo sho dai go
    akira makoto hiroshi satoshi kenji naoki daiki kaito ren haruto sota yuto
    kim lee park choi jung kang cho yoon jang lim han oh seo shin kwon hwang an song wang li zhang liu chen yang huang zhao wu zhou
    xu sun ma zhu hu lin guo he gao luo ng wong chan lam leung ho ip to tang bin ping min ling wei
    john mary james robert michael david mark grant bill frank jack may april june grace hope faith dawn rose lily daisy carol robin
    dean glen guy art max dan sam ben tim tom bob rob sue pat kit ray jay kay kate dev raj ram ravi anna maria jose juan
    smith jones brown taylor wilson white martin clark hall king wood hill green baker cook carter bell ward price day young long
    law case child field head hook judge little small short best wall stone snow rice cash vega luci jenkins
"""
NAMES = frozenset(_NAMES.split())


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
        ("/minutes/t-a-n-a-k-a", "/minutes/<text>"),
        ("/contact/090-1234-5678", "/contact/<n>"),
        ("/login;jsessionid=0a1b2c", "/login"),
        ("/a%0ab", "/<text>"),
        ("/tanaka", "/<text>"),
        ("/minutes/tanaka/edit", "/minutes/<text>/edit"),
        ("/minutes/hanako.sato", "/minutes/<text>"),
        ("/minutes/sato2", "/minutes/<id>"),
        ("/list-by-ito/a.pdf", "/<text>/<file>.pdf"),
        ("/Tanaka.php", "/<text>.php"),
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
        ("/static/app.bundle.js", "/static/app.bundle.js"),
        ("/Politicians", "/Politicians"),
        ("/oauth2/callback", "/oauth<n>/callback"),
        ("//docs//new/", "//docs//new/"),
    ],
)
def test_a_page_that_somebody_programmed_is_told(path: str, shape: str) -> None:
    assert path_shape(path) == shape


def test_a_word_of_ones_own_is_told_where_it_was_said_to_be_one() -> None:
    assert path_shape("/keijiban/sato", frozenset({"keijiban"})) == "/keijiban/<text>"


def test_no_word_of_the_list_is_a_usual_name() -> None:
    assert not ROUTE_WORDS & NAMES


@given(st.lists(st.from_regex(r"[A-Za-z._-]{1,20}", fullmatch=True), max_size=6))
def test_no_word_is_told_but_those_of_the_list(segments: list[str]) -> None:
    told = re.sub(r"<[a-z]+>|\.[a-z0-9]+(?=/|…|$)", "", path_shape("/" + "/".join(segments)))
    assert {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", told)} <= ROUTE_WORDS


@given(st.text(max_size=300))
def test_it_is_one_short_line_of_ascii(path: str) -> None:
    """Whatever was typed, nothing but words of code and kinds is left of it."""
    shape = path_shape(path)
    assert 0 < len(shape) <= LONGEST
    assert shape.rstrip("…").isascii()
    assert "\n" not in shape
