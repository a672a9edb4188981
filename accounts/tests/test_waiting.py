"""Forms that couldn't be saved because their user was signed out wait for that user alone."""

from datetime import timedelta
from io import StringIO

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import TestCase, TransactionTestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import MOST_WAITING, MOST_WAITING_CHARACTERS, Session, User, WaitingForm
from accounts.support import end_sessions
from accounts.tests.factors import code
from accounts.tests.people import NEW_PASSWORD, PASSWORD, add_user, begin_session
from tasks.tests.racing import race
from todosite.tests.html import hidden, one, select, words

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
WORDS = "You were signed out before this was saved."
NOT_KEPT = "<h1>You are signed out</h1>"
KEY = "11111111-2222-4333-8444-555555555555"


class WaitingTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ann = add_user(password=PASSWORD)
        cls.ben = add_user("ben@example.org", password=PASSWORD)

    def setUp(self):
        cache.clear()  # the rate limits live there
        begin_session(self.client, self.ann)
        self.task = self.ann.tasks.create(title="Milk", description="Old notes")
        self.edit = f"/tasks/{self.task.pk}/edit/"
        self.client.get("/inbox/")

    def end_session(self):
        Session.objects.all().delete()

    def sign_in(self, user=None, **more):
        """Sign in through the form. Return the page that follows."""
        data = {"login": (user or self.ann).email, "password": PASSWORD, "next": "/inbox/"}
        return self.client.post("/accounts/login/", data | more, follow=True)

    def send_late(self, path="/tasks/add/", headers=None, **data):
        """Send a form after the session has ended."""
        self.end_session()
        return self.client.post(path, data, headers=headers)

    def notices(self, page=None):
        """Return the notices, each as its texts by label, and its two forms as (path, data)."""
        found = []
        page = self.client.get("/inbox/") if page is None else page
        for notice in select(page, ".notice.waiting"):
            self.assertIn(WORDS, words(notice))
            texts = {words(label): self.text(notice, label) for label in select(notice, "label")}
            forms = select(notice, "form[method=post]")
            found.append((texts, *((form.get("action"), self.data(form)) for form in forms)))
        return found

    def waiting(self, user=None):
        """Return a user's waiting forms, as (path, posted fields)."""
        rows = (user or self.ann).waiting.order_by("pk")
        return [(row.path, dict(row.posted)) for row in rows]

    def text(self, notice, label):
        """Return the text under a label, without the leading line break that browsers ignore."""
        text = one(notice, f'textarea[id="{label.get("for")}"]').text
        self.assertEqual(text[0], "\n")
        return text[1:]

    def data(self, form):
        data = hidden(form)
        data.pop("csrfmiddlewaretoken", None)
        return data

    def press(self, button):
        """Press "send" or "discard" of the first notice. Return the page that follows."""
        path, data = self.notices()[0][{"send": 1, "discard": 2}[button]]
        return self.client.post(path, data, follow=True)

    def titles(self, user=None):
        return sorted((user or self.ann).tasks.values_list("title", flat=True))


