"""Render every page and fragment into a folder, to compare two commits.

    .venv/bin/python -m todosite.tests.every_page FOLDER [--html]

Run it at both commits, then `diff -r before after`: templates that were only reformatted show no
difference. Each file holds one answer, with an element or a text on each line. Spaces between tags,
the order and quotes of attributes, tokens and keys are left out. With --html it holds the answer
unchanged, for a browser, which may show spaces between words and icons. At the end it names our
templates that were never rendered.
"""

import argparse
import contextlib
import logging
import os
import re
import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from unittest import mock
from urllib.parse import quote
from zoneinfo import ZoneInfo

from todosite.tests import environment  # noqa: F401  before Django's settings are read

os.environ["DJANGO_SETTINGS_MODULE"] = "todosite.settings"

import django
import jinja2

django.setup()

from allauth.account.forms import EmailAwarePasswordResetTokenGenerator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import OperationalError, connection
from django.template.loader import render_to_string
from django.test import Client, RequestFactory, override_settings
from django.test.signals import template_rendered
from django.test.utils import setup_test_environment
from django.urls import reverse
from django.utils import timezone
from psycopg.errors import QueryCanceled

from accounts.models import User
from accounts.tests.people import add_user, login_by_second_factor
from tasks.exporting.files import write_export
from tasks.mail_links import Completing, Snoozing, Stopping
from tasks.mails import digest_mail, reminder_mail
from tasks.tests.pages import HTMX
from todosite.environment import BASE_DIR
from todosite.tests.html import hidden, parsed, select
from todosite.views import away, slow

NOW = datetime(2026, 3, 25, 14, 30, tzinfo=ZoneInfo("Europe/Berlin"))
TOMORROW = NOW + timedelta(days=1)
ODD = "<b>Tom & “Jerry”</b> O'Brien"  # This text would break a page that doesn't escape it.

MASKS = [
    (r"(/mail/\w+/)[^/\s]+", r"\1TOKEN"),
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID"),
    (r"\b[A-Za-z0-9]{64}\b|\b[0-9a-z]{6}-[0-9a-f]{32}\b", "TOKEN"),
    (r"\b[A-Z2-7]{32}\b", "SECRET"),
    (r"[0-9a-z]{8}(\n[0-9a-z]{8}){3,}", "CODES"),
    (r"data:image\S+", "DATA"),
    (r"where it is \d\d:\d\d", "where it is TIME"),
    (r"(\d+\xa0(second|minute|hour|day|week|month|year)s?(, )?)+ ago|\bnow\b", "A WHILE ago"),
]
ERRORS = ["400", "403", "403_csrf", "404", "405", "429", "500", "503"]


def masked(text):
    for pattern, word in MASKS:
        text = re.sub(pattern, word, text)
    return text


def lines_of(element):
    """Yield an element of lxml's as lines."""
    names = sorted(element.attrib)
    if element.tag == "svg" and element.getparent().get("aria-hidden"):
        names = [name for name in names if name != "aria-hidden"]  # it says nothing there
    attributes = [f'{name}="{value_of(element, name)}"' for name in names]
    yield masked(" ".join([f"<{element.tag}", *attributes]) + ">")
    yield from text_lines(element.text, element)
    for child in element:
        if isinstance(child.tag, str):
            yield from lines_of(child)
        yield from text_lines(child.tail, element)
    yield f"</{element.tag}>"


def value_of(element, name):
    if name == "data-etag" or element.get("id") == "js_data":
        return "MASKED"
    value = " ".join(element.get(name).split())
    return value.replace("{ ", "{") if name == "content" else value


def text_lines(text, parent):
    if not text:
        return
    if parent.tag in {"textarea", "pre"}:
        yield repr(masked(text))
    elif parent.tag == "script":
        yield "SCRIPT"
    elif words := " ".join(text.split()):
        yield masked(words)


