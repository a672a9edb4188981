"""With JavaScript no typed text is lost: expired sessions, drafts, and leaving a page."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import Session
from accounts.tests.people import PASSWORD, add_user
from tasks.models import Step, Task
from tasks.tests.browsing import message, open_menu
from tasks.tests.making import add_list, add_step
from todosite.tests.axe import BOTH, LIGHT, assert_fine, violations

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = "You were signed out before this was saved."


@pytest.fixture
def task(ann):
    return ann.tasks.create(title="Milk")


def visit(page, task):
    """Open a task's page, and wait for its scripts."""
    page.goto(task.get_absolute_url())
    page.wait_for_load_state()


def end_session():
    Session.objects.all().delete()


def enter(page, email="ann@example.org"):
    """Sign in again, through the form."""
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Sign in")).to_have_count(0)
    page.wait_for_load_state()


def notice(page):
    return page.get_by_role("region", name="Not saved yet").locator(".notice:visible")


def notes(page):
    return page.locator("#detail-body [name=description]")


def draft(page):
    return page.locator("#draft")


def kept(page):
    """Return the texts of all drafts in this browser."""
    return page.evaluate(
        "Object.keys(localStorage).filter(key => key.startsWith('draft '))"
        ".map(key => JSON.parse(localStorage[key]).text)"
    )


def expect_none_kept(page):
    page.wait_for_function(
        "() => Object.keys(localStorage).every(key => !key.startsWith('draft '))"
    )
    assert kept(page) == []


def type_notes(page, text):
    """Type notes, and wait until their draft is saved."""
    notes(page).fill(text)
    page.wait_for_function(
        "text => Object.values(localStorage).some(kept => JSON.parse(kept).text === text)",
        arg=text,
    )


def leave(page, path="/trash/"):
    """Go to another page, and confirm a question about leaving."""

    def accept(dialog):
        dialog.accept()

    page.on("dialog", accept)
    page.goto(path)
    page.remove_listener("dialog", accept)


def never_ask(page):
    """Stay on the page at a question, and so fail: Playwright would leave."""
    page.on("dialog", lambda dialog: dialog.dismiss())


def wait_until_complete(page):
    """Wait until the page has its scripts: earlier it asks no question."""
    page.wait_for_function("() => document.readyState === 'complete'")


def touch(page, field):
    """Click until Chromium counts it as a gesture: without one it never asks before leaving."""
    for _ in range(50):
        field.click()
        if page.evaluate("navigator.userActivation.hasBeenActive"):
            return
        page.wait_for_timeout(100)
    pytest.fail("The browser never took the click for an act of its user.")


def is_asked(page, script="location.reload()"):
    """Return whether leaving the page by this script leads to a question; stay on the page."""
    wait_until_complete(page)
    asked, left = [], []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    def note(frame):
        left.append(frame.url)

    page.on("dialog", stay)
    page.on("framenavigated", note)
    page.evaluate(f"void setTimeout(() => {script})")
    for _ in range(500):
        if asked or left:
            break
        page.wait_for_timeout(20)
    else:
        pytest.fail("The page neither asked nor left.")
    page.remove_listener("dialog", stay)
    page.remove_listener("framenavigated", note)
    wait_until_complete(page)
    return asked == ["beforeunload"]


def would_ask(page):
    """Return whether the page would ask before it's left; it stays, and no gesture is needed."""
    return page.evaluate("!dispatchEvent(new Event('beforeunload', {cancelable: true}))")