class KeepingTests(WaitingTests):
    def test_form_is_offered_after_sign_in_and_not_sent_by_itself(self):
        text = 'Bread & <b>"butter"</b>'
        response = self.send_late(text=text, key=KEY, next="/inbox/")
        self.assertEqual(response.url, "/accounts/login/?next=/")
        sign_in = self.client.get("/accounts/login/")
        self.assertContains(sign_in, "Sign in again to get back what you typed.")
        self.assertNotContains(sign_in, "butter")
        page = self.sign_in()
        self.assertContains(page, WORDS, count=1)
        data = {"text": text, "key": KEY, "next": "/inbox/"}
        self.assertEqual(self.notices(page)[0][:2], ({"Task": text}, ("/tasks/add/", data)))
        self.assertEqual(self.titles(), ["Milk"])

    def test_every_page_offers_a_form_until_it_is_sent_or_discarded(self):
        self.send_late(text="Bread")
        self.sign_in()
        task = self.task.get_absolute_url()
        for path in [
            "/today/",
            "/settings/",
            "/trash/",
            "/lists/add/",
            "/accounts/sessions/",
            task,
        ]:
            self.assertContains(self.client.get(path, follow=True), WORDS, count=1, msg_prefix=path)

    def test_button_names_the_act(self):
        self.end_session()
        for path, name in [("/tasks/add/", "text"), (self.edit, "title"), ("/settings/", "name")]:
            self.client.post(path, {name: "Bread"})
        page = self.sign_in()
        self.assertEqual(
            [words(button) for button in select(page, ".waiting button")],
            ["Add the task", "Discard", "Save the task", "Discard", "Save your profile", "Discard"],
        )

    def test_notice_of_an_edit_names_every_change(self):
        shown = {"initial-title": "Milk", "initial-description": "Old notes", "version": "1"}
        shown |= {"initial-due_date": "", "initial-priority": "0", "initial-tags": "calls"}
        sent = {"title": "Oat milk", "description": "", "due_date": "2031-01-02", "tags": "calls"}
        self.send_late(self.edit, **shown | sent, priority="0")
        notice = one(self.sign_in(), ".waiting")
        self.assertIn("Also saves: Due. Clears: Notes.", words(notice))
        self.assertEqual([words(label) for label in select(notice, "label")], ["Title"])

    def test_field_without_its_initial_value_is_named(self):
        self.send_late(self.edit, title="Oat milk", description="", due_date="")
        notice = one(self.sign_in(), ".waiting")
        self.assertIn("Also saves: Due. Clears: Notes.", words(notice))

    def test_notice_of_an_edit_shows_its_texts_and_its_task(self):
        shown = {"initial-title": "Milk", "initial-description": "Old notes", "version": "1"}
        notes = "\r\nOne\r\n\r\n<two>"
        self.send_late(self.edit, title="Milk", description=notes, **shown)
        page = self.sign_in()
        self.assertIn("“Milk”, kept ", words(one(page, ".waiting")))
        texts, (path, data), _ = self.notices(page)[0]
        self.assertEqual((path, texts), (self.edit, {"Notes": "\nOne\n\n<two>"}))
        self.assertEqual(data["description"], "\nOne\n\n<two>")

    @override_settings(MFA_TOTP_TOLERANCE=1)  # the half minute may end before the code is sent
    def test_form_survives_a_sign_in_by_second_factor(self):
        secret = generate_totp_secret()
        TOTP.activate(self.ann, secret)
        self.send_late(text="Bread")
        self.assertEqual(self.notices(self.sign_in()), [])
        sent = {"code": code(secret)}
        page = self.client.post("/accounts/2fa/authenticate/", sent, follow=True)
        self.assertEqual([texts for texts, *_ in self.notices(page)], [{"Task": "Bread"}])

    def test_forms_are_kept_in_order_each_once(self):
        self.end_session()
        for text in ["One", "Two", "One"]:
            self.client.post("/tasks/add/", {"text": text})
        self.sign_in()
        self.assertEqual([texts["Task"] for texts, *_ in self.notices()], ["One", "Two"])

    def test_more_than_three_forms_are_collapsed(self):
        for n in range(5):
            self.ann.waiting.keep(self.ann, "/tasks/add/", [["text", f"T{n}"]])
        page = self.client.get("/inbox/")
        self.assertEqual(len(self.notices(page)), 5)
        more = one(page, "details#waiting-more")
        self.assertEqual(words(one(more, "summary")), "More unsaved items 2")
        self.assertEqual([texts["Task"] for texts, *_ in self.notices(more)], ["T3", "T4"])

    def test_form_without_text_is_not_kept(self):
        for path, data in [
            (f"{self.task.get_absolute_url()}complete/", {"version": "1", "next": "/inbox/"}),
            (self.edit, {"priority": "3"}),
            ("/tasks/add/", {"text": "  ", "key": KEY}),
            ("/settings/waiting/end/", {"waiting": "x"}),
        ]:
            self.assertEqual(self.send_late(path, **data).status_code, 302)
        self.assertEqual(self.waiting(), [])
        self.assertNotContains(self.sign_in(), WORDS)

    def test_passwords_are_never_kept(self):
        secrets = {"password": "a secret", "new_PassWord1": "a secret", "text": "Bread"}
        self.send_late(**secrets)
        self.assertEqual(self.waiting(), [("/tasks/add/", {"text": "Bread"})])

    def test_pages_of_accounts_and_admin_are_not_kept(self):
        for path in ["/accounts/password/change/", "/accounts/2fa/totp/activate/", "/admin/"]:
            response = self.send_late(path, name="Ann", text="Bread", code="123456")
            self.assertNotContains(response, "123456", status_code=response.status_code)
        self.assertEqual(self.waiting(), [])

    def test_profile_form_is_kept(self):
        self.send_late("/settings/", name="Ann Smith")
        self.sign_in()
        self.press("send")
        self.ann.refresh_from_db()
        self.assertEqual((self.ann.name, self.notices()), ("Ann Smith", []))


