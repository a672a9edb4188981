"""The fuzz finds the faults that it searches for, and runs."""

from email.message import Message
from types import SimpleNamespace

import pytest

from accounts.tests.people import add_user
from todosite.tests.fuzzing import Person, faults, fuzz, mixed_rows, routes, said_too_much

ANN, BEN = Person("ann@example.org", "ann1"), Person("ben@example.org", "ben1")


def answer(status=200, **headers):
    message = Message()
    for name, value in ({"Cache_Control": "no-store"} | headers).items():
        message[name.replace("_", "-")] = value
    return SimpleNamespace(status=status, headers=message)


@pytest.mark.parametrize(
    ("answered", "text", "found"),
    [
        (answer(), "ann1 milk", []),
        (answer(503), "One moment, please", []),
        (answer(500), "", ["status 500"]),
        (answer(200), "… psycopg.errors.Deadlock …", ["a trace (“psycopg.errors”)"]),
        (answer(), "ben1 milk", ["the other user's word"]),
        (answer(302, Location="/search/?q=ben1"), "", ["the other user's word"]),
        (answer(Cache_Control="private"), "ann1", ["own words that may stay in a cache"]),
    ],
)
def test_faults_of_an_answer_are_found(answered, text, found):
    assert list(faults(ANN, BEN, answered, text)) == found


@pytest.mark.django_db
def test_words_in_rows_of_another_user_are_found():
    people = [ANN, BEN]
    for person in people:
        person.pk = add_user(person.email, name=person.word).tasks.create(title=person.word).user_id
    assert list(mixed_rows(people)) == []
    ANN.user().tasks.create(title="x", description="from ben1")
    assert list(mixed_rows(people)) == ["1 rows of Task hold the other user's word"]


def test_words_in_the_log_are_found(tmp_path):
    log = tmp_path / "log"
    lines = ["Not Found: /ann1/", "Traceback (most recent call last):"]
    lines.append("WARNING Template variable warning: 'row' is undefined")
    log.write_text("\n".join(["fine", *lines]))
    found = [f"the log says: {line}" for line in lines]
    assert list(said_too_much(log, [ANN, BEN])) == found


def test_all_routes_are_requested():
    paths = {path for path, _ in routes()}
    assert {"/", "/tasks/%(task_pk)s/edit/", "/accounts/login/", "/admin/tasks/task/"} <= paths
    assert len(paths) > 110


@pytest.mark.exhaustive
@pytest.mark.django_db(transaction=True)
def test_fuzz_finds_nothing(static_root, tmp_path):
    """A short run; `python -m todosite.tests.fuzz` takes ten minutes."""
    found = fuzz(120, "1", tmp_path / "log", static_root)
    assert found.faults == []
    assert found.answers.total() == 120
    assert found.own > 0
