"""Signing out loses no typed text, and leaves none in the browser."""

from json import dumps

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from playwright.sync_api import expect

from accounts.models import WaitingForm
from accounts.tests.people import PASSWORD, add_user
from tasks.models import Step, Task
from tasks.tests.browsing import message, sign_in, wait_until
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
from todosite.tests.axe import BOTH, LIGHT, assert_fine

pytestmark = pytest.mark.django_db(transaction=True)

WAITING = "**/settings/waiting/add/*"


@pytest.fixture
def task(ann):
    return ann.tasks.create(title="Milk")


def press_sign_out(page, path="/settings/"):
    page.goto(path)
    page.wait_for_load_state()
    forms = "[data-sign-out], [action='/accounts/logout/']"
    page.locator(forms).get_by_role("button").click()


def sign_out_button(page):
    return page.get_by_role("button", name="Sign out", exact=True)


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


def test_drafts_wait_on_the_server_for_the_next_sign_in(signed_in, task):
    page = signed_in
    visit(page, task)
    type_notes(page, "Half a\nthought")
    page.get_by_label("Add a step").fill(" ")  # empty, so it isn't kept
    leave(page)
    never_ask(page)
    press_sign_out(page)
    expect_signed_out(page)
    expect_nothing_kept(page)
    assert "last_user" not in {cookie["name"] for cookie in page.context.cookies()}
    assert WaitingForm.objects.get().path == f"/tasks/{task.pk}/edit/"
    page.go_back()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect_nothing_kept(page)
    enter(page)
    expect(notice(page)).to_contain_text("“Milk”, kept ")
    expect(notice(page).get_by_label("Notes")).to_have_value("Half a\nthought")
    assert Task.objects.get().description == ""
    page.get_by_role("button", name="Save the task").click()
    expect(notice(page)).to_have_count(0)
    assert Task.objects.get().description == "Half a\nthought"
    visit(page, task)
    expect(notes(page)).to_have_value("Half a\nthought")


@pytest.mark.exhaustive
class TestQuestion:
    def test_unsendable_text_leads_to_a_question_and_stays(self, signed_in, task, ann, settings):
        page = signed_in
        type_draft(page, task, "word " * 300 + "x" * 300)
        before = kept(page)
        for begin, end, words in [
            (
                lambda: page.context.set_offline(True),
                lambda: page.context.set_offline(False),
                "Todosite can't be reached.",
            ),
            (
                lambda: page.route(WAITING, lambda route: route.fulfill(status=503)),
                lambda: page.unroute(WAITING),
                "Todosite can't save anything at the moment.",
            ),
            (
                lambda: setattr(settings, "DATA_UPLOAD_MAX_MEMORY_SIZE", 1000),
                lambda: setattr(settings, "DATA_UPLOAD_MAX_MEMORY_SIZE", 2_500_000),
                "It could not be read, or is too long to save for later.",
            ),
            (
                lambda: keep_lines(ann, 20),
                lambda: ann.waiting.all().delete(),
                "Only 20 unsaved items",
            ),
        ]:
            page.goto("/settings/")
            page.wait_for_load_state()
            begin()
            sign_out_button(page).click()
            expect(question(page)).to_contain_text(words)
            expect(question(page).get_by_label("Notes of “Milk”")).to_have_value(before[0])
            page.get_by_role("button", name="Stay signed in").click()
            expect(question(page)).to_be_hidden()
            assert kept(page) == before
            end()
        page.route(WAITING, lambda route: route.abort())
        sign_out_button(page).click()
        expect(question(page)).to_be_visible()
        assert_fine(page, "question", [(1280, BOTH), (320, [LIGHT])])
        page.get_by_role("button", name="Stay signed in").click()
        visit(page, task)  # signed in as before
        expect(notes(page)).to_have_value(before[0])

    def test_text_is_kept_until_it_is_sent_or_discarded(self, signed_in, task, ann):
        page = signed_in
        type_draft(page, task, "Half a thought")
        still_here = "Todosite can't be reached, so you are still signed in."
        page.goto("/settings/")
        page.wait_for_load_state()
        page.route("**/accounts/logout/", lambda route: route.abort(), times=1)
        sign_out_button(page).click()
        expect(message(page)).to_have_text(still_here)
        assert kept(page) == ["Half a thought"]
        wait_until(page, lambda: not ann.waiting.exists())

        page.goto("/accounts/logout/")
        page.wait_for_load_state()
        expect(message(page)).to_have_text("")
        page.context.set_offline(True)
        sign_out_button(page).click()
        page.get_by_role("button", name="Sign out anyway").click()
        expect(message(page)).to_have_text(still_here)
        assert kept(page) == ["Half a thought"]
        sign_out_button(page).click()
        page.context.set_offline(False)
        page.get_by_role("button", name="Try again").click()
        expect_signed_out(page)
        expect_nothing_kept(page)
        assert WaitingForm.objects.get().path == f"/tasks/{task.pk}/edit/"

        come_back(page)
        page.get_by_role("button", name="Discard").click()
        type_draft(page, task, "Another")
        page.goto("/settings/")
        page.wait_for_load_state()
        page.route(WAITING, lambda route: route.abort())
        sign_out_button(page).click()
        page.get_by_role("button", name="Sign out anyway").click()
        expect_signed_out(page)
        expect_nothing_kept(page)
        assert WaitingForm.objects.count() == 0