class RoomTests(WaitingTests):
    def send(self, client, text):
        return client.post("/tasks/add/", {"text": text})

    def test_longest_notes_fit_together_with_their_initial_value(self):
        notes = {"description": "ж" * 100_000, "initial-description": "я" * 100_000}
        self.assertEqual(self.send_late(self.edit, **notes).status_code, 302)
        self.sign_in()
        self.assertEqual(self.notices()[0][0], {"Notes": notes["description"]})

    def test_form_without_room_is_shown_at_once(self):
        text = "x" * MOST_WAITING_CHARACTERS
        response = self.send_late(text=text)
        self.assertContains(response, f">{text}</textarea>", status_code=403)
        self.assertEqual(one(response, "a.btn").get("href"), "/accounts/login/?next=%2F")
        self.assertEqual(self.send_late(self.edit, HTMX, description=text).status_code, 403)
        self.assertEqual(self.waiting(), [])

    def test_all_browsers_of_a_user_share_the_room(self):
        phone, ben = self.client_class(), self.client_class()
        begin_session(phone, self.ann)
        begin_session(ben, self.ben)
        for client in [phone, ben]:
            client.get("/inbox/")
        self.end_session()
        for n in range(MOST_WAITING):
            client = [self.client, phone][n % 2]
            self.assertEqual(self.send(client, f"T{n}").status_code, 302)
        for client in [self.client, phone, self.client]:
            self.assertContains(self.send(client, "Too many"), ">Too many<", status_code=403)
        self.assertEqual(self.send(ben, "Mine").status_code, 302)
        self.sign_in()
        texts = [texts["Task"] for texts, *_ in self.notices()]
        self.assertEqual(texts, [f"T{n}" for n in range(MOST_WAITING)])

    def test_characters_of_all_forms_count(self):
        self.send_late(text="x" * (MOST_WAITING_CHARACTERS - 100))
        self.assertEqual(self.send_late(text="y" * 101).status_code, 403)
        self.assertEqual(self.send_late(text="y" * 50).status_code, 302)
        with self.assertRaises(IntegrityError), transaction.atomic():
            self.ann.waiting.update(size=MOST_WAITING_CHARACTERS + 1)

    def test_unstorable_form_is_shown(self):
        self.assertContains(self.send_late(text="Bre\0ad"), "Bre", status_code=403)
        self.assertEqual(self.waiting(), [])

    def expire(self, forms):
        forms.update(kept_at=timezone.now() - timedelta(days=30, minutes=1))

    def test_form_expires_after_30_days(self):
        self.end_session()
        for text in ["Old", "New"]:
            self.send(self.client, text)
        self.expire(self.ann.waiting.filter(posted=[["text", "Old"]]))
        self.sign_in()
        self.assertEqual([texts["Task"] for texts, *_ in self.notices()], ["New"])
        out = StringIO()
        call_command("purge_waiting", "--dry-run", stdout=out)
        call_command("purge_waiting", stdout=out)
        self.assertEqual(
            out.getvalue(),
            "Would delete 1 form that waited for more than 30 days.\n"
            "Deleted 1 form that waited for more than 30 days.\n",
        )
        self.assertEqual(self.waiting(), [("/tasks/add/", {"text": "New"})])

    def test_expired_forms_are_deleted_when_another_is_kept(self):
        self.end_session()
        for n in range(MOST_WAITING):
            self.send(self.client, f"T{n}")
        self.ben.waiting.keep(self.ben, "/tasks/add/", [["text", "Mine"]])
        self.expire(WaitingForm.objects.exclude(posted=[["text", "T0"]]))
        self.assertEqual(self.send(self.client, "New").status_code, 302)
        self.assertEqual([fields["text"] for _, fields in self.waiting()], ["T0", "New"])
        self.assertEqual([fields["text"] for _, fields in self.waiting(self.ben)], ["Mine"])

    def test_forms_are_deleted_with_their_user(self):
        self.send_late(text="Bread")
        self.ann.delete()
        self.assertEqual(WaitingForm.objects.count(), 0)


