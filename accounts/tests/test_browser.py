"""Second factors, sessions and settings, in Chromium."""

import re
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Adoption
from accounts.tests.factors import add_authenticator, code
from accounts.tests.people import PASSWORD, add_user, begin_session
from todosite.tests.axe import assert_fine

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ann():
    return add_user("ann@example.org", password=PASSWORD)


@pytest.fixture
def signed_in(shared_page, ann, client, live_server):
    """A page of a browser that Ann is signed in to."""
    shared_page.set_default_timeout(5000)
    begin_session(client, ann)
    value = client.cookies["sessionid"].value
    cookie = {"name": "sessionid", "value": value, "url": live_server.url}
    shared_page.context.add_cookies([cookie])
    return shared_page


def sign_in(page, password=PASSWORD):
    page.set_default_timeout(5000)
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill("ann@example.org")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def confirm_password(page):
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()


def subjects(outbox):
    """Return the subjects of Ann's mails since the last call."""
    assert {address for message in outbox for address in message.to} <= {"ann@example.org"}
    found = {message.subject for message in outbox}
    outbox.clear()
    return found


@pytest.mark.exhaustive
def test_authenticator_app_and_recovery_codes(page, ann, context, mailoutbox, settings):
    settings.MFA_TOTP_TOLERANCE = 1  # the half minute may end before the code is sent
    sign_in(page)
    page.goto("/settings/")
    page.get_by_role("link", name="Authenticator app").click()
    page.get_by_role("link", name="Activate").click()
    confirm_password(page)
    secret = page.get_by_label("Authenticator secret").input_value()
    page.get_by_label("Authenticator code").fill(code(secret))
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    codes = re.findall(r"\b[0-9a-f]{8}\b", page.locator("textarea").input_value())
    assert len(codes) == 10
    assert subjects(mailoutbox) == {"An authenticator app was added to your Todosite account"}

    context.clear_cookies()
    sign_in(page)
    expect(page.get_by_role("heading", name="Two-Factor Authentication")).to_be_visible()
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign In").click()
    expect(page.get_by_text("Incorrect code.")).to_be_visible()
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Sign In").click()
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()

    context.clear_cookies()
    sign_in(page)
    page.get_by_label("Code").fill(codes[0])  # each works once
    page.get_by_role("button", name="Sign In").click()
    expect(page.get_by_text("Incorrect code.")).to_be_visible()
    page.get_by_label("Code").fill(codes[1])
    page.get_by_role("button", name="Sign In").click()

    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()

    page.goto("/accounts/2fa/recovery-codes/generate/")
    confirm_password(page)
    page.get_by_role("button", name="Generate").click()
    expect(page.locator("textarea")).not_to_contain_text(codes[2])
    assert subjects(mailoutbox) == {"You have new recovery codes for Todosite"}

    page.goto("/accounts/2fa/totp/deactivate/")
    page.get_by_role("button", name="Deactivate").click()
    expect(page.locator("#messages")).to_contain_text("Authenticator app deactivated.")
    assert subjects(mailoutbox) == {"The authenticator app was removed from your Todosite account"}


def test_passkey_alone_signs_in(page, ann, context, mailoutbox):
    add_authenticator(page)
    sign_in(page)
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()
    page.goto("/accounts/2fa/webauthn/add/")
    confirm_password(page)
    page.get_by_label("Use it as a passkey").check()
    page.get_by_role("button", name="Add", exact=True).last.click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert subjects(mailoutbox) == {"A security key was added to your Todosite account"}

    context.clear_cookies()
    page.goto("/accounts/login/")
    page.get_by_label("This is a shared computer").check()  # a tick of another form
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()
    cookies = {cookie["name"]: cookie["expires"] for cookie in context.cookies()}
    assert (cookies["sessionid"], "last_user" in cookies) == (-1, False)

    page.goto("/accounts/2fa/webauthn/")
    page.get_by_role("link", name="Remove").click()
    confirm_password(page)
    page.get_by_role("button", name="Remove").click()
    expect(page.locator("#messages")).to_contain_text("Security key removed.")
    assert subjects(mailoutbox) == {"A security key was removed from your Todosite account"}


