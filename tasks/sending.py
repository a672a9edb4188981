"""The sender of reminders and digests, which sleeps until the next one is due.

Each delivery is claimed by one committed statement, for the length of a lease; looked at once more,
with its task; sent outside of any transaction; and settled if the claim is still the sender's own.
So several senders share the work, on any number of machines, and the deliveries of a killed sender
are sent by another. It may have sent its last mail already: then this mail goes out twice,
with the same Message-ID. docs/decisions/own-sender.md has the reasons.
"""

import logging
import math
import re
import smtplib
import threading
import time
from contextlib import suppress
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.core.cache import cache
from django.core.mail import get_connection
from django.db import Error, connection, connections
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from tasks import bell
from tasks.envelopes import NotWanted, envelope
from tasks.reminders import FAILED, OFF, SENT, Digest, Reminder

log = logging.getLogger(__name__)

MODELS = [Reminder, Digest]
BATCH = 20
LEASE = timedelta(minutes=5)
# A mail may take some commands of EMAIL_TIMEOUT each, so none begins in the rest of a lease.
LAST_START = timedelta(minutes=3)
BACKOFF = [timedelta(minutes=n) for n in [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60]]
# Seconds, while the mail server can't be reached. Each try asks the database, which shall sleep.
PAUSES = [30, 60, 120, 300, 900, 3600]
AWAY = [1, 2, 5, 10, 30, 60, 300]  # seconds, while the database can't be reached
AT_MOST = 6 * 3600  # seconds of sleep, in case that clocks differ
# Seconds after which a sender looks whether another one has sent what it claimed. The database is
# awake then; at the end of the lease it would be woken, or kept awake, for nothing.
RECHECK = 20
SEEN = "tasks.sending.seen"  # in the cache: when a sender last looked
SEEN_EVERY = 60  # seconds between two notes of that
JOIN = 15  # seconds that the end of a process waits for the mail in hand

CLAIM = """
WITH due AS MATERIALIZED (
    SELECT id FROM {table}
    WHERE state = 'waiting' AND next_at <= statement_timestamp()
    ORDER BY next_at LIMIT %s FOR UPDATE SKIP LOCKED)
UPDATE {table} AS row SET next_at = statement_timestamp() + %s, attempt = attempt + 1
FROM due WHERE row.id = due.id RETURNING row.id, row.attempt, row.moment
"""
NEXT = """
SELECT extract(epoch FROM next_at - statement_timestamp()), attempt
FROM ({firsts}) AS firsts ORDER BY next_at LIMIT 1
"""
FIRST = "(SELECT next_at, attempt FROM {table} WHERE state = 'waiting' ORDER BY next_at LIMIT 1)"


class Sender:
    """Sends due mails. One process needs one; any number of them may run at the same time."""

    def __init__(self):
        self.at_most = AT_MOST  # the longest sleep, in seconds
        self.is_stopping = threading.Event()
        self.sent = self.failed = 0
        self.pauses = 0  # in a row, since the mail server can't be reached
        self.seen_at = 0
        self.has_rechecked = False

    def run(self):
        """Send whenever something is due, until stop() is called."""
        fails = 0
        while not self.is_stopping.is_set():
            bell.rung.clear()
            try:
                seconds = self.look()
                fails = 0
            except Error:
                seconds = AWAY[min(fails, len(AWAY) - 1)]
                fails = fails + 1
                log.warning("No database for reminders; the next try is in %s s.", seconds)
            except Exception:  # a thread that ends would be missed by no one
                seconds = AWAY[-1]
                fails = fails + 1
                log.exception("The sender of reminders failed; the next try is in %s s.", seconds)
            finally:
                connection.close()
            rest = min(1, max(0.1, seconds))  # however often the bell rings
            if not self.is_stopping.wait(rest):  # stop() may have rung before the bell was cleared
                bell.rung.wait(max(0, seconds - rest))

    def stop(self):
        """Have run() end once the mail in hand is sent."""
        self.is_stopping.set()
        bell.rung.set()

    def look(self):
        """Send all that is due. Return the seconds until something is."""
        bell.looked()
        self.send_due()
        self.be_seen()
        if self.pauses:
            return PAUSES[min(self.pauses, len(PAUSES)) - 1]
        seconds, attempt = next_one()
        if attempt and seconds > RECHECK and not self.has_rechecked:
            self.has_rechecked = True
            return RECHECK
        self.has_rechecked = False
        return min(max(0, seconds), self.at_most)

    def be_seen(self):
        """Note for manage.py doctor that a sender is at work, as the database is awake anyway."""
        if not self.seen_at or time.monotonic() - self.seen_at > SEEN_EVERY:
            self.seen_at = time.monotonic()
            cache.set(SEEN, timezone.now(), timeout=None)

    def send_due(self):
        """Send all that is due. Return the numbers of mails that were sent, and that failed."""
        self.sent = self.failed = 0
        self.pauses, pauses = 0, self.pauses
        for model in MODELS:
            while not self.is_stopping.is_set() and (claims := claim(model)):
                if not self.send_batch(model, claims):
                    self.pauses = pauses + 1
                    break
        if self.sent or self.failed:
            log.info("Sent %s reminders and digests; %s failed.", self.sent, self.failed)
        return self.sent, self.failed

    def send_batch(self, model, claims):
        """Send claimed deliveries, (id, attempt, moment). Return whether the server is reachable.

        The rest is given back at a stop, if the lease may not last, or without a server.
        """
        began = time.monotonic()
        claims = list(claims)
        with Line() as line:
            while claims:
                is_late = time.monotonic() - began > LAST_START.total_seconds()
                if self.is_stopping.is_set() or is_late:
                    give_back(model, claims)
                    return True
                try:
                    self.send(line, model, claims[0])
                except Unreachable as error:
                    log.warning("The mail server can't be reached: %s", error)
                    give_back(model, claims, after=PAUSES[0])
                    return False
                claims.pop(0)
        return True

    def send(self, line, model, claim):
        """Send one claimed delivery, and settle it. Raise Unreachable without a mail server."""
        try:
            delivery = patiently(partial(claimed, model, claim))
        except Error:
            raise
        except Exception:  # it waits for the end of its lease, and the others go out
            self.failed += 1
            log.exception(
                "A reminder or digest can't be read: %s %s",
                model.__name__,
                claim[0],
            )
            return
        if delivery is None:
            return
        mine = Settlement(delivery)
        try:
            message = envelope(delivery)
            line.send(message)
        except NotWanted as reason:
            mine.skip(str(reason))
        except Refused as refused:
            self.failed += 1
            mine.fail(refused)
        except Unreachable:
            raise
        except Exception:
            self.failed += 1
            log.exception("A reminder or digest can't be written: %s", delivery)
            mine.fail(Refused("It can't be written; the log has the error."))
        else:
            self.sent += 1
            mine.succeed()