class UpgradeTests(WaitingTests):
    """The earlier version kept waiting forms, of any kind, in the session."""

    def put(self, *forms, age=timedelta()):
        session = self.client.session
        session["waiting"] = [
            {"id": "1", "at": (timezone.now() - age).isoformat(), "user": user.pk, "path": path}
            | {"fields": [*map(list, fields.items())]}
            for user, path, fields in forms
        ]
        session.save()

    def fill(self):
        """Leave no room for more. Return the form that was kept last."""
        forms = [["text", f"T{n}"] for n in range(MOST_WAITING)]
        return [self.ann.waiting.keep(self.ann, "/tasks/add/", [form]) for form in forms][-1]

    def left(self):
        """Return the fields of the forms that are still in the session."""
        return [dict(form["fields"]) for form in self.client.session.get("waiting", [])]

    def count_queries(self):
        with CaptureQueriesContext(connection) as queries:
            self.client.get("/inbox/")
        return len(queries)

    def test_first_page_offers_an_earlier_form(self):
        self.put(
            (self.ann, "/tasks/add/?x=1", {"text": "Bread", "key": KEY, "planted": "x"}),
            (self.ben, "/tasks/add/", {"text": "His"}),
        )
        self.assertEqual([texts for texts, *_ in self.notices()], [{"Task": "Bread"}])
        self.assertEqual(self.waiting(), [("/tasks/add/", {"text": "Bread", "key": KEY})])
        self.assertEqual(self.waiting(self.ben), [])
        self.assertNotIn("waiting", self.client.session)
        self.press("discard")
        self.client.get("/inbox/")
        self.assertEqual(self.waiting(), [])

    def test_first_request_can_save_an_earlier_form(self):
        self.put((self.ann, "/tasks/add/", {"text": "Bread", "key": KEY}))
        self.client.post("/tasks/add/", {"text": "Bread", "key": KEY})
        self.assertEqual((self.titles(), self.waiting()), (["Bread", "Milk"], []))
        self.assertEqual(self.left(), [])

    def test_earlier_form_keeps_its_age(self):
        old, older = timedelta(days=29), timedelta(days=30, minutes=1)
        self.put((self.ann, "/tasks/add/", {"text": "Bread"}), age=old)
        self.client.get("/inbox/")
        age = timezone.now() - self.ann.waiting.get().kept_at
        self.assertAlmostEqual(age, old, delta=timedelta(minutes=1))
        self.put((self.ann, "/tasks/add/", {"text": "Butter"}), age=older)
        self.client.get("/inbox/")
        self.assertEqual(self.waiting(), [("/tasks/add/", {"text": "Bread"})])
        self.assertEqual(self.left(), [])

    def test_earlier_form_without_room_stays_in_the_session(self):
        self.fill()
        self.put((self.ann, "/tasks/add/", {"text": "Bread"}))
        self.client.get("/inbox/")
        self.assertEqual(self.ann.waiting.count(), MOST_WAITING)
        self.press("discard")
        self.client.get("/inbox/")
        self.assertEqual(self.waiting()[-1], ("/tasks/add/", {"text": "Bread"}))
        self.assertEqual(self.left(), [])

    def test_expired_forms_leave_room_for_earlier_ones(self):
        self.fill()
        self.ann.waiting.update(kept_at=timezone.now() - timedelta(days=31))
        self.put((self.ann, "/tasks/add/", {"text": "Bread"}))
        self.client.get("/inbox/")
        self.assertEqual(self.waiting(), [("/tasks/add/", {"text": "Bread"})])

    def test_earlier_form_that_cannot_be_kept_is_dropped(self):
        for fields in [{"text": "Bre\0ad"}, {"text": " "}, {"title": "Bread"}]:
            self.put((self.ann, "/tasks/add/", fields))
            self.client.get("/inbox/")
            self.assertEqual((self.waiting(), self.left()), ([], []), fields)
        for path in ["/tasks/bulk/", "/trash/empty/", "/accounts/password/change/", "/gone/"]:
            self.put((self.ann, path, {"title": "Bread", "text": "Bread"}))
            self.client.get("/inbox/")
            self.assertEqual((self.waiting(), self.left()), ([], []), path)

    def test_earlier_form_without_room_costs_one_query_a_page(self):
        self.fill()
        self.client.get("/inbox/")
        before = self.count_queries()
        self.put((self.ann, "/tasks/add/", {"text": "Bread"}), (self.ann, "/x/", {"text": "No"}))
        self.client.get("/inbox/")
        self.assertEqual(self.left(), [{"text": "Bread"}])
        self.assertEqual(self.count_queries(), before + 1)

    def test_earlier_form_that_is_too_long_stays_in_the_session(self):
        self.ann.waiting.keep(self.ann, "/tasks/add/", [["text", "x" * 200_000]])
        self.put(
            (self.ann, "/tasks/add/", {"text": "y" * 100_000}),
            (self.ann, "/tasks/add/", {"text": "Bread"}),
        )
        self.client.get("/inbox/")
        self.assertEqual(self.waiting()[1:], [("/tasks/add/", {"text": "Bread"})])
        self.assertEqual(self.left(), [{"text": "y" * 100_000}])


class RaceTests(TransactionTestCase):
    def test_simultaneous_forms_do_not_exceed_the_room(self):
        ann = add_user()
        begin_session(self.client, ann)
        self.client.get("/settings/")
        Session.objects.all().delete()
        for n in range(MOST_WAITING - 2):
            ann.waiting.keep(ann, "/settings/", [["name", f"N{n}"]])
        codes = race(self.client, [("/settings/", {"name": f"R{n}"}) for n in range(6)])
        self.assertEqual(sorted(codes), [302] * 2 + [403] * 4)
        self.assertEqual(ann.waiting.count(), MOST_WAITING)


