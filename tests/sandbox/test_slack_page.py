"""The Slack page, as real Chromium draws it: at phone width and on a desktop, in light and dark."""

import json
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from sagebase_ops.sandbox.server import Sandbox

Ask = Callable[..., Awaitable[dict[str, Any]]]
OPS = "C0SAGEOPS1"
MOCKUPS = {path.stem: json.loads(path.read_text()) for path in (Path(__file__).parent / "slack_mockups").glob("*.json")}
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
expect.set_options(timeout=60_000)  # of a browser that shares its cores with others
WIDTHS, SCHEMES = {"phone": 390, "desktop": 1180}, ("light", "dark")

CONTRASTS = """() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => {
    for (let e = node; e; e = e.parentElement) {
      const [r, g, b, a = 1] = parts(getComputedStyle(e).backgroundColor);
      if (a > 0) return [r, g, b];
    }
  };
  return [...document.querySelectorAll("body *")]
    .filter((e) => e.checkVisibility() && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
    .filter((e) => !e.closest("svg"))
    .map((e) => {
      const [one, two] = [light(parts(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
      return [(one + 0.05) / (two + 0.05), e.className, e.textContent.slice(0, 30)];
    })
    .sort((x, y) => x[0] - y[0]);
}"""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing; .ci/run says how to get it")
        pytest.skip("Chromium is not installed here: the page is looked at in it")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def opened(box: Sandbox, width: int = 1180, scheme: Any = "light", query: str = "") -> AsyncIterator[Page]:
    async with chromium() as browser:
        page = await browser.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme)
        await page.goto(f"{box.slack}/{query}")
        yield page


async def talk(ask: Ask) -> None:
    """A good day with its thread, and a bad one that was escalated in its thread and in the channel."""
    good = await ask("chat_postMessage", **MOCKUPS["01-daily-pass"])
    await ask("chat_postMessage", **{**MOCKUPS["01b-daily-pass-thread"], "thread_ts": good["ts"]})
    bad = await ask("chat_postMessage", **MOCKUPS["02-daily-fail"])
    await ask("chat_postMessage", **{**MOCKUPS["03-escalation-step2"], "thread_ts": bad["ts"]})
    await ask("chat_postMessage", **MOCKUPS["06-monthly-native-chart"])


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS.keys())
async def test_channel_and_threads_are_drawn_whole_and_readable(
    box: Sandbox, ask: Ask, width: int, scheme: str
) -> None:
    await talk(ask)
    async with opened(box, width, scheme) as page:
        await expect(page.get_by_role("heading", name="日次点検 2026-11-24 不合格 2 / 合格 5")).to_be_visible()
        threads = page.locator(".thread")
        await expect(threads.first.get_by_role("cell", name="0.08 %")).to_be_visible()
        await expect(threads.nth(1).get_by_role("heading", name="エスカレーション 2/3")).to_be_visible()
        await expect(page.get_by_text("スレッドに返信しました")).to_be_visible()
        await expect(page.get_by_role("img", name="応答 p95 の週ごとの最大と目標")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") == width
        faint = [line for line in await page.evaluate(CONTRASTS) if line[0] < 4.5]
        assert faint == []


async def test_light_and_dark_are_two_pages_to_the_eye(box: Sandbox) -> None:
    behind = []
    for scheme in SCHEMES:
        async with opened(box, scheme=scheme) as page:
            behind.append(await page.evaluate("getComputedStyle(document.body).backgroundColor"))
    light, dark = ([int(part) for part in one.removeprefix("rgb(").rstrip(")").split(",")] for one in behind)
    assert min(light) > 240
    assert max(dark) < 60


async def test_the_colour_of_an_attachment_is_the_one_that_was_sent(box: Sandbox, ask: Ask) -> None:
    await ask("chat_postMessage", **MOCKUPS["02-daily-fail"])
    async with opened(box) as page:
        bar = page.locator(".attachment .bar rect")
        assert await bar.evaluate("e => getComputedStyle(e).fill") == "rgb(163, 2, 0)"
        assert await bar.evaluate("e => e.getBoundingClientRect().height") > 20


async def test_text_from_outside_stays_text(box: Sandbox, ask: Ask) -> None:
    hostile = "<script>window.pwned = 1</script> <javascript:alert(1)|go> &lt;img src=x onerror=pwned&gt;"
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "<b onclick=x>見出し</b>"}},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [
            {"type": "link", "url": "javascript:alert(1)", "text": "<i>押す</i>"}]}]},
        {"type": "actions", "elements": [
            {"type": "button", "text": {"type": "plain_text", "text": "開く"}, "url": "javascript:alert(1)"}]},
    ]  # fmt: skip
    await ask("chat_postMessage", channel=OPS, text=hostile)
    await ask(
        "chat_postMessage", channel=OPS, text="x", blocks=blocks, attachments=[{"text": hostile, "color": '"><b>'}]
    )
    async with opened(box) as page:
        await expect(page.get_by_text("<script>window.pwned = 1</script>").first).to_be_visible()
        await expect(page.get_by_role("heading", name="<b onclick=x>見出し</b>")).to_be_visible()
        assert await page.evaluate("window.pwned") is None
        assert await page.locator("[href^='javascript'], main script, main img, main b").count() == 2  # the names' <b>


async def test_nothing_is_loaded_from_elsewhere(box: Sandbox, ask: Ask) -> None:
    await ask("chat_postMessage", channel=OPS, text="x", blocks=[{"type": "image", "alt_text": "推移", "image_url": "https://e.example/x.png"}])  # fmt: skip
    asked: list[str] = []
    async with chromium() as browser:
        page = await browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(f"{box.slack}/")
        await expect(page.get_by_role("img", name="推移")).to_be_visible()
    assert [url for url in asked if not url.startswith((box.slack, "data:"))] == []


async def test_a_post_appears_without_a_reload(box: Sandbox, ask: Ask) -> None:
    async with opened(box) as page:
        await expect(page.get_by_text("まだ投稿はありません。")).to_be_visible()
        await ask("chat_postMessage", channel=OPS, text="いま届きました")
        await expect(page.locator("main").get_by_text("いま届きました")).to_be_visible()


async def test_an_edit_and_a_removal_leave_their_marks(box: Sandbox, ask: Ask) -> None:
    first, second = [(await ask("chat_postMessage", channel=OPS, text=text))["ts"] for text in ("一", "二")]
    await ask("chat_update", channel=OPS, ts=first, text="三")
    await ask("chat_delete", channel=OPS, ts=second)
    async with opened(box) as page:
        await expect(page.locator(f"[data-ts='{first}']")).to_contain_text("（編集済み）")
        await expect(page.locator(f"[data-ts='{second}']")).to_contain_text("削除されました")
        assert "二" not in await page.locator("main").inner_text()


async def test_another_channel_is_one_click_away(box: Sandbox, ask: Ask) -> None:
    await ask("chat_postMessage", channel="#sagebase-ops-fallback", text="予備の知らせ")
    async with opened(box, WIDTHS["phone"]) as page:
        await page.get_by_role("link", name="sagebase-ops-fallback").click()
        await expect(page.get_by_text("予備の知らせ")).to_be_visible()


async def test_the_page_says_that_slack_is_down(box: Sandbox) -> None:
    box.world.play("slack-down")
    async with opened(box) as page:
        await expect(page.get_by_text("Slack が止まっています")).to_be_visible()
