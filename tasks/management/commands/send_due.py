import signal
from contextlib import contextmanager

from django.conf import settings
from django.core.management import CommandError

from accounts.management.base import ExampleCommand
from tasks.listening import Listener
from tasks.sending import Sender, Thread

AT_MOST = 60  # seconds
SIGNALS = [signal.SIGTERM, signal.SIGINT]


class Command(ExampleCommand):
    help = (
        "Send the reminders and digests that are due. Web processes do that by themselves, unless"
        " SEND_IN_WEB is off. With --loop, go on until SIGTERM, which ends it after the mail in"
        " hand."
    )
    example = "manage.py send_due --loop"

    def add_arguments(self, parser):
        parser.add_argument("--loop", action="store_true", help="go on, and sleep in between")
        parser.add_argument(
            "--at-most",
            type=int,
            default=AT_MOST,
            metavar="SECONDS",
            help="with --loop: the longest sleep while the database can't tell of new reminders,"
            f" since a pooler is in between or the connection was lost (default: {AT_MOST})",
        )

    def handle(self, *, loop, at_most, **options):
        if not (settings.HAS_MAIL or settings.DEBUG):
            raise CommandError("There is no mail server: set EMAIL_URL.")
        if at_most < 1:
            raise CommandError("--at-most takes a number of seconds, at least 1.")
        if loop:
            go_on(at_most)
            return
        sender = Sender()
        with interrupted_by(sender.stop):
            sender.look()
        self.stdout.write(f"Sent {sender.sent}; {sender.failed} failed.")


def go_on(at_most):
    """Send until SIGTERM or SIGINT, and then finish the mail in hand.

    Web processes that send by themselves give no notice (tasks.bell), and may have ended.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # also for the thread: it inherits this
    thread = Thread()
    listener = Listener(thread.sender, at_most)
    thread.start()
    if not settings.SEND_IN_WEB:
        listener.start()
    while thread.is_alive() and not signal.sigtimedwait(SIGNALS, 1):
        pass
    thread.stop()


@contextmanager
def interrupted_by(stop):
    """Call stop() at SIGTERM or SIGINT, for the length of the block."""
    before = {number: signal.signal(number, lambda *_: stop()) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