class WhoseTests(WaitingTests):
    def test_form_is_offered_to_its_user_only_in_any_browser(self):
        self.send_late(text="Secret bread")
        page = self.sign_in(self.ben)
        self.assertNotContains(page, "Secret")
        self.assertNotContains(page, WORDS)
        self.client.post("/accounts/logout/")
        self.client = self.client_class()
        self.assertContains(self.sign_in(), "Secret bread")

    def test_session_in_another_browser_offers_the_form(self):
        phone = self.client_class()
        phone.force_login(self.ann)
        Session.objects.exclude(session_key=phone.session.session_key).delete()
        self.client.post("/tasks/add/", {"text": "Bread"})
        self.assertContains(phone.get("/inbox/"), "Bread</textarea>")

    def test_only_its_user_can_discard_a_form(self):
        self.send_late(text="Secret bread")
        pk = self.ann.waiting.get().pk
        self.client.post("/settings/waiting/end/", {"waiting": pk})
        self.sign_in(self.ben)
        self.client.post("/settings/waiting/end/", {"waiting": pk})
        self.assertEqual(len(self.waiting()), 1)

    def test_forged_cookie_keeps_nothing(self):
        ben = self.client_class()
        begin_session(ben, self.ben)
        ben.get("/inbox/")
        his = ben.cookies["last_user"].value
        hers = self.client.cookies["last_user"].value
        forged = his.split(":")[0] + hers[hers.index(":") :]
        for value in ["", self.ann.pk, hers + "x", forged]:
            self.client.cookies["last_user"] = value
            self.assertContains(self.send_late(text="Bread"), NOT_KEPT, status_code=403)
        self.assertEqual((self.waiting(), self.waiting(self.ben)), ([], []))

    def test_cookie_is_set_once_and_follows_the_user(self):
        cookie = self.client.cookies["last_user"]
        self.assertEqual(
            (cookie["httponly"], cookie["samesite"], cookie["max-age"]), (True, "Lax", 31536000)
        )
        self.assertNotIn(self.client.session.session_key, cookie.value)
        self.assertNotIn("last_user", self.client.get("/inbox/").cookies)
        self.end_session()
        self.sign_in(self.ben)
        self.assertTrue(self.client.cookies["last_user"].value.startswith(f"{self.ben.pk}:"))

    @override_settings(SESSION_COOKIE_SECURE=True)
    def test_cookie_is_secure_if_the_sessions_is(self):
        self.client.cookies.pop("last_user")
        self.client.get("/inbox/")
        self.assertEqual(self.client.cookies["last_user"]["secure"], True)


class EndedOnPurposeTests(WaitingTests):
    """After a sign-out nothing is kept in that browser, since another person may use it next."""

    def assertKeepsNothing(self):
        """Assert that a form sent from this browser is shown and not kept."""
        for path, name in [("/tasks/add/", "text"), (self.edit, "title"), ("/settings/", "name")]:
            response = self.client.post(path, {name: "Planted"})
            self.assertContains(response, NOT_KEPT, status_code=403)
            self.assertContains(response, ">Planted</textarea>", status_code=403)
        self.assertEqual(WaitingForm.objects.count(), 0)

    def other(self):
        """Return another browser, in which Ann is signed in."""
        client = self.client_class()
        client.post("/accounts/login/", {"login": self.ann.email, "password": PASSWORD})
        return client

    def test_ended_by_the_sign_out_button(self):
        cookie = self.client.cookies["last_user"].value
        self.client.post("/accounts/logout/")
        self.assertEqual(self.client.cookies["last_user"].value, "")
        self.assertKeepsNothing()
        self.client.cookies["last_user"] = cookie  # a copy
        self.assertKeepsNothing()

    def test_ended_by_the_button_of_a_page_without_session(self):
        cookie = self.client.cookies["last_user"].value
        self.end_session()
        self.client.post("/accounts/logout/")
        self.assertKeepsNothing()
        self.client.cookies["last_user"] = cookie  # a copy
        self.assertKeepsNothing()

    def test_ended_by_the_button_after_an_expired_session(self):
        cookie = self.client.cookies["last_user"].value
        self.end_session()
        self.sign_in()
        self.client.post("/accounts/logout/")
        self.client.cookies["last_user"] = cookie  # a copy of the first session's
        self.assertKeepsNothing()

    def test_ended_in_the_list_of_sessions(self):
        session = self.ann.sessions.get()
        self.client.post(f"/settings/sessions/{session.mark}/end/")
        self.assertEqual(self.client.cookies["last_user"].value, "")
        self.assertKeepsNothing()

    def test_ended_by_the_admins_button(self):
        User.objects.update(is_staff=True)
        response = self.client.post("/admin/logout/")
        self.assertRedirects(response, "/accounts/logout/")
        self.assertContains(self.client.get("/accounts/logout/"), 'action="/accounts/logout/"')

    def test_ended_from_another_device(self):
        session, other = self.ann.sessions.get(), self.other()
        other.post(f"/settings/sessions/{session.mark}/end/")
        self.assertKeepsNothing()

    def test_all_sessions_ended_from_another_device(self):
        other = self.other()
        other.post("/accounts/sessions/")
        self.assertKeepsNothing()
        other.post("/accounts/logout/")
        self.other()
        self.assertKeepsNothing()

    def test_other_device_goes_on_keeping_forms(self):
        other = self.other()
        other.post("/accounts/sessions/")
        self.end_session()
        self.assertEqual(other.post("/tasks/add/", {"text": "Bread"}).status_code, 302)
        self.assertEqual(self.waiting(), [("/tasks/add/", {"text": "Bread"})])

    def test_ended_by_a_new_password(self):
        passwords = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
        self.other().post("/accounts/password/change/", {"oldpassword": PASSWORD} | passwords)
        self.assertKeepsNothing()

    def test_ended_by_support(self):
        end_sessions(None, self.ann)
        self.assertKeepsNothing()
        self.other()
        self.assertKeepsNothing()

    def test_ended_by_disabling_the_account(self):
        User.objects.filter(pk=self.ann.pk).deactivate()
        self.assertKeepsNothing()

    def test_browser_without_a_user_keeps_nothing(self):
        self.client = self.client_class()
        self.assertKeepsNothing()

    def test_expired_session_keeps_forms(self):
        key = self.client.session.session_key
        Session.objects.filter(pk=key).update(expire_date=timezone.now() - timedelta(days=1))
        self.assertEqual(self.client.post("/tasks/add/", {"text": "Bread"}).status_code, 302)
        self.assertEqual(self.waiting(), [("/tasks/add/", {"text": "Bread"})])

    def test_session_of_a_closed_browser_keeps_forms(self):
        """The session goes on until it expires, but the browser was closed."""
        self.client.cookies.pop("sessionid")
        self.assertEqual(self.client.post("/tasks/add/", {"text": "Bread"}).status_code, 302)
        self.assertEqual(self.waiting(), [("/tasks/add/", {"text": "Bread"})])

    def test_expired_session_keeps_forms_after_a_sign_in_elsewhere(self):
        self.end_session()
        other = self.other()
        other.get("/accounts/sessions/")
        self.assertEqual(self.client.post("/tasks/add/", {"text": "Bread"}).status_code, 302)
        self.assertContains(other.get("/inbox/"), "Bread</textarea>")

    def test_record_of_an_ended_session_is_deleted_with_its_cookie(self):
        self.client.post("/accounts/logout/")
        ended = self.ann.ended_sessions.get()
        self.ann.ended_sessions.update(ended_at=ended.ended_at - timedelta(days=366))
        self.sign_in()
        self.client.post("/accounts/logout/")
        self.assertNotEqual(self.ann.ended_sessions.get(), ended)


