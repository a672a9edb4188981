"""Signing out loses no typed text, and leaves none in the browser."""

from json import dumps

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from playwright.sync_api import expect

from accounts.models import WaitingForm
from accounts.tests.people import PASSWORD, add_user
from tasks.models import Step, Task
from tasks.tests.browsing import message
from tasks.tests.test_drafts_browser import (
    enter,
    is_asked,
    kept,
    leave,
    never_ask,
    notes,
    notice,
    touch,
    type_notes,
    visit,
)
from todosite.tests.axe import assert_fine

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def task(ann):
    return ann.tasks.create(title="Milk")


def press_sign_out(page):
    page.goto("/settings/")
    page.wait_for_load_state()
    page.get_by_role("button", name="Sign out").click()


def expect_signed_out(page):
    expect(page.get_by_role("heading", name="Write it down. Check it off.")).to_be_visible()
    expect(message(page)).to_contain_text("You signed out.")
    page.wait_for_load_state()


def expect_nothing_kept(page):
    assert page.evaluate("[Object.keys(localStorage), Object.keys(sessionStorage)]") == [[], []]


def question(page):
    return page.get_by_role("dialog", name="Sign out and lose unsaved text?")


def type_draft(page, task, text):
    """Type notes, and leave them as a draft."""
    visit(page, task)
    type_notes(page, text)
    leave(page)


def come_back(page):
    page.goto("/accounts/login/")
    enter(page)


def test_drafts_wait_on_the_server_for_the_next_sign_in(signed_in, task, new_context):
    page = signed_in
    type_draft(page, task, "Half a\nthought")
    never_ask(page)
    press_sign_out(page)
    expect_signed_out(page)
    expect_nothing_kept(page)
    assert "last_user" not in {cookie["name"] for cookie in page.context.cookies()}
    other = new_context().new_page()
    other.set_default_timeout(5000)
    come_back(other)
    expect(notice(other)).to_contain_text("“Milk”, kept ")
    expect(notice(other).get_by_label("Notes")).to_have_value("Half a\nthought")
    assert Task.objects.get().description == ""
    other.get_by_role("button", name="Save the task").click()
    expect(notice(other)).to_have_count(0)
    assert Task.objects.get().description == "Half a\nthought"
    visit(other, task)
    expect(notes(other)).to_have_value("Half a\nthought")