class Rounds:
    """Requests pages, and keeps each answer in a file of its own."""

    def __init__(self, folder, as_html):
        self.folder, self.as_html, self.number, self.client = folder, as_html, 0, Client()
        self.client.raise_request_exception = False

    def keep(self, name, text, head=()):
        self.number += 1
        slug = re.sub(r"\W+", "-", masked(name)).strip("-")[:80]
        path = self.folder / f"{self.number:03}-{slug}"
        if self.as_html:
            path.with_suffix(".html").write_text(text)
            return
        body = lines_of(parsed(text)) if text.strip() else []
        path.with_suffix(".txt").write_text("\n".join([*head, *body, ""]))

    def ask(self, method, url, data=None, headers=None, **extra):
        response = getattr(self.client, method)(url, data or {}, headers=headers or {}, **extra)
        names = ["Location", "HX-Redirect", "Vary", "Allow", "Retry-After", "Refresh"]
        head = [f"{name}: {response[name]}" for name in names if name in response]
        is_page = response["Content-Type"].startswith("text/html")
        text = response.content.decode() if is_page else ""
        name = f"{method} {'htmx ' if headers else ''}{url}"
        asked = masked(f"{name} {data or ''}")
        self.keep(name, text, [asked, str(response.status_code), *map(masked, head)])
        return response

    def get(self, *urls):
        for url in urls:
            self.ask("get", url)

    def part(self, *urls):
        """Request a fragment, as htmx does."""
        for url in urls:
            self.ask("get", url, headers=HTMX)

    def post(self, url, **data):
        """Send a form without JavaScript, and follow its redirect."""
        response = self.ask("post", url, data)
        if response.status_code in (301, 302):
            self.get(response["Location"])
        return response

    def act(self, url, **data):
        """Send a form by htmx."""
        return self.ask("post", url, data, headers=HTMX)

    def fields(self, url):
        """Return the hidden fields of the last form of a page."""
        return hidden(select(self.client.get(url), "form")[-1])


def every_page(rounds):
    """Request all pages, as visitors and as users, in an order that fills the pages."""
    signed_out(rounds)
    call_command("demo_data", really=True, password="demo-Password-1", verbosity=0)
    maya = User.objects.get()
    User.objects.filter(pk=maya.pk).update(time_zone="Europe/Berlin")
    maya.refresh_from_db()
    rounds.client.force_login(maya)
    listings(rounds, maya)
    adding(rounds)
    tasks(rounds, maya)
    repeats(rounds, maya)
    reminders(rounds, maya)
    steps(rounds, maya)
    lists_and_tags(rounds, maya)
    searches(rounds, maya)
    several(rounds, maya)
    history(rounds, maya)
    trash(rounds, maya)
    accounts(rounds, maya)
    listings(rounds, maya)
    nothing(rounds)
    errors(rounds)
    admin(rounds, maya)


def signed_out(rounds):
    rounds.get("/", "/accounts/login/", "/accounts/login/?next=/inbox/", "/accounts/signup/")
    rounds.post("/accounts/login/", login="nobody@example.org", password="wrong")
    rounds.post("/accounts/signup/", email="x", password1="short")
    rounds.get("/accounts/password/reset/", "/accounts/password/reset/done/")
    rounds.get("/accounts/confirm-email/", "/accounts/inactive/", "/accounts/2fa/authenticate/")
    rounds.get("/accounts/password/reset/key/1-set-password/", "/accounts/login/code/confirm/")
    rounds.get("/accounts/confirm-email/wrong/")
    rounds.post("/tasks/add/", text=ODD)
    rounds.act("/tasks/add/", text=ODD)
    rounds.act("/tasks/read/", text=ODD)
    rounds.get("/inbox/", "/nowhere/")
    with override_settings(SIGNUP_OPEN=False):
        rounds.get("/", "/accounts/signup/", "/accounts/login/")
    for theme in ("light", "dark"):
        rounds.client.cookies["theme"] = theme
        rounds.get("/", "/accounts/login/")
    rounds.client.cookies.clear()
    ann = add_user("reset@example.org", password="Corr3ct-horse!")
    token = EmailAwarePasswordResetTokenGenerator().make_token(ann)
    rounds.get(f"/accounts/password/reset/key/{user_pk_to_url_str(ann)}-{token}/")
    rounds.post("/accounts/password/reset/", email="reset@example.org")
    rounds.post("/accounts/signup/", email="new@example.org", password1="an0ther-Horse!")
    User.objects.all().delete()
    rounds.client = Client(raise_request_exception=False)


