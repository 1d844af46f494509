"""Text is drawn as Slack would draw it, and never as anybody else's HTML."""

import pytest

from sagebase_ops.sandbox.slack.mrkdwn import as_html
from sagebase_ops.sandbox.slack.plots import plot

NAMES = {"U0SATO0001": "佐藤", "C0SAGEOPS1": "sagebase-ops"}


def html(text: str, *, verbatim: bool = True) -> str:
    return str(as_html(text, lambda one: NAMES.get(one, ""), verbatim=verbatim))


def mention(name: str) -> str:
    return f'<span class="mention">{name}</span>'


def anchor(url: str, label: str) -> str:
    return f'<a href="{url}" target="_blank" rel="noreferrer noopener">{label}</a>'


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("*太字* と _斜体_ と ~線~", "<b>太字</b> と <i>斜体</i> と <s>線</s>"),
        ("*太 _斜_*", "<b>太 <i>斜</i></b>"),
        ("合計*3 件*です", "合計*3 件*です"),
        ("snake_case_name", "snake_case_name"),
        ("`*code*` &amp; &lt;b&gt;", "<code>*code*</code> &amp; &lt;b&gt;"),
        ("a\n```\n*raw* &lt;\n```\nb", "a<pre>*raw* &lt;</pre>b"),
        ("&gt; 一\n&gt; 二\n三", "<blockquote>一\n二</blockquote>三"),
        ("<@U0SATO0001> <@U0OTHER001>", f"{mention('@佐藤')} {mention('@U0OTHER001')}"),
        ("<#C0SAGEOPS1> <!here>", f"{mention('#sagebase-ops')} {mention('@here')}"),
        ("<!subteam^S0123ABCD>", mention("@S0123ABCD")),
        ("<https://e.example/?a=1&amp;b=2|ログ>", anchor("https://e.example/?a=1&amp;b=2", "ログ")),
        ("*<https://e.example|x>*", f"<b>{anchor('https://e.example', 'x')}</b>"),
        ("<javascript:alert(1)|x>", "&lt;javascript:alert(1)|x&gt;"),
        ("<script>", "&lt;script&gt;"),
        ('<https://e.example/"onclick=x|x>', anchor("https://e.example/&#34;onclick=x", "x")),
        ("<!date^1795478400^{date_num} {time}|2026-11-24 09:00 JST>", "2026-11-24 09:00"),
        ("<!date^99999999999999^{date_num}|いつか>", "いつか"),
        ("<!date^1795478400^{date_num}>", "&lt;!date^1795478400^{date_num}&gt;"),
        ("https://e.example", "https://e.example"),
        ("\x000\x00 `x`", "0 <code>x</code>"),
    ],
)
def test_mrkdwn_is_drawn_as_slack_draws_it(text: str, drawn: str) -> None:
    assert html(text) == drawn


def test_a_bare_url_is_a_link_unless_verbatim() -> None:
    assert (
        html("見る https://e.example/a_b_c", verbatim=False)
        == f"見る {anchor('https://e.example/a_b_c', 'https://e.example/a_b_c')}"
    )


def test_a_chart_stands_on_zero_and_reaches_its_highest_value() -> None:
    axis = {"categories": ["a", "b"]}
    data = [{"label": "a", "value": 0}, {"label": "b", "value": 10}]
    drawn = plot({"type": "line", "axis_config": axis, "series": [{"name": "x", "data": data}]})
    assert [y for _, y in drawn.lines[0]] == [drawn.ticks[0][0], drawn.ticks[-1][0]]
    assert [label for _, label in drawn.ticks] == ["0", "5", "10"]
