"""A task's page saves all but title and notes by itself, in Chromium, also over a slow network.

The server's part, which accepts any of the fields alone: test_edits_meet.py, test_task_views.py.
"""

from datetime import date, time, timedelta

import pytest
from playwright.sync_api import expect

from accounts.models import Session
from tasks.models import Task
from tasks.tests.browsing import look, message, open_menu, wait_until
from tasks.tests.making import add_list, add_tasks
from tasks.tests.test_drafts_browser import enter, is_asked, leave, touch, would_ask

pytestmark = pytest.mark.django_db(transaction=True)

LATER = 400  # milliseconds that a slow reply takes
DAY, OTHER = date(2031, 3, 25), date(2031, 4, 2)


def hold(page, *, times=1):
    """Have the server save the next edits at once, and reply late."""

    def reply_late(route):
        response = route.fetch()
        page.wait_for_timeout(LATER)
        route.fulfill(response=response)

    page.route("**/edit/", reply_late, times=times)


def fail(page, *, times=1):
    page.route("**/edit/", lambda route: route.abort(), times=times)


class TestSavedByItself:
    @pytest.fixture
    def detail(self, signed_in, ann):
        """The page of Milk, and its fields by the names of the columns."""
        self.ann = ann
        self.begin(signed_in)
        return signed_in

    def begin(self, page, **fields):
        """Visit the page of a new task with these fields, the only one, before any act."""
        leave(page, "/healthz")
        Task.everything.all().delete()
        self.ann.acts.all().delete()
        (self.milk,) = add_tasks(self.ann, "Milk", **fields)
        self.visit(page)

    def visit(self, page):
        page.goto(f"/tasks/{self.milk.pk}/")
        page.wait_for_load_state()

    def field(self, page, name):
        return page.locator(f"#detail-body #id_{name}")

    def saved(self, **fields):
        self.milk.refresh_from_db()
        now = {name: getattr(self.milk, name) for name in fields}
        assert now == fields

    def wait_for(self, page, **fields):
        """Wait until a value is saved by a page that is gone."""
        wait_until(page, Task.objects.filter(**fields).exists)
        self.saved(**fields)

    def tags(self):
        return [tag.name for tag in self.milk.tags.by_name()]

    def edits(self):
        """Return the names of the columns that each edit changed, in order."""
        acts = self.ann.acts.filter(kind="edit").order_by("pk")
        return [sorted(act.changes.order_by("pk")[0].after) for act in acts]

    def test_date_is_saved_on_leaving_its_field_without_conflict(self, detail):
        page, notes = detail, detail.get_by_label("Notes")
        notes.fill("Whole milk")
        self.field(page, "due_date").fill(DAY.isoformat())
        expect(page.locator("#saved")).to_have_text("Not saved yet")
        notes.focus()
        expect(message(page)).to_contain_text("Moved “Milk” to 25 Mar 2031.")
        expect(notes).to_be_focused()
        expect(notes).to_have_value("Whole milk")
        self.saved(due_date=DAY, description="")
        page.locator("#save").click()
        expect(message(page)).to_contain_text("Edited “Milk”.")
        expect(page.locator("#saved")).to_contain_text("Saved ")
        self.saved(due_date=DAY, description="Whole milk")
        assert self.edits() == [["due_date"], ["description"]]

    def test_field_corrected_before_the_reply_is_saved_as_it_was_left(self, detail):
        page, due = detail, self.field(detail, "due_date")
        hold(page, times=2)
        due.fill(DAY.isoformat())
        page.keyboard.press("Enter")
        due.fill(OTHER.isoformat())
        page.keyboard.press("Enter")
        page.get_by_label("Notes").fill("Whole milk")
        page.locator("#save").click()
        expect(message(page)).to_contain_text("Edited “Milk”.")
        expect(due).to_have_value(OTHER.isoformat())
        self.saved(due_date=OTHER, description="Whole milk")
        assert page.locator(".alert").count() == 0

    @pytest.mark.exhaustive
    def test_only_complete_fields_are_saved(self, detail):
        page = detail
        page.get_by_role("radio", name="None").focus()
        for _ in range(3):
            page.keyboard.press("ArrowRight")
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        page.wait_for_timeout(LATER)
        assert self.edits() == []
        page.keyboard.press("Tab")
        expect(message(page)).to_contain_text("Gave “Milk” high priority.")
        assert self.edits() == [["priority"]]
        expect(self.field(page, "list")).to_be_focused()
        message(page).get_by_role("button", name="Undo").click()
        expect(page.get_by_role("radio", name="None")).to_be_checked()
        self.saved(priority=0)

        self.field(page, "due_date").focus()
        page.keyboard.type("12")  # a month and no more
        page.get_by_label("Title").focus()
        self.field(page, "due_date").focus()
        page.keyboard.press("Enter")
        self.field(page, "due_date").fill("0020-03-25")  # on the way to 2026
        page.get_by_label("Title").focus()
        page.wait_for_timeout(LATER)
        assert [columns for columns in self.edits() if columns != ["priority"]] == []
        expect(page.locator("#saved")).to_have_text("Not saved yet")
        assert would_ask(page) is True

        self.begin(page)
        for words in ["High", "Low", "Medium"]:
            page.locator(".seg label", has_text=words).click()
        assert self.edits() == []
        page.locator("#detail-body h1, .detail-foot").last.click(position={"x": 2, "y": 2})
        expect(message(page)).to_contain_text("Gave “Milk” medium priority.")
        assert self.edits() == [["priority"]]

        self.begin(page, due_date=DAY)
        due, title = self.field(page, "due_date"), page.get_by_label("Title")
        due.focus()
        page.keyboard.press("Backspace")
        self.field(page, "tags").fill("cold")
        title.focus()
        expect(message(page)).to_contain_text("Added #cold to “Milk”.")
        expect(title).to_be_focused()
        self.field(page, "tags").fill("cold fresh")
        page.locator("#detail-body").get_by_role("button", name="Complete", exact=True).click()
        expect(message(page)).to_contain_text("Completed “Milk”.")
        assert self.tags() == ["cold", "fresh"]
        self.saved(due_date=DAY, completed=True)

    @pytest.mark.exhaustive
    def test_each_field_is_saved_by_itself(self, detail):
        page = detail
        due, at = self.field(page, "due_date"), self.field(page, "due_time")
        at.fill("09:30")
        page.get_by_label("Title").focus()
        page.wait_for_timeout(LATER)
        assert self.edits() == []
        due.fill(DAY.isoformat())
        page.keyboard.press("Enter")
        expect(message(page)).to_contain_text("Moved “Milk” to 25 Mar 2031 at 09:30.")
        self.saved(due_date=DAY, due_time=time(9, 30))
        due.fill("")
        page.get_by_label("Title").focus()
        expect(message(page)).to_contain_text("Removed the date from “Milk”.")
        expect(at).to_have_value("")
        self.saved(due_date=None, due_time=None)
        assert self.edits() == [["due_date", "due_time"]] * 2

        work = add_list(self.ann, "Work")
        self.ann.tags.create(name="dairy")
        self.begin(page)
        self.field(page, "list").focus()
        page.keyboard.type("Work")
        page.keyboard.press("Tab")
        expect(message(page)).to_contain_text("Moved “Milk” to “Work”.")
        self.saved(list=work)
        tags = self.field(page, "tags")
        expect(tags).to_be_focused()
        page.keyboard.type("dai")
        expect(page.locator("#offers")).to_be_visible()
        page.keyboard.press("Enter")
        expect(tags).to_have_value("dairy ")
        assert self.tags() == []
        page.keyboard.press("Enter")
        expect(message(page)).to_contain_text("Added #dairy to “Milk”.")
        expect(page.locator("#saved")).to_contain_text("Saved ")
        expect(tags).to_have_value("dairy ")
        page.keyboard.type("cold")
        page.get_by_label("Title").focus()
        expect(message(page)).to_contain_text("Added #cold to “Milk”.")
        assert self.tags() == ["cold", "dairy"]
        assert would_ask(page) is False

        tags.fill("")
        page.locator("#save").click()  # which takes along what it is pressed from
        expect(message(page)).to_contain_text("Removed #cold and #dairy from “Milk”.")
        assert len(self.edits()) == 4

        self.begin(page, repeat="FREQ=WEEKLY;BYDAY=TU", due_date=DAY, repeat_anchor=DAY)
        due = self.field(page, "due_date")
        expect(page.get_by_role("button", name="Save this and all future ones")).to_be_hidden()
        due.fill((DAY + timedelta(1)).isoformat())
        page.get_by_label("Title").focus()
        expect(message(page)).to_contain_text("The repeat is unchanged.")
        self.saved(repeat="FREQ=WEEKLY;BYDAY=TU")
        message(page).get_by_role("button", name="Move the repeat too").click()
        expect(message(page)).to_contain_text("Set “Milk” to repeat every Wednesday.")
        expect(page.locator(".repeat")).to_contain_text("every Wednesday")
        self.saved(repeat="FREQ=WEEKLY;BYDAY=WE")

        due.fill(DAY.isoformat())
        page.get_by_role("button", name="Save this and all future ones").click()
        expect(message(page)).to_contain_text(
            "Set “Milk” to repeat every Tuesday, from 25 Mar 2031."
        )
        self.saved(repeat="FREQ=WEEKLY;BYDAY=TU", due_date=DAY)

    @pytest.mark.exhaustive
    def test_failed_or_refused_value_stays_and_is_reported(self, detail):
        page, due = detail, self.field(detail, "due_date")
        fail(page)
        due.fill(DAY.isoformat())
        page.get_by_label("Title").focus()
        expect(message(page)).to_contain_text("Todosite can't be reached.")
        expect(due).to_have_value(DAY.isoformat())
        expect(page.locator("#saved")).to_have_text("Not saved yet")
        self.saved(due_date=None)
        assert would_ask(page) is True
        page.locator(".seg label", has_text="High").click()
        page.get_by_label("Title").focus()
        expect(page.locator("#saved")).to_contain_text("Saved ")
        self.saved(due_date=DAY, priority=3)
        assert self.edits() == [["priority"], ["due_date"]]
        assert would_ask(page) is False

        page.route("**/edit/", lambda route: route.fulfill(status=503, body="away"), times=1)
        due.fill(OTHER.isoformat())
        page.keyboard.press("Enter")
        expect(message(page)).to_contain_text("Send it again")
        page.locator("#save").click()
        expect(message(page)).to_contain_text("Moved “Milk” to 2 Apr 2031.")
        self.saved(due_date=OTHER)

        self.begin(page)
        tags = self.field(page, "tags")
        typed = "x" * 101
        tags.fill(typed)
        notes = page.get_by_label("Notes")
        notes.focus()
        words = "A tag can have at most"
        expect(message(page)).to_contain_text(words)
        expect(page.locator("#id_tags_error")).to_contain_text(words)
        expect(notes).to_be_focused()
        self.field(page, "due_date").fill(DAY.isoformat())
        page.keyboard.press("Enter")
        expect(message(page)).to_contain_text("Moved “Milk” to 25 Mar 2031.")
        expect(tags).to_have_value(typed)
        expect(page.locator("#id_tags_error")).to_contain_text(words)
        assert would_ask(page) is True
        tags.fill("cold")
        page.keyboard.press("Enter")
        expect(message(page)).to_contain_text("Added #cold to “Milk”.")
        expect(page.locator("#id_tags_error")).to_have_count(0)

        self.begin(page)
        tags = self.field(page, "tags")
        for typed in ["x" * 51, " ".join(f"tag{number}" for number in range(31))]:
            tags.fill(typed)
            assert would_ask(page) is True
            expect(tags).to_have_value(typed)
        tags.fill("x" * 50)
        with page.expect_response("**/edit/"):
            assert would_ask(page) is False
        assert self.tags() == ["x" * 50]

    @pytest.mark.exhaustive
    def test_save_meets_other_changes_and_acts(self, detail):
        page, due = detail, self.field(detail, "due_date")
        page.get_by_label("Title").fill("Oat milk")
        self.milk.edit(due_date=OTHER, title="Soy milk")
        due.fill(DAY.isoformat())
        page.get_by_label("Title").focus()
        expect(page.locator("#id_due_date_error")).to_contain_text(
            "This was changed in the meantime to:"
        )
        expect(message(page)).to_contain_text("Not saved. This was changed in the meantime to:")
        expect(due).to_have_value(DAY.isoformat())
        self.field(page, "tags").fill("cold")
        page.keyboard.press("Enter")
        expect(message(page)).to_contain_text("Added #cold")
        self.saved(due_date=OTHER)
        due.focus()
        page.keyboard.press("Enter")
        expect(message(page)).to_contain_text("Moved “Soy milk” to 25 Mar 2031.")
        self.saved(due_date=DAY)
        # The title that was typed meets the other one, which no reply has overwritten.
        page.locator("#save").click()
        expect(page.get_by_text("This was changed in the meantime to: Soy milk")).to_be_visible()
        expect(page.get_by_label("Title")).to_have_value("Oat milk")

        self.begin(page)
        held = []
        page.route(
            "**/edit/",
            lambda route: held.append((route, route.fetch())),
            times=1,
        )
        self.field(page, "due_date").fill(DAY.isoformat())
        page.keyboard.press("Enter")
        open_menu(page, "Milk")
        page.get_by_role("button", name="High", exact=True).click()
        expect(page.get_by_label("High")).to_be_checked()
        ((route, response),) = held
        route.fulfill(response=response)
        expect(message(page)).to_contain_text("Moved “Milk” to 25 Mar 2031.")
        expect(page.get_by_label("High")).to_be_checked()
        expect(self.field(page, "due_date")).to_have_value(DAY.isoformat())
        page.get_by_label("Notes").fill("Whole")
        page.locator("#save").click()
        expect(message(page)).to_contain_text("Edited “Milk”.")
        self.saved(due_date=DAY, priority=3, description="Whole")

        self.begin(page)
        hold(page)
        self.field(page, "due_date").fill(DAY.isoformat())
        page.locator("#detail-body").get_by_role("button", name="Complete", exact=True).click()
        expect(message(page)).to_contain_text("Completed “Milk”.")
        self.saved(due_date=DAY, completed=True)

    @pytest.mark.exhaustive
    def test_leaving_the_page_saves_complete_fields(self, detail):
        page, due = detail, self.field(detail, "due_date")
        touch(page, page.get_by_label("Title"))
        due.fill(DAY.isoformat())
        self.field(page, "tags").fill("cold")
        assert is_asked(page, "location.assign('/inbox/')") is False
        self.wait_for(page, due_date=DAY)
        wait_until(page, self.tags)  # another request
        assert self.tags() == ["cold"]
        self.saved(due_date=DAY)
        page.goto("/inbox/")
        assert Task.objects.get().version == self.milk.version

        self.visit(page)
        network = page.context.new_cdp_session(page)
        conditions = {"offline": False, "downloadThroughput": -1, "uploadThroughput": -1}
        network.send("Network.emulateNetworkConditions", conditions | {"latency": LATER})
        self.field(page, "due_date").fill(OTHER.isoformat())
        page.keyboard.press("Enter")
        page.goto("/inbox/")  # with the reply still to come
        network.send("Network.emulateNetworkConditions", conditions | {"latency": 0})
        self.wait_for(page, due_date=OTHER)
        assert len(self.edits()) == 3

        self.begin(page)

        def undo_and_retype(name, text, words):
            field = self.field(page, name)
            before = field.input_value()
            touch(page, page.get_by_label("Title"))
            field.fill(text)
            page.keyboard.press("Enter")
            expect(message(page)).to_contain_text(words)
            look(page)
            message(page).get_by_role("button", name="Undo").click()
            expect(field).to_have_value(before)
            field.fill(text)

        undo_and_retype("title", "Oat milk", "Renamed “Milk”")
        assert would_ask(page) is True
        page.get_by_label("Title").fill("Milk")
        self.visit(page)
        undo_and_retype("due_date", DAY.isoformat(), "Moved “Milk” to 25 Mar 2031.")
        assert is_asked(page, "location.assign('/inbox/')") is False
        self.wait_for(page, due_date=DAY)

        self.begin(page)
        Session.objects.all().delete()
        self.field(page, "due_date").fill(DAY.isoformat())
        page.keyboard.press("Enter")
        enter(page)
        page.get_by_role("button", name="Save the task").click()
        expect(self.field(page, "due_date")).to_have_value(DAY.isoformat())
        self.saved(due_date=DAY)