def listings(rounds, user):
    """Request each listing, alone and next to a task."""
    one, two = user.lists.by_hand()[:2]
    tag = user.tags.order_by("pk").first()
    urls = ["/today/", "/upcoming/", "/upcoming/?from=2026-03-30", "/upcoming/?from=9999-12-25"]
    urls += ["/inbox/", "/completed/", f"/completed/?list={one.pk}", "/tasks/"]
    urls += ["/tasks/?status=pending&limit=5", "/tasks/?status=completed&page=2&limit=4"]
    urls += ["/tasks/?limit=5&page=3", one.get_absolute_url(), two.get_absolute_url()]
    urls += ["/inbox/?page=7", tag.get_absolute_url(), "/search/", "/search/?q=", "/search/?q=the"]
    urls += ["/search/?q=tom&completed=1", "/search/?q=%23family+overdue+nowhere+%2Bnone"]
    urls += ["/search/?q=slides", "/search/?q=xyzzy", "/search/?q=" + "x" * 300]
    rounds.get(*urls, "/upcoming/?from=x", "/tasks/?page=0", "/lists/99/", "/tags/99/")
    rounds.get("/writing/", "/repeats/", "/keyboard/", "/lists/", "/history/", "/trash/")
    rounds.get(*(f"/print/?on={quote(url)}" for url in urls[:16]))
    task = user.tasks.open().filter(list=one).order_by("pk").first()
    for on in urls[:16]:
        rounds.ask("get", task.get_absolute_url(), {"on": on})
    for sort, group in [("due", "due"), ("priority", "priority"), ("manual", "")]:
        rounds.post("/arrange/", sort=sort, group=group, next=one.get_absolute_url())
    rounds.act("/arrange/", sort="list", group="list", next="/search/?q=the")
    rounds.get("/search/?q=the")
    rounds.post("/arrange/", sort="due", group="list", next="/today/")
    rounds.post("/arrange/", sort="due", group="", next="/today/")
    rounds.post("/arrange/", sort="x", next="/inbox/")


LINES = [
    "Call Zoë tomorrow at 9 #calls !high +Work",
    "Bins every monday #new",
    "Physio every! 2 weeks",
    ODD,
    "Order soil +Nowhere",
    "Swim every day until 30 june",
    "Lunch 12:30",
]


def adding(rounds):
    for line in LINES:
        rounds.act("/tasks/read/", text=line)
        rounds.act("/tasks/add/", text=line, next="/inbox/")
    rounds.act("/tasks/read/", text=LINES[0], press="tomorrow")
    rounds.act("/tasks/read/", text=LINES[0], plain="tomorrow", make_list="")
    rounds.act("/tasks/read/", text=LINES[4], make_list="Nowhere")
    rounds.act("/tasks/add/", text="", next="/inbox/")
    rounds.act("/tasks/add/", text=f"{ODD} again", next="/today/")
    rounds.act("/tasks/add/", text="Elsewhere", next="/settings/")
    rounds.post("/tasks/add/", text=f"{ODD} without script friday", next="/inbox/")
    rounds.post("/tasks/add/", text="", next="/inbox/", due_date="x", priority="2")
    rounds.get("/tasks/add/", "/tasks/add/?due_date=2026-04-01&next=/upcoming/")
    rounds.post("/tasks/add/", text=f"Two lines\n[x] {ODD} tomorrow\n  - a step\n  - [x] done")
    rounds.post("/tasks/paste/", text="One friday\nTwo", due_date="x")
    rounds.post("/tasks/paste/", text="One\nTwo", sure="1", next="/inbox/")
    rounds.get("/tasks/paste/")
    rounds.part("/go/", "/go/?q=work", "/go/?q=" + "x" * 300, "/keyboard/")
    rounds.get("/go/", "/go/?q=tom", "/go/?q=call")


