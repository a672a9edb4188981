"""Pages that were open while this version took the place of an earlier one.

yesterdays_forms.json has the forms of the pages as they were on 29 November 2026, before templates
and forms were taken apart (5078a5f): the fields of each, by its address. Each button still does as
it says.
"""

import json
import uuid
from datetime import date
from pathlib import Path

from django.db import transaction

from tasks.models import Task
from tasks.tests.making import add_list, add_step, add_tasks
from tasks.tests.pages import HTMX, PageTests, messages_of

TODAY = date(2026, 11, 30)  # a Monday
FORMS = json.loads(Path(__file__).with_name("yesterdays_forms.json").read_text())
# (address, fields that are filled in, with those of the pressed button, message)
PRESSES = [
    ("/tasks/add/", {"text": "Eggs"}, "Added “Eggs”."),
    ("/tasks/{milk}/complete/", {}, "Completed “Milk”."),
    ("/tasks/{rent}/complete/", {}, "Completed “Rent”. Next: Mon 7 Dec."),
    ("/tasks/{done}/reopen/", {}, "Reopened “Done”."),
    (
        *("/tasks/bulk/", {"which": "page", "do": "due 2026-12-01"}),
        "Moved 4 tasks to Tue 1 Dec.",
    ),
    (
        "/tasks/bulk/",
        {"ids": "{bread}", "do": "list", "list": "{home}"},
        "Moved “Bread” to “Home”.",
    ),
    ("/tasks/bulk/", {"which": "all", "do": "complete"}, "Completed 3 tasks."),
    ("/tasks/{milk}/duplicate/", {}, "Added “Milk”."),
    ("/tasks/{milk}/edit/", {"title": "Oat milk"}, "Renamed “Milk” to “Oat milk”."),
    ("/tasks/{milk}/edit/", {"tags": "calls new"}, "Added #new to “Milk”."),
    ("/tasks/{rent}/edit/", {"title": "Flat", "from_now_on": "1"}, "Renamed “Rent” to “Flat”."),
    (
        *("/tasks/{rent}/edit/", {"title": "Flat", "this_one": "1"}),
        "Separated “Flat” from its repeat. The repeat continues without it.",
    ),
    ("/tasks/{rent}/skip/", {}, "Moved “Rent” to Mon 7 Dec."),
    ("/tasks/{rent}/end/", {}, "Stopped repeating “Rent”."),
    (
        *("/tasks/{rent}/repeat/", {"interval": "2"}),
        "Set “Rent” to repeat every 2 weeks.",
    ),
    ("/tasks/{milk}/repeat/", {}, "Set “Milk” to repeat every week."),
    ("/tasks/{milk}/delete/", {}, "Deleted “Milk”."),
    ("/tasks/{milk}/edit/", {"step": "Pour"}, "Added the step “Pour”."),
    ("/tasks/{milk}/steps/add/", {"title": "Pour"}, "Added the step “Pour”."),
    ("/steps/{whisk}/tick/", {"done": "1"}, "Completed the step “Whisk”."),
    ("/steps/{whisk}/edit/", {"title": "Beat"}, "Renamed “Whisk” to “Beat”."),
    ("/steps/{whisk}/move/", {"to": "bottom"}, "Moved the step “Whisk” down."),
    ("/steps/{whisk}/delete/", {}, "Deleted the step “Whisk”."),
    ("/lists/{work}/move/", {"after": "{home}"}, "Moved the list “Work” down."),
    ("/lists/{old}/unarchive/", {}, "Unarchived the list “Old”."),
    ("/lists/{work}/edit/", {"name": "Job"}, "Renamed “Work” to “Job”."),
    ("/lists/{work}/archive/", {}, "Archived the list “Work”."),
    (
        *("/lists/{work}/delete/", {}),
        "Deleted the list “Work”, and moved 1 task to the Inbox.",
    ),
    ("/lists/{bin}/restore/", {}, "Restored the list “Bin”."),
    ("/lists/add/", {"name": "Garden"}, "Added the list “Garden”."),
    ("/tags/{calls}/edit/", {"name": "phone"}, "Renamed “calls” to “phone”."),
    ("/tasks/{gone}/restore/", {}, "Restored “Gone”."),
    ("/tasks/paste/", {"text": "Eggs\nFlour", "sure": "1"}, "Added 2 tasks."),
    ("/settings/", {"name": "Ann", "hours": "12"}, "Saved your profile."),
    ("/settings/theme/", {"theme": "dark"}, "Saved the appearance for this browser."),
    ("/searches/{search}/edit/", {"name": "Dairy"}, "Saved the search “Dairy”."),
    (
        *("/searches/{search}/delete/", {}),
        "Removed “Milky” from the sidebar. It can be saved again here.",
    ),
    (
        *("/searches/add/", {"name": "Dairy"}),
        "Saved the search “Dairy”. It is in the sidebar.",
    ),
]


class YesterdaysPageTests(PageTests):
    def setUp(self):
        super().setUp()
        self.set_clock(2026, 11, 30, 12, 0)
        ann = self.ann
        work, home, old, gone_list = (add_list(ann, n) for n in ["Work", "Home", "Old", "Bin"])
        calls = ann.tags.create(name="calls")
        (milk,) = add_tasks(ann, "Milk", list=work, due_date=TODAY)
        milk.attach([calls])
        (bread,) = add_tasks(ann, "Bread", due_date=TODAY)
        weekly = {"repeat": "FREQ=WEEKLY", "repeat_anchor": TODAY}
        (rent,) = add_tasks(ann, "Rent", due_date=TODAY, **weekly)
        done, gone = add_tasks(ann, "Done", "Gone")
        done.complete()
        gone.delete_softly()
        whisk = add_step(milk)
        add_step(milk, "Stir")
        old.archive()
        gone_list.delete_softly()
        rows = {"milk": milk, "bread": bread, "rent": rent, "done": done, "gone": gone}
        rows |= {"work": work, "home": home, "old": old, "bin": gone_list}
        rows |= {"calls": calls, "whisk": whisk}
        rows["search"] = ann.searches.create(name="Milky", q="milk")
        self.values = {name: row.pk for name, row in rows.items()}
        self.values |= {"today": TODAY}

    def press(self, address, typed, **headers):
        """Send a form of yesterday's page. Return the answer."""
        values = self.values | {"key": uuid.uuid4()}
        fields = FORMS[address] | typed
        filled = {name: text.format(**values) for name, text in fields.items()}
        return self.client.post(address.format(**values), filled, headers=headers)

    def test_every_form_still_does_what_its_button_says(self):
        self.assertEqual({address for address, *_ in PRESSES}, set(FORMS))
        for address, typed, words in PRESSES:
            with self.subTest(address, typed=typed), transaction.atomic():
                answer = self.press(address, typed)
                self.assertEqual(answer.status_code, 302, answer.content)
                self.assertEqual(messages_of(self.client.get(answer["Location"])), [words])
                transaction.set_rollback(True)

    def test_forms_of_htmx_are_answered_in_place(self):
        answer = self.press("/tasks/{milk}/complete/", {}, **HTMX)
        self.assertEqual(answer.status_code, 200)
        self.assertIs(Task.objects.get(pk=self.values["milk"]).completed, True)
