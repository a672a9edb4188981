"""Links in mails begin with SITE_URL, and redirects stay on the site."""

import contextlib
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.adapter import get_adapter
from allauth.core.context import request_context
from django.core import mail
from django.core.cache import cache
from django.test import RequestFactory, TestCase, override_settings
from django.urls import NoReverseMatch, get_resolver, reverse

from accounts.management.commands.add_user import password_path
from accounts.site import is_ours, path_of_page, safe_path
from accounts.tests.people import NEW_PASSWORD, PASSWORD, add_user
from accounts.tests.test_mails import templates
from todosite.tests.html import one
from todosite.tests.test_logs import routes

SITE = "https://todo.example.org:8443"
ASKED = "evil.example:1337"  # a name that the server answers to, too


@override_settings(
    SITE_URL=SITE, ALLOWED_HOSTS=["*"], ACCOUNT_EMAIL_VERIFICATION="mandatory", SIGNUP_OPEN=True
)
class LinkTests(TestCase):
    def setUp(self):
        cache.clear()
        self.client = self.client_class(headers={"Host": ASKED})
        add_user("ann@example.org", password=PASSWORD)

    def post(self, name, **data):
        return self.client.post(reverse(name), data)

    def sign_in(self):
        self.post("account_login", login="ann@example.org", password=PASSWORD)
        self.post("account_reauthenticate", password=PASSWORD)

    def assertLeadHome(self, number, paths):
        """Assert the number of mails sent, and the paths on the site that their links lead to."""
        self.assertEqual(len(mail.outbox), number)
        text = "\n".join(f"{message.subject}\n{message.body}" for message in mail.outbox)
        self.assertNotIn("evil", text)
        links = re.findall(r"\w+://\S+", text)
        self.assertEqual([link for link in links if not link.startswith(f"{SITE}/")], [])
        self.assertEqual([link.removeprefix(SITE).split("key/")[0] for link in links], paths)

    def test_links_of_the_sign_up_mail(self):
        self.post("account_signup", email="new@example.org", password1=PASSWORD)
        (link,) = re.findall(rf"{SITE}/accounts/confirm-email/\S+", mail.outbox[0].body)
        self.assertEqual(self.client.get(link.removeprefix(SITE)).status_code, 200)

    def test_links_of_the_mail_to_a_known_address(self):
        self.post("account_signup", email="ann@example.org", password1=PASSWORD)
        self.assertLeadHome(1, ["/accounts/password/reset/", "/"])

    def test_links_of_the_password_reset_mail(self):
        self.post("account_reset_password", email="ann@example.org")
        self.assertLeadHome(1, ["/accounts/password/reset/", "/"])

    def test_links_of_the_mail_to_an_unknown_address(self):
        self.post("account_reset_password", email="nobody@example.org")
        self.assertLeadHome(1, ["/accounts/signup/", "/"])

    def test_links_of_the_mail_about_a_new_address(self):
        self.sign_in()
        self.post("account_email", action_add="", email="new@example.org")
        (message,) = [message for message in mail.outbox if "/confirm-email/" in message.body]
        self.assertIn(f"{SITE}/accounts/confirm-email/", message.body)
        self.assertNotIn("evil", message.body)

    def test_links_of_mails_about_the_account(self):
        self.sign_in()
        passwords = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
        self.post("account_change_password", oldpassword=PASSWORD, **passwords)
        self.assertLeadHome(1, ["/accounts/password/reset/", "/"])

    def test_links_of_the_landing_page(self):
        page = self.client.get("/")
        self.assertEqual(one(page, 'meta[property="og:url"]').get("content"), f"{SITE}/")
        picture = one(page, 'meta[property="og:image"]').get("content")
        self.assertTrue(picture.startswith(f"{SITE}/static/pictures/"))


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name in templates() if name.endswith("_message.txt")])
@override_settings(SITE_URL=SITE, ALLOWED_HOSTS=["*"])
def test_no_mail_holds_the_host_of_the_request(name, mailoutbox):
    prefix = name.removesuffix("_message.txt")
    if prefix.endswith("/base"):
        return
    request = RequestFactory(headers={"Host": ASKED}).get("/")
    with request_context(request):
        get_adapter().send_mail(prefix, "ann@example.org", {"user": add_user()})
    (message,) = mailoutbox
    assert "evil" not in message.subject + message.body
    assert "todo.example.org:8443" in message.body


@override_settings(ALLOWED_HOSTS=["*"])
class DevelopmentTests(TestCase):
    def test_links_in_development_begin_with_the_requests_host(self):
        self.client.post(
            reverse("account_reset_password"),
            {"email": "nobody@example.org"},
            headers={"Host": "127.0.0.1:9000"},
        )
        self.assertIn("http://127.0.0.1:9000/accounts/signup/", mail.outbox[0].body)