def tasks(rounds, user):
    """Do the acts on a task, on its page and on listings."""
    task = user.tasks.filter(title__startswith="Finish the pitch").get()
    odd = user.tasks.filter(title=ODD).get()
    for one in (task, odd):
        url = one.get_absolute_url()
        rounds.get(url, f"{url}menu/", f"{url}menu/?next=/today/", f"{url}delete/", f"{url}edit/")
        rounds.part(f"{url}menu/?next=/inbox/", f"{url}menu/?next={url}")
        for where in (url, "/today/", "/inbox/", "/history/", "/completed/"):
            rounds.act(f"{url}complete/", next=where, version=str(one.version))
            rounds.act(f"{url}reopen/", next=where)
        rounds.act(f"{url}edit/", title=f"{one} & more", priority="1", next=url, version="0")
        rounds.act(f"{url}edit/", title="", due_date="x", next=url)
        rounds.act(f"{url}edit/", title="", next="/inbox/")
        rounds.act(f"{url}edit/", due_date="2026-03-27", next="/upcoming/")
        rounds.act(f"{url}edit/", title="Milk tomorrow", read="1", next=url)
        rounds.post(f"{url}edit/", title="Theirs", **{"initial-title": "Mine"}, next=url)
        rounds.act(f"{url}edit/", title="Theirs", **{"initial-title": "Mine"}, next=url)
        rounds.act(f"{url}edit/", description="Long\n\nnotes <i>", tags=f"calls {ODD}", next=url)
        rounds.act(f"{url}move/", to="bottom", next="/inbox/")
        rounds.act(f"{url}duplicate/", next="/inbox/")
        rounds.post(f"{url}plain/", next="/inbox/")
        rounds.post(f"{url}make-list/", next="/inbox/")
        rounds.post(f"{url}meant/", next="/inbox/")
        rounds.get(url)
    listed = user.tasks.get(title__startswith="Order soil")
    rounds.post(f"{listed.get_absolute_url()}make-list/", next="/inbox/")
    odd.delete_softly()
    for end in ("", "menu/", "restore/", "edit/"):
        rounds.get(odd.get_absolute_url() + end)
    rounds.act(f"{odd.get_absolute_url()}restore/", next="/inbox/")
    rounds.act(f"{odd.get_absolute_url()}delete/", next=odd.get_absolute_url())
    rounds.post(f"{odd.get_absolute_url()}restore/", next="/trash/")
    user.tasks.filter(pk=odd.pk).update(title="Buy milk on friday")
    rounds.get(odd.get_absolute_url())


def reminders(rounds, user):
    """Set and snooze reminders, and follow the links of their mails, with mail and without."""
    task = user.tasks.create(title=ODD, user=user, due_date=TOMORROW.date(), due_time=NOW.time())
    url = task.get_absolute_url()
    for data in [{"minutes": "60"}, {"number": "x", "unit": "days"}, {"day": "", "at": "25:00"}]:
        rounds.act(f"{url}reminders/add/", **data, next=url)
    reminder = task.reminders.get()
    rounds.act(f"/reminders/{reminder.pk}/snooze/", until="1h", next=url)
    rounds.get(url, "/inbox/", "/settings/reminders/")
    rounds.post("/settings/reminders/", reminder_hour="x")
    User.objects.filter(pk=user.pk).update(created_at=NOW - timedelta(days=30))
    with override_settings(HAS_MAIL=True):
        rounds.get("/settings/reminders/", "/today/")
    mails = {"reminder": reminder_mail(reminder), "digest": digest_mail(user, NOW.date())}
    for name, mail in mails.items():
        rounds.keep(f"mail {name}", f"{mail.subject}\n{mail.body}\n{mail.alternatives[0][0]}")
    links = [Completing.of(task), Snoozing.of(reminder), Stopping(user.pk, "digest")]
    rounds.get(*[link.path for link in links], "/mail/complete/x/")
    rounds.post(Stopping(user.pk, "reminders").path)
    rounds.act(f"/reminders/{reminder.pk}/delete/", next=url)
    task.delete_softly()


def repeats(rounds, user):
    for title in ("Bins", "Physio", "Swim"):
        task = user.tasks.filter(title=title).order_by("pk").first()
        url = task.get_absolute_url()
        rounds.get(url, f"{url}repeat/", f"{url}repeat/?next=/inbox/", f"{url}menu/")
        rounds.part(f"{url}menu/?next=/inbox/")
        fields = {"frequency": "MONTHLY", "interval": "2", "due_date": "2026-03-31"}
        fields |= {"week_start": "0", "repeat_from": "due", "missed": "keep", "ends": "count"}
        rounds.act(f"{url}repeat/", look="1", **fields, count="3")
        rounds.act(f"{url}repeat/", look="1", **fields, count="x", until="y")
        rounds.post(f"{url}repeat/", **fields, count="x", month_days="40", shown="old")
        rounds.post(f"{url}repeat/", **fields, count="5", nth="first monday", weekdays="1")
        rounds.act(f"{url}complete/", next="/today/")
        rounds.act(f"{url}skip/", next=url)
        rounds.act(f"{url}skip/", next="/inbox/", occurrence="2020-01-01")
        rounds.act(f"{url}edit/", title=f"{title} alone", this_one="1", next=url)
        rounds.get(url, "/upcoming/", "/inbox/")
    for part in user.tasks.exclude(series=None).order_by("pk"):
        rounds.get(part.get_absolute_url())
    rounds.act(f"{url}end/", next=url)
    rounds.act(f"{url}end/", next="/inbox/")


