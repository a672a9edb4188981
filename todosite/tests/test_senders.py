"""Senders as processes: killed, stopped, and in the workers of the real server."""

import signal
import time
from datetime import timedelta
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connections
from django.test import override_settings

from accounts.tests.people import add_user
from tasks import bell, sending
from tasks.listening import Listener
from tasks.management.commands import send_due
from tasks.reminders import SENT, Reminder
from tasks.sending import Sender
from tasks.tests.mail_server import mail_server
from todosite.management.commands.doctor import of_the_sender, reminders
from todosite.tests.kills import SLOW, add_reminders, begin, end
from todosite.tests.production import database_url, serve


@pytest.fixture
def server():
    with mail_server() as server:
        yield server


@pytest.mark.exhaustive
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("how", "most"), [(signal.SIGKILL, 1), (signal.SIGTERM, 0)])
def test_nothing_is_missing_and_at_most_the_mail_in_hand_comes_twice(server, how, most):
    """`python -m todosite.tests.kills` does the same 48 times, with 1,000 reminders."""
    server.answers = {"ann@example.org": SLOW}
    missing, doubled = end(server, 100, how)
    assert missing == 0
    assert doubled <= most
    assert not Reminder.objects.exclude(state=SENT).exists()


@pytest.mark.exhaustive
@pytest.mark.django_db(transaction=True)
def test_loop_hears_of_what_others_write_and_ends_at_sigterm(server, settings):
    settings.SEND_IN_WEB = False
    loop = begin(server, "--loop", "--at-most", "3600")
    add_reminders(add_user(), 1)
    for number in [1, 2]:
        for _ in range(300):
            if len(server.mails) == number:
                break
            time.sleep(0.1)
        Reminder.objects.send_again()
    loop.terminate()
    loop.join(30)
    assert loop.exitcode == 0
    assert len(server.mails) >= 2


@pytest.mark.parametrize("sends_in_web", [True, False])
def test_loop_trusts_in_notices_only_where_web_processes_give_them(settings, sends_in_web):
    settings.SEND_IN_WEB = sends_in_web
    with (
        mock.patch.object(send_due, "Thread") as thread,
        mock.patch.object(send_due, "signal"),
        mock.patch.object(Listener, "start", autospec=True) as start,
    ):
        thread().is_alive.return_value = False
        send_due.go_on(60)
    assert thread().sender.at_most == 60
    assert start.called is not sends_in_web


@pytest.mark.parametrize("error", [OperationalError, RuntimeError])
def test_sender_looks_by_itself_once_notices_end(error):
    sender, seen = Sender(), []

    def listen(listener):
        seen.append((bell.rung.is_set(), sender.at_most))
        sender.at_most = sending.AT_MOST
        if len(seen) == 2:
            sender.stop()
        raise error

    bell.rung.clear()
    with (
        mock.patch("tasks.listening.connection_apart", lambda: connections["default"]),
        mock.patch.object(Listener, "listen", listen),
    ):
        Listener(sender, 0.01).run()
    assert seen == [(False, 0.01), (True, 0.01)]
    assert sender.at_most == 0.01


@pytest.mark.exhaustive
@pytest.mark.django_db(transaction=True)
def test_workers_send_and_finish_the_mail_in_hand_at_the_end(server, static_root):
    """gunicorn's SIGTERM ends a worker: its mail in hand is settled, and goes out once."""
    add_reminders(add_user(), 40)
    server.answers = {"ann@example.org": 0.1}
    changes = {"STATIC_ROOT": static_root, "EMAIL_URL": f"smtp://127.0.0.1:{server.port}"}
    with serve(DATABASE_URL=database_url(), WEB_CONCURRENCY="2", **changes):
        for _ in range(300):
            if len(server.mails) > 4:
                break
            time.sleep(0.1)
    assert 4 < len(server.mails) < 40
    assert len(set(server.ids)) == len(server.ids)
    sent = Reminder.objects.filter(state=SENT)
    assert sent.count() == len(server.ids)
    assert not Reminder.objects.waiting().exclude(attempt=0).exists()


@pytest.mark.exhaustive
@pytest.mark.django_db(transaction=True)
def test_sleeping_sender_is_woken_by_what_writes_a_reminder(server):
    thread = sending.Thread()
    thread.start()
    try:
        ann = add_user(time_zone="UTC")
        time.sleep(0.5)  # it has looked, and found nothing
        task = ann.tasks.create(title="Milk")
        soon = ann.now() + timedelta(seconds=2)
        task.set_reminders(moments=[(soon.date(), soon.time())])
        for _ in range(100):
            if server.mails:
                break
            time.sleep(0.1)
    finally:
        thread.stop()
    assert server.arrived[0] >= soon.timestamp()
    assert not thread.is_alive()
    assert Reminder.objects.get().state == SENT


@pytest.mark.django_db
def test_request_wakes_the_sender_at_most_once_a_minute(client):
    client.force_login(add_user())
    bell.rung.clear()
    bell.looked()
    client.get("/today/")
    assert not bell.rung.is_set()
    with mock.patch.object(bell, "AGAIN", -1):
        client.get("/today/")
    assert bell.rung.is_set()


@pytest.mark.django_db
def test_doctor_counts_late_reminders_and_misses_a_sender(server):
    ann = add_user()
    add_reminders(ann, 2)
    with override_settings(SEND_IN_WEB=True):
        assert [bool(finding.advice) for finding in reminders()] == [False, False]
        Reminder.objects.update(moment="2026-01-01T00:00Z")
        first, second = reminders()
    assert (first.fact, bool(first.advice)) == (
        "reminders that are more than 15 minutes late: 2",
        True,
    )
    assert second.fact == "web processes send reminders: none was seen yet"
    assert second.advice.startswith("start the web processes")
    Sender().be_seen()
    with override_settings(SEND_IN_WEB=True):
        *_, seen = reminders()
    assert seen.fact.startswith("web processes send reminders: one was seen at 20")
    assert not seen.advice
    with override_settings(SEND_IN_WEB=False):
        assert of_the_sender(None, 0).advice.startswith("run manage.py send_due --loop")
        call_command("send_due")
        *_, seen = reminders()
    assert seen.fact.startswith("senders of reminders: one was seen at 20")
    assert len(server.mails) == 2


@pytest.mark.django_db
def test_test_mail_shows_the_servers_answer(server, capsys):
    call_command("send_test_mail", "ann@example.org")
    assert server.mails[0]["Auto-Submitted"] == "auto-generated"
    assert capsys.readouterr().out.startswith("Given to 127.0.0.1.")
    server.answers = {"ben@example.org": "550 No such user"}
    with pytest.raises(CommandError, match="No such user"):
        call_command("send_test_mail", "ben@example.org")
    with pytest.raises(CommandError, match="email"):
        call_command("send_test_mail", "ben")


def test_process_sends_only_if_it_is_to_send():
    with override_settings(SEND_IN_WEB=False):
        sending.start()
    assert sending.threads == []
