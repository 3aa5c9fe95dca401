"""A mail server on loopback that takes mail, or does what mail servers do instead."""

import asyncio
from email import message_from_bytes
from email.message import Message

from aiosmtpd.controller import Controller

from tests.site_server import free_port


class MailServer:
    """Use it as a context manager. `behaviour` may be changed while it runs.

    "take" · "refuse" (550) · "greylist" (451 at first, then it takes) · "hang" · "drop" (it takes the mail,
    and ends the connection without an answer).
    """

    def __init__(self, behaviour: str = "take", delay: float = 0) -> None:
        self.behaviour = behaviour
        self.delay = delay  # seconds between taking a mail and saying so
        self.refused: set[str] = set()  # recipients it does not take, while it takes others
        self.mails: list[Message] = []
        self.tries = 0
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())

    @property
    def port(self) -> int:
        return self._controller.port

    def __enter__(self) -> "MailServer":
        self._controller.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._controller.stop()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 (the names are aiosmtpd's)
        if address in self.refused:
            return "450 come back in a minute"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.tries += 1
        if self.behaviour == "refuse":
            return "550 no such user here"
        if self.behaviour == "greylist" and self.tries == 1:
            return "451 come back in a minute"
        if self.behaviour == "hang":
            await asyncio.sleep(60)
        mail = message_from_bytes(envelope.original_content)
        mail["X-Envelope-To"] = ", ".join(envelope.rcpt_tos)
        self.mails.append(mail)
        await asyncio.sleep(self.delay)
        if self.behaviour == "drop":
            server.transport.abort()
        return "250 OK"