def with_steps(user):
    return user.tasks.filter(steps__title__startswith="Draft slides").order_by("pk").first()


def steps(rounds, user):
    task = with_steps(user)
    url, next = task.get_absolute_url(), task.get_absolute_url()
    rounds.act(f"{url}steps/add/", title=ODD, next=next)
    rounds.act(f"{url}steps/add/", title="", next=next)
    rounds.post(f"{url}steps/add/", title="", next=next)
    rounds.post(f"{url}steps/add/", title="Another", next=next)
    for step in [*task.steps.by_hand()[:3], task.steps.get(title=ODD)]:
        where = f"/steps/{step.pk}/"
        rounds.get(f"{where}edit/", f"{where}edit/?next={url}")
        rounds.part(f"{where}edit/?next={url}")
        rounds.act(f"{where}tick/", done="1", next=next)
        rounds.act(f"{where}edit/", title="", next=next)
        rounds.post(f"{where}edit/", title="", next=next)
        rounds.act(f"{where}edit/", title=f"{step} (new)", next=next)
        rounds.act(f"{where}move/", to="bottom", next=next)
        rounds.act(f"{where}delete/", next=next)
        rounds.get(url)
    rounds.act(f"{where}restore/", next=next)
    rounds.act(f"{where}tick/", done="x", next=next)


def lists_and_tags(rounds, user):
    rounds.get("/lists/add/")
    rounds.post("/lists/add/", name="", color="teal")
    rounds.post("/lists/add/", name="work", color="teal")
    rounds.post("/lists/add/", name=ODD, color="rose")
    odd, work = user.lists.get(name=ODD), user.lists.get(name="Work")
    for one in (odd, work):
        url = one.get_absolute_url()
        rounds.get(url, f"{url}edit/", f"{url}delete/")
        rounds.post(f"{url}edit/", name="", color="x")
        rounds.post(f"{url}edit/", name="Theirs", **{"initial-name": "Mine"})
        rounds.act(f"{url}move/", to="top", next="/lists/")
        rounds.act(f"{url}archive/", next="/lists/")
        rounds.get("/lists/", url, f"{url}edit/", "/today/")
        task = one.tasks.order_by("pk").first()
        if task:
            rounds.get(task.get_absolute_url(), f"{task.get_absolute_url()}menu/")
        rounds.post(f"{url}unarchive/", next="/lists/")
    url = odd.get_absolute_url()
    rounds.post(f"{url}delete/", tasks="x")
    rounds.post(f"{url}delete/", tasks="trash")
    user.lists.create(name=ODD, color="blue")
    rounds.get(url, f"{url}restore/", f"{url}purge/", f"{url}delete/", "/trash/")
    rounds.post(f"{url}restore/", next="/trash/")
    rounds.post(f"{url}restore/", name="Back again", next="/trash/")
    rounds.post(f"{work.get_absolute_url()}archive/", next="/lists/")
    for tag in list(user.tags.order_by("pk"))[-2:]:
        url = tag.get_absolute_url()
        rounds.get(url, f"{url}edit/", f"{url}delete/")
        rounds.post(f"{url}edit/", name="")
        rounds.post(f"{url}edit/", name="calls")
        rounds.post(f"{url}delete/")
        rounds.get(f"{url}restore/", f"{url}purge/", "/trash/")
    rounds.post(f"{url}restore/", next="/trash/")


def searches(rounds, user):
    rounds.part("/searches/numbers/")
    rounds.get("/searches/add/", "/searches/add/?q=tom&completed=1")
    rounds.post("/searches/add/", name="", q="")
    rounds.post("/searches/add/", name=ODD, q="#family overdue", completed="False")
    rounds.post("/searches/add/", name="The", q="the", completed="True")
    for saved in user.searches.order_by("pk"):
        url = f"/searches/{saved.pk}/edit/"
        rounds.get(saved.get_absolute_url(), url, "/search/")
        rounds.post(url, name="", q="")
        rounds.post(url, name="Theirs", **{"initial-name": "Mine"}, q="the", version="1")
    rounds.get("/today/", "/go/?q=the", f"/search/?q={'the'}")
    rounds.part("/searches/numbers/")
    last = user.searches.order_by("pk").last()
    rounds.post(f"/searches/{last.pk}/delete/")


