"""A real mail server on this machine, whose answers a test decides."""

import asyncio
import contextlib
import socket
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller
from django.test import override_settings


class MailServer:
    """Keeps the mails that it accepts, and answers each recipient as `answers` says.

    An answer is a line of SMTP, "cut" to end the connection instead, or a number of seconds to wait
    before the mail is accepted. Recipients that aren't named are accepted.
    """

    def __init__(self):
        self.answers = {}
        self.mails = []
        self.attempts = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.attempts += 1
        answer = self.answers.get(address, "250 OK")
        if answer == "cut":
            server.transport.abort()
            return "421 Gone"
        envelope.wait = answer if isinstance(answer, float) else 0
        if envelope.wait or answer.startswith("250"):
            envelope.rcpt_tos.append(address)
            return "250 OK"
        return answer

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        await asyncio.sleep(envelope.wait)
        return "250 Accepted"

    @property
    def ids(self):
        return [mail["Message-ID"] for mail in self.mails]


@contextlib.contextmanager
def mail_server():
    """Yield a MailServer on a free port, to which Django sends for the length of the block."""
    handler = MailServer()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        handler.port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port, ready_timeout=30)
    controller.start()
    try:
        with override_settings(
            EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=handler.port,
            EMAIL_USE_TLS=False,
            EMAIL_TIMEOUT=2,
            HAS_MAIL=True,
        ):
            yield handler
    finally:
        controller.stop()
