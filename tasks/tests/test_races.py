"""Simultaneous requests, on real connections."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.tests.people import add_user
from tasks.models import Task
from tasks.repeating import complete
from tasks.tests.racing import race, waiting

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.pooler]


@pytest.fixture
def ann(client):
    user = add_user()
    client.force_login(user)
    return user


def test_of_simultaneous_edits_of_one_field_one_wins(client, ann):
    for _ in range(5):
        task = ann.tasks.create(title="Milk")
        url, shown = f"/tasks/{task.pk}/edit/", {"initial-title": "Milk"}
        codes = race(client, [(url, shown | {"title": f"Title {n}"}) for n in range(6)])
        task.refresh_from_db()
        assert (sorted(codes), task.version) == ([302, 409, 409, 409, 409, 409], 2)


def test_simultaneous_edits_of_different_fields_are_merged(client, ann):
    task = ann.tasks.create(title="Milk")
    url = f"/tasks/{task.pk}/edit/"
    codes = race(
        client,
        [
            (url, {"title": "Oat milk", "initial-title": "Milk"}),
            (url, {"description": "Two litres", "initial-description": ""}),
            (url, {"due_date": "2031-01-02", "initial-due_date": ""}),
        ],
    )
    task.refresh_from_db()
    assert codes == [302, 302, 302]
    assert (task.title, task.description, str(task.due_date), task.version) == (
        "Oat milk",
        "Two litres",
        "2031-01-02",
        4,
    )


def test_time_and_removed_date_never_combine(client, ann):
    for _ in range(5):
        task = ann.tasks.create(title="Milk", due_date="2031-01-02")
        url = f"/tasks/{task.pk}/edit/"
        codes = race(
            client,
            [
                (url, {"due_date": "", "initial-due_date": "2031-01-02"}),
                (url, {"due_time": "08:00", "initial-due_time": ""}),
            ],
        )
        assert sorted(codes) == [302, 422]


def test_eight_simultaneous_completions_complete_once(client, ann):
    task = ann.tasks.create(title="Milk")
    codes = race(client, [(f"/tasks/{task.pk}/complete/", {})] * 8)
    assert codes == [302] * 8
    assert Task.objects.get().version == 2


def test_ten_simultaneous_copies_of_a_line_are_added_once(client, ann):
    for n in range(5):
        data = {"text": f"Milk {n}", "key": str(uuid.uuid4())}
        codes = race(client, [("/tasks/add/", data)] * 10)
        assert (codes, ann.tasks.filter(title=f"Milk {n}").count()) == ([302] * 10, 1)


def test_ten_simultaneous_copies_of_an_edit_are_written_once(client, ann):
    task = ann.tasks.create(title="Milk")
    data = {"title": "Bread", "initial-title": "Milk", "version": "1", "key": str(uuid.uuid4())}
    assert race(client, [(f"/tasks/{task.pk}/edit/", data)] * 10) == [302] * 10
    task.refresh_from_db()
    assert (task.title, task.version, ann.acts.count()) == ("Bread", 2, 1)


def test_opposite_merges_keep_all_tasks_in_one_list(client, ann):
    for n in range(3):
        lists = [ann.lists.create(name=f"{name} {n}") for name in ["one", "other"]]
        tasks = [ann.tasks.create(title="Milk", list=each) for each in lists]
        urls = [f"/lists/{each.pk}/merge/" for each in lists]
        goals = [{"into": each.pk} for each in reversed(lists)]
        codes = race(client, [*zip(urls, goals, strict=True)])
        rows = ann.tasks.filter(pk__in=[task.pk for task in tasks], list__deleted_at=None)
        assert (sorted(codes), rows.values("list").distinct().count()) == ([302, 404], 1)
        assert rows.count() == 2


def test_tag_added_during_its_merge_is_merged_too(ann):
    milk = ann.tasks.create(title="Milk")
    one, other = (ann.tags.create(name=name) for name in ["one", "other"])
    with ThreadPoolExecutor() as pool:
        with transaction.atomic():
            milk.edit(add_tags=[one])
            merging = waiting(pool, lambda: one.merge_into(other))
        merging.result(10)
    assert set(milk.tags.values_list("name", flat=True)) == {"other"}  # and #one, in the trash


def test_reminder_is_removed_after_a_change_of_settings_that_moves_it(ann):
    task = ann.tasks.create(title="Milk")
    (reminder,) = task.set_reminders(moments=[(date(2031, 1, 2), time(9))])
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            ann.time_zone = "Asia/Kathmandu"
            ann.save()
            ann.reschedule()
            removing = waiting(pool, reminder.remove)
        assert removing.result(10)
    assert not task.reminders.exists()


@pytest.mark.parametrize("repeat", ["", "FREQ=DAILY"])
def test_task_is_completed_when_its_lock_is_free(ann, repeat):
    """Not when its completion began to wait: the history would tell it before the edit."""
    task = ann.tasks.create(title="Milk", due_date="2031-01-02", repeat=repeat)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            task.lock()
            completion = waiting(pool, lambda: complete(ann.tasks.get(pk=task.pk)))
            freed_at = timezone.now()
        completion.result(10)
    assert ann.tasks.completed().get().completed_at > freed_at