class TestQuestion:
    @pytest.mark.exhaustive
    @pytest.mark.parametrize("trouble", ["offline", "503", "too long", "no room"])
    def test_unsendable_text_leads_to_a_question_and_stays(
        self, signed_in, task, ann, trouble, settings
    ):
        page = signed_in
        type_draft(page, task, "Half a thought " * 100)
        page.goto("/settings/")
        page.wait_for_load_state()
        if trouble == "offline":
            page.context.set_offline(True)
        elif trouble == "503":
            page.route("**/settings/waiting/add/*", lambda route: route.fulfill(status=503))
        elif trouble == "too long":
            settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
        else:
            for n in range(20):
                ann.waiting.keep(ann, "/tasks/add/", [["text", f"T{n}"]])
        words = {
            "offline": "Todosite can't be reached.",
            "503": "Todosite can't save anything at the moment.",
            "too long": "It could not be read, or is too long to save for later.",
            "no room": "Only 20 unsaved items",
        }
        before = kept(page)
        page.get_by_role("button", name="Sign out", exact=True).click()
        expect(question(page)).to_contain_text(words[trouble])
        expect(question(page).get_by_label("Notes of “Milk”")).to_have_value(before[0])
        page.get_by_role("button", name="Stay signed in").click()
        expect(question(page)).to_be_hidden()
        assert kept(page) == before
        page.context.set_offline(False)
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
        visit(page, task)  # signed in as before
        expect(notes(page)).to_have_value(before[0])

    @pytest.mark.exhaustive
    def test_question_offers_to_retry_or_to_discard(self, signed_in, task):
        page = signed_in
        type_draft(page, task, "Half a thought")
        page.goto("/settings/")
        page.wait_for_load_state()
        page.context.set_offline(True)
        page.get_by_role("button", name="Sign out", exact=True).click()
        page.get_by_role("button", name="Sign out anyway").click()
        expect(message(page)).to_have_text("Todosite can't be reached, so you are still signed in.")
        assert kept(page) == ["Half a thought"]
        page.get_by_role("button", name="Sign out", exact=True).click()
        page.context.set_offline(False)
        page.get_by_role("button", name="Try again").click()
        expect_signed_out(page)
        expect_nothing_kept(page)
        assert WaitingForm.objects.count() == 1

        come_back(page)
        page.get_by_role("button", name="Discard").click()
        type_draft(page, task, "Another")
        page.goto("/settings/")
        page.wait_for_load_state()
        page.route("**/settings/waiting/add/*", lambda route: route.abort())
        page.get_by_role("button", name="Sign out", exact=True).click()
        page.get_by_role("button", name="Sign out anyway").click()
        expect_signed_out(page)
        expect_nothing_kept(page)
        assert WaitingForm.objects.count() == 0

    @pytest.mark.exhaustive
    def test_staying_keeps_the_text_in_the_browser(self, signed_in, task, ann):
        page = signed_in
        type_draft(page, task, "Half a thought")
        page.goto("/settings/")
        page.wait_for_load_state()
        page.route("**/accounts/logout/", lambda route: route.abort())
        page.get_by_role("button", name="Sign out", exact=True).click()
        expect(message(page)).to_have_text("Todosite can't be reached, so you are still signed in.")
        assert kept(page) == ["Half a thought"]
        for _ in range(50):
            if not ann.waiting.exists():
                break
            page.wait_for_timeout(50)
        assert list(ann.waiting.all()) == []
        page.goto("/inbox/")
        expect(message(page)).to_have_text("")

    @pytest.mark.exhaustive
    def test_question_is_accessible_and_fits(self, signed_in, task):
        page = signed_in
        type_draft(page, task, "word " * 300 + "x" * 300)
        page.goto("/settings/")
        page.wait_for_load_state()
        page.route("**/settings/waiting/add/*", lambda route: route.abort())
        page.get_by_role("button", name="Sign out", exact=True).click()
        expect(question(page)).to_be_visible()
        assert_fine(page, "/settings/")


@pytest.mark.exhaustive
def test_other_typed_text_waits_too(signed_in, task, ann):
    page = signed_in
    visit(page, task)
    page.get_by_label("Add a step").fill("Whi")
    leave(page, "/settings/")
    never_ask(page)
    page.get_by_label("Name", exact=True).fill("Ann Smith")
    page.get_by_label("Add a task", exact=True).fill("Bread tomorrow")
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect_signed_out(page)
    expect_nothing_kept(page)
    come_back(page)
    buttons = notice(page).get_by_role("button")
    acts = ["Add the step", "Discard", "Save your profile", "Discard", "Add the task", "Discard"]
    expect(buttons).to_have_text(acts)
    for act in acts[::2]:
        page.get_by_role("button", name=act).click()
        expect(page.get_by_role("button", name=act)).to_have_count(0)
        page.wait_for_load_state()
    ann.refresh_from_db()
    assert ann.name == "Ann Smith"
    assert [step.title for step in Step.objects.all()] == ["Whi"]
    assert sorted(ann.tasks.values_list("title", flat=True)) == ["Bread", "Milk"]


@pytest.mark.exhaustive
def test_empty_text_leads_to_no_question(signed_in, task):
    page = signed_in
    visit(page, task)
    page.get_by_label("Add a step").fill(" ")
    leave(page, "/settings/")
    never_ask(page)
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect_signed_out(page)
    assert WaitingForm.objects.count() == 0