# What a mail server may answer


class Unreachable(Exception):
    """The mail server can't be reached, or serves no client now: no mail is at fault."""


class Refused(Exception):
    """The server refused one mail, with its words: for now, or for good.

    `is_of_address` is whether it said that the address is bad, so that no mail can reach it.
    """

    def __init__(self, answer, for_good=False, is_of_address=False):
        super().__init__(answer)
        self.for_good = for_good
        self.is_of_address = is_of_address


class CutOff(Exception):
    """The connection ended in the middle of a mail."""


class Line:
    """A connection to the mail server, for the mails of a batch; opened again if it was cut off."""

    def __enter__(self):
        self.backend = get_connection()
        self.is_used = False
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        with suppress(Exception):
            self.backend.close()
        self.is_used = False

    def send(self, message):
        """Send a mail. Raise Unreachable or Refused.

        A server may have closed a connection that was used before, so a second one is tried.
        """
        if self.is_used:
            try:
                return self.send_once(message)
            except CutOff:
                self.close()
        try:
            return self.send_once(message)
        except CutOff as error:
            self.close()
            raise Refused(f"The connection was cut off: {error}") from error

    def send_once(self, message):
        message.connection = self.backend
        try:
            self.backend.open()
        except (OSError, smtplib.SMTPException) as error:
            raise Unreachable(words_of(error)) from error
        try:
            message.send()
            self.is_used = True
        except smtplib.SMTPRecipientsRefused as error:
            ((code, answer),) = error.recipients.values()
            raise refusal(code, answer, at_recipient=True) from error
        except smtplib.SMTPDataError as error:
            raise refusal(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPSenderRefused, smtplib.SMTPNotSupportedError) as error:
            self.close()
            raise Unreachable(words_of(error)) from error
        except (OSError, smtplib.SMTPException) as error:
            raise CutOff(words_of(error)) from error


# Enhanced codes that say that a recipient's address is bad, or its mailbox disabled (RFC 3463, 3.2
# and 3.3). 5.1.7 and 5.1.8 are about the sender's address; 5.1.9 is none.
BAD_ADDRESS = re.compile(r"5\.(1\.([0-6]|10)|2\.1)(?!\d)")
ENHANCED = re.compile(r"5\.\d{1,3}\.\d{1,3}(?!\d)")
# Replies to RCPT that say so without one (RFC 5321, 4.2.3): no mailbox, user not local, bad name.
NO_MAILBOX = {550, 551, 553}
# But a client that has to sign in first, or is on a list, gets the same for each address (Exim's
# "relay not permitted"), and none is bad.
OF_CLIENT = re.compile(
    r"relay|authenti|block|spam|polic|denied|prohibited|\bsender\b",
    re.IGNORECASE,
)