class TestExpiredSession:
    def test_late_edit_waits_and_its_user_can_send_it(self, signed_in, task):
        page = signed_in
        never_ask(page)
        visit(page, task)
        notes(page).fill("Two litres,\nunsweetened")
        end_session()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Sign in again to get back what you typed.")).to_be_visible()
        enter(page)
        expect(page).to_have_url(f"/tasks/{task.pk}/")
        expect(notice(page)).to_contain_text(WORDS)
        expect(notice(page)).to_contain_text("“Milk”")
        expect(notice(page).get_by_label("Notes")).to_have_value("Two litres,\nunsweetened")
        expect(notes(page)).to_have_value("")
        assert Task.objects.get().description == ""
        page.get_by_role("button", name="Save the task").click()
        expect(notes(page)).to_have_value("Two litres,\nunsweetened")
        expect(notice(page)).to_have_count(0)
        expect(draft(page)).to_have_count(0)
        assert Task.objects.get().description == "Two litres,\nunsweetened"

    @pytest.mark.exhaustive
    def test_late_line_comes_back_and_late_step_is_offered(self, signed_in, task):
        page = signed_in
        never_ask(page)
        page.goto("/inbox/")
        end_session()
        page.get_by_label("Add a task", exact=True).fill("Bread")
        page.keyboard.press("Enter")
        enter(page)
        expect(page.locator("#add-text")).to_have_value("Bread ")
        assert self.offered(page) == []

        visit(page, task)
        page.route(
            "**/steps/add/",
            lambda route: (page.wait_for_timeout(400), route.continue_()),
            times=1,
        )
        end_session()
        page.get_by_label("Add a step").focus()
        for step in ["One", "Two"]:
            page.keyboard.type(step)
            page.keyboard.press("Enter")
        page.keyboard.type("Three")
        enter(page)
        assert self.offered(page) == ["One"]
        expect(page.get_by_label("Add a step")).to_have_value("Two Three")
        page.get_by_label("Add a step").fill("")
        page.get_by_role("button", name="Add the step").click()
        expect(page.locator(".step-title")).to_have_text(["One"])

    def offered(self, page):
        return [text.input_value() for text in notice(page).locator("textarea").all()]

    def test_another_user_sees_neither_form_nor_draft(self, signed_in, task):
        page = signed_in
        ben = add_user("ben@example.org", password=PASSWORD)
        visit(page, task)
        type_notes(page, "Secret")
        end_session()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        assert kept(page) == ["Secret"]
        enter(page, "ben@example.org")
        page.goto("/inbox/")
        expect(page.get_by_text("Your inbox is empty")).to_be_visible()
        assert "Secret" not in page.content()
        assert notice(page).count() == 0
        visit(page, ben.tasks.create(title="Bread"))
        expect(notes(page)).to_have_value("")
        assert kept(page) == []

    @pytest.mark.exhaustive
    def test_conflict_shows_both_texts_and_a_discarded_edit_does_not_come_back(
        self, signed_in, task
    ):
        page = signed_in
        visit(page, task)
        notes(page).fill("Mine")
        end_session()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        Task.objects.get().edit(description="Theirs")
        enter(page)
        page.get_by_role("button", name="Save the task").click()
        expect(page.get_by_text("This was changed in the meantime to: Theirs")).to_be_visible()
        expect(notes(page)).to_have_value("Mine")
        expect(notice(page)).to_have_count(1)
        page.wait_for_load_state()
        page.get_by_role("button", name="Save", exact=True).click()
        expect(message(page)).to_contain_text("Edited “Milk”.")
        page.reload()
        expect(notice(page)).to_have_count(0)
        expect(notes(page)).to_have_value("Mine")

        page.wait_for_load_state()
        type_notes(page, "Mine and more")
        end_session()
        page.get_by_role("button", name="Save").click()
        enter(page)
        assert kept(page) == ["Mine and more"]
        page.get_by_role("button", name="Discard").click()
        expect(notice(page)).to_have_count(0)
        page.wait_for_load_state()
        expect(notes(page)).to_have_value("Mine")
        assert kept(page) == []

    @pytest.mark.exhaustive
    def test_notice_is_accessible_and_fits(self, signed_in, task, ann):
        page = signed_in
        long = [["title", "Milk"], ["description", "word " * 300 + "x" * 300]]
        ann.waiting.keep(ann, f"/tasks/{task.pk}/edit/", long)
        for n in range(4):
            ann.waiting.keep(ann, "/tasks/add/", [["text", f"Bread {n}"], ["priority", "3"]])
        looks = [(1280, BOTH), (320, [LIGHT])]
        for path in [task.get_absolute_url(), "/inbox/"]:
            page.goto(path)
            expect(notice(page)).to_have_count(3)
            page.get_by_text("More unsaved items 2").click()
            expect(notice(page)).to_have_count(5)
            assert_fine(page, path, looks)
            looks = looks[1:]