def keep_lines(user, number):
    for n in range(number):
        user.waiting.keep(user, "/tasks/add/", [["text", f"T{n}"]])


@pytest.mark.exhaustive
def test_other_typed_text_waits_too(signed_in, task, ann, client, live_server):
    page = signed_in
    visit(page, task)
    page.get_by_label("Add a step").fill("Whi")
    leave(page, "/settings/")
    never_ask(page)
    page.get_by_label("Name", exact=True).fill("Ann Smith")
    page.get_by_label("Add a task", exact=True).fill("Bread tomorrow")
    sign_out_button(page).click()
    expect_signed_out(page)
    expect_nothing_kept(page)
    sign_in(page, client, ann, live_server)
    page.goto("/today/")
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
def test_canceled_second_factor_signs_out(shared_page, ann):
    """So it does in a browser that can't notify its other tabs."""
    page = shared_page
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
    page.route(WAITING, lambda route: route.abort())
    sign_out_button(page).click()
    expect(question(page).get_by_label("Step")).to_have_value("Secret step")
    expect(question(page).get_by_label("Task")).to_have_value("Secret line")
    page.unroute(WAITING)
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
def test_lines_of_an_earlier_version_and_of_closed_tabs_are_restored(
    signed_in, task, ann, live_server
):
    page, box = signed_in, signed_in.get_by_label("Add a task", exact=True)
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
        expect(box).to_have_value(shown)
        assert page.evaluate("Object.keys(sessionStorage)") == []
    box.fill("")
    visit(page, task)
    expect(page.get_by_label("Add a step")).to_have_value("Whi")
    expect(page.locator("#step-add [name=key]")).to_have_value("b" * 32)
    expect_nothing_kept(page)
    page.get_by_label("Add a step").fill("")

    others = [page.context.new_page() for _ in range(2)]
    for other, line in zip(others, ["Bread", "Butter"], strict=True):
        other.goto("/inbox/")
        other.wait_for_load_state()
        other.get_by_label("Add a task", exact=True).fill(line)
    for other in others:
        leave(other, "/healthz")
        other.close()
    page.goto("/today/")
    expect(box).to_have_value("Bread Butter ")
    assert page.evaluate("localStorage.length") == 0

    page.wait_for_load_state()
    touch(page, box)
    page.evaluate("localStorage.setItem('other', 'x'.repeat(5 * 1024 * 1024 - 10))")
    assert is_asked(page) is True  # there is no room for the line
    page.evaluate("localStorage.removeItem('other')")
    assert is_asked(page) is False
    expect(box).to_have_value("Bread Butter ")


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

    page.route(WAITING, type_late)
    press_sign_out(page, "/accounts/sessions/")
    expect_signed_out(page)
    expect_nothing_kept(page)
    words = [dict(form.posted)["description"] for form in WaitingForm.objects.order_by("pk")]
    assert words == ["Half a thought", "Late"]


@pytest.mark.exhaustive
def test_shared_computer_keeps_nothing(shared_page, task, ann):
    page = shared_page
    page.set_default_timeout(5000)
    add_user("ben@example.org", password=PASSWORD)
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
    leave(page, "/settings/")
    assert page.evaluate(keys) == ["draft ben /tasks/1/edit/"]
    cookies = {cookie["name"]: cookie["expires"] for cookie in page.context.cookies()}
    assert cookies["sessionid"] == -1
    assert "last_user" not in cookies

    page.evaluate("localStorage.clear()")
    page.wait_for_load_state()
    box.fill("Secret")
    sign_out_button(page).click()
    expect_signed_out(page)
    expect_nothing_kept(page)
    page.goto("/accounts/login/")
    enter(page, "ben@example.org")
    assert "Secret" not in page.content()
    assert [form.user for form in WaitingForm.objects.all()] == [ann]