LONG = "/search/?q=" + "%F0%9F%A5%9B" * 180  # a search of 180 emoji: 2,171 characters


@pytest.mark.parametrize(
    "url",
    [LONG, f"http://testserver{LONG}", "/", "/tasks/?page=2", f"/{'x' * 2000}?q={'y' * 5900}"],
)
def test_our_address_is_safe_with_any_length_of_query(url):
    assert is_ours(RequestFactory().get("/"), url)


@pytest.mark.parametrize("query", ["", LONG.partition("/search/")[2]])
@pytest.mark.parametrize(
    "url",
    [
        *["//evil.example/", "/\\evil.example/", "https://evil.example/", "///evil.example/"],
        *["https:evil.example", "javascript:alert(1)", "http://testserver@evil.example/", ""],
        *["\x08//evil.example", "https://", "http://[", f"/{'x' * 2100}"],
    ],
)
def test_other_sites_are_unsafe_with_any_length_of_query(url, query):
    assert not is_ours(RequestFactory().get("/"), url + query)


def test_too_long_path_is_unsafe():
    assert not is_ours(RequestFactory().get("/"), f"/search/?q={'x' * 8000}")


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("/today/?page=2", "/today/?page=2"),
        *[("today/", ""), ("", ""), ("//evil.example/", ""), ("/\\evil.example/", "")],
        *[("//testserver/today/", ""), ("/\\testserver/today/", "")],
        *[("http://testserver/today/", ""), ("https://evil.example/today/", "")],
    ],
)
def test_safe_path_is_on_this_site(url, path):
    assert safe_path(RequestFactory().get("/"), url) == path


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("http://testserver/today/?page=2", "/today/?page=2"),
        *[("http://testserver", ""), ("", ""), ("https://evil.example/today/", "")],
    ],
)
def test_path_of_page_is_on_this_site(address, path):
    assert path_of_page(RequestFactory().get("/"), address) == path


@pytest.mark.parametrize("check", ["url_has_allowed_host_and_scheme", "is_ours(request, "])
def test_no_other_module_checks_addresses(check):
    sources = [
        path
        for app in ["accounts", "tasks", "todosite"]
        for path in Path(app).rglob("*.py")
        if "tests" not in path.parts
    ]
    found = {str(path) for path in sources if check in path.read_text()}
    assert found == {"accounts/site.py"}


class SignInTests(TestCase):
    def setUp(self):
        cache.clear()
        add_user("ann@example.org", password=PASSWORD)

    def test_sign_in_leads_to_a_page_with_a_long_address(self):
        way = self.client.get(LONG).url
        form = {"login": "ann@example.org", "password": PASSWORD, "next": LONG}
        self.assertEqual(parse_qs(urlsplit(way).query), {"next": [LONG]})
        self.assertRedirects(self.client.post(way, form), LONG)

    def test_sign_in_leads_to_no_other_site(self):
        for url in ["https://evil.example/?q=" + "x" * 3000, "//evil.example/?q=" + "x" * 3000]:
            self.client.logout()
            form = {"login": "ann@example.org", "password": PASSWORD, "next": url}
            answer = self.client.post("/accounts/login/", form)
            self.assertRedirects(answer, "/", target_status_code=302)

    def test_sign_in_drops_a_return_address_that_is_too_long(self):
        answer = self.client.get("/search/?q=" + "%F0" * 2500)
        self.assertEqual(answer.url, "/accounts/login/")


def reverse_of(name):
    """Return the address of a route, including the admin's."""
    for full in (name, f"admin:{name}"):
        with contextlib.suppress(NoReverseMatch):
            return reverse(full)


class CacheTests(TestCase):
    def assertInNoCache(self, response):
        self.assertIn("no-store", response["Cache-Control"])

    def test_page_to_reset_a_password_is_not_cached(self):
        user = add_user("ann@example.org", password=PASSWORD)
        form = self.client.get(password_path(user))
        self.assertInNoCache(form)
        page = self.client.get(form.url)
        self.assertContains(page, "password1")
        self.assertInNoCache(page)

    def test_no_public_page_is_cached(self):
        found = set()
        for name, parts in routes(get_resolver()):
            if name and not parts:
                url = reverse_of(name)
                response = url and self.client.get(url)
                if response:
                    self.assertInNoCache(response)
                    found.add((name, response.status_code))
        self.assertLess({("home", 200), ("account_login", 200), ("inbox", 302)}, found)
