"""A line is typed, and the words that are understood are seen, taken back and undone: in Chromium.

No date is named: how words are understood is in test_quickadd_reading.py. The same acts
without script: test_quickadd_visits.py.
"""

import re

import pytest
from playwright.sync_api import expect

from tasks.models import Tag, Task, TaskList
from tasks.tests.browsing import look, message, open_task, titles, wait_until
from todosite.tests.axe import violations

pytestmark = pytest.mark.django_db(transaction=True)

LINE = "Pay rent tomorrow 17:00 #home !high every month"


@pytest.fixture
def page(signed_in):
    signed_in.goto("/inbox/")
    expect(signed_in.locator("#add[data-htmx-powered]")).to_be_visible()
    return signed_in


def box(page):
    return page.get_by_label("Add a task")


def chips(page):
    return page.locator("#add-chips .chip")


def chip(page, words):
    return page.locator("#add-chips .chip", has_text=words)


def press(page, name):
    look(page)
    message(page).get_by_role("button", name=name, exact=True).click()


class TestChips:
    def test_they_follow_what_is_typed_and_go_or_act_with_the_line(self, page):
        box(page).press_sequentially("Call mum tomorrow")
        expect(chips(page)).to_have_text([re.compile(r"^\s*Tomorrow")])
        box(page).press_sequentially(" at noon #calls")
        expect(chips(page)).to_have_text(
            [
                re.compile(r"^\s*Tomorrow"),
                re.compile(r"^\s*12:00"),
                re.compile(r"^\s*#calls \(new tag\)"),
            ]
        )
        page.emulate_media(reduced_motion="reduce")
        assert violations(page) == []
        box(page).fill("Call mum")
        expect(chips(page)).to_have_count(0)
        box(page).fill("Call mum today")
        expect(chips(page)).to_have_text([re.compile(r"^\s*Today")])
        page.keyboard.press("Enter")
        expect(titles(page)).to_have_text(["Call mum"])
        expect(chips(page)).to_have_count(0)

        box(page).fill("Bins every day except today")
        chip(page, "Every day").click()  # an offer
        expect(chip(page, re.compile(r"\?\s*$"))).to_have_count(0)
        expect(box(page)).to_be_focused()
        page.keyboard.press("Enter")
        expect(titles(page)).to_have_text(["Call mum", "Bins every day except today"])
        assert Task.objects.latest("pk").repeat == "FREQ=DAILY"

    def test_press_makes_it_text_and_a_second_press_takes_that_back(self, page):
        box(page).fill(LINE)
        chip(page, "Tomorrow").click()
        expect(chip(page, "“tomorrow” kept as text")).to_be_visible()
        expect(chip(page, re.compile("^Tomorrow"))).to_have_count(0)
        expect(box(page)).to_be_focused()
        page.keyboard.press("Enter")
        expect(titles(page)).to_have_text(["Pay rent tomorrow"])
        task = Task.objects.get()
        assert (task.repeat, task.priority, f"{task.due_time:%H:%M}") == (
            "FREQ=MONTHLY",
            3,
            "17:00",
        )
        assert task.typed == LINE

        box(page).fill("Swim tomorrow")
        expect(chip(page, "Tomorrow")).to_be_visible()
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        expect(chip(page, "Tomorrow")).to_be_focused()
        page.keyboard.press("Enter")
        chip(page, "“tomorrow” kept as text").click()
        expect(chips(page)).to_have_text([re.compile(r"^\s*Tomorrow")])
        page.keyboard.press("Enter")
        expect(titles(page)).to_have_text(["Pay rent tomorrow", "Swim"])

    def test_failed_or_overtaken_line_keeps_its_chips(self, page):
        held = []
        page.route("**/tasks/read/", lambda route: held.append(route))
        box(page).fill("Swim tomorrow")
        wait_until(page, lambda: held)
        page.keyboard.press("Enter")
        expect(titles(page)).to_have_text(["Swim"])
        with page.expect_response("**/tasks/read/"):
            held.pop().continue_()
        page.unroute("**/tasks/read/")
        expect(chips(page)).to_have_count(0)
        box(page).fill("Run today")
        expect(chips(page)).to_have_text([re.compile(r"^\s*Today")])

        box(page).fill("Swim tomorrow")
        chip(page, "Tomorrow").click()
        expect(chip(page, "kept as text")).to_be_visible()
        page.route("**/tasks/add/", lambda route: route.abort(), times=1)
        box(page).press("Enter")
        expect(message(page)).to_contain_text("can't be reached")
        expect(chip(page, "“tomorrow” kept as text")).to_be_visible()
        box(page).press("Enter")
        expect(titles(page)).to_have_text(["Swim", "Swim tomorrow"])

    def test_list_that_is_not_there_is_made_by_its_box(self, page):
        box(page).fill("Dig +Garden")
        page.get_by_label("Add the list “Garden”").check()
        page.get_by_role("button", name="Add", exact=True).click()
        expect(message(page)).to_contain_text("Added “Dig” to the new list “Garden”.")
        expect(page.locator("#sidebar").get_by_role("link", name="Garden")).to_be_visible()
        assert Task.objects.get().list == TaskList.objects.get()

        page.goto("/tasks/add/?next=/inbox/")  # this page shows chips, too
        page.get_by_label("What do you want to do?").fill("Swim tomorrow")
        found = page.locator(".sheet .chip", has_text="Tomorrow")
        found.click()
        expect(page.locator(".sheet .chip")).to_have_text([re.compile("“tomorrow” kept as text")])
        page.locator(".sheet").get_by_role("button", name="Add", exact=True).click()
        expect(titles(page)).to_have_text(["Swim tomorrow"])


class TestSaved:
    def start(self, page):
        page.goto("/inbox/")
        expect(page.locator("#add[data-htmx-powered]")).to_be_visible()
        box(page).fill(LINE + " +Garden")
        page.get_by_role("button", name="Add", exact=True).click()
        expect(titles(page)).to_have_text(["Pay rent"])
        said = "Recognized: Tomorrow · 17:00 · #home · High priority · Every month."
        expect(message(page)).to_contain_text(f"Added “Pay rent”. {said}")
        expect(message(page)).to_contain_text(
            "There is no list “Garden”, so the task is in the Inbox."
        )

    def test_line_is_undone_or_kept_as_plain_text_and_a_title_is_read(self, page, ann):
        self.start(page)
        press(page, "Undo")
        expect(message(page)).to_contain_text("Undone: added “Pay rent”.")
        expect(titles(page)).to_have_count(0)
        assert (Task.objects.count(), Tag.objects.count()) == (0, 0)

        self.start(page)
        press(page, "Keep what I typed")
        expect(titles(page)).to_have_text([LINE + " +Garden"])
        expect(message(page)).to_contain_text("It is now as you typed it.")
        task = Task.objects.get()
        assert (task.due_date, task.repeat, task.priority, task.tags.count()) == (None, "", 0, 0)
        press(page, "Undo")
        expect(titles(page)).to_have_text(["Pay rent"])

        # A title is read on the page of its task.
        ann.tasks.create(title="Swim tomorrow #fun")
        page.goto("/inbox/")
        open_task(page, "Swim tomorrow #fun")
        page.get_by_role("button", name="Apply from title: Tomorrow · #fun").click()
        expect(message(page)).to_contain_text("Edited “Swim”. Recognized: Tomorrow · #fun.")
        expect(page.get_by_label("Title")).to_have_value("Swim")
        assert [tag.name for tag in ann.tasks.get(title="Swim").tags.all()] == ["fun"]
