"""The second route on real sockets: a small SMTP server and a small HTTP one that note what they were given."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from sagebase_ops.app.lookouts import Pagers
from sagebase_ops.errors import PagerError
from sagebase_ops.pager.base import Page
from sagebase_ops.pager.email import Email
from sagebase_ops.pager.webhook import Webhook

PAGE = Page("abc", "【sagebase-ops】Slack に届きません", "エラー率 12 %\n次の連絡: 09:30")


@asynccontextmanager
async def mail_server() -> AsyncIterator[tuple[int, list[str]]]:
    """Takes every mail; yields its port and the lines that it was told."""
    told: list[str] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        in_data = False
        while line := (await reader.readline()).decode():
            told.append(line.rstrip("\r\n"))
            if in_data:
                in_data = line != ".\r\n"
                if not in_data:
                    writer.write(b"250 taken\r\n")
                continue
            word = line.split()[0].upper()
            in_data = word == "DATA"
            writer.write({"DATA": b"354 go on\r\n", "QUIT": b"221 bye\r\n"}.get(word, b"250 fine\r\n"))
        writer.close()

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1], told


@asynccontextmanager
async def web_server(status: int = 200) -> AsyncIterator[tuple[str, list[dict[str, str]]]]:
    """Answers every POST with `status`; yields its address and the bodies."""
    bodies: list[dict[str, str]] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length: ")[1].split("\r\n")[0])
        bodies.append(json.loads(await reader.readexactly(length)))
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        writer.close()

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/secret", bodies


def email(port: int) -> Email:
    return Email("127.0.0.1", port, "none", "ops@localhost", ("sato@localhost", "lead@localhost"))


async def test_an_email_reaches_everybody_with_the_pages_own_id() -> None:
    async with mail_server() as (port, told):
        await email(port).send(PAGE)
    assert {"rcpt TO:<sato@localhost>", "rcpt TO:<lead@localhost>"} <= set(told)
    assert "Message-ID: <abc@sagebase-ops>" in told


async def test_a_mail_server_that_is_not_there_is_an_error_in_words() -> None:
    with pytest.raises(PagerError, match=r"no e-mail over 127\.0\.0\.1:1: ConnectionRefusedError"):
        await email(1).send(PAGE)


async def test_a_webhook_gets_id_subject_and_text() -> None:
    async with web_server() as (address, bodies):
        await Webhook(address).send(PAGE)
    assert bodies == [{"id": "abc", "subject": PAGE.subject, "text": PAGE.text}]


async def test_a_refused_webhook_is_an_error_that_does_not_tell_its_address() -> None:
    async with web_server(500) as (address, _):
        with pytest.raises(PagerError, match=r"HTTP 500") as refused:
            await Webhook(address).send(PAGE)
    assert "secret" not in str(refused.value)


async def test_one_way_that_works_is_enough() -> None:
    async with web_server() as (address, bodies):
        await Pagers([email(1), Webhook(address)]).send(PAGE)
        with pytest.raises(PagerError):
            await Pagers([email(1)]).send(PAGE)
    assert len(bodies) == 1
