"""A session that ends during a request, for example by a sign-out in another tab."""

from unittest import mock

import psycopg
import pytest
from django.db import OperationalError

from accounts.models import Session
from accounts.tests.people import add_user
from tasks.messages import MessageStorage
from tasks.sidebar import Sidebar
from tasks.tests.pages import HTMX
from tasks.views import pages
from tasks.views.replies import render_page
from todosite.tests.html import words

pytestmark = pytest.mark.django_db
PAGE = {"Referer": "http://testserver/inbox/", "HX-Current-URL": "http://testserver/inbox/"}


@pytest.fixture
def ann(client):
    ann = add_user()
    client.force_login(ann)
    return ann


@pytest.fixture
def ends():
    """Have the session end just before a message is added to it."""

    add = MessageStorage.add

    def end_and_tell(*args, **kwargs):
        Session.objects.all().delete()
        add(*args, **kwargs)

    with mock.patch.object(MessageStorage, "add", end_and_tell) as patch:
        yield patch


def test_act_redirects_and_so_leads_to_sign_in(client, ann, ends):
    answer = client.post("/tasks/add/", {"text": "Milk", "next": "/inbox/"}, headers=PAGE)
    assert (answer.status_code, answer.url) == (302, "/inbox/")
    assert client.get(answer.url).url == "/accounts/login/?next=/inbox/"
    assert [task.title for task in ann.tasks.all()] == ["Milk"]


def test_htmx_act_leads_to_sign_in(client, ann, request):
    client.post("/tasks/add/", {"text": "Milk"})  # its message is taken out of the session below
    request.getfixturevalue("ends")
    data = {"text": "Bread", "next": "/inbox/"}
    answer = client.post("/tasks/add/", data, headers=PAGE | HTMX)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["HX-Redirect"] == "/accounts/login/?next=/inbox/"
    assert sorted(task.title for task in ann.tasks.all()) == ["Bread", "Milk"]


def test_htmx_act_without_a_message_is_shown(client, ann, ends):
    data = {"text": "Milk", "next": "/inbox/"}
    answer = client.post("/tasks/add/", data, headers=PAGE | HTMX)
    assert "Added “Milk”." in words(answer)
    assert client.get("/inbox/").url == "/accounts/login/?next=/inbox/"


def test_page_leads_to_sign_in_and_back(client, ann):
    client.post("/tasks/add/", {"text": "Milk"})  # its message is taken out of the session below
    with mock.patch("tasks.views.pages.render_page", wraps=pages.render_page) as view:
        view.side_effect = lambda *args: Session.objects.all().delete() and mock.DEFAULT
        answer = client.get("/inbox/?sort=x")
    assert answer.url == "/accounts/login/?next=/inbox/%3Fsort%3Dx"


def test_refused_text_stays_on_its_page(client, ann):
    def end_and_warn(request, *args, **kwargs):
        Session.objects.all().delete()
        request.session["x"] = "x"
        return render_page(request, *args, **kwargs)

    with mock.patch("tasks.views.lists.render_page", end_and_warn):
        answer = client.post("/lists/add/", {"name": "Secret", "color": "none"})
    assert answer.status_code == 422
    assert 'value="Secret"' in answer.text
    assert "Sign in" not in words(answer)


@pytest.mark.django_db(transaction=True)
def test_repeated_request_reads_the_user_again(client, ann):
    client.raise_request_exception = False
    read, tries = Sidebar.row.func, []

    def row(sidebar):
        tries.append(sidebar)
        if len(tries) > 1:
            return read(sidebar)
        Session.objects.all().delete()
        raise OperationalError from psycopg.errors.AdminShutdown

    with mock.patch.object(Sidebar, "row", property(row)):
        response = client.get("/inbox/")
    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/inbox/")
    assert (len(tries), Session.objects.count()) == (1, 0)