def refusal(code, answer, at_recipient=False):
    """Return the error of a server's answer: 5xx is for good, 4xx for now (RFC 5321, 4.2.1).

    at_recipient is whether it answered the recipient's address, and not the mail.
    """
    words = answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)
    for_good = 500 <= code < 600
    is_of_address = for_good and says_bad_address(code, words, at_recipient)
    return Refused(
        f"{code} {words}"[:500],
        for_good,
        is_of_address,
    )


def says_bad_address(code, words, at_recipient):
    """Return whether a 5xx says that the address is bad, and not the mail, or its sender."""
    if ENHANCED.match(words):
        return bool(BAD_ADDRESS.match(words))
    return at_recipient and code in NO_MAILBOX and not OF_CLIENT.search(words)


def words_of(error):
    return " ".join(str(error).split())[:500] or type(error).__name__


# Rows


def claim(model):
    """Take some deliveries that are due, for the length of a lease, in one committed statement.

    Return them as (id, attempt, moment), in the order of their moments.
    """
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(CLAIM.format(table=table), [BATCH, LEASE])
        return sorted(
            cursor.fetchall(),
            key=lambda row: (row[2], row[0]),
        )


def claimed(model, claim):
    """Return a claimed delivery in its present state, with its user and task.

    None if it has changed since: then it waits for another moment, or for none. A task may have
    changed without its reminders, by a process of an earlier version that still runs.
    """
    pk, attempt, moment = claim
    delivery = model.objects.for_sending().filter(pk=pk, attempt=attempt, moment=moment).first()
    if delivery is None or not delivery.is_still_due():
        return None
    return delivery


def give_back(model, claims, after=0):
    """Let other senders take claimed deliveries, after some seconds, as if nothing was tried."""
    columns = {
        "next_at": Now() + timedelta(seconds=after),
        "attempt": F("attempt") - 1,
    }
    for pk, attempt, moment in claims:
        rows = model.objects.waiting().filter(pk=pk, attempt=attempt, moment=moment)
        patiently(partial(rows.update, **columns))


def next_one():
    """Return the seconds until a sender has something to do, and how often that was tried.

    The seconds are infinite if nothing waits. What was tried may be claimed by another sender.
    """
    tables = [connection.ops.quote_name(model._meta.db_table) for model in MODELS]
    firsts = " UNION ALL ".join(FIRST.format(table=table) for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(NEXT.format(firsts=firsts))
        seconds, attempt = cursor.fetchone() or (math.inf, 0)
    return float(seconds), attempt


class Settlement:
    """Writes the result of a claimed delivery, unless another sender has it now."""

    def __init__(self, delivery):
        self.delivery = delivery
        self.rows = (
            type(delivery)
            .objects.waiting()
            .filter(pk=delivery.pk, attempt=delivery.attempt, moment=delivery.moment)
        )

    def succeed(self):
        self.write(SENT)
        if self.delivery.user.mail_failures:
            patiently(self.delivery.user.resume_mail)

    def skip(self, reason):
        self.write(OFF, reason)

    def fail(self, refused):
        """Try again later; give up if the server refused it for good, or too often."""
        if refused.is_of_address:
            user = self.delivery.user
            patiently(partial(user.mark_address, user.email))
        tried = self.delivery.attempt
        if refused.for_good or tried > len(BACKOFF):
            self.write(FAILED, str(refused))
        else:
            next_at = Now() + BACKOFF[tried - 1]
            write = partial(
                self.rows.update,
                next_at=next_at,
                answer=str(refused),
            )
            patiently(write)

    def write(self, state, answer=""):
        patiently(partial(self.delivery.settle, self.rows, state, answer))


def patiently(act):
    """Return the result of act(), also if the database is away for some seconds.

    A sent mail must not be forgotten.
    """
    for seconds in [0.2, 0.5, 1, 2, 5, 10, 20]:
        try:
            return act()
        except Error:
            if connection.in_atomic_block:
                raise
            connection.close()
            time.sleep(seconds)
    return act()


# The sender of a process


class Thread(threading.Thread):
    """A sender in a thread of its own, with a connection outside the pool."""

    def __init__(self):
        super().__init__(name="sender", daemon=True)
        self.sender = Sender()

    def run(self):
        connections["default"] = connection_apart()
        self.sender.run()

    def stop(self):
        self.sender.stop()
        self.join(JOIN)


def connection_apart():
    """Return a connection of this thread's own, outside the pool, which closes after each use."""
    wrapper = connections["default"]
    options = dict(wrapper.settings_dict["OPTIONS"])
    options.pop("pool", None)
    own = {
        "OPTIONS": options,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
    }
    return type(wrapper)(wrapper.settings_dict | own, "default")


threads = []


def start():
    """Start the sender of a web process, after it was forked, if this process sends."""
    if settings.SEND_IN_WEB and not threads:
        threads.append(Thread())
        threads[0].start()


def retire():
    """Have the sender of this process begin no other mail, without waiting for the one in hand."""
    for thread in threads:
        thread.sender.stop()


def stop():
    """End the sender of this process, once the mail in hand is sent."""
    while threads:
        threads.pop().stop()
