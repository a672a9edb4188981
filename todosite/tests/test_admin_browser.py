"""The admin in Chromium: accessible, on a phone, in dark mode, under the strict policy."""

import pytest
from playwright.sync_api import expect

from accounts.tests.factors import add_authenticator
from accounts.tests.people import PASSWORD, add_user
from todosite.tests.axe import assert_fine

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = "* { transition: none !important }"  # colors, which else change slowly with the scheme


@pytest.fixture
def cookie(client, live_server, settings):
    """The session of a superuser."""
    settings.ADMIN_REQUIRES_MFA = False
    client.force_login(add_user("root@example.org", is_staff=True, is_superuser=True))
    value = client.cookies["sessionid"].value
    return {"name": "sessionid", "value": value, "url": live_server.url}


@pytest.fixture
def paths():
    ann = add_user("ann@example.org", name="Ann")
    task = ann.tasks.create(title="Milk " * 40, description="Two litres")
    return [
        "/admin/",
        "/admin/accounts/user/",
        f"/admin/accounts/user/{ann.pk}/change/",
        "/admin/tasks/task/",
        "/admin/tasks/task/?q=nothing",
        "/admin/tasks/task/add/",
        f"/admin/tasks/task/{task.pk}/change/",
        f"/admin/tasks/task/{task.pk}/delete/",
        f"/admin/tasks/task/{task.pk}/history/",
    ]


@pytest.mark.exhaustive
def test_pages_are_accessible_and_fit(new_context, cookie, paths):
    # On forms axe adds a style sheet for a moment, which our policy would block.
    context = new_context(bypass_csp=True)
    context.add_cookies([cookie])
    page = context.new_page()
    for path in paths:
        page.goto(path)
        page.add_style_tag(content=AT_ONCE)
        assert_fine(page, path)


@pytest.mark.exhaustive
def test_staff_can_edit_a_task_under_the_policy(page, cookie, paths):
    """Every page follows the policy (conftest.py watches), and a task can be edited."""
    page.set_default_timeout(5000)
    page.context.add_cookies([cookie])
    for path in paths:
        page.goto(path)
    page.goto("/admin/tasks/task/")
    page.get_by_role("textbox", name="Search").fill("ann@example.org")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Milk Milk").click()
    page.get_by_label("Title").fill("Oat milk")
    page.get_by_label("Due").fill("2031-12-24")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    expect(page.get_by_role("link", name="Oat milk").first).to_be_visible()
    page.get_by_role("checkbox", name="Select this object for an action - Oat milk").check()
    page.locator("select[name=action]").select_option("Delete selected tasks")
    page.get_by_role("button", name="Go").click()
    page.get_by_role("button", name="Yes, I’m sure").click()
    expect(page.get_by_text("Successfully deleted 1 task.")).to_be_visible()
    page.goto("/admin/tasks/task/?trash=1")
    page.get_by_role("checkbox", name="Select this object for an action - Oat milk").check()
    page.locator("select[name=action]").select_option("Restore from the trash")
    page.get_by_role("button", name="Go").click()
    expect(page.get_by_text("Restored 1 task.")).to_be_visible()


@pytest.mark.exhaustive
def test_passkey_opens_the_admin_and_a_password_does_not(page, context, settings):
    settings.ADMIN_REQUIRES_MFA = True
    page.set_default_timeout(5000)
    root = add_user("root@example.org", password=PASSWORD, is_staff=True, is_superuser=True)
    add_authenticator(page)

    page.goto("/admin/")
    page.get_by_label("Email").fill("root@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Set up a second factor first")).to_be_visible()
    page.goto(root.make_admin_link())
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="Add", exact=True).click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Use it as a passkey").check()
    page.get_by_role("button", name="Add", exact=True).last.click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()

    page.goto("/admin/tasks/task/")  # this session has not used it yet
    page.get_by_role("link", name="Use a security key").click()
    expect(page.get_by_role("button", name="Use a security key")).to_be_visible()
    page.wait_for_load_state()  # its script answers the press
    page.get_by_role("button", name="Use a security key").click()
    expect(page.get_by_role("heading", name="Select task to change")).to_be_visible()

    context.clear_cookies()
    page.goto("/accounts/login/?next=/admin/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Site administration")).to_be_visible()
