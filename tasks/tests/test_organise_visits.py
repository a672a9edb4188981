"""Lists, tags, priorities, steps, order and days, as a person uses them without JavaScript."""

from datetime import timedelta

import pytest

from accounts.clock import Clock
from accounts.models import User
from tasks.models import Task
from tasks.tests.making import add_list
from tasks.tests.pages import counts_of, meta_of, sections_of
from tasks.tests.visiting import add, press, press_of_step
from todosite.tests.html import one, words

pytestmark = pytest.mark.django_db


def lists(visitor):
    """Return the counts of the lists in the sidebar, by name."""
    names = visitor.texts("#sidebar .nav-lists ul .name")
    counts = counts_of(visitor.response)
    return {name: counts[name] for name in names}


def meta(visitor, title):
    """Return the words below the title of a task's row."""
    return meta_of(visitor.response, Task.objects.get(title=title))


def steps(visitor):
    return visitor.texts(".step-title")


class TestList:
    def test_list_needs_a_name_of_its_own(self, visitor):
        visitor.open("/today/").follow("New list").press("Add list")
        assert visitor.text(".errorlist") == "Enter a name."
        visitor.fill("Name", "Work").check("Rose").press("Add list")
        assert visitor.heading == "Work"
        assert visitor.text(".empty h2") == "This list is empty"
        assert one(visitor.page, "h1 .dot").get("data-color") == "rose"
        add(visitor, "Milk", "Bread")
        assert visitor.titles == ["Milk", "Bread"]
        assert lists(visitor) == {"Work": 2}

        visitor.follow("New list").fill("Name", "WORK").press("Add list")
        assert visitor.text(".errorlist") == "There is already a list with this name."
        assert visitor.value("Name") == "WORK"
        visitor.fill("Name", "Home").press("Add list")
        assert visitor.heading == "Home"
        assert lists(visitor) == {"Work": 2, "Home": 0}

    def test_list_can_be_renamed_archived_unarchived_deleted_and_restored(self, visitor, ann):
        work = add_list(ann, "Work")
        for title in ["Milk", "Bread"]:
            ann.tasks.create(title=title, list=work)
        visitor.open(work.get_absolute_url()).follow("Edit “Work”")
        visitor.fill("Name", "Office").press("Save")
        assert visitor.message == "Renamed “Work” to “Office”. Undo"
        visitor.follow("Edit “Office”").press("Archive")
        assert visitor.message == "Archived the list “Office”. Undo"
        assert lists(visitor) == {}
        visitor.press("Unarchive “Office”")
        assert lists(visitor) == {"Office": 2}

        visitor.follow("Edit “Office”").follow("Delete")
        assert "It has 2 tasks" in visitor.words
        visitor.check("Move to the trash with the list").press("Delete")
        assert visitor.message == "Deleted the list “Office”, and 2 tasks with it. Undo"
        visitor.open("/trash/").press("Restore “Office”")
        assert visitor.message == "Restored the list “Office”, and 2 tasks with it. Undo"
        visitor.open(work.get_absolute_url())
        assert visitor.titles == ["Milk", "Bread"]

    def test_list_is_restored_under_a_new_name_if_its_own_is_taken(self, visitor, ann):
        add_list(ann, "Work").delete_softly()
        add_list(ann, "work")
        visitor.open("/trash/").press("Restore “Work”")
        assert "another list took its name" in visitor.words
        visitor.fill("Name", "Old work").press("Restore")
        assert visitor.message == "Restored the list “Old work”. Undo"
        assert sorted(ann.lists.values_list("name", flat=True)) == ["Old work", "work"]

    def test_list_can_be_moved_among_the_others(self, visitor, ann):
        for name in ["Home", "Work", "Garden"]:
            add_list(ann, name)
        visitor.open("/lists/").press("Move “Garden” up")
        assert visitor.texts("#lists .name") == ["Home", "Garden", "Work"]
        assert list(lists(visitor)) == ["Home", "Garden", "Work"]
        visitor.press("Move “Home” down")
        assert visitor.texts("#lists .name") == ["Garden", "Home", "Work"]