def several(rounds, user):
    ids = list(user.tasks.open().order_by("pk").values_list("pk", flat=True)[:3])
    for data in (
        {"do": "due", "due_date": "x"},
        {"do": "list", "list": "99"},
        {"do": "tag", "tags": ""},
        {"do": "tag", "tags": "one two"},
        {"do": "priority 3"},
        {"do": "due 2026-03-26"},
        {"do": "complete"},
    ):
        data |= {"which": "ticked", "ids": ids, "next": "/inbox/"}
        rounds.act("/tasks/bulk/", **data)
        rounds.post("/tasks/bulk/", **data)
    rounds.act("/tasks/bulk/", do="due 2026-03-26", which="overdue", next="/today/")
    rounds.act("/tasks/bulk/", do="", which="ticked", next="/inbox/")
    rounds.post("/tasks/bulk/", do="complete", which="ticked", next="/inbox/")


def history(rounds, user):
    rounds.get("/history/", "/history/?page=2", "/history/?page=99", "/history/?kind=edit&of=task")
    rounds.get("/history/?kind=x", "/history/?page=0")
    task = with_steps(user)
    rounds.get(f"/history/?task={task.pk}")
    for act in user.acts.order_by("-pk")[:25]:
        rounds.get(act.get_absolute_url())
    for act in user.acts.order_by("-pk")[:8]:
        rounds.act(f"{act.get_absolute_url()}undo/", next="/inbox/")
        rounds.post(f"{act.get_absolute_url()}undo/", next="/history/")
    act = user.acts.that_changed(task=task.pk).first()
    rounds.act(f"{act.get_absolute_url()}undo/", next=task.get_absolute_url())
    rounds.get(task.get_absolute_url(), "/history/")
    user.acts.that_changed(task=task.pk).update(by_staff=True)
    rounds.get("/history/", act.get_absolute_url())
    user.acts.filter(pk=act.pk).update(created_at=NOW - timedelta(days=40))
    rounds.act(f"{act.get_absolute_url()}undo/", next="/inbox/")


def trash(rounds, user):
    gone = user.tasks.order_by("pk")[:3]
    for task in gone:
        task.delete_softly()
    url = gone[0].get_absolute_url()
    rounds.get("/trash/", "/trash/?page=2", "/trash/?page=x", f"{url}purge/", "/trash/empty/")
    rounds.post(f"{url}restore/", next="/trash/")
    for task in user.tasks.order_by("pk")[3:60]:
        task.delete_softly()
    rounds.get("/trash/", "/trash/?page=2")
    for task in user.tasks(manager="trash").order_by("pk")[:50]:
        task.restore()