class PutAsideTests(WaitingTests):
    """The script sends unsaved texts before a sign-out, so that they wait."""

    def put_aside(self, path, client=None, **fields):
        client = client or self.client
        return client.post(f"/settings/waiting/add/?path={path}", fields)

    def test_drafts_are_offered_at_the_next_sign_in_anywhere(self):
        notes = {"title": "Milk", "initial-title": "Milk", "key": KEY, "initial-description": "Old"}
        answer = self.put_aside(self.edit, **notes, description="Draft", anything="x")
        self.assertEqual(answer.text, str(self.ann.waiting.get().pk))
        self.client.post("/accounts/logout/")
        self.client = self.client_class()
        notice = one(self.sign_in(), ".waiting")
        self.assertIn("“Milk”, kept ", words(notice))
        self.assertEqual(self.waiting(), [(self.edit, notes | {"description": "Draft"})])
        self.task.edit(description="Old")
        self.press("send")
        self.task.refresh_from_db()
        self.assertEqual((self.task.description, self.waiting()), ("Draft", []))

    def test_draft_sent_twice_is_kept_once(self):
        answers = [self.put_aside("/tasks/add/", text="Bread", key=KEY).text for _ in range(2)]
        self.assertEqual(answers, [str(self.ann.waiting.get().pk)] * 2)

    def test_draft_without_room_is_refused_with_the_reason(self):
        self.put_aside("/tasks/add/", text="x" * 200_000)
        answer = self.put_aside("/tasks/add/", text="y" * 100_000)
        self.assertEqual(answer.status_code, 422)
        self.assertEqual(
            answer.text,
            "Only 20 unsaved items, 300,000 characters in all, can be kept for you at a time.",
        )
        self.assertEqual(answer["Content-Type"], "text/plain; charset=utf-8")
        self.assertEqual(self.put_aside("/tasks/add/", text="z" * 3_000_000).status_code, 400)

    def test_empty_or_unstorable_draft_is_refused_with_the_reason(self):
        nul = "It contains a character (NUL) that can't be stored."
        for path, fields, reason in [
            ("/tasks/add/", {"text": " "}, "It has no text."),
            ("/settings/", {"name": ""}, "It has no text."),
            (self.edit, {"title": "", "description": ""}, "It has no text."),
            ("/tasks/add/", {"text": "Bre\0ad"}, nul),
        ]:
            answer = self.put_aside(path, **fields)
            self.assertEqual((answer.status_code, answer.text), (422, reason))
            self.assertEqual(answer["Content-Type"], "text/plain; charset=utf-8")
        self.assertEqual(self.waiting(), [])

    def test_only_forms_that_hold_words_can_wait(self):
        for path in ["/trash/empty/", "/tasks/bulk/", "/nothing/", "", "//evil.example/tasks/add/"]:
            self.assertEqual(self.put_aside(path, title="Bread").status_code, 404, path)
        self.assertEqual(self.put_aside("/tasks/add/", text=" ").status_code, 422)
        self.assertEqual(self.waiting(), [])

    def test_draft_sent_when_signed_out_is_shown_and_not_kept(self):
        self.client.post("/accounts/logout/")
        self.assertContains(self.put_aside(self.edit, title="Bread"), NOT_KEPT, status_code=403)
        self.assertEqual(self.waiting(), [])

    def test_putting_aside_needs_a_post(self):
        self.assertEqual(self.client.get("/settings/waiting/add/?path=/").status_code, 405)


