"""The page's buttons press, in real Chromium: what a person does there, the app hears."""

import httpx
import pytest
from playwright.async_api import expect

from sagebase_ops.domain.presses import PressAnswer
from sagebase_ops.sandbox.server import Sandbox
from sagebase_ops.slack.pressing import Desk
from sagebase_ops.slack.socket import PressSocket
from tests.pressing import MODAL, Decisions, client_of, hand_on, seen
from tests.sandbox.test_slack_page import CONTRASTS, SCHEMES, WIDTHS, opened


async def test_a_button_on_the_page_presses_as_whoever_is_chosen(box: Sandbox) -> None:
    handler = Decisions()
    socket = PressSocket("xapp-sandbox-sagebase-ops", Desk(handler, client_of(box)), box.slack)
    await socket.look()
    async with hand_on(box), opened(box) as page:
        await page.get_by_label("押す人").select_option("技術責任者")
        await page.get_by_role("button", name="ack", exact=True).click()
        await seen(lambda: len(handler.taken) == 1)
        await page.get_by_role("main").get_by_role("combobox").select_option("30m")
        await seen(lambda: len(handler.taken) == 2)
        await expect(page.get_by_role("status")).to_have_text("")
    await socket.stop()
    assert [(one.action, one.user, one.value) for one in handler.taken] == [
        ("ack", "U0TECHLEAD", "group-1"),
        ("ack_eta", "U0TECHLEAD", "30m"),
    ]


async def test_the_page_says_when_nobody_listens(box: Sandbox) -> None:
    async with hand_on(box), opened(box) as page:
        await page.get_by_role("button", name="ack", exact=True).click()
        await expect(page.get_by_role("status")).to_have_text("押しましたが、聞いているアプリがありません。")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS.keys())
async def test_a_modal_is_drawn_refused_with_what_was_typed_and_closed(box: Sandbox, width: int, scheme: str) -> None:
    handler = Decisions(silence=PressAnswer(modal=MODAL))
    socket = PressSocket("xapp-sandbox-sagebase-ops", Desk(handler, client_of(box)), box.slack)
    await socket.look()
    async with hand_on(box), opened(box, width, scheme) as page:
        await page.get_by_role("button", name="silence").click()
        dialog = page.get_by_role("dialog", name="通知を止める")
        await dialog.get_by_label("期限").select_option("30m")
        await dialog.get_by_label("理由").fill("入れ替え作業")
        handler.answers["silence"] = PressAnswer(mistakes={"reason": "もっと詳しく"})
        await dialog.get_by_role("button", name="止める").click()
        await expect(dialog.get_by_role("alert")).to_have_text("もっと詳しく")
        await expect(dialog.get_by_label("理由")).to_have_value("入れ替え作業")
        assert await page.evaluate("document.documentElement.scrollWidth") == width
        assert [line for line in await page.evaluate(CONTRASTS) if line[0] < 4.5] == []
        handler.answers["silence"] = PressAnswer()
        await dialog.get_by_role("button", name="止める").click()
        await expect(dialog).to_have_count(0)
    await socket.stop()
    assert handler.taken[-1].fields == {"until": "30m", "reason": "入れ替え作業", "note": ""}


async def test_a_modal_can_be_given_up(box: Sandbox) -> None:
    handler = Decisions(silence=PressAnswer(modal=MODAL))
    socket = PressSocket("xapp-sandbox-sagebase-ops", Desk(handler, client_of(box)), box.slack)
    await socket.look()
    async with hand_on(box), opened(box) as page:
        await page.get_by_role("button", name="silence").click()
        await page.get_by_role("button", name="キャンセル").click()
        await expect(page.get_by_role("dialog")).to_have_count(0)
    await socket.stop()
    assert len(handler.taken) == 1


@pytest.mark.parametrize("path", ["/press", "/submit", "/close"])
async def test_another_sites_page_cannot_press(box: Sandbox, path: str) -> None:
    async with hand_on(box) as hand, httpx.AsyncClient(base_url=box.slack, trust_env=False) as browser:
        body = f'{{"action_id": "ack", "user": "U0SATO0001", "ts": "{hand.ts}"}}'
        as_a_form = await browser.post(path, content=body, headers={"Content-Type": "text/plain"})
        preflight = await browser.options(path, headers={"Origin": "https://e.example"})
    assert as_a_form.status_code == 415
    assert "access-control-allow-origin" not in preflight.headers
    assert box.world.slack.presses == []
