"""Undo, acts on several tasks and the history, as a person uses them without JavaScript."""

from datetime import timedelta

import pytest

from tasks.tests.making import add_list, add_step, add_tasks
from tasks.tests.pages import counts_of, meta_of
from tasks.tests.rows import in_order
from tasks.tests.visiting import add, press, press_twice

pytestmark = pytest.mark.django_db

THREE = ["One", "Two", "Three"]


def undo(visitor, button="Undo"):
    visitor.press(button, inside="#messages")


def lines(visitor):
    """Return the first words of each line of a history, latest first."""
    return visitor.texts(".act-words > p:first-child")


def counts(visitor):
    return counts_of(visitor.response)


def open_ones(visitor):
    """Return the titles of open rows, without folded ones."""
    return visitor.texts(".group:not(.done-group) a.task-title")


class TestUndo:
    """After the undo of each act, the row is in its place, and the counts of lists are right."""

    @pytest.fixture
    def visitor(self, visitor, ann):
        """A visitor at the page of a list with three tasks, the second of which is due today."""
        self.ann = ann
        self.work = add_list(ann, "Work")
        add_list(ann, "Home")
        self.tasks = add_tasks(ann, *THREE, list=self.work)
        for task in self.tasks:
            task.move(to="bottom")
        self.two = self.tasks[1]
        self.two.edit(due_date=ann.today())
        for title in ["Outline", "Draft"]:
            add_step(self.two, title)
        visitor.open(self.work.get_absolute_url())
        self.before = in_order(ann)
        self.expect(visitor, THREE, Inbox=0, Today=1, Work=3)
        return visitor

    def expect(self, visitor, titles, **numbers):
        """Assert the open rows of the page, and the counts of the sidebar."""
        assert (open_ones(visitor), counts(visitor)) == (titles, {"Home": 0} | numbers)

    def meta(self, visitor):
        """Return the words below the title of “Two”."""
        return meta_of(visitor.response, self.two)

    def expect_as_before(self, visitor, words):
        """Assert a message about the undo, and the state from before the act."""
        assert visitor.message == f"Undone: {words}. Redo"
        self.expect(visitor, THREE, Inbox=0, Today=1, Work=3)
        assert self.meta(visitor) == "Today 0/2 steps done"
        assert in_order(self.ann) == self.before

    def undone(self, visitor, words):
        """Press Undo, and assert the state from before the act."""
        assert in_order(self.ann) != self.before
        undo(visitor)
        self.expect_as_before(visitor, words)

    def test_completion_can_be_undone(self, visitor):
        visitor.press("Complete “Two”")
        self.expect(visitor, ["One", "Three"], Inbox=0, Today=0, Work=2)
        self.undone(visitor, "completed “Two”")

    def test_date_from_the_menu_can_be_undone(self, visitor):
        press(visitor, "Two", "Tomorrow")
        assert self.meta(visitor) == "Tomorrow 0/2 steps done"
        self.expect(visitor, THREE, Inbox=0, Today=0, Work=3)
        tomorrow = self.ann.clock().date(self.ann.today() + timedelta(1))
        self.undone(visitor, f"moved “Two” to {tomorrow}")

    def test_priority_from_the_menu_can_be_undone(self, visitor):
        press(visitor, "Two", "High")
        assert self.meta(visitor) == "Today High priority 0/2 steps done"
        self.undone(visitor, "gave “Two” high priority")

    def test_move_to_a_list_can_be_undone(self, visitor):
        visitor.follow("More for “Two”").choose("Move to list", "Inbox").press("Move")
        self.expect(visitor, ["One", "Three"], Inbox=1, Today=1, Work=2)
        self.undone(visitor, "moved “Two” to the Inbox")

    def test_deletion_can_be_undone(self, visitor):
        press(visitor, "Two", "Delete “Two”")
        assert visitor.heading == "Delete this task?"
        visitor.press("Delete")
        self.expect(visitor, ["One", "Three"], Inbox=0, Today=0, Work=2)
        self.undone(visitor, "deleted “Two”")

    def test_move_from_the_menu_can_be_undone(self, visitor):
        press(visitor, "Three", "To top")
        assert visitor.titles == ["Three", "One", "Two"]
        self.undone(visitor, "moved “Three” up")

    def test_act_on_several_tasks_can_be_undone(self, visitor):
        visitor.check("Select “One”").check("Select “Two”").press("Complete")
        assert visitor.message == "Completed 2 tasks. Undo"
        self.expect(visitor, ["Three"], Inbox=0, Today=0, Work=1)
        self.undone(visitor, "completed 2 tasks")

    def test_deletion_of_a_list_with_tasks_can_be_undone(self, visitor):
        visitor.follow("Edit “Work”").follow("Delete")
        visitor.check("Move to the trash with the list").press("Delete")
        assert visitor.message == "Deleted the list “Work”, and 3 tasks with it. Undo"
        assert counts(visitor) == {"Inbox": 0, "Today": 0, "Home": 0}
        undo(visitor)
        words = "Undone: deleted the list “Work”, and 3 tasks with it. Redo"
        assert visitor.message == words
        assert in_order(self.ann) == self.before
        visitor.follow("Work, 3 tasks", inside="#sidebar")
        self.expect(visitor, THREE, Inbox=0, Today=1, Work=3)

    def test_ticked_step_can_be_undone(self, visitor):
        visitor.follow("Two").press("Done: Draft")
        assert visitor.text("#steps-heading") == "Steps 1 of 2 done"
        assert self.meta(visitor) == "Today 1/2 steps done"
        self.undone(visitor, "completed the step “Draft”")
        assert visitor.text("#steps-heading") == "Steps 0 of 2 done"
        assert visitor.texts(".tick") == ["Done: Outline", "Done: Draft"]

    def test_edit_can_be_undone(self, visitor):
        visitor.follow("Two")
        visitor.fill("Title", "Second").fill("Tags", "new").fill("Notes", "A note").press("Save")
        assert visitor.message == "Edited “Second”. Undo"
        assert visitor.texts("#sidebar .tag") == ["new"]
        self.undone(visitor, "edited “Second”")
        assert visitor.texts("#sidebar .tag") == []
        assert [visitor.value(label) for label in ["Title", "Tags", "Notes"]] == ["Two", "", ""]
        visitor.press("Save")  # nothing is left over in the form
        assert visitor.message == "No changes to save."

    def test_adding_can_be_undone(self, visitor):
        add(visitor, "Four")
        self.expect(visitor, [*THREE, "Four"], Inbox=0, Today=1, Work=4)
        self.undone(visitor, "added “Four”")

    def test_undo_and_redo_can_alternate(self, visitor):
        visitor.press("Complete “Two”")
        for button, words, titles in [
            ("Undo", "Undone: completed “Two”. Redo", THREE),
            ("Redo", "Redone: completed “Two”. Undo", ["One", "Three"]),
            ("Undo", "Undone: completed “Two”. Redo", THREE),
        ]:
            undo(visitor, button)
            assert (visitor.message, open_ones(visitor)) == (words, titles)

    def test_undo_works_in_the_history(self, visitor):
        for title, titles in [("One", ["Two", "Three"]), ("Two", ["Three"])]:
            visitor.press(f"Complete “{title}”")
            assert open_ones(visitor) == titles
        visitor.follow("History")
        assert visitor.heading == "History"
        visitor.press("Undo: completed “One”")
        assert lines(visitor)[0] == "You undid: completed “One”"
        assert visitor.message == "Undone: completed “One”. Redo"
        self.expect(visitor, [], Inbox=0, Today=0, Work=2)
        visitor.press("Undo: undid: completed “One”")
        assert lines(visitor)[0] == "You redid: completed “One”"
        visitor.press("Undo: completed “Two”")
        self.expect(visitor, [], Inbox=0, Today=1, Work=2)

    def test_undo_works_in_the_history_of_a_task(self, visitor):
        press(visitor, "Two", "High")
        visitor.follow("Two").press("Undo: gave “Two” high priority", inside=".past")
        assert visitor.is_checked("None")
        assert lines(visitor)[0] == "You undid: gave “Two” high priority"
        self.expect_as_before(visitor, "gave “Two” high priority")

    def test_conflict_shows_both_priorities(self, visitor):
        press(visitor, "Two", "High")
        self.two.edit(priority=1)
        undo(visitor)
        words = "Not undone: “Two” has changed since (priority), so it stays as it is. Show both"
        assert visitor.message == words
        visitor.follow("Show both")
        assert visitor.heading == "You gave “Two” high priority"
        words = "“Two” Priority before: None → after: High Changed since; now: Low"
        assert visitor.texts(".act-line") == [words]


