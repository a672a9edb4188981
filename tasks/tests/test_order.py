"""Simultaneous moves: positions stay unique, no row is lost, and no transaction hangs."""

import uuid

import pytest

from accounts.tests.people import add_user
from tasks.models import Step, Task, TaskList
from tasks.tests.making import add_list, add_step
from tasks.tests.racing import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.pooler]

MANY = 12  # requests at once, each with a connection of its own


@pytest.fixture
def ann(client):
    user = add_user()
    client.force_login(user)
    return user


def add_tasks(user, number, **fields):
    return [user.tasks.create(title=f"Task {n}", **fields) for n in range(number)]


def add_steps(task, number):
    return [add_step(task, f"Step {n}") for n in range(number)]


def moves(kind, rows):
    """Return a move for each of the rows, to a position that differs from row to row."""
    places = ["to", "before", "after"]
    found = []
    for n, row in enumerate(rows):
        name = places[n % 3]
        other = rows[(7 * n + 11) % len(rows)]
        value = ["top", "bottom"][n % 2] if name == "to" or other == row else other.pk
        found.append(
            (f"/{kind}/{row.pk}/move/", {"to" if value in {"top", "bottom"} else name: value})
        )
    return found


def assert_in_order(rows, model):
    """Assert that all rows still exist, each with a position of its own."""
    positions = dict(model.everything.values_list("pk", "position"))
    assert set(positions) == {row.pk for row in rows}
    assert "" not in positions.values()
    assert len(set(positions.values())) == len(rows)


@pytest.mark.parametrize("in_a_list", [True, pytest.param(False, marks=pytest.mark.exhaustive)])
def test_simultaneous_moves_of_tasks(client, ann, in_a_list):
    tasks = add_tasks(ann, MANY, list=add_list(ann, "Work") if in_a_list else None)
    assert race(client, moves("tasks", tasks)) == [302] * MANY
    assert_in_order(tasks, Task)
    assert set(ann.tasks.values_list("version", flat=True)) == {1}
    shown = list(ann.tasks.by_hand().values_list("pk", flat=True))
    # Placed tasks are moved again, from their new positions.
    assert race(client, moves("tasks", [tasks[n - 1] for n in range(MANY)])) == [302] * MANY
    assert_in_order(tasks, Task)
    assert list(ann.tasks.by_hand().values_list("pk", flat=True)) != shown


def test_moves_of_one_task_keep_the_others_in_order(client, ann):
    task, *others = add_tasks(ann, 10)
    places = [{"before": other.pk} for other in others] + [{"to": "top"}, {"to": "bottom"}] * 2
    requests = [(f"/tasks/{task.pk}/move/", where) for where in places]
    assert race(client, requests) == [302] * len(requests)
    assert_in_order([task, *others], Task)
    assert list(ann.tasks.exclude(pk=task.pk).by_hand()) == others


def test_simultaneous_moves_to_the_top_end_there(client, ann):
    stay, go = add_tasks(ann, 10), add_tasks(ann, 10)
    requests = [(f"/tasks/{task.pk}/move/", {"to": "top"}) for task in go]
    assert race(client, requests) == [302] * 10
    shown = list(ann.tasks.by_hand())
    assert (set(shown[:10]), shown[10:]) == (set(go), stay)


