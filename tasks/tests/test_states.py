"""Each act on a row in each state that another tab may have left it in."""

from datetime import date, time

import pytest
from django.db import transaction
from django.urls import reverse

from tasks.models import Task
from tasks.tests.pages import HTMX, PageTests, messages_of
from tasks.urls import urlpatterns

DUE = date(2026, 1, 31)
ANSWERS = {200, 302, 400, 404, 405, 409, 422}
SHOWN = {"version": "1", "occurrence": DUE.isoformat()}  # as a form has it that was open before


class StateTests(PageTests):
    def states(self):
        """Return rows in all possible states: {parameter of a route: {state: id}}."""
        repeat = {"due_date": DUE, "repeat_anchor": DUE, "repeat": "FREQ=MONTHLY"}
        done, gone = {"completed_at": self.ann.now()}, {"deleted_at": self.ann.now()}
        home, away = self.add_list("Home"), self.add_list("Away", **gone)
        tasks = {
            "without a date": {},
            "with a date": {"due_date": DUE},
            "with a date and a time": {"due_date": DUE, "due_time": time(9)},
            "repeating": repeat,
            "that repeated until its date went": repeat | {"repeat": "", "due_date": None},
            "whose repeat was ended": repeat | {"repeat": ""},
            "the last of a repeat": repeat | {"repeat": "FREQ=MONTHLY;COUNT=1"},
            "repeating until a day that is over": repeat | {"repeat": "FREQ=DAILY;UNTIL=20260131"},
            "repeating from its completion": repeat | {"repeat_from": Task.RepeatFrom.COMPLETION},
            "repeating in the year 9999": repeat | {"due_date": date.max},
            "completed": done,
            "completed, the last of a repeat": repeat | done,
            "in the trash": gone,
            "repeating in the trash": repeat | gone,
            "without a title": {"title": "", "typed": ""},
            "with a line that was read": {"typed": "Milk tomorrow +nolist #calls !high"},
            "in a list": {"list": home},
            "in a list in the trash": {"list": away} | gone,
        }
        rows = {
            f"a task {state}": Task.everything.create(user=self.ann, **{"title": "Milk"} | fields)
            for state, fields in tasks.items()
        }
        kept, trashed = rows["a task repeating"], rows["a task in the trash"]
        return {
            "task_pk": rows,
            "step_pk": {
                "a step": self.add_step(kept),
                "a step that is done": self.add_step(kept, done=True),
                "a step in the trash": self.add_step(kept, **gone),
                "a step of a task in the trash": self.add_step(trashed),
            },
            "list_pk": {
                "a list": home,
                "an archived list": self.add_list("Old", archived_at=self.ann.now()),
                "a list in the trash": away,
            },
            "tag_pk": {
                "a tag": self.add_tag("calls", kept),
                "a tag in the trash": self.ann.tags.create(name="gone", **gone),
            },
        }

    @pytest.mark.exhaustive
    def test_each_act_in_each_state_gets_a_reply(self):
        self.press_all(SHOWN | {"next": "/inbox/"}, {})

    @pytest.mark.exhaustive
    def test_each_act_in_each_state_gets_a_reply_on_the_rows_page(self):
        fields = SHOWN | {"title": "Milk", "name": "Milk", "due_date": "2027-01-01"}
        self.press_all(fields | {"next": ""}, HTMX)

    def test_empty_form_gets_a_reply_on_the_rows_page(self):
        self.press_all({"next": ""}, HTMX, states=1)

    def press_all(self, body, headers, states=None):
        """Send data to each route in each state, or in the first ones.

        next="" is the page of the row itself.
        """
        for parameter, rows in self.states().items():
            routes = [one for one in urlpatterns if [*one.pattern.converters] == [parameter]]
            self.assertTrue(routes)
            for route in routes:
                for state, row in [*rows.items()][:states]:
                    with self.subTest(route.name, state=state):
                        self.press(route, row, body, headers)

    def press(self, route, row, body, headers):
        url = reverse(route.name, args=[row.pk])
        if body.get("next") == "":
            body = body | {"next": url}
        undo = transaction.savepoint()
        response = self.client.post(url, body, headers=headers)
        transaction.savepoint_rollback(undo)
        self.assertIn(response.status_code, ANSWERS, (url, body, headers))

    def test_skipping_an_ended_repeat_says_so(self):
        task = self.add_task("Rent", due_date=DUE, repeat_anchor=DUE, repeat="FREQ=MONTHLY")
        task.edit(due_date=None)
        for act in ("skip", "end"):
            with self.subTest(act):
                response = self.post(f"/tasks/{task.pk}/{act}/", next="/inbox/", **SHOWN)
                self.assertEqual(messages_of(response), ["“Rent” no longer repeats."])