def test_session_ended_in_another_browser_leads_to_sign_in(page, ann, new_context):
    sign_in(page)
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()
    second = new_context().new_page()
    sign_in(second)
    expect(second.get_by_role("heading", name="Today", exact=True)).to_be_visible()
    page.goto("/settings/")
    page.get_by_role("link", name="Where you are signed in").click()
    there = (
        page.get_by_role("listitem").filter(has_text="Chrome").filter(has_not_text="This browser")
    )
    there.get_by_role("button", name="Sign out").click()
    expect(page.locator("#messages")).to_contain_text("Signed out that browser.")
    second.reload()
    expect(second.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(second.get_by_text("You were signed out from another browser.")).to_be_visible()


@pytest.mark.exhaustive
def test_adopted_user_is_welcomed_and_keeps_or_changes_the_zone(shared_page, ann):
    page = shared_page
    Adoption.objects.create(
        kind=Adoption.Kind.USER, old_id=ann.pk, fingerprint=uuid4(), adopted_at=timezone.now()
    )
    sign_in(page)
    notice = page.get_by_role("region", name="Welcome")
    expect(notice).to_contain_text("Welcome, ann@example.org. Your tasks are all here.")
    assert_fine(page, "welcome")
    page.goto("/trash/")
    notice.get_by_role("button", name="That's right").click()
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()
    expect(notice).to_have_count(0)
    page.goto("/trash/")
    expect(notice).to_have_count(0)


def test_sign_up_guesses_the_time_zone(new_context):
    page = new_context(timezone_id="Asia/Kathmandu").new_page()
    page.goto("/accounts/signup/")
    zone = page.get_by_label("Time zone")
    assert zone.input_value() in {"Asia/Kathmandu", "Asia/Katmandu"}
    expect(page.get_by_text("Dates look like Sat Dec 5")).to_be_visible()  # Playwright's is en-US


PAGES = [
    "email/",
    "password/change/",
    "2fa/",
    "2fa/totp/activate/",
    "2fa/webauthn/",
    "2fa/webauthn/add/",
    "sessions/",
    "reauthenticate/",
    "../settings/export/",
    "../settings/delete/",
]


@pytest.mark.exhaustive
def test_account_pages_are_accessible_and_fit(signed_in, ann):
    page = signed_in
    page.goto("/accounts/email/")
    confirm_password(page)
    look_at(page, PAGES)
    for name, rk in [("Laptop", True), ("Key on the ring with all the others" + "!" * 40, False)]:
        data = {"name": name, "credential": {"clientExtensionResults": {"credProps": {"rk": rk}}}}
        key = ann.authenticator_set.create(type=Authenticator.Type.WEBAUTHN, data=data)
    one = f"2fa/webauthn/keys/{key.pk}/"
    look_at(page, ["2fa/", "2fa/webauthn/", f"{one}edit/", f"{one}remove/"])


def look_at(page, paths):
    for path in paths:
        page.goto(f"/accounts/{path}")
        assert_fine(page, path)


@pytest.mark.exhaustive
def test_pages_of_a_user_who_leaves_are_accessible_and_fit(shared_page, ann):
    page = shared_page
    ann.leave()
    sign_in(page)
    expect(page.get_by_role("heading", name="Your account will be deleted")).to_be_visible()
    assert_fine(page, "leaving")
    page.get_by_role("link", name="Export your data").click()
    confirm_password(page)
    expect(page.get_by_role("heading", name="Export your data")).to_be_visible()
    assert_fine(page, "export")


@pytest.mark.exhaustive
def test_ways_to_a_second_factor_are_accessible_and_fit(signed_in, ann, settings):
    page = signed_in
    settings.ADMIN_REQUIRES_MFA = settings.HAS_MAIL = True
    ann.is_staff = True
    ann.save()
    link = ann.make_admin_link()
    for path in ["/admin/", link, "/settings/admin-link/key/none/"]:
        page.goto(path)
        assert_fine(page, path)
    page.goto(link)
    page.get_by_role("button", name="Continue").click()
    page.goto("/admin/")
    assert_fine(page, "the door after the link")
    RecoveryCodes.activate(ann)
    TOTP.activate(ann, generate_totp_secret())
    page.goto("/accounts/2fa/recovery-codes/")
    confirm_password(page)
    look_at(page, ["2fa/", "2fa/recovery-codes/", "2fa/recovery-codes/generate/"])
    page.context.clear_cookies()
    sign_in(page)
    expect(page.get_by_role("heading", name="Two-factor authentication")).to_be_visible()
    assert_fine(page, "the second factor")