def test_moves_in_the_inbox_and_in_lists_do_not_interfere(client, ann):
    lists = [None, add_list(ann, "Work"), add_list(ann, "Home")]
    tasks = [add_tasks(ann, MANY // 3, list=one) for one in lists]
    requests = [move for rows in tasks for move in moves("tasks", rows)]
    assert race(client, requests) == [302] * MANY
    for one, rows in zip(lists, tasks, strict=True):
        positions = set(ann.tasks.filter(list=one).values_list("position", flat=True))
        assert len(positions - {""}) == len(rows)


def test_simultaneous_moves_of_lists(client, ann):
    lists = [add_list(ann, f"List {n}") for n in range(12)]
    assert race(client, moves("lists", lists)) == [302] * 12
    assert_in_order(lists, TaskList)


def test_simultaneous_moves_of_steps(client, ann):
    steps = add_steps(ann.tasks.create(title="Cake"), 12)
    assert race(client, moves("steps", steps)) == [302] * 12
    assert_in_order(steps, Step)


def test_simultaneous_new_lists_get_positions(client, ann):
    requests = [("/lists/add/", {"name": f"List {n}", "color": "teal"}) for n in range(12)]
    assert race(client, requests) == [302] * 12
    assert_in_order(list(ann.lists.all()), TaskList)
    assert ann.lists.count() == 12


def test_simultaneous_lists_of_one_name_are_added_once(client, ann):
    names = ["Work", "work", "WORK"] * 3
    requests = [("/lists/add/", {"name": name, "color": "teal"}) for name in names]
    assert sorted(race(client, requests)) == [302] + [422] * 8
    assert ann.lists.count() == 1


def test_simultaneous_new_steps_get_positions(client, ann):
    task = ann.tasks.create(title="Cake")
    url = f"/tasks/{task.pk}/steps/add/"
    requests = [(url, {"title": f"Step {n}", "key": str(uuid.uuid4())}) for n in range(12)]
    assert race(client, requests) == [302] * 12
    assert_in_order(list(task.steps.all()), Step)
    assert task.steps.count() == 12


@pytest.mark.parametrize("in_a_list", [True, False])
def test_moves_while_tasks_are_added_and_completed(client, ann, in_a_list):
    one = add_list(ann, "Work") if in_a_list else None
    tasks = add_tasks(ann, 6, list=one)
    done = add_tasks(ann, 2, list=one)
    list_pk = one.pk if one else ""
    requests = [
        *moves("tasks", tasks),
        *[("/tasks/add/", {"text": f"New {n}", "list": list_pk}) for n in range(4)],
        *[(f"/tasks/{task.pk}/complete/", {}) for task in done],
    ]
    assert race(client, requests) == [302] * MANY
    positions = [p for p in ann.tasks.values_list("position", flat=True) if p]
    assert len(positions) == len(set(positions))
    assert ann.tasks.filter(list=one).count() == MANY
    assert ann.tasks.open().count() == 10
    assert "" not in {task.position for task in ann.tasks.filter(title__startswith="Task").open()}


def test_moves_to_a_list_while_it_is_reordered(client, ann):
    work = add_list(ann, "Work")
    there, come = add_tasks(ann, 6, list=work), add_tasks(ann, 6)
    requests = moves("tasks", there)
    requests += [(f"/tasks/{task.pk}/edit/", {"list": work.pk}) for task in come]
    assert race(client, requests) == [302] * MANY
    positions = [p for p in ann.tasks.values_list("position", flat=True) if p]
    assert (len(positions), ann.tasks.filter(list=work).count()) == (len(set(positions)), MANY)


def test_task_moved_within_a_list_while_it_leaves_the_list(client, ann):
    """Each act replies as if it came first or last; the task is in one position."""
    for _ in range(5):
        work = add_list(ann, f"Work {uuid.uuid4()}")
        task, *others = add_tasks(ann, 4, list=work)
        requests = [(f"/tasks/{task.pk}/move/", {"after": other.pk}) for other in others]
        requests += [(f"/tasks/{other.pk}/move/", {"before": task.pk}) for other in others]
        requests += [(f"/tasks/{task.pk}/edit/", {"list": ""})]
        codes = race(client, requests)
        assert set(codes) <= {302, 404}
        task.refresh_from_db()
        assert (task.list, task.position) == (None, "")


def test_neighbor_completed_in_the_meantime_is_no_target(client, ann, monkeypatch):
    """Its completion comes between the reading of the form and the locking of the list."""
    work = add_list(ann, "Work")
    task, other, last = add_tasks(ann, 3, list=work)
    lock = TaskList.lock

    def late(self):
        other.complete()
        lock(self)

    monkeypatch.setattr(TaskList, "lock", late)
    response = client.post(f"/tasks/{task.pk}/move/", {"after": other.pk, "next": "/inbox/"})
    assert response.status_code == 302
    words = [str(message) for message in client.get("/inbox/").context["messages"]]
    assert words == ["“Task 0” was changed in the meantime. Check it and try again."]
    assert list(ann.tasks.open().by_hand()) == [task, last]


def test_invalid_neighbor_is_not_found_and_changes_nothing(client, ann):
    ben, work, home = add_user("ben@example.org"), add_list(ann, "Work"), add_list(ann, "Home")
    task, beside = add_tasks(ann, 2, list=work)
    inbox, elsewhere = ann.tasks.create(title="x"), ann.tasks.create(title="x", list=home)
    done, gone = add_tasks(ann, 2, list=work)
    done.complete()
    gone.delete_softly()
    bens = ben.tasks.create(title="x")
    before = list(Task.everything.order_by("pk").values())
    others = {inbox: 302, elsewhere: 302, done: 302, gone: 404, bens: 404, task: 404}
    for other, code in others.items():  # of her own tasks she is told that something changed
        for name in ["before", "after"]:
            response = client.post(f"/tasks/{task.pk}/move/", {name: other.pk})
            assert response.status_code == code, (other, name)
    for data in [{}, {"to": "x"}, {"before": beside.pk, "after": beside.pk}, {"after": "x"}]:
        assert client.post(f"/tasks/{task.pk}/move/", data).status_code == 404
    for moved in [done, gone, bens]:
        assert client.post(f"/tasks/{moved.pk}/move/", {"to": "top"}).status_code == 404
    assert list(Task.everything.order_by("pk").values()) == before


@pytest.mark.parametrize("answer", ["inbox", "trash"])
def test_task_moved_to_a_list_during_its_deletion_stays_visible(client, ann, answer):
    """Open tasks are in the Inbox, or in an existing list."""
    for n in range(5):
        work, task = add_list(ann, f"Work {n}"), ann.tasks.create(title="Milk")
        requests = [("/tasks/add/", {"text": "Bread", "list": work.pk})] * 4
        requests += [(f"/tasks/{task.pk}/edit/", {"list": work.pk})]
        requests += [(f"/lists/{work.pk}/delete/", {"tasks": answer})]
        assert set(race(client, requests)) <= {302, 422}
        assert list(ann.tasks.exclude(list=None).exclude(list__deleted_at=None)) == []
