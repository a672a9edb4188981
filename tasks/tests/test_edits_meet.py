"""Two simultaneous edits: all changes of different fields stay, and conflicts are shown.

Each of two clients loads the page, changes fields chosen by Hypothesis, and sends the form as a
browser does, one after the other.
"""

from datetime import date, time

from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.tests.people import add_user
from tasks.models import Step
from tasks.tests.making import add_list
from tasks.tests.pages import html_of, words_of
from todosite.tests.environment import examples
from todosite.tests.html import select
from todosite.tests.visitor import data_of


class Page:
    """A page with a form, as one client has opened it."""

    def __init__(self, user, url, action):
        self.client, self.action = Client(), action
        self.client.force_login(user)
        self.read(self.client.get(url))

    def read(self, response):
        self.response = response
        form = select(response, f'form[method=post][action="{self.action}"]')[0]
        self.values = {name: lines(texts[0], "\n") for name, texts in data_of(form).items()}

    def save(self, **typed):
        """Send the form with the typed values. Return the status of the answer."""
        self.values |= typed
        data = {name: lines(text, "\r\n") for name, text in self.values.items()}
        response = self.client.post(self.action, data)
        if response.status_code != 302:
            self.read(response)
        return response.status_code


def lines(text, end):
    """Return a text with other line ends: a browser sends CRLF, and shows LF."""
    return text.replace("\r\n", "\n").replace("\n", end)


def some(**fields):
    """Return edits of some of these fields, each to one of its values."""
    return st.fixed_dictionaries({}, optional={n: st.sampled_from(v) for n, v in fields.items()})


TASK = {
    "title": ["Milk", "Oat milk", "Bread & <b>butter</b>"],
    "description": ["", "Two litres", "\na\n\nb ", "“Ünï”"],
    "due_date": ["", "2031-01-02", "2031-03-04"],
    "due_time": ["", "08:00", "17:30"],
    "priority": ["0", "1", "3"],
    "list": ["", "Home", "Work"],
    "tags": ["", "calls", "calls family", "family new"],
}
LIST = {"name": ["Errands", "Flat", "Haus & Hof"], "color": ["grey", "teal", "rose"]}
STEP = {"title": ["Whisk", "Stir", "Fold in"]}
TAG = {"name": ["calls", "phone", "ring"]}


class EditsMeetTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ann = add_user()
        lists = [add_list(cls.ann), add_list(cls.ann, "Work")]
        cls.lists = {"": ""} | {one.name: str(one.pk) for one in lists}
        cls.names = {pk: name or "Inbox" for name, pk in cls.lists.items()}

    def meet(self, row, shown, url, action, first, second):
        """Merge two edits of a row. shown(row) returns the values that its page would show."""
        one, other = Page(self.ann, url, action), Page(self.ann, url, action)
        base = shown(row)
        self.assertEqual({name: one.values[name] for name in base}, base)
        now = merged(base, base, first)
        status = 302 if fits(now) else 422
        self.assertEqual(one.save(**first), status)
        self.assertEqual({name: one.values[name] for name in first}, first)
        if status == 422:
            now = base
        self.assertEqual(shown(row), now)

        mine = {name: value for name, value in second.items() if value != base[name]}
        conflicts = {n for n in mine if n != "tags" and now[n] not in (base[n], mine[n])}
        result = merged(base, now, mine)
        status = 409 if conflicts else 302 if fits(result) else 422
        self.assertEqual(other.save(**second), status)
        if status == 302:
            self.assertEqual(shown(row), result)
            return
        self.assertEqual(shown(row), now)
        self.assertEqual({name: other.values[name] for name in mine}, mine)
        if status == 409:
            self.assertEqual(set(other.response.context["form"].conflicts), conflicts)
            for name in conflicts:
                self.assertIn(self.words(name, now[name]), words_of(html_of(other.response)))
            self.assertEqual(other.save(), 302 if fits(result) else 422)
            self.assertEqual(shown(row), result if fits(result) else now)
            self.assertEqual({name: other.values[name] for name in mine}, mine)

    def words(self, name, value):
        """Return the stored value as a conflict shows it."""
        choices = {"list": self.names, "priority": {"0": "None", "1": "Low", "3": "High"}}
        choices["color"] = {color: color.capitalize() for color in LIST["color"]}
        value = choices.get(name, {}).get(value, value)
        if not value:
            return "This was cleared in the meantime. Save again"
        return f"This was changed in the meantime to: {' '.join(value.split())} Save again"

    @examples(40)
    @given(base=some(**TASK), first=some(**TASK), second=some(**TASK))
    def test_two_edits_of_a_task_are_merged(self, base, first, second):
        base, first, second = (
            edit | ({"list": self.lists[edit["list"]]} if "list" in edit else {})
            for edit in (base, first, second)
        )
        time_was = time(8, 0, 15) if base.get("due_date") and base.get("due_time") else None
        task = self.ann.tasks.create(
            title=base.get("title", "Milk"),
            description=base.get("description", ""),
            priority=base.get("priority", 0),
            due_date=base.get("due_date") or None,
            due_time=time_was,
            list_id=base.get("list") or None,
        )
        task.attach(self.ann.tags.create(name=name) for name in base.get("tags", "").split())
        url = f"/tasks/{task.pk}/"
        self.meet(task, self.task_shown, url, url + "edit/", first, second)
        if time_was and {"08:00"} >= {edit.get("due_time", "08:00") for edit in (first, second)}:
            task.refresh_from_db()
            self.assertEqual(task.due_time, time_was)  # the page shows no seconds

    def test_unedited_time_keeps_its_seconds(self):
        clock = time(8, 0, 15)
        task = self.ann.tasks.create(title="Milk", due_date=date(2031, 1, 2), due_time=clock)
        page = Page(self.ann, f"/tasks/{task.pk}/", f"/tasks/{task.pk}/edit/")
        self.assertEqual(page.save(title="Oat milk"), 302)
        task.refresh_from_db()
        self.assertEqual((task.title, task.due_time), ("Oat milk", clock))

    def task_shown(self, task):
        task.refresh_from_db()
        return {
            "title": task.title,
            "description": task.description,
            "due_date": str(task.due_date or ""),
            "due_time": f"{task.due_time:%H:%M}" if task.due_time else "",
            "priority": str(task.priority),
            "list": str(task.list_id or ""),
            "tags": " ".join(tag.name for tag in task.tags.by_name()),
        }

    @examples(20)
    @given(some(**LIST), some(**LIST))
    def test_two_edits_of_a_list_are_merged(self, first, second):
        one = add_list(self.ann, "Errands")
        self.meet(one, self.shown("name", "color"), *[f"/lists/{one.pk}/edit/"] * 2, first, second)

    @examples(10)
    @given(some(**STEP), some(**STEP))
    def test_two_edits_of_a_step_are_merged(self, first, second):
        step = Step(user=self.ann, task=self.ann.tasks.create(title="Milk"), title="Whisk")
        step.add()
        self.meet(step, self.shown("title"), *[f"/steps/{step.pk}/edit/"] * 2, first, second)

    @examples(10)
    @given(some(**TAG), some(**TAG))
    def test_two_edits_of_a_tag_are_merged(self, first, second):
        tag = self.ann.tags.create(name="calls")
        self.meet(tag, self.shown("name"), *[f"/tags/{tag.pk}/edit/"] * 2, first, second)

    def shown(self, *names):
        def shown(row):
            row.refresh_from_db()
            return {name: getattr(row, name) for name in names}

        return shown


def merged(base, now, edit):
    """Return the stored row with an edit that began from base."""
    row = now | edit
    if "tags" in edit:
        shown, mine = set(base["tags"].split()), set(edit["tags"].split())
        row["tags"] = " ".join(sorted(set(now["tags"].split()) - (shown - mine) | (mine - shown)))
    return row


def fits(row):
    """Return whether a time has a date."""
    return not row.get("due_time") or bool(row["due_date"])