class TestDraft:
    def test_draft_comes_back_with_the_page_and_never_overwrites_newer_notes(
        self, signed_in, task, ann
    ):
        page = signed_in
        visit(page, task)
        type_notes(page, "Half a\nthought")
        leave(page)
        visit(page, task)
        expect(notes(page)).to_have_value("Half a\nthought")
        expect(draft(page)).to_have_text(
            re.compile(r"^Draft from \d\d:\d\d, not saved yet Discard draft$")
        )
        expect(notes(page)).to_have_attribute("aria-describedby", "draft")
        assert violations(page) == []
        assert Task.objects.get().description == ""

        ann.hours = 12
        ann.save(update_fields=["hours"])
        page.reload()
        expect(draft(page)).to_contain_text(re.compile(r"Draft from \d{1,2}:\d\d [ap]m, not"))
        touch(page, page.get_by_label("Title"))
        assert is_asked(page, "location.assign('/trash/')") is False
        assert kept(page) == ["Half a\nthought"]

        Task.objects.get().edit(description="Theirs")
        visit(page, task)
        expect(notes(page)).to_have_value("Half a\nthought")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("This was changed in the meantime to: Theirs")).to_be_visible()
        assert Task.objects.get().description == "Theirs"
        expect(notes(page)).to_have_value("Half a\nthought")
        page.get_by_role("button", name="Save").click()
        expect(message(page)).to_contain_text("Edited “Milk”.")
        assert Task.objects.get().description == "Half a\nthought"
        expect_none_kept(page)

    def test_draft_is_deleted_once_the_server_has_it(self, signed_in, task):
        page = signed_in
        visit(page, task)
        type_notes(page, "A note")
        page.route("**/edit/", lambda route: route.fulfill(status=503, body="away"), times=1)
        page.get_by_role("button", name="Save").click()
        expect(message(page)).to_contain_text("Send it again")
        assert kept(page) == ["A note"]
        page.get_by_label("Title").fill("")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Type a task first.")).to_be_visible()
        assert kept(page) == ["A note"]
        page.get_by_label("Title").fill("Oat milk")
        page.get_by_role("button", name="Save").click()
        expect(message(page)).to_contain_text("Edited “Oat milk”.")
        expect_none_kept(page)

        type_notes(page, "Another note")  # and this one comes back before it is saved
        leave(page)
        visit(page, task)
        page.get_by_role("button", name="Save").click()
        expect(message(page)).to_contain_text("Edited “Oat milk”.")
        expect(draft(page)).to_have_count(0)
        expect(notes(page)).to_have_value("Another note")
        expect_none_kept(page)
        assert Task.objects.get().description == "Another note"

    @pytest.mark.exhaustive
    def test_draft_is_deleted_when_reverted_or_discarded(self, signed_in, task):
        page = signed_in
        task.edit(description="Old")
        visit(page, task)
        type_notes(page, "New")
        leave(page)
        visit(page, task)
        page.get_by_role("button", name="Discard draft").click()
        expect(notes(page)).to_have_value("Old")
        expect(notes(page)).to_be_focused()
        expect(page.locator("#saved")).to_contain_text("Saved")
        assert kept(page) == []
        draft(page).get_by_role("button", name="Undo").click()
        expect(notes(page)).to_have_value("New")
        assert kept(page) == ["New"]
        page.get_by_role("button", name="Discard draft").click()
        page.reload()
        expect(notes(page)).to_have_value("Old")
        expect(draft(page)).to_have_count(0)

        page.wait_for_load_state()
        type_notes(page, "New")
        notes(page).fill("Old")
        expect_none_kept(page)
        type_notes(page, "Old and mine")
        leave(page)
        Task.objects.get().edit(description="Theirs")
        visit(page, task)
        notes(page).fill("Old")
        expect(draft(page)).to_have_count(0)
        assert kept(page) == []
        page.get_by_label("Title").fill("Oat milk")
        page.get_by_role("button", name="Save").click()
        expect(message(page)).to_contain_text("Renamed “Milk” to “Oat milk”.")
        expect(notes(page)).to_have_value("Theirs")
        assert Task.objects.get().description == "Theirs"

        # Another form updates the page, but its field of notes doesn't show the newest notes.
        type_notes(page, "Mine")
        Task.objects.get().edit(description="Newest")
        open_menu(page, "Oat milk")
        page.get_by_role("button", name="High", exact=True).click()
        expect(page.get_by_label("High")).to_be_checked()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("This was changed in the meantime to: Newest")).to_be_visible()
        assert Task.objects.get().description == "Newest"

    @pytest.mark.exhaustive
    def test_each_task_has_its_own_drafts_saved_at_once_before_leaving(self, signed_in, task, ann):
        page = signed_in
        other = ann.tasks.create(title="Bread")
        visit(page, task)
        page.evaluate("window.setTimeout = () => 1")  # the pause never ends
        page.get_by_label("Add a step").fill("Whi")
        notes(page).fill("Of the milk")
        assert kept(page) == []
        leave(page, other.get_absolute_url())
        page.wait_for_load_state()
        assert kept(page) == ["Of the milk"]
        expect(notes(page)).to_have_value("")
        expect(page.get_by_label("Add a step")).to_have_value("")
        type_notes(page, "Of the bread")
        leave(page, task.get_absolute_url())
        expect(notes(page)).to_have_value("Of the milk")
        expect(page.get_by_label("Add a step")).to_have_value("Whi")
        assert sorted(kept(page)) == ["Of the bread", "Of the milk"]