class TestTask:
    def test_task_gets_list_priority_and_tags_on_its_page(self, visitor, ann):
        add_list(ann, "Work")
        add(visitor.open("/inbox/"), "Milk")
        visitor.follow("Milk").check("High").choose("List", "Work")
        visitor.fill("Tags", "calls, #Family").press("Save")
        assert visitor.message == "Edited “Milk”. Undo"
        assert lists(visitor) == {"Work": 1}
        assert visitor.text("#count-inbox") == ""
        visitor.follow("Family", "#sidebar")
        assert visitor.heading == "#Family"
        assert meta(visitor, "Milk") == "High priority Work calls Family"
        assert visitor.texts(".task .tag") == ["calls", "Family"]
        add(visitor, "Bread")
        assert [tag.name for tag in Task.objects.get(title="Bread").tags.all()] == ["Family"]

    def test_task_can_be_dated_prioritized_and_moved_from_its_menu(self, visitor, ann):
        add_list(ann, "Work")
        add(visitor.open("/inbox/"), "One", "Two", "Three")
        press(visitor, "One", "Tomorrow")
        tomorrow = ann.clock().date(ann.today() + timedelta(1))
        assert visitor.message == f"Moved “One” to {tomorrow}. Undo"
        assert meta(visitor, "One") == "Tomorrow"
        press(visitor, "One", "No date")
        assert visitor.message == "Removed the date from “One”. Undo"
        press(visitor, "One", "High")
        assert meta(visitor, "One") == "High priority"

        press(visitor, "One", "Down")
        assert visitor.titles == ["Two", "One", "Three"]
        press(visitor, "Three", "Up")
        assert visitor.titles == ["Two", "Three", "One"]
        press(visitor, "One", "To top")
        assert visitor.titles == ["One", "Two", "Three"]
        press(visitor, "Two", "To bottom")
        assert visitor.titles == ["One", "Three", "Two"]
        visitor.open(visitor.url)
        assert visitor.titles == ["One", "Three", "Two"]

        visitor.follow("More for “Three”").choose("Move to list", "Work").press("Move")
        assert visitor.message == "Moved “Three” to “Work”. Undo"
        assert visitor.titles == ["One", "Two"]
        assert lists(visitor) == {"Work": 1}


def test_tag_is_renamed_and_deleted_and_comes_back(visitor, ann):
    tag = ann.tags.create(name="Family")
    visitor.open(tag.get_absolute_url()).follow("Edit “#Family”")
    visitor.fill("Name", "two words").press("Save")
    assert visitor.text(".errorlist").startswith("A tag is one word")
    visitor.fill("Name", "kin").press("Save")
    assert visitor.heading == "#kin"
    visitor.follow("Edit “#kin”").follow("Delete").press("Delete")
    assert visitor.message == "Deleted #kin. Undo"
    assert visitor.texts("#sidebar .tag") == []
    visitor.press("Undo")
    assert visitor.texts("#sidebar .tag") == ["kin"]


def test_steps_are_added_ticked_renamed_ordered_and_deleted(visitor, ann):
    task = ann.tasks.create(title="Deck")
    visitor.open("/inbox/").follow("Deck")
    for title in ["Outline", "Draft", "Review"]:
        visitor.fill("Add a step", title).enter("Add a step")
    assert visitor.texts(".tick") == ["Done: Outline", "Done: Draft", "Done: Review"]
    visitor.press("Done: Draft")
    assert visitor.text("#steps-heading") == "Steps 1 of 3 done"
    assert meta_of(visitor.response, task) == "1/3 steps done"

    press_of_step(visitor, "Review", "To top")
    assert steps(visitor) == ["Review", "Outline", "Draft"]
    press_of_step(visitor, "Review", "Down")
    assert steps(visitor) == ["Outline", "Review", "Draft"]
    visitor.follow("Rename, move or delete “Outline”").fill("Step", "").press("Rename")
    assert visitor.text(".errorlist") == "Enter a title for the step."
    visitor.fill("Step", "The story").press("Rename")
    assert steps(visitor) == ["The story", "Review", "Draft"]
    press_of_step(visitor, "Review", "Delete step")
    assert steps(visitor) == ["The story", "Draft"]
    visitor.press("Undo")
    assert steps(visitor) == ["The story", "Review", "Draft"]


