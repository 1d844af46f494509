"""Pages by e-mail, over SMTP. Source: the standard library's smtplib and email."""

import asyncio
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal

from sagebase_ops.errors import PagerError
from sagebase_ops.pager.base import Page

Security = Literal["starttls", "tls", "none"]

_PATIENCE_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Email:
    """A server, and who writes to whom through it. Without a `user` nobody logs in."""

    host: str
    port: int
    security: Security
    sender: str
    to: tuple[str, ...]
    user: str | None = None
    password: str | None = None

    async def send(self, page: Page) -> None:
        """One message to all of `to`. Raises PagerError."""
        try:
            await asyncio.to_thread(self._send, self._written(page))
        except (OSError, smtplib.SMTPException) as error:
            raise PagerError(f"no e-mail over {self.host}:{self.port}: {type(error).__name__}: {error}") from error

    def _written(self, page: Page) -> EmailMessage:
        mail = EmailMessage()
        mail["Subject"], mail["From"], mail["To"] = page.subject, self.sender, ", ".join(self.to)
        mail["Message-ID"] = f"<{page.id}@sagebase-ops>"
        mail.set_content(page.text)
        return mail

    def _send(self, mail: EmailMessage) -> None:
        context = ssl.create_default_context()
        if self.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=_PATIENCE_SECONDS, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=_PATIENCE_SECONDS)
        with server:
            if self.security == "starttls":
                server.starttls(context=context)
            if self.user:
                server.login(self.user, self.password or "")
            server.send_message(mail)