def accounts(rounds, user):
    rounds.get("/settings/", "/accounts/email/", "/accounts/password/change/", "/accounts/2fa/")
    rounds.get("/accounts/sessions/", "/accounts/logout/", "/accounts/reauthenticate/")
    rounds.post("/settings/", name="x" * 300, time_zone="Nowhere")
    rounds.post("/settings/theme/", theme="x")
    rounds.post("/settings/support/", look="1")
    rounds.post("/settings/support/")
    rounds.get("/settings/admin-link/key/wrong/")
    rounds.post("/accounts/reauthenticate/", password="wrong")
    rounds.post("/accounts/reauthenticate/", password="demo-Password-1")
    rounds.get("/accounts/email/", "/accounts/password/change/", "/accounts/2fa/")
    rounds.get("/settings/export/")
    rounds.post("/settings/export/", kind="x")
    rounds.get("/settings/delete/")
    user.leaves_at = NOW + timedelta(days=3)
    user.save(update_fields=["leaves_at"])
    rounds.get("/settings/delete/", "/today/", "/settings/export/")
    rounds.post("/settings/support/", text="Milk")  # of a form that keeps no words
    rounds.post("/settings/delete/stay/")
    importing(rounds, user)
    rounds.get("/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/")
    rounds.get("/accounts/2fa/webauthn/", "/accounts/sessions/")
    rounds.post("/accounts/password/change/", oldpassword="x", password1="y", password2="z")
    rounds.post("/accounts/email/", email="other@example.org", action_add="")
    rounds.get("/accounts/email/")
    TOTP.activate(user, "A" * 32)
    RecoveryCodes.activate(user)
    rounds.get("/accounts/2fa/", "/accounts/2fa/totp/deactivate/")
    rounds.get("/accounts/2fa/recovery-codes/generate/", "/accounts/2fa/recovery-codes/")
    rounds.get("/accounts/2fa/reauthenticate/")
    key = user.authenticator_set.create(type="webauthn", data={"name": ODD, "credential": {}})
    rounds.get("/accounts/2fa/webauthn/", f"/accounts/2fa/webauthn/keys/{key.pk}/edit/")
    rounds.get(f"/accounts/2fa/webauthn/keys/{key.pk}/remove/")
    session = rounds.client.session
    session["welcome"] = True
    session.save()
    rounds.get("/today/", "/settings/", "/accounts/email/")
    rounds.post("/settings/welcome/end/")
    user.waiting.keep(user, "/tasks/add/", [["text", ODD], ["priority", "3"]])
    url = f"{user.tasks.order_by('pk').first().get_absolute_url()}edit/"
    user.waiting.keep(user, url, [["title", "x"], ["list", ""]])
    user.waiting.keep(user, "/nowhere/", [["text", "Lost"]])
    rounds.get("/today/", "/settings/", user.tasks.order_by("pk").first().get_absolute_url())
    rounds.post(
        "/settings/waiting/end/", waiting=user.waiting.order_by("pk").first().pk, next="/today/"
    )
    user.waiting.all().delete()
    other = Client()
    other.post("/accounts/login/", {"login": user.email, "password": "demo-Password-1"})
    user.authenticator_set.exclude(type="totp").delete()
    rounds.client, kept = other, rounds.client
    rounds.get("/accounts/2fa/authenticate/")
    rounds.client = kept
    user.authenticator_set.all().delete()
    rounds.post("/settings/theme/", theme="dark")
    fields = {"name": "Maya Stern", "time_zone": "Europe/Berlin", "week_start": "6", "hours": "12"}
    fields |= {"date_format": "month", "default_page": "today"}
    rounds.post("/settings/", **fields)
    rounds.get("/settings/", "/keyboard/")
    rounds.part("/keyboard/")


def importing(rounds, user):
    rounds.get("/settings/import/")
    rounds.post("/settings/import/")
    rounds.post("/settings/import/", file=ContentFile("Hello", "hello.txt"))
    rounds.post("/settings/import/", file=ContentFile("Task,Due\n<b>,01/02/2027\n", "t.csv"))
    rounds.get(
        "/settings/import/", "/settings/import/columns/", "/settings/import/columns/?header=0"
    )
    rounds.post("/settings/import/columns/", digest="another")
    rounds.post("/settings/import/kind/", digest="another", kind="csv")
    fields = rounds.fields("/settings/import/columns/")
    columns = {"column_0": "title", "column_1": "due", "order": "day"}
    rounds.post("/settings/import/columns/", **fields | columns)
    rounds.get("/settings/import/")
    with write_export(user, "json") as file:
        raw = file.read()
    rounds.post("/settings/import/", file=ContentFile(raw, "all.json"))
    rounds.get("/settings/import/report/")
    fields = rounds.fields("/settings/import/")
    rounds.post("/settings/import/add/", digest="another")
    rounds.post("/settings/import/add/", **fields)
    rounds.post("/settings/import/discard/")


def nothing(rounds):
    """Request the pages of a user without any rows, and with shortcuts on."""
    ben = add_user("ben@example.org", name=ODD, shortcuts=True, created_at=TOMORROW)
    rounds.client = Client(raise_request_exception=False)
    rounds.client.force_login(ben)
    rounds.get("/", "/today/", "/upcoming/", "/inbox/", "/completed/", "/tasks/", "/search/")
    rounds.get("/lists/", "/history/", "/trash/", "/trash/empty/", "/settings/", "/search/?q=x")
    task = ben.tasks.create(title="Only one", due_date=NOW.date())
    rounds.get(task.get_absolute_url(), "/today/", "/keyboard/")
    rounds.act(f"{task.get_absolute_url()}complete/", next="/today/")
    rounds.get("/today/", "/today/?page=2", "/inbox/", "/completed/")
    rounds.post("/lists/add/", name="Empty", color="teal")
    rounds.get(ben.tags.create(name="none").get_absolute_url())
    rounds.get("/admin/")