def test_page_keeps_its_sorting_and_grouping(visitor, ann):
    today = ann.today()
    ann.tasks.create(title="Later", due_date=today + timedelta(3), priority=3)
    ann.tasks.create(title="Late", due_date=today - timedelta(3), priority=1)
    ann.tasks.create(title="Some day")
    visitor.open("/inbox/")
    assert visitor.titles == ["Later", "Late", "Some day"]
    sort, group = ".arrange fieldset:nth-of-type(1)", ".arrange fieldset:nth-of-type(2)"
    visitor.check("Due date", sort).press("Apply")
    assert visitor.titles == ["Late", "Later", "Some day"]
    visitor.check("Priority", group).press("Apply")
    grouped = [
        ("High priority 1", ["Later"]),
        ("Low priority 1", ["Late"]),
        ("No priority 1", ["Some day"]),
    ]
    assert sections_of(visitor.response) == grouped
    visitor.open("/today/").open("/inbox/")
    assert sections_of(visitor.response) == grouped


def test_today_and_the_days_to_come(visitor, ann):
    today, clock = ann.today(), Clock(ann.now())
    ann.tasks.create(title="Late", due_date=today - timedelta(1))
    add(visitor.open("/today/"), "Milk", "Bread")
    assert counts_of(visitor.response)["Today"] == 3
    assert sections_of(visitor.response) == [
        ("Overdue 1", ["Late"]),
        ("Today 2", ["Milk", "Bread"]),
    ]
    assert meta(visitor, "Late") == "Overdue: Yesterday"
    visitor.press("Complete “Milk”")
    progress = one(visitor.page, "progress")
    assert (progress.get("aria-label"), words(progress)) == ("Done today", "1 of 3")
    assert visitor.texts(".done-group a.task-title") == ["Milk"]
    assert counts_of(visitor.response)["Today"] == 2

    visitor.follow("Upcoming")
    assert visitor.heading == "Upcoming"
    days = [clock.date(today + timedelta(n)) for n in range(7)]
    found = visitor.texts(".group-heading")
    assert [day in heading for day, heading in zip(days, found, strict=True)] == [True] * 7
    visitor.follow(f"Add a task for {days[3]}").fill("What do you want to do?", "Trip").press("Add")
    assert visitor.titles == ["Bread", "Trip"]
    assert Task.objects.get(title="Trip").due_date == today + timedelta(3)
    visitor.follow("Show next week")
    assert visitor.titles == []
    visitor.follow("Today", ".weeks")
    assert visitor.titles == ["Bread", "Trip"]


def test_trash_restores_rows_and_can_be_emptied(visitor, ann):
    for title in ["One", "Two", "Three"]:
        ann.tasks.create(title=title).delete_softly()
    visitor.open("/trash/").follow("Delete “Two” permanently")
    assert "This can't be undone." in visitor.words
    visitor.press("Delete permanently")
    assert visitor.message == "Deleted “Two” permanently."
    visitor.press("Restore “One”").follow("Empty the trash")
    assert "1 task, 0 lists and 0 tags" in visitor.words
    visitor.press("Delete permanently")
    assert visitor.text(".empty h2") == "The trash is empty"
    assert [task.title for task in Task.everything.all()] == ["One"]


def test_settings_change_formats_and_the_first_page(visitor, ann):
    day = ann.today() + timedelta(40)
    ann.tasks.create(title="Trip", due_date=day, due_time="17:30")
    visitor.open("/settings/").choose("Date format", "Fri Oct 3, Oct 3, 2031")
    visitor.choose("Time format", "5:30 pm").choose("Start page", "Inbox")
    visitor.press("Save profile").follow("Todosite")
    assert visitor.url == "/inbox/"
    assert meta(visitor, "Trip") == f"{day:%a} {day:%b} {day.day} 5:30 pm"
    assert User.objects.get().date_format == "month"


def test_palette_finds_a_task(visitor, ann):
    ann.tasks.create(title="Two")
    visitor.open("/inbox/").follow("Go to").fill("A page, list, tag, task or past action", "two")
    visitor.press("Go")
    assert visitor.texts(".go-place .name")[0] == "Two"
    visitor.open(visitor.select(".go-place")[0].get("href"))
    assert visitor.value("Title") == "Two"
