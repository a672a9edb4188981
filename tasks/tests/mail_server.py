"""A real mail server on this machine, with the answers that a test chooses."""

import asyncio
import contextlib
import logging
import socket
import time
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller
from django.test import override_settings


class MailServer:
    """Keeps the mails that it accepts, and answers each recipient as `answers` says.

    An answer is a line of SMTP, "cut" to end the connection instead, or a number of seconds after
    which a mail that was accepted is answered. Recipients that aren't named are accepted.
    """

    def __init__(self):
        self.answers = {}
        self.mails = []
        self.arrived = []  # seconds since 1970
        self.attempts = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.attempts += 1
        answer = self.answers.get(address, "250 OK")
        if answer == "cut":
            server.transport.abort()
            return "421 Gone"
        accepts = isinstance(answer, float) or answer.startswith("250")
        envelope.wait = answer if isinstance(answer, float) else 0
        if accepts:
            envelope.rcpt_tos.append(address)
            return "250 OK"
        return answer

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        self.arrived.append(time.time())
        await asyncio.sleep(envelope.wait)
        return "250 Accepted"

    @property
    def ids(self):
        return [mail["Message-ID"] for mail in self.mails]


logging.getLogger("mail.log").setLevel("WARNING")  # aiosmtpd logs each line


@contextlib.contextmanager
def listening():
    """Yield a MailServer on a free port."""
    handler = MailServer()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        handler.port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port, ready_timeout=30)
    controller.start()
    try:
        yield handler
    finally:
        controller.stop()


@contextlib.contextmanager
def mail_server():
    """Yield a MailServer, to which Django sends for the length of the block."""
    with (
        listening() as handler,
        override_settings(
            EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=handler.port,
            EMAIL_USE_TLS=False,
            EMAIL_TIMEOUT=2,
            HAS_MAIL=True,
        ),
    ):
        yield handler