@pytest.mark.exhaustive
def test_canceled_second_factor_signs_out(page, ann):
    """So it does in a browser that can't notify its other tabs."""
    TOTP.activate(ann, generate_totp_secret())
    page.set_default_timeout(5000)
    page.add_init_script("delete window.BroadcastChannel")
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(ann.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/accounts/2fa/authenticate/**")
    page.get_by_role("button", name="Cancel").click()
    page.wait_for_url(lambda url: "/2fa/" not in url)


@pytest.mark.exhaustive
def test_other_tab_keeps_nothing_and_says_so(signed_in, task):
    page = signed_in
    other = page.context.new_page()
    other.set_default_timeout(5000)
    visit(other, task)
    type_notes(other, "Half a thought")
    press_sign_out(page)
    expect_signed_out(page)
    expect(message(other)).to_contain_text("You signed out in another tab.")
    notes(other).fill("Half a thought and more")
    other.wait_for_timeout(600)  # longer than the pause after which a draft is kept
    expect_nothing_kept(other)
    touch(other, other.get_by_label("Title"))
    assert is_asked(other) is True
    other.get_by_role("button", name="Save").click()
    expect(message(other)).to_contain_text("Copy what you typed")
    expect(notes(other)).to_have_value("Half a thought and more")
    assert WaitingForm.objects.count() == 1
    never_ask(other)
    other.close()


@pytest.mark.exhaustive
def test_text_in_other_tabs_is_sent_or_leads_to_a_question(signed_in, task):
    page = signed_in
    page.goto("/settings/")
    page.wait_for_load_state()
    other = page.context.new_page()
    other.set_default_timeout(5000)
    visit(other, task)
    other.get_by_label("Add a step").fill("Secret step")
    leave(other, "/inbox/")
    other.wait_for_load_state()
    other.get_by_label("Add a task", exact=True).fill("Secret line")
    leave(other, "/healthz")  # a page without the box
    page.route("**/settings/waiting/add/*", lambda route: route.abort())
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(question(page).get_by_label("Step")).to_have_value("Secret step")
    expect(question(page).get_by_label("Task")).to_have_value("Secret line")
    page.unroute("**/settings/waiting/add/*")
    page.get_by_role("button", name="Try again").click()
    expect_signed_out(page)
    expect_nothing_kept(page)
    expect_nothing_kept(other)
    forms = {form.path: dict(form.posted) for form in WaitingForm.objects.all()}
    assert forms.keys() == {"/tasks/add/", f"/tasks/{task.pk}/steps/add/"}
    assert forms["/tasks/add/"]["text"] == "Secret line"
    assert forms[f"/tasks/{task.pk}/steps/add/"]["title"] == "Secret step"
    add_user("ben@example.org", password=PASSWORD)
    other.goto("/accounts/login/")
    enter(other, "ben@example.org")
    assert "Secret" not in other.content()


@pytest.mark.exhaustive
def test_lines_of_closed_tabs_are_restored_in_the_next_page(signed_in):
    page = signed_in
    others = [page.context.new_page() for _ in range(2)]
    for other, line in zip(others, ["Bread", "Butter"], strict=True):
        other.goto("/inbox/")
        other.wait_for_load_state()
        other.get_by_label("Add a task", exact=True).fill(line)
    for other in others:
        leave(other, "/healthz")
        other.close()
    page.goto("/today/")
    expect(page.get_by_label("Add a task", exact=True)).to_have_value("Bread Butter ")
    assert page.evaluate("localStorage.length") == 0


@pytest.mark.exhaustive
def test_text_stored_by_the_earlier_version_comes_back(signed_in, task, ann, live_server):
    page = signed_in
    add = f"{live_server.url}/tasks/{task.pk}/steps/add/"
    step = {"user": ann.pk, "action": add, "line": "Whi", "key": "b" * 32}
    line = {"line": "Bread tomorrow", "key": "a" * 32, "chosen": [["plain", "tomorrow"]]}
    page.goto("/healthz")
    for whose in ["ben", ann.pk]:  # his of this tab go
        for name, record in [("waiting", {"waiting": [line]}), ("step", step)]:
            record = dumps(record | {"user": whose})
            page.evaluate(f"sessionStorage.setItem('{name}', '{record}')")
        page.goto("/inbox/")
        shown = {"ben": "", ann.pk: "Bread tomorrow "}[whose]
        expect(page.get_by_label("Add a task", exact=True)).to_have_value(shown)
        assert page.evaluate("Object.keys(sessionStorage)") == []
    page.get_by_label("Add a task", exact=True).fill("")
    visit(page, task)
    expect(page.get_by_label("Add a step")).to_have_value("Whi")
    expect(page.locator("#step-add [name=key]")).to_have_value("b" * 32)
    expect_nothing_kept(page)


@pytest.mark.exhaustive
def test_line_without_room_leads_to_a_question(signed_in):
    page = signed_in
    page.goto("/inbox/")
    page.wait_for_load_state()
    box = page.get_by_label("Add a task", exact=True)
    touch(page, box)
    box.fill("Bread")
    page.evaluate("localStorage.setItem('other', 'x'.repeat(5 * 1024 * 1024 - 10))")
    assert is_asked(page) is True
    page.evaluate("localStorage.removeItem('other')")
    assert is_asked(page) is False
    expect(box).to_have_value("Bread ")


@pytest.mark.exhaustive
def test_text_typed_in_another_tab_in_the_meantime_is_sent(signed_in, task, ann):
    page = signed_in
    type_draft(page, task, "Half a thought")
    other = ann.tasks.create(title="Bread")
    late = {"text": "Late", "base": "", "at": 1, "key": "", "title": "Bread"}
    keep_late = f"localStorage.setItem('draft {ann.pk} /tasks/{other.pk}/edit/', '{dumps(late)}')"

    def type_late(route):
        if WaitingForm.objects.count() == 0:
            page.evaluate(keep_late)
        route.continue_()

    page.route("**/settings/waiting/add/*", type_late)
    press_sign_out(page)
    expect_signed_out(page)
    expect_nothing_kept(page)
    words = [dict(form.posted)["description"] for form in WaitingForm.objects.order_by("pk")]
    assert words == ["Half a thought", "Late"]


@pytest.mark.exhaustive
def test_back_button_after_sign_out_shows_and_keeps_nothing(signed_in, task):
    page = signed_in
    type_draft(page, task, "Half a thought")
    press_sign_out(page)
    expect_signed_out(page)
    page.go_back()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect_nothing_kept(page)


@pytest.mark.exhaustive
@pytest.mark.parametrize("path", ["/accounts/sessions/", "/accounts/logout/"])
def test_other_sign_out_buttons_do_the_same(signed_in, task, path):
    page = signed_in
    type_draft(page, task, "Half a thought")
    page.goto(path)
    page.wait_for_load_state()
    button = page.locator("[data-sign-out], [action='/accounts/logout/']").get_by_role("button")
    button.click()
    expect_signed_out(page)
    expect_nothing_kept(page)
    assert WaitingForm.objects.get().path == f"/tasks/{task.pk}/edit/"


class TestNotMyComputer:
    @pytest.mark.exhaustive
    def test_guest_keeps_nothing_and_is_asked_before_leaving(self, page, task, ann):
        page.set_default_timeout(5000)
        page.goto("/accounts/login/")
        page.evaluate("localStorage.setItem('draft ben /tasks/1/edit/', '{}')")  # its owner's
        page.get_by_label("This is a shared computer").check()
        enter(page)
        visit(page, task)
        notes(page).fill("Half a thought")
        page.wait_for_timeout(600)  # longer than the pause after which a draft is kept
        page.get_by_label("Add a step").fill("Whi")
        keys = "[...Object.keys(localStorage), ...Object.keys(sessionStorage)]"
        assert page.evaluate(keys) == ["draft ben /tasks/1/edit/"]
        touch(page, page.get_by_label("Title"))
        assert is_asked(page) is True
        leave(page, "/inbox/")
        assert page.evaluate(keys) == ["draft ben /tasks/1/edit/"]
        box = page.get_by_label("Add a task", exact=True)
        touch(page, box)
        box.fill("Bread")
        assert is_asked(page) is True
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name="Bread", exact=True)).to_be_visible()
        assert is_asked(page) is False
        box.fill("Butter")
        leave(page, "/trash/")
        assert page.evaluate(keys) == ["draft ben /tasks/1/edit/"]
        cookies = {cookie["name"]: cookie["expires"] for cookie in page.context.cookies()}
        assert cookies["sessionid"] == -1
        assert "last_user" not in cookies

    @pytest.mark.exhaustive
    def test_next_user_of_the_tab_finds_nothing(self, page, task, ann):
        page.set_default_timeout(5000)
        add_user("ben@example.org", password=PASSWORD)
        page.goto("/accounts/login/")
        page.get_by_label("This is a shared computer").check()
        enter(page)
        page.goto("/settings/")
        page.wait_for_load_state()
        page.get_by_label("Add a task", exact=True).fill("Secret")
        page.get_by_role("button", name="Sign out", exact=True).click()
        expect_signed_out(page)
        expect_nothing_kept(page)
        page.goto("/accounts/login/")
        enter(page, "ben@example.org")
        assert "Secret" not in page.content()
        assert [form.user for form in WaitingForm.objects.all()] == [ann]
