"""Any file of another program ends in a plan that can be added as a whole, or in words.

A new reader is a row of SAMPLE. Its own rows are tested in test_from_*.py.
"""

import io
import json
import random
import re
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import text
from accounts.tests.people import add_user
from tasks import recurrence
from tasks.importing.adding import add
from tasks.importing.files import Unreadable
from tasks.importing.preview import Preview
from tasks.importing.reading import READERS
from tasks.repeating import complete
from tasks.tests.imported import plan_of_sample, plan_of_text, raw_sample, said
from todosite.tests.environment import examples

SAMPLE = {
    "todoist": "todoist/Todoist backup 2026-11-28 0311 UTC.zip",
    "icalendar": "icalendar/nextcloud-tasks.ics",
    "ticktick": "ticktick/backup-7.1.csv",
    "vikunja": "vikunja/vikunja-export.zip",
    "google-tasks": "google-tasks/Tasks.json",
    "microsoft-todo": "microsoft-todo/mstodo.json",
    "trello": "trello/board.json",
    "taskwarrior": "taskwarrior/export.json",
    "todotxt": "todotxt/todo.txt",
    "super-productivity": "super-productivity/super-productivity-backup.json",
    "tududi": "tududi/tududi-backup.json",
    "csv": "generic/reminders-semicolon-cp1252.csv",
}
HAVE_KNOWN_FIELDS = ["google-tasks", "microsoft-todo", "trello"]
HAVE_KNOWN_FIELDS += ["super-productivity", "tududi"]
OURS = {"todosite-json", "todosite-csv"}
ODD = [None, "", "\0x\ud800", "x" * 300, 7, -1.5, 1e400, True, [], {}, [[]], "0001-01-01T00:00:00Z"]
ODD += ["2026-02-30", "9999-12-31T23:59:59Z", "RRULE:FREQ=DAILY;X=1", "=1+1", {"a": {"b": [1]}}]


def test_each_reader_has_a_sample():
    assert {*SAMPLE} == {*READERS} - OURS


@pytest.mark.parametrize("format", SAMPLE)
def test_sample_is_recognised_whatever_its_name(format):
    plan = plan_of_text(raw_sample(SAMPLE[format]), "anything.bin")
    assert plan.format == READERS[format].NAME


@pytest.mark.parametrize("format", HAVE_KNOWN_FIELDS)
def test_fields_that_arent_known_are_named(format):
    raw = raw_sample(SAMPLE[format])
    assert "aren't known, so they are left out" not in said(plan_of_text(raw))
    raw = re.sub(rb'("(title|name)":)', rb'"newField": "x", \1', raw)
    assert "aren't known, so they are left out: “newField”." in said(plan_of_text(raw))


@pytest.mark.django_db
@pytest.mark.parametrize("format", SAMPLE)
def test_second_import_adds_nothing(format):
    ann = add_user(time_zone="Europe/Berlin")
    plan = plan_of_sample(SAMPLE[format])
    plan.tasks += [dict(task, steps=[]) for task in plan.tasks]  # each stands twice
    add(Preview(ann, plan))
    assert ann.tasks.count() == len(plan.tasks) / 2
    again = Preview(ann, plan)
    assert not again.selected
    assert again.adds_nothing


@pytest.mark.django_db
def test_repeat_that_has_moved_on_is_known_again():
    ann = add_user(time_zone="Europe/Berlin")
    plan = plan_of_sample(SAMPLE["todoist"])
    add(Preview(ann, plan))
    complete(ann.tasks.get(title="Call grandma"))
    for task in plan.tasks:  # as read on the next day
        if task["title"] == "Water the plants":
            task["due_date"] = "2026-12-02"
    assert not Preview(ann, plan).selected


@pytest.mark.parametrize("format", SAMPLE)
@examples(60)
@given(seed=st.integers(0, 2**32))
def test_spoiled_file_ends_in_words_or_a_whole_plan(format, seed):
    raw = spoiled(raw_sample(SAMPLE[format]), random.Random(seed))
    try:
        plan = plan_of_text(raw, SAMPLE[format].rpartition("/")[2])
    except Unreadable as error:
        assert str(error)
    else:
        check(plan)


def check(plan):
    """Check that the database would take all rows of a plan."""
    assert plan.from_bytes(plan.as_bytes()).tasks == json.loads(json.dumps(plan.tasks))
    for task in plan.tasks:
        assert text.legible(task["title"]) and len(task["title"]) <= 255
        assert not text.unstorable(task["title"] + task["notes"])
        assert task["list"] is None or plan.lists[task["list"]]
        assert task["priority"] in range(4)
        assert all(plan.tags[tag] for tag in task["tags"])
        assert all(step["title"] and len(step["title"]) <= 255 for step in task["steps"])
        assert task["due_date"] or not (task["due_time"] or task["repeat"])
        days = [task["due_date"], task["repeat_anchor"]]
        assert all(1900 <= date.fromisoformat(day).year <= 2200 for day in filter(None, days))
        for moment in filter(None, [task["completed_at"], task["created_at"]]):
            assert datetime.fromisoformat(moment).tzinfo
        if task["repeat"]:
            recurrence.read(task["repeat"])
        for reminder in task["reminders"]:
            assert reminder.keys() in ({"minutes_before"}, {"on_date", "at_time"})
    for row in plan.lists + plan.tags:
        assert text.legible(row["name"]) and not text.unstorable(row["name"])


def spoiled(raw, random):
    """Return a file that is cut off, shuffled, doubled, or has odd values."""
    if raw.startswith(b"PK") and random.random() < 0.8:
        return packed(raw, random)
    try:
        said = json.loads(raw)
    except ValueError:
        said = None
    if said is not None and random.random() < 0.7:
        return json.dumps(with_odd_values(said, random)).encode()
    lines = raw.splitlines(keepends=True)
    ways = [
        lambda: raw[: random.randrange(len(raw))],
        lambda: raw + raw,
        lambda: b"".join(random.sample(lines, len(lines))),
        lambda: b"".join(lines[:1] + random.choices(lines, k=2 * len(lines))),
        lambda: raw.replace(random.choice(raw.split()), repr(random.choice(ODD)).encode()),
        lambda: with_odd_bytes(raw, random),
    ]  # fmt: skip
    return random.choice(ways)()


def with_odd_bytes(raw, random):
    at = random.randrange(len(raw))
    return raw[:at] + random.randbytes(3) + raw[at + random.randrange(20) :]


def with_odd_values(said, random):
    """Return JSON with lists shuffled or doubled, and a few of its values replaced."""
    if random.random() < 0.03:
        return random.choice(ODD)
    if isinstance(said, list):
        rows = [with_odd_values(row, random) for row in said]
        more = random.choice([[], [], rows])
        return random.sample(rows + more, len(rows + more))
    if isinstance(said, dict):
        return {key: with_odd_values(value, random) for key, value in said.items()}
    return said


def packed(raw, random):
    """Return a ZIP file with the files of another, of which some are spoiled."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if part and random.random() < 0.7:
                part = spoiled(part, random)
            new.writestr(name, part)
    return out.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "TYPE,CONTENT\n" + "note,x\n" * 200_001,
        '[{"title": "x", "hex_color": "", "tasks": [{"title": "' + "<p>" * 1_000_001 + '"}]}]',
    ],
)
def test_more_than_can_be_read_at_once_is_refused(text):
    with pytest.raises(Unreadable, match=r"more than 200,000 rows|more HTML than"):
        plan_of_text(text)
