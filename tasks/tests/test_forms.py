"""Adding and editing by form: errors, saved values, and merged edits."""

from datetime import date, time
from unittest import mock

from django.http import QueryDict
from django.test import TestCase

from accounts.tests.people import add_user
from tasks.forms.fields import NOTES_LENGTH
from tasks.forms.filters import ListingForm
from tasks.forms.quickadd import AddForm
from tasks.forms.tasks import TaskForm
from tasks.models import Task

BAD_DATE = "Enter a date as year-month-day, such as 2026-03-25, from 1900 to 2200."


def posted(**data):
    query = QueryDict(mutable=True)
    query.update(data)
    return query


def added_by(form):
    form.save()
    return form.row


class AddFormTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ann, cls.ben = add_user(), add_user("ben@example.org")

    def errors(self, **data):
        return AddForm(posted(**data), user=self.ann).errors

    def test_form_requires_a_user(self):
        with self.assertRaises(TypeError):
            AddForm(posted(text="Milk"))

    def test_form_adds_a_task_of_its_user(self):
        task = added_by(AddForm(posted(text="  Milk "), user=self.ann))
        self.assertEqual((task.user, task.title, task.description), (self.ann, "Milk", ""))

    def test_form_saves_the_other_fields(self):
        data = posted(text="Milk", due_date="2026-03-25", due_time="17:30", description=" a\r\nb ")
        task = added_by(AddForm(data, user=self.ann))
        task.refresh_from_db()
        self.assertEqual(
            (task.due_date, task.due_time, task.description),
            (date(2026, 3, 25), time(17, 30), " a\nb "),
        )

    def test_title_has_1_to_255_characters_after_trimming(self):
        self.assertEqual(self.errors(text=" \u3000 "), {"text": ["Type a task first."]})
        self.assertEqual(self.errors(text="\u200b"), {"text": ["Type a task first."]})
        self.assertEqual(self.errors(), {"text": ["Type a task first."]})
        self.assertEqual(self.errors(text=" " + "x" * 255 + " "), {})
        task = added_by(AddForm(posted(text="x" * 256), user=self.ann))
        self.assertEqual((task.title, task.description), ("x" * 255, "x"))

    def test_255_emoji_fit(self):
        task = added_by(AddForm(posted(text="😀" * 255), user=self.ann))
        task.refresh_from_db()
        self.assertEqual(task.title, "😀" * 255)

    def test_unstorable_characters_are_named(self):
        for char, name in [("\x00", "U+0000"), ("\x1c", "U+001C"), ("\uffff", "U+FFFF")]:
            words = f"This contains a character that cannot be stored ({name}). Please remove it."
            self.assertEqual(self.errors(text=f"Mi{char}lk"), {"text": [words]})
            self.assertEqual(
                self.errors(text="Milk", description=f"a{char}"), {"description": [words]}
            )

    def test_line_breaks_in_a_title_become_spaces(self):
        task = added_by(AddForm(posted(text="Milk \r\n and\nbread\u2028now"), user=self.ann))
        self.assertEqual(task.title, "Milk and bread now")

    def test_dates_outside_the_calendar_are_refused(self):
        for value in ["0000-01-01", "10000-01-01", "2026-02-29", "tomorrow", "1\x002", "03/04/26"]:
            with self.subTest(value=value):
                self.assertEqual(self.errors(text="Milk", due_date=value), {"due_date": [BAD_DATE]})
        self.assertEqual(self.errors(text="Milk", due_date="1900-01-01"), {})
        self.assertEqual(self.errors(text="Milk", due_date="2200-12-31"), {})

    def test_time_needs_a_date(self):
        self.assertEqual(
            self.errors(text="Milk", due_time="08:00"), {"due_date": ["A time needs a date."]}
        )

    def test_notes_have_a_largest_length(self):
        self.assertEqual(self.errors(text="Milk", description="x" * NOTES_LENGTH), {})
        self.assertEqual(
            self.errors(text="Milk", description="x" * (NOTES_LENGTH + 1)),
            {"description": ["Use at most 100000 characters (you typed 100001)."]},
        )

    def test_each_field_has_its_own_error(self):
        """That covers errors of the database too: no constraint of the model is checked before."""
        tags = " ".join(f"#tag{n}" for n in range(31))
        bad = {
            "text": ["", "\x00", "x" * (NOTES_LENGTH + 1), f"Milk {tags}"],
            "due_date": ["2026-02-30", "10000-01-01"],
            "due_time": ["25:00", "\x00"],
            "priority": ["4", "-1", "99999", "high"],
            "list": ["0", "x", str(2**63), str(self.ben.lists.create(name="Hers").pk)],
            "tags": ["x" * 51, "a\x00", tags],
            "tag": ["0", "x"],
            "description": ["\x00", "x" * (NOTES_LENGTH + 1)],
        }
        unseen = {
            "key",
            "plain",
            "meant",
            "as_text",
            "make_list",
        }  # whatever they hold can be taken
        self.assertEqual(AddForm.base_fields.keys(), bad.keys() | unseen)
        self.client.force_login(self.ann)
        for name, values in bad.items():
            for value in values:
                with self.subTest(name=name, value=value[:50]):
                    data = {"text": "Milk", name: value}
                    self.assertEqual([*self.errors(**data)], [name])
                    self.assertEqual(self.client.post("/tasks/add/", data).status_code, 422)
        self.assertFalse(self.ann.tasks.exists() or self.ann.acts.exists())

    def test_form_reports_every_constraint_it_can_break(self):
        # A line's repeat has its day, and a new task has no place: no field is for these.
        sent = {
            "tasks_task_time_needs_date": ({"due_time": "08:00"}, ["due_date"]),
            "tasks_task_priority": ({"priority": "4"}, ["priority"]),
            "tasks_task_repeat_needs_date": ({"repeat": "FREQ=DAILY"}, []),
            "tasks_task_position": ({"position": "a0"}, []),
        }
        self.assertEqual({one.name for one in Task._meta.constraints}, sent.keys())
        for name, (data, errors) in sent.items():
            with self.subTest(name=name):
                form = AddForm(posted(text="Milk", **data), user=self.ann)
                self.assertEqual([*form.errors], errors)
                if not errors:
                    task = added_by(form)
                    self.assertEqual((task.repeat, task.position), ("", ""))

    def test_fields_have_no_maxlength(self):
        self.assertNotIn("maxlength", AddForm(user=self.ann).as_p())


class TaskFormTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ann, cls.ben = add_user(), add_user("ben@example.org")

    def setUp(self):
        self.task = self.ann.tasks.create(
            title="Milk",
            description="Two litres",
            due_date=date(2026, 3, 25),
            due_time=time(17, 30, 15, 250000),
        )

    def shown(self, **typed):
        """Return the POST of a browser that was shown the task, with the typed values."""
        form = TaskForm(instance=self.task, user=self.ann)
        data = posted(version=str(self.task.version))
        for name in TaskForm.Meta.fields:
            data[name] = data[f"initial-{name}"] = form.stored_text(name)
        data.update({name: value for name, value in typed.items() if name not in data})
        for name, value in typed.items():
            data[name] = value
        return data

    def submit(self, data):
        """Return the form, after locking and reading the row as another request would."""
        form = TaskForm(data, instance=self.ann.tasks.get(), user=self.ann)
        if form.is_valid():
            form.save()
        self.task = self.ann.tasks.get()
        return form

    def values(self):
        return self.task.title, self.task.description, self.task.due_date, self.task.due_time

    def test_another_users_task_is_refused(self):
        with self.assertRaises(ValueError):
            TaskForm(posted(title="Mine"), instance=self.task, user=self.ben)

    def test_changed_fields_are_written(self):
        self.submit(self.shown(title=" Oat milk "))
        self.assertEqual(self.task.title, "Oat milk")
        self.assertEqual(self.task.version, 2)

    def test_unedited_form_writes_nothing(self):
        form = self.submit(self.shown())
        self.assertIs(form.is_valid(), True)
        self.assertEqual(self.task.version, 1)

    def test_untouched_time_keeps_its_seconds(self):
        self.submit(self.shown(title="Oat milk"))
        self.assertEqual(self.task.due_time, time(17, 30, 15, 250000))

    def test_field_that_is_not_posted_stays(self):
        self.submit(posted(title="Oat milk"))
        self.assertEqual(
            self.values(),
            ("Oat milk", "Two litres", date(2026, 3, 25), time(17, 30, 15, 250000)),
        )

    def test_empty_field_is_cleared(self):
        self.submit(posted(description="", due_date="", due_time=""))
        self.assertEqual(self.values(), ("Milk", "", None, None))

    def test_title_cannot_be_cleared(self):
        form = self.submit(self.shown(title="  ", description="Three"))
        self.assertEqual(form.errors, {"title": ["Type a task first."]})
        self.assertEqual(form["description"].value(), "Three")
        self.assertEqual(self.values()[:2], ("Milk", "Two litres"))

    def test_date_cannot_be_cleared_without_the_time(self):
        form = self.submit(self.shown(due_date=""))
        self.assertEqual(form.errors, {"due_date": ["A time needs a date."]})

    def test_different_fields_are_merged(self):
        mine = self.shown(title="Oat milk")
        self.submit(self.shown(description="Three litres"))
        form = self.submit(mine)
        self.assertEqual(form.errors, {})
        self.assertEqual(self.values()[:2], ("Oat milk", "Three litres"))

    def test_same_change_on_both_sides_is_no_conflict(self):
        mine = self.shown(title="Oat milk")
        self.submit(self.shown(title="Oat milk"))
        self.assertEqual(self.submit(mine).errors, {})

    def test_conflict_shows_both_values(self):
        mine = self.shown(title="Oat milk", description="Three litres")
        self.submit(self.shown(title="Soy milk", due_time="09:00"))
        form = self.submit(mine)
        self.assertEqual(form.conflicts, {"title": "Soy milk"})
        self.assertEqual(list(form.errors), ["title"])
        self.assertIn("Soy milk", form.errors["title"][0])
        self.assertEqual(form["title"].value(), "Oat milk")
        self.assertEqual(form["description"].value(), "Three litres")
        self.assertEqual(form["due_time"].value(), "09:00")
        self.assertEqual(self.values()[:2], ("Soy milk", "Two litres"))

    def test_next_attempt_after_a_conflict_is_saved(self):
        mine = self.shown(title="Oat milk", description="Three litres")
        self.submit(self.shown(title="Soy milk"))
        again = self.submit(mine).data
        self.assertEqual(self.submit(again).errors, {})
        self.assertEqual(self.values()[:2], ("Oat milk", "Three litres"))

    def test_invalid_version_conflicts_like_an_old_one(self):
        form = self.submit(posted(title="Oat milk", version="abc"))
        self.assertEqual(form.conflicts, {"title": "Milk"})

    def test_saving_the_stored_value_writes_nothing(self):
        self.submit(posted(title="Milk", version="abc"))
        self.assertEqual(self.task.version, 1)

    def test_third_change_conflicts_again(self):
        mine = self.shown(title="Oat milk")
        self.submit(self.shown(title="Soy milk"))
        again = self.submit(mine).data
        self.submit(self.shown(title="Rice milk"))
        self.assertEqual(self.submit(again).conflicts, {"title": "Rice milk"})

    def test_old_version_without_shown_values_conflicts(self):
        self.submit(self.shown(title="Soy milk"))
        form = self.submit(posted(title="Oat milk", version="1"))
        self.assertEqual(form.conflicts, {"title": "Soy milk"})
        self.assertEqual(self.task.title, "Soy milk")

    def test_time_is_kept_if_its_date_was_removed_in_the_meantime(self):
        self.task.edit(due_time=None)
        mine = self.shown(due_time="08:00")
        self.submit(self.shown(due_date=""))
        form = self.submit(mine)
        self.assertEqual(form.errors, {"due_date": ["A time needs a date."]})
        self.assertEqual(form["due_time"].value(), "08:00")

    def test_old_invalid_title_does_not_block_other_edits(self):
        for title in ["", "  ", "bell\x07", "two\r\nlines", "\u2028"]:
            with self.subTest(title=title):
                self.task.edit(title=title, description="")
                self.assertEqual(self.submit(self.shown(description="New")).errors, {})
                self.assertEqual(self.values()[:2], (title, "New"))

    def test_unedited_notes_keep_their_line_ends(self):
        self.task.edit(description="a\rb\r\nc")
        self.submit(self.shown(title="New", description="a\r\nb\r\nc"))
        self.assertEqual(self.values()[:2], ("New", "a\rb\r\nc"))

    def test_constraints_are_left_to_the_database(self):
        with mock.patch.object(Task, "full_clean") as checked:
            form = self.submit(self.shown(title="Oat milk"))
        self.assertEqual((form.errors, checked.call_count), ({}, 0))
        self.assertEqual(self.task.title, "Oat milk")


class ListingFormTests(TestCase):
    def test_invalid_parameter_is_named(self):
        for query, words in [
            ("status=done", "“status” must be pending or completed."),
            ("page=0", "“page” must be a whole number from 1 to 1000000000."),
            ("page=" + "1" + "0" * 30, "“page” must be a whole number from 1 to 1000000000."),
            ("page=two", "“page” must be a whole number from 1 to 1000000000."),
            ("limit=101", "“limit” must be a whole number from 1 to 100."),
            ("limit=-1", "“limit” must be a whole number from 1 to 100."),
            ("limit=1_0", "“limit” must be a whole number from 1 to 100."),
            ("limit=%00", "“limit” must be a whole number from 1 to 100."),
        ]:
            with self.subTest(query=query):
                self.assertEqual(ListingForm(QueryDict(query)).reason(), words)
        self.assertEqual(ListingForm(QueryDict("status=&page=&limit=")).reason(), "")
