"""Adding a task by one statement: the same rows as Django's, once for each key."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.tests.people import add_user
from tasks.forms.quickadd import AddForm
from tasks.history import Act, Change
from tasks.models import Task
from tasks.tests.making import add_list
from tasks.tests.pages import HTMX
from tasks.tests.racing import waiting

pytestmark = pytest.mark.pooler

IDS = {"id", "act_id", "task_id"}
MOMENTS = {"created_at", "updated_at"}
FORMS = [
    {"text": "Milk"},
    {"text": "  Crème brûlée, %s and 100 % “quoted” \\ 'words' {act} 😀  "},
    {"text": "Pay rent 1 May 2031 17:00 every month !high"},
    {"text": "Clean the filter every! 3 months 5 times"},
    {"text": "Order soil +Home"},
    {"text": "Order soil +Nowhere"},
    {"text": "Milk tomorrow #dairy", "as_text": "on"},
    {"text": "x" * 300},
    {
        "text": "Milk",
        "due_date": "2031-01-31",
        "due_time": "07:05:03.000001",
        "priority": "2",
        "description": "Two\nlines, %(each)s",
        "list": "{list}",
    },
]


@pytest.fixture
def ann():
    return add_user()


def rows(model):
    """Return the rows of a table, with all columns of the database."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT to_jsonb(t)::text FROM {model._meta.db_table} t ORDER BY id")
        return [json.loads(row) for (row,) in cursor]


def written(add):
    """Return the act, the task and the change that add() writes, without ids and moments.

    The rows are rolled back.
    """
    with transaction.atomic():
        add()
        found = [rows(model)[-1] for model in (Act, Task, Change)]
        transaction.set_rollback(True)
    act, task, change = found
    assert (change["act_id"], change["task_id"]) == (act["id"], task["id"])
    since = change["before"].pop("deleted_at")
    assert datetime.fromisoformat(since) == datetime.fromisoformat(act["created_at"])
    return [{name: row[name] for name in row.keys() - IDS - MOMENTS} for row in found]


@pytest.mark.django_db
@pytest.mark.parametrize("data", FORMS)
def test_rows_are_the_same_as_djangos(ann, data):
    one = add_list(ann, "Home")
    data = data | {"key": str(uuid4()), "list": data.get("list", "").format(list=one.pk)}
    forms = [AddForm(data, user=ann) for _ in range(2)]
    assert [(form.is_valid(), form.adds_more) for form in forms] == [(True, False)] * 2
    by_one_statement, by_many = forms
    assert written(by_one_statement.save) == written(
        lambda: ann.acts.once(by_many.submission, Act.Kind.ADD, by_many.add)
    )


@pytest.fixture
def client_of_ann(client, ann):
    client.force_login(ann)
    client.get("/settings/")  # the first request of a session notes when it was seen
    return client


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("headers", "last"), [(HTMX, "SELECT"), ({}, "UPDATE")], ids=["htmx", "redirect"]
)
def test_line_is_added_without_an_extra_transaction(client_of_ann, headers, last):
    """The queries: the session with its user; the statement; then the sidebar, or the messages."""
    with CaptureQueriesContext(connection) as queries:
        client_of_ann.post("/tasks/add/", {"text": "Milk"}, headers=headers)
    assert [query["sql"].split()[0] for query in queries] == ["SELECT", "WITH", last]


@pytest.mark.django_db(transaction=True)
def test_refused_task_leaves_no_act(ann):
    """The task has a time without a date, which no form accepts."""
    with pytest.raises(IntegrityError, match="tasks_task_time_needs_date"):
        Task(user=ann, title="Milk", due_time="08:00").add_once(uuid4())
    assert [rows(model) for model in (Act, Task, Change)] == [[], [], []]


# Of two simultaneous tasks the second waits for the first


@pytest.fixture
def second():
    with ThreadPoolExecutor(1) as pool:
        yield lambda do: waiting(pool, do)


@pytest.mark.django_db(transaction=True)
def test_second_of_two_with_one_key_gets_the_act_of_the_first(ann, second):
    key, again = uuid4(), Task(user=ann, title="Milk")
    with transaction.atomic():
        act = Task(user=ann, title="Milk").add_once(key)
        other = second(lambda: again.add_once(key))
    assert (other.result(), again.pk) == (act, None)
    assert [len(rows(model)) for model in (Act, Task, Change)] == [1, 1, 1]


@pytest.mark.django_db(transaction=True)
def test_second_of_two_with_one_key_is_added_if_the_first_is_rolled_back(ann, second):
    key, again = uuid4(), Task(user=ann, title="Milk")
    with transaction.atomic():
        Task(user=ann, title="Milk").add_once(key)
        other = second(lambda: again.add_once(key))
        transaction.set_rollback(True)
    assert (other.result(), again) == (Act.objects.get(), Task.objects.get())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_kept", [True, False])
def test_task_added_to_a_list_during_its_deletion_goes_to_the_inbox(ann, second, is_kept):
    home = add_list(ann, "Home")
    task = Task(user=ann, title="Milk", list=home)
    with transaction.atomic():
        home.delete_softly()
        other = second(task.add_once)
        transaction.set_rollback(is_kept)
    other.result()
    assert task.list == Task.objects.get().list == (home if is_kept else None)


@pytest.mark.django_db
def test_task_cannot_be_added_to_another_users_list(ann):
    home = add_list(add_user("ben@example.org"), "Home")
    with pytest.raises(IntegrityError, match="tasks_task_list_of_user"):
        Task(user=ann, title="Milk", list=home).add_once()