class NotMineTests(WaitingTests):
    """After "This isn't my computer" nothing is kept in the browser."""

    def setUp(self):
        super().setUp()
        self.client = self.client_class()

    def test_nothing_is_kept_in_the_browser(self):
        page = self.sign_in(not_mine="on", remember="on")
        self.assertEqual(one(page, ".app").get("data-keeps-nothing"), "")
        self.assertTrue(self.client.session.get_expire_at_browser_close())
        self.client.post("/settings/theme/", {"theme": "dark"})
        left = {name for name, cookie in self.client.cookies.items() if cookie["max-age"]}
        self.assertEqual(left, {"csrftoken"})  # The cookie doesn't name its user.

    def test_late_form_of_a_guest_is_shown(self):
        self.sign_in(not_mine="on")
        self.assertContains(self.send_late(text="Bread"), ">Bread</textarea>", status_code=403)
        self.assertEqual(self.waiting(), [])

    def test_late_form_of_a_guest_never_waits_for_the_computers_user(self):
        self.sign_in(self.ben)
        self.end_session()
        self.sign_in(not_mine="on")
        self.assertContains(self.send_late(text="Bread"), NOT_KEPT, status_code=403)
        self.assertEqual((self.waiting(), self.waiting(self.ben)), ([], []))

    def test_choice_holds_for_one_sign_in(self):
        self.sign_in(not_mine="on")
        self.client.post("/accounts/logout/")
        page = self.sign_in(remember="on")
        self.assertNotContains(page, "data-keeps-nothing")
        self.assertFalse(self.client.session.get_expire_at_browser_close())
        self.assertEqual(self.send_late(text="Bread").status_code, 302)

    @override_settings(MFA_TOTP_TOLERANCE=1)  # the half minute may end before the code is sent
    def test_choice_survives_a_second_factor(self):
        secret = generate_totp_secret()
        TOTP.activate(self.ann, secret)
        self.sign_in(not_mine="on")
        page = self.client.post("/accounts/2fa/authenticate/", {"code": code(secret)}, follow=True)
        self.assertContains(page, "data-keeps-nothing")
        self.assertTrue(self.client.session.get_expire_at_browser_close())
        self.assertNotIn("last_user", self.client.cookies)

    def test_other_sessions_keep_forms(self):
        self.assertNotContains(self.sign_in(), "data-keeps-nothing")