class TestLeaving:
    @pytest.mark.exhaustive
    def test_typed_text_asks_on_every_form_and_in_a_closed_menu(self, signed_in, task, ann):
        page = signed_in
        steps = [add_step(task, title) for title in ["Whisk", "Bake"]]
        work = add_list(ann, "Work")
        tag = ann.tags.create(name="calls")
        for path, *labels in [
            ("/lists/add/", "Name"),
            (f"/lists/{work.pk}/edit/", "Name"),
            (f"/tags/{tag.pk}/edit/", "Name"),
            (f"/steps/{steps[0].pk}/edit/", "Step"),
            ("/tasks/add/", "What do you want to do?", "Notes"),
            ("/tasks/paste/", "One task per line"),
            ("/settings/", "Name"),
            (task.get_absolute_url(), "Title", "Add a step"),
        ]:
            page.goto(path)
            page.wait_for_load_state()
            for label in labels:
                field = page.get_by_label(label, exact=True)
                before = field.input_value()
                assert (path, label, would_ask(page)) == (path, label, False)
                field.fill("Half")
                assert (path, label, would_ask(page)) == (path, label, True)
                field.fill(before)

        field = page.get_by_label("Title")
        touch(page, field)
        assert is_asked(page) is False
        touch(page, field)
        field.fill("Half")
        assert is_asked(page) is True
        expect(field).to_have_value("Half")
        field.fill("Milk")

        open_menu(page, "Whisk")
        page.get_by_label("Step", exact=True).fill("The whisk")
        page.keyboard.press("Escape")
        open_menu(page, "Bake")  # in the place of the other
        page.keyboard.press("Escape")
        assert would_ask(page) is True
        open_menu(page, "Whisk")
        page.get_by_role("button", name="Rename").click()
        expect(page.locator(".step-title")).to_have_text(["The whisk", "Bake"])
        assert would_ask(page) is False

    def test_leaving_asks_but_sending_and_the_add_box_do_not(self, signed_in, ann):
        page = signed_in
        work = add_list(ann, "Work")
        page.goto("/inbox/")
        box = page.get_by_label("Add a task", exact=True)
        touch(page, box)
        box.fill("Bread tomorrow")
        assert is_asked(page, "location.assign('/today/')") is False
        expect(box).to_have_value("Bread tomorrow ")  # it came along, and is read again
        expect(page.locator("#add-chips")).to_contain_text("Tomorrow")

        page.goto(f"/lists/{work.pk}/edit/")
        name = page.get_by_label("Name")
        touch(page, name)
        name.fill("Office")
        archive = f"document.querySelector('[action$=\"/{work.pk}/archive/\"]').requestSubmit()"
        assert is_asked(page, archive) is True
        expect(name).to_have_value("Office")
        never_ask(page)
        page.get_by_role("button", name="Save").click()
        expect(message(page)).to_contain_text("Renamed “Work” to “Office”.")


def test_adding_a_step_keeps_typed_notes(signed_in, task):
    page = signed_in
    visit(page, task)
    saved = page.locator("#saved")
    expect(saved).to_have_text(re.compile(r"^Saved \d\d:\d\d$"))
    notes(page).fill("Half a thought")
    expect(saved).to_have_text("Not saved yet")
    for title in ["Whisk", "Bake"]:
        page.get_by_label("Add a step").fill(title)
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name=f"Done: {title}")).to_be_visible()
    page.get_by_label("Add a step").fill("x" * 256)
    page.keyboard.press("Enter")
    expect(page.locator("#step-error")).to_have_text("Use at most 255 characters (you typed 256).")
    expect(page.get_by_label("Add a step")).to_have_value("x" * 256)
    expect(notes(page)).to_have_value("Half a thought")
    task.refresh_from_db()
    assert (task.description, Step.objects.count()) == ("", 2)
    page.get_by_label("Add a step").fill("Eat")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(message(page)).to_contain_text("Edited “Milk”.")
    expect(saved).to_have_text(re.compile(r"^Saved \d\d:\d\d$"))
    expect(page.get_by_label("Add a step")).to_have_value("Eat")
    page.get_by_role("button", name="Add step").click()
    expect(page.locator(".step-title")).to_have_text(["Whisk", "Bake", "Eat"])

    # An edit that is refused isn't called saved.
    page.get_by_label("Due", exact=True).fill("0026-12-01")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#detail-body .errorlist")).to_contain_text("Did you mean 2026?")
    expect(saved).to_have_text("Not saved yet")
    page.get_by_label("Due", exact=True).fill("2026-12-01")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(saved).to_have_text(re.compile(r"^Saved \d\d:\d\d$"))