class TestSentTwice:
    def test_completion_sent_twice_takes_effect_once(self, visitor, ann):
        add_tasks(ann, "One", "Two")
        visitor.open("/inbox/")
        said = press_twice(visitor, "Complete “One”")
        assert said == ["Completed “One”. Undo", "“One” was already completed."]
        assert visitor.titles == ["Two"]
        assert visitor.open("/completed/").titles == ["One"]
        assert (ann.tasks.get(title="One").version, ann.acts.count()) == (2, 1)
        assert ann.tasks.open().count() == 1

    def test_act_on_several_sent_twice_takes_effect_once(self, visitor, ann):
        add_tasks(ann, *THREE)
        visitor.open("/inbox/").check("All 3 on this page")
        assert press_twice(visitor, "Delete") == ["Deleted 3 tasks. Undo"] * 2
        assert visitor.titles == []
        assert visitor.text(".empty h2") == "Your inbox is empty"
        assert ann.acts.count() == 1


def test_missing_day_of_an_act_on_several_can_be_corrected(visitor, ann):
    add_tasks(ann, *THREE)
    visitor.open("/inbox/").check("Select “One”").check("Select “Three”").press("Set date")
    assert visitor.heading == "2 tasks"
    assert visitor.text(".errorlist") == "Enter a date, such as 2026-03-25."
    day = ann.today() + timedelta(9)
    visitor.fill("Day", day.isoformat()).press("Set date")
    assert visitor.message == f"Moved 2 tasks to {ann.clock().date(day)}. Undo"
    assert {task.title for task in ann.tasks.filter(due_date=day)} == {"One", "Three"}