class Cancelled(OperationalError):
    __cause__ = QueryCanceled()


def errors(rounds):
    """Request each error page, signed in, and as rendered without a request."""
    rounds.get("/nowhere/", "/tasks/1/complete/")
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    rounds.client, kept = strict, rounds.client
    rounds.post("/accounts/login/", login=ODD)
    rounds.client = kept
    rounds.ask("get", "/search/", headers={"Accept": "text/html"}, QUERY_STRING="q=%ff")
    for error in ERRORS:
        rounds.keep(f"{error} bare", render_to_string(f"{error}.html"))
        rounds.keep(f"{error} typed", render_to_string(f"{error}.html", {"typed": [ODD, "x"]}))
    made = {"is_form": True, "too_much": True, "reason": ODD}
    rounds.keep("400 of a form", render_to_string("400.html", made))
    rounds.keep("400 with a reason", render_to_string("400.html", {"reason": ODD}))
    request = RequestFactory().get("/inbox/?x=1")
    rounds.keep("503 of a page", away(request, OperationalError()).content.decode())
    rounds.keep("503 of a slow page", slow(request, OperationalError()).content.decode())
    request = RequestFactory().post("/tasks/add/", {"text": ODD, "version": "1"})
    rounds.keep("503 of a form", away(request, OperationalError()).content.decode())
    rounds.keep("503 of a slow form", slow(request, OperationalError()).content.decode())
    again = {"post": True, "again": [("text", ODD)], "token": "t", "path": "/x/"}
    rounds.keep("503 once more", render_to_string("503.html", again))


def admin(rounds, maya):
    staff = User.objects.create_superuser("admin@example.org", "Corr3ct-horse!")
    User.objects.filter(pk=staff.pk).update(created_at=TOMORROW + timedelta(days=1))
    rounds.client.force_login(staff)
    with override_settings(ADMIN_REQUIRES_MFA=True):
        rounds.get("/admin/", "/admin/login/?next=/admin/")
    login_by_second_factor(rounds.client, staff)
    rounds.get("/admin/", "/admin/accounts/user/", f"/admin/accounts/user/{maya.pk}/change/")
    rounds.get("/admin/tasks/task/", "/admin/tasks/task/?q=tom", "/admin/tasks/tasklist/")
    rounds.get(f"/admin/tasks/task/{maya.tasks.order_by('pk').first().pk}/change/")
    rounds.get(reverse("settings"))


def ours():
    """Return the names of all templates of this project."""
    tops = [Path(BASE_DIR, "templates", name) for name in ("pages", "django")]
    return {str(path.relative_to(top)) for top in tops for path in top.rglob("*.*")}


def templates_seen():
    """Return a set that fills with the names of rendered templates."""
    seen, get_template = set(), jinja2.Environment.get_template

    def note(sender, template, **_):
        seen.add(template.name)

    def get_and_note(self, name, *arguments):
        seen.add(name)
        return get_template(self, name, *arguments)

    template_rendered.connect(note, weak=False)
    jinja2.Environment.get_template = get_and_note
    return seen


@contextlib.contextmanager
def new_database():
    """Work in an empty database, in which all rows are added at NOW."""
    database = settings.DATABASES["default"]
    database["LOCALPG"] = tempfile.mkdtemp(prefix="todosite-pages-")
    database["LOCALPG_THROWAWAY"] = True
    connection.creation.create_test_db(verbosity=0)
    for model in apps.get_models():
        for field in model._meta.fields:
            if field.default is timezone.now:
                field.default = field._get_default = lambda: NOW
    try:
        with mock.patch("django.utils.timezone.now", return_value=NOW):
            yield
    finally:
        connection.close()
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def main():
    parser = argparse.ArgumentParser(description="Render every page and fragment into a folder.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--html", action="store_true", help="keep the answers as they are")
    options = parser.parse_args()
    shutil.rmtree(options.folder, ignore_errors=True)
    options.folder.mkdir(parents=True)
    setup_test_environment(debug=False)
    logging.disable(logging.WARNING)
    seen = templates_seen()
    with new_database():
        every_page(Rounds(options.folder, options.html))
    print(f"{len(list(options.folder.iterdir()))} answers; not seen:")
    print(*sorted(ours() - seen), sep="\n")


if __name__ == "__main__":
    main()