class SettlingTests(WaitingTests):
    def test_sending_saves_the_form_and_removes_it(self):
        self.send_late(text="Bread", key=KEY, next="/inbox/")
        self.sign_in()
        page = self.press("send")
        self.assertRedirects(page, "/inbox/")
        self.assertNotContains(page, WORDS)
        self.assertEqual((self.titles(), self.waiting()), (["Bread", "Milk"], []))

    def test_form_sent_twice_takes_effect_once(self):
        self.send_late(text="Bread", key=KEY)
        self.sign_in()
        path, data = self.notices()[0][1]
        self.client.post(path, data)
        self.client.post(path, data)
        self.assertEqual(self.titles(), ["Bread", "Milk"])

    def test_same_form_sent_from_its_page_removes_the_notice(self):
        self.send_late(text="Bread", key=KEY)
        self.sign_in()
        self.client.post("/tasks/add/", {"text": "Bread", "key": KEY})  # by the Back button
        self.assertEqual(self.notices(), [])

    def test_discarding_removes_the_form_and_returns_to_the_page(self):
        self.send_late(text="Bread")
        self.client.post("/tasks/add/", {"text": "Butter"})
        self.sign_in()
        path, data = self.notices(self.client.get("/trash/"))[0][2]
        response = self.client.post(path, data, follow=True)
        self.assertRedirects(response, "/trash/")
        self.assertContains(response, "Discarded.")
        self.assertEqual([texts["Task"] for texts, *_ in self.notices()], ["Butter"])
        self.assertEqual(self.titles(), ["Milk"])
        self.assertEqual(self.client.post(path, data).status_code, 302)  # pressed twice

    def test_discarding_by_the_script_shows_no_message(self):
        """The user didn't press a button."""
        self.send_late(text="Bread")
        self.sign_in()
        sent = {"waiting": self.ann.waiting.get().pk, "quiet": "1"}
        page = self.client.post("/settings/waiting/end/", sent, follow=True)
        self.assertNotContains(page, "Discarded.")
        self.assertEqual(self.waiting(), [])

    def test_discarding_without_an_id_is_not_found(self):
        for pk in ["", "x", "1.5"]:
            response = self.client.post("/settings/waiting/end/", {"waiting": pk})
            self.assertEqual(response.status_code, 404)
        response = self.client.post("/settings/waiting/end/", {"waiting": "9" * 30})
        self.assertEqual(response.status_code, 302)

    def test_discarding_leads_to_no_other_site(self):
        for page in ["https://evil.example/", "//evil.example/", "/\\evil.example/"]:
            response = self.client.post("/settings/waiting/end/", {"waiting": "1", "next": page})
            self.assertRedirects(response, "/", target_status_code=302)

    def test_discarding_needs_a_post(self):
        self.assertEqual(self.client.get("/settings/waiting/end/").status_code, 405)

    def test_conflict_is_shown_and_the_form_waits_until_resolved(self):
        shown = {"initial-description": "Old notes", "version": "1", "key": KEY}
        self.send_late(self.edit, description="Mine", **shown)
        self.task.edit(description="Theirs")
        self.sign_in()
        path, data = self.notices()[0][1]
        clash = self.client.post(path, data)
        self.assertContains(clash, "This was changed in the meantime to:\nTheirs", status_code=409)
        self.assertContains(clash, WORDS, status_code=409)
        self.assertEqual([texts for texts, *_ in self.notices()], [{"Notes": "Mine"}])
        seen = {"initial-description": "Theirs", "version": "2", "key": KEY}
        self.client.post(self.edit, seen | {"description": "Mine and theirs"})
        self.assertEqual(self.notices(), [])

    def test_form_waits_while_a_page_asks_for_confirmation(self):
        self.send_late("/tasks/paste/", text="One\nTwo", key=KEY)
        self.sign_in()
        path, data = self.notices()[0][1]
        self.assertContains(self.client.post(path, data), "Add 2 tasks?")
        self.assertEqual(len(self.notices()), 1)
        self.client.post(path, data | {"text": "One\nTwo\nThree", "sure": "1"})
        self.assertEqual(self.notices(), [])
        self.assertEqual(self.titles(), ["Milk", "One", "Three", "Two"])

    def test_other_text_in_the_same_form_leaves_it_waiting(self):
        """The Back button brings back a form with its key, for other text."""
        self.send_late(text="Bread", key=KEY)
        self.sign_in()
        self.client.post("/tasks/add/", {"text": "Butter", "key": KEY})
        self.assertEqual([texts["Task"] for texts, *_ in self.notices()], ["Bread"])

    def test_same_text_for_another_task_leaves_it_waiting(self):
        other = self.ann.tasks.create(title="Other")
        self.send_late(self.edit, description="Mine")
        self.sign_in()
        self.client.post(f"/tasks/{other.pk}/edit/", {"description": "Mine"})
        self.assertEqual(len(self.notices()), 1)

    def test_purged_task_leaves_the_form_waiting(self):
        self.send_late(self.edit, description="Mine")
        self.task.delete_softly()
        self.sign_in()
        path, data = self.notices()[0][1]
        self.assertContains(self.client.post(path, data), "Mine</textarea>", status_code=404)
        self.assertEqual([texts for texts, *_ in self.notices()], [{"Notes": "Mine"}])

    def test_form_survives_a_second_expiry(self):
        self.send_late(text="Bread", key=KEY)
        self.sign_in()
        path, data = self.notices()[0][1]
        self.send_late(path, **data)
        self.sign_in()
        self.assertEqual([texts["Task"] for texts, *_ in self.notices()], ["Bread"])


class HtmxTests(WaitingTests):
    def test_htmx_is_sent_to_sign_in_and_the_form_waits(self):
        page = self.task.get_absolute_url()
        for path, data, texts in [
            (self.edit, {"description": "Mine"}, {"Notes": "Mine"}),
            (f"{page}steps/add/", {"title": "Whisk"}, {"Step": "Whisk"}),
        ]:
            headers = HTMX | {"HX-Current-URL": f"http://testserver{page}"}
            answer = self.send_late(path, headers, **data)
            self.assertEqual(answer.status_code, 204)
            self.assertEqual(answer["HX-Redirect"], f"/accounts/login/?next={page}")
            self.assertEqual([texts for texts, *_ in self.notices(self.sign_in())], [texts])
            self.ann.waiting.all().delete()

    def test_line_of_the_add_box_is_not_offered_twice(self):
        """The script restores the line by itself."""
        answer = self.send_late(headers=HTMX | {"HX-Source": "form#add"}, text="Bread")
        self.assertEqual(answer.status_code, 204)
        self.assertEqual(self.notices(self.sign_in()), [])

    def test_line_of_the_add_box_stays_there_after_a_sign_out(self):
        """The script stays on the page then, and says so."""
        self.client.post("/accounts/logout/")
        headers = HTMX | {"HX-Source": "form#add"}
        answer = self.client.post("/tasks/add/", {"text": "Bread"}, headers=headers)
        self.assertEqual(answer.status_code, 403)