class TestEnter:
    """Enter in a field presses the button next to it, and never a button elsewhere."""

    def test_enter_reschedules_to_another_day(self, visitor, ann):
        (task,) = add_tasks(ann, "One", due_date=ann.today() - timedelta(3))
        visitor.open("/today/").fill("Another date", ann.today().isoformat()).enter("Another date")
        assert visitor.message == f"Moved “One” to {ann.clock().date(ann.today())}. Undo"
        task.refresh_from_db()
        assert task.due_date == ann.today()

    @pytest.mark.parametrize(
        ("label", "value", "kept"),
        [
            ("Tags, separated by spaces", "new", {"Day": "", "Tags": "new"}),
            ("Day", "2031-12-24", {"Day": "2031-12-24", "Tags": ""}),
        ],
    )
    def test_enter_in_the_bar_asks_for_an_act(self, visitor, ann, label, value, kept):
        add_tasks(ann, "One", due_date=ann.today())
        before = in_order(ann)
        visitor.open("/today/").check("Select “One”").fill(label, value).enter(label)
        assert visitor.heading == "1 task"
        assert visitor.text(".errorlist") == "Choose an action."
        assert {label: visitor.value(label) for label in kept} == kept
        assert in_order(ann) == before


def test_rescheduling_overdue_tasks_can_be_undone(visitor, ann):
    for number, title in enumerate(["Late", "Later"], 1):
        add_tasks(ann, title, due_date=ann.today() - timedelta(number))
    add_tasks(ann, "Now", due_date=ann.today())
    before = in_order(ann)
    visitor.open("/today/")
    assert visitor.text(".reschedule legend") == "Move all 2 overdue tasks to"
    visitor.press("Tomorrow", inside=".reschedule")
    tomorrow = ann.clock().date(ann.today() + timedelta(1))
    assert visitor.message == f"Moved 2 tasks to {tomorrow}. Undo"
    assert visitor.titles == ["Now"]
    assert "overdue" not in visitor.words.lower()
    assert counts(visitor) == {"Inbox": 3, "Today": 1}
    undo(visitor)
    assert visitor.message == f"Undone: moved 2 tasks to {tomorrow}. Redo"
    assert visitor.titles == ["Later", "Late", "Now"]
    assert counts(visitor) == {"Inbox": 3, "Today": 3}
    assert in_order(ann) == before


def test_history_can_be_filtered_and_links_to_an_acts_changes(visitor, ann):
    task, _ = add_tasks(ann, "One", "Two")
    task.complete()
    task.edit(title="First")
    visitor.open("/history/")
    assert lines(visitor) == ["You renamed “One” to “First”", "You completed “First”"]
    visitor.choose("Action", "Completed and reopened").press("Show")
    assert lines(visitor) == ["You completed “First”"]
    assert visitor.value("Action") == "complete"
    visitor.follow(f"{visitor.text('.act-line time')}: everything that changed")
    assert visitor.heading == "You completed “First”"
    visitor.press("Undo")
    assert visitor.message == "Undone: completed “First”. Redo"
    assert visitor.heading == "You completed “First”"
    assert visitor.text(".head .sub").endswith(" · Undone")
