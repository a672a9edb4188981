"""What is sent when the session has ended waits for its user, and for nobody else."""

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import TestCase, override_settings

from accounts import waiting
from accounts.tests.factors import code
from accounts.tests.people import PASSWORD, add_user
from todosite.tests.html import hidden, one, select, words

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
WORDS = "You were signed out before this was saved."
KEY = "11111111-2222-4333-8444-555555555555"


class WaitingTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ann = add_user(password=PASSWORD)
        cls.ben = add_user("ben@example.org", password=PASSWORD)

    def setUp(self):
        cache.clear()  # the rate limits live there
        self.client.force_login(self.ann)
        self.task = self.ann.tasks.create(title="Milk", description="Old notes")
        self.edit = f"/tasks/{self.task.pk}/edit/"
        self.client.get("/inbox/")

    def end_session(self):
        Session.objects.all().delete()

    def sign_in(self, user=None, **more):
        """Sign in through the form, as a person does; return the page that it leads to."""
        data = {"login": (user or self.ann).email, "password": PASSWORD, "next": "/inbox/"}
        return self.client.post("/accounts/login/", data | more, follow=True)

    def send_late(self, path="/tasks/add/", headers=None, **data):
        """Send a form when the session has ended."""
        self.end_session()
        return self.client.post(path, data, headers=headers)

    def notices(self, page=None):
        """Return the notices, each as its texts by label, and its two forms as (path, data)."""
        found = []
        for notice in select(page or self.client.get("/inbox/"), ".notice.waiting"):
            self.assertIn(WORDS, words(notice))
            texts = {words(label): self.text(notice, label) for label in select(notice, "label")}
            forms = select(notice, "form[method=post]")
            found.append((texts, *((form.get("action"), self.data(form)) for form in forms)))
        return found

    def text(self, notice, label):
        """Return the text under a label, without the line break that no browser shows."""
        text = one(notice, f'textarea[id="{label.get("for")}"]').text
        self.assertEqual(text[0], "\n")
        return text[1:]

    def data(self, form):
        data = hidden(form)
        data.pop("csrfmiddlewaretoken", None)
        return data

    def press(self, button):
        """Press "send" or "throw" of the first notice; return the page that the answer leads to."""
        path, data = self.notices()[0][{"send": 1, "throw": 2}[button]]
        return self.client.post(path, data, follow=True)

    def titles(self, user=None):
        return sorted((user or self.ann).tasks.values_list("title", flat=True))


class KeepingTests(WaitingTests):
    def test_words_are_offered_after_the_sign_in_and_not_sent_by_themselves(self):
        text = 'Bread & <b>"butter"</b>'
        response = self.send_late(text=text, key=KEY, next="/inbox/")
        self.assertEqual(response.url, "/accounts/login/?next=/")
        sign_in = self.client.get("/accounts/login/")
        self.assertContains(sign_in, "What you typed waits until you sign in again.")
        self.assertNotContains(sign_in, "butter")
        page = self.sign_in()
        self.assertContains(page, WORDS, count=1)
        data = {"text": text, "key": KEY, "next": "/inbox/"}
        self.assertEqual(self.notices(page)[0][:2], ({"Task": text}, ("/tasks/add/", data)))
        self.assertEqual(self.titles(), ["Milk"])

    def test_every_page_offers_it_until_it_is_settled(self):
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

    def test_edit_shows_what_was_changed_and_names_its_task(self):
        shown = {"initial-title": "Milk", "initial-description": "Old notes", "version": "1"}
        notes = "\r\nOne\r\n\r\n<two>"
        self.send_late(self.edit, title="Milk", description=notes, **shown)
        page = self.sign_in()
        self.assertContains(page, "“Milk”, sent ")
        texts, (path, data), _ = self.notices(page)[0]
        self.assertEqual((path, texts), (self.edit, {"Notes": "\nOne\n\n<two>"}))
        self.assertEqual(data["description"], "\nOne\n\n<two>")

    @override_settings(MFA_TOTP_TOLERANCE=1)  # the half minute may end before the code is sent
    def test_second_factor_on_the_way_loses_nothing(self):
        secret = generate_totp_secret()
        TOTP.activate(self.ann, secret)
        self.send_late(text="Bread")
        self.assertEqual(self.notices(self.sign_in()), [])
        sent = {"code": code(secret)}
        page = self.client.post("/accounts/2fa/authenticate/", sent, follow=True)
        self.assertEqual([texts for texts, *_ in self.notices(page)], [{"Task": "Bread"}])

    def test_several_are_kept_in_their_order_each_once(self):
        self.end_session()
        for text in ["One", "Two", "One"]:
            self.client.post("/tasks/add/", {"text": text})
        self.sign_in()
        self.assertEqual([texts["Task"] for texts, *_ in self.notices()], ["One", "Two"])

    def test_act_without_words_is_not_kept(self):
        for path, data in [
            (f"{self.task.get_absolute_url()}complete/", {"version": "1", "next": "/inbox/"}),
            (self.edit, {"priority": "3"}),
            ("/tasks/add/", {"text": "  ", "key": KEY}),
            ("/settings/waiting/end/", {"waiting": "x"}),
        ]:
            self.send_late(path, **data)
            self.assertEqual(self.client.session.get("waiting"), None)
        self.assertNotContains(self.sign_in(), WORDS)

    def test_passwords_are_never_kept(self):
        secrets = {"password": "a secret", "new_PassWord1": "a secret", "text": "Bread"}
        self.send_late(**secrets)
        self.assertEqual(self.client.session["waiting"][0]["fields"], [["text", "Bread"]])

    def test_pages_of_accounts_and_admin_are_not_kept(self):
        for path in ["/accounts/password/change/", "/accounts/2fa/totp/activate/", "/admin/"]:
            self.send_late(path, name="Ann", text="Bread", code="123456")
            self.assertNotIn("waiting", self.client.session, path)

    def test_profile_is_kept_too(self):
        self.send_late("/settings/", name="Ann Smith")
        self.sign_in()
        self.press("send")
        self.ann.refresh_from_db()
        self.assertEqual((self.ann.name, self.notices()), ("Ann Smith", []))


class RoomTests(WaitingTests):
    def test_longest_notes_find_room_with_what_they_were_before(self):
        notes = {"description": "ж" * 100_000, "initial-description": "я" * 100_000}
        self.assertEqual(self.send_late(self.edit, **notes).status_code, 302)
        self.sign_in()
        self.assertEqual(self.notices()[0][0], {"Notes": notes["description"]})

    def test_what_finds_no_room_is_shown_at_once(self):
        text = "x" * waiting.LARGEST
        response = self.send_late(text=text)
        self.assertContains(response, f">{text}</textarea>", status_code=403)
        self.assertNotIn("waiting", self.client.session)
        self.assertEqual(self.send_late(self.edit, HTMX, description=text).status_code, 403)

    def test_one_more_than_there_is_room_for_is_shown_and_the_others_stay(self):
        self.end_session()
        for n in range(waiting.MOST):
            self.assertEqual(self.client.post("/tasks/add/", {"text": f"T{n}"}).status_code, 302)
        response = self.client.post("/tasks/add/", {"text": "Too many"})
        self.assertContains(response, "Too many</textarea>", status_code=403)
        self.sign_in()
        texts = [texts["Task"] for texts, *_ in self.notices()]
        self.assertEqual(texts, [f"T{n}" for n in range(waiting.MOST)])


class WhoseTests(WaitingTests):
    def test_another_user_never_sees_it_and_it_is_gone_then(self):
        self.send_late(text="Secret bread")
        page = self.sign_in(self.ben)
        self.assertNotContains(page, "Secret")
        self.assertNotContains(page, WORDS)
        self.assertNotIn("waiting", self.client.session)
        self.assertNotContains(self.client.get("/inbox/"), "Secret")

    def test_nobody_who_is_signed_out_can_throw_it_away(self):
        self.send_late(text="Secret bread")
        pk = self.client.session["waiting"][0]["id"]
        self.client.post("/settings/waiting/end/", {"waiting": pk})
        self.assertEqual(len(self.client.session["waiting"]), 1)

    def test_page_asks_whose_it_is_even_where_the_session_still_has_it(self):
        self.send_late(text="Secret bread")
        words = self.client.session["waiting"]
        self.client.force_login(self.ben)
        session = self.client.session
        session["waiting"] = words
        session.save()
        self.assertNotContains(self.client.get("/inbox/"), "Secret")
        self.assertNotIn("waiting", self.client.session)

    def test_cookie_that_was_tampered_with_keeps_nothing(self):
        ben = self.client_class()
        ben.force_login(self.ben)
        ben.get("/inbox/")
        his = ben.cookies["last_user"].value
        hers = self.client.cookies["last_user"].value
        forged = his.split(":")[0] + hers[hers.index(":") :]
        for value in ["", self.ann.pk, hers + "x", forged]:
            self.client.cookies["last_user"] = value
            self.assertEqual(self.send_late(text="Bread").status_code, 302)
            self.assertNotIn("waiting", self.client.session, value)

    def test_stranger_is_kept_nothing_for(self):
        stranger = self.client_class()
        self.assertEqual(stranger.post("/tasks/add/", {"text": "Bread"}).status_code, 302)
        self.assertEqual(stranger.session.keys(), set())

    def test_cookie_is_set_once_and_follows_the_user(self):
        cookie = self.client.cookies["last_user"]
        self.assertEqual(
            (cookie["httponly"], cookie["samesite"], cookie["max-age"]), (True, "Lax", 31536000)
        )
        self.assertNotIn("last_user", self.client.get("/inbox/").cookies)
        self.client.post("/accounts/logout/")
        self.assertEqual(waiting.COOKIE in self.client.cookies, True)
        self.sign_in(self.ben)
        self.assertTrue(self.client.cookies["last_user"].value.startswith(f"{self.ben.pk}:"))

    @override_settings(SESSION_COOKIE_SECURE=True)
    def test_cookie_is_secure_where_that_of_the_session_is(self):
        self.client.cookies.pop("last_user")
        self.client.get("/inbox/")
        self.assertEqual(self.client.cookies["last_user"]["secure"], True)

    def test_it_goes_with_the_sign_out(self):
        self.send_late(text="Bread")
        self.sign_in()
        self.client.post("/accounts/logout/")
        self.assertEqual(self.notices(self.sign_in()), [])


class SettlingTests(WaitingTests):
    def test_sent_now_it_is_saved_and_gone(self):
        self.send_late(text="Bread", key=KEY, next="/inbox/")
        self.sign_in()
        page = self.press("send")
        self.assertRedirects(page, "/inbox/")
        self.assertNotContains(page, WORDS)
        self.assertEqual(
            (self.titles(), "waiting" in self.client.session), (["Bread", "Milk"], False)
        )

    def test_sent_twice_it_takes_effect_once(self):
        self.send_late(text="Bread", key=KEY)
        self.sign_in()
        path, data = self.notices()[0][1]
        self.client.post(path, data)
        self.client.post(path, data)
        self.assertEqual(self.titles(), ["Bread", "Milk"])

    def test_the_form_itself_sent_again_settles_it(self):
        self.send_late(text="Bread", key=KEY)
        self.sign_in()
        self.client.post("/tasks/add/", {"text": "Bread", "key": KEY})  # by the Back button
        self.assertEqual(self.notices(), [])

    def test_thrown_away_it_is_gone_and_the_page_comes_back(self):
        self.send_late(text="Bread")
        self.client.post("/tasks/add/", {"text": "Butter"})
        self.sign_in()
        path, data = self.notices(self.client.get("/trash/"))[0][2]
        response = self.client.post(path, data, follow=True)
        self.assertRedirects(response, "/trash/")
        self.assertContains(response, "Thrown away.")
        self.assertEqual([texts["Task"] for texts, *_ in self.notices()], ["Butter"])
        self.assertEqual(self.titles(), ["Milk"])

    def test_throwing_away_leads_to_no_other_site(self):
        for page in ["https://evil.example/", "//evil.example/", "/\\evil.example/"]:
            response = self.client.post("/settings/waiting/end/", {"waiting": "x", "next": page})
            self.assertRedirects(response, "/", target_status_code=302)

    def test_throwing_away_needs_a_post(self):
        self.assertEqual(self.client.get("/settings/waiting/end/").status_code, 405)

    def test_clash_is_shown_and_nothing_is_lost_until_it_is_settled(self):
        shown = {"initial-description": "Old notes", "version": "1", "key": KEY}
        self.send_late(self.edit, description="Mine", **shown)
        self.task.edit(description="Theirs")
        self.sign_in()
        path, data = self.notices()[0][1]
        clash = self.client.post(path, data)
        self.assertContains(clash, "Meanwhile this became:\nTheirs", status_code=409)
        self.assertContains(clash, WORDS, status_code=409)
        self.assertEqual([texts for texts, *_ in self.notices()], [{"Notes": "Mine"}])
        seen = {"initial-description": "Theirs", "version": "2", "key": KEY}
        self.client.post(self.edit, seen | {"description": "Mine and theirs"})
        self.assertEqual(self.notices(), [])

    def test_page_that_asks_once_more_settles_nothing_yet(self):
        self.send_late("/tasks/paste/", text="One\nTwo", key=KEY)
        self.sign_in()
        path, data = self.notices()[0][1]
        self.assertContains(self.client.post(path, data), "Add 2 tasks?")
        self.assertEqual(len(self.notices()), 1)
        self.client.post(path, data | {"text": "One\nTwo\nThree", "sure": "1"})
        self.assertEqual(self.notices(), [])
        self.assertEqual(self.titles(), ["Milk", "One", "Three", "Two"])

    def test_other_words_in_the_same_form_settle_nothing(self):
        """The Back button brings a form back with its key, for other words."""
        self.send_late(text="Bread", key=KEY)
        self.sign_in()
        self.client.post("/tasks/add/", {"text": "Butter", "key": KEY})
        self.assertEqual([texts["Task"] for texts, *_ in self.notices()], ["Bread"])

    def test_same_words_for_another_task_settle_nothing(self):
        other = self.ann.tasks.create(title="Other")
        self.send_late(self.edit, description="Mine")
        self.sign_in()
        self.client.post(f"/tasks/{other.pk}/edit/", {"description": "Mine"})
        self.assertEqual(len(self.notices()), 1)

    def test_task_that_is_gone_leaves_the_words_waiting(self):
        self.send_late(self.edit, description="Mine")
        self.task.delete_softly()
        self.sign_in()
        path, data = self.notices()[0][1]
        self.assertContains(self.client.post(path, data), "Mine</textarea>", status_code=404)
        self.assertEqual([texts for texts, *_ in self.notices()], [{"Notes": "Mine"}])

    def test_session_that_ends_once_more_before_it_is_sent_keeps_it(self):
        self.send_late(text="Bread", key=KEY)
        self.sign_in()
        path, data = self.notices()[0][1]
        self.send_late(path, **data)
        self.sign_in()
        self.assertEqual([texts["Task"] for texts, *_ in self.notices()], ["Bread"])


class HtmxTests(WaitingTests):
    def test_htmx_is_led_to_the_sign_in_and_the_words_wait(self):
        page = self.task.get_absolute_url()
        for path, data, texts in [
            (self.edit, {"description": "Mine"}, {"Notes": "Mine"}),
            (f"{page}steps/add/", {"title": "Whisk"}, {"Title": "Whisk"}),
        ]:
            headers = HTMX | {"HX-Current-URL": f"http://testserver{page}"}
            answer = self.send_late(path, headers, **data)
            self.assertEqual(answer.status_code, 204)
            self.assertEqual(answer["HX-Redirect"], f"/accounts/login/?next={page}")
            self.assertEqual([texts for texts, *_ in self.notices(self.sign_in())], [texts])

    def test_line_of_the_add_box_is_not_offered_twice(self):
        """The script gives it back by itself."""
        answer = self.send_late(headers=HTMX | {"HX-Source": "form#add"}, text="Bread")
        self.assertEqual(answer.status_code, 204)
        self.assertEqual(self.notices(self.sign_in()), [])
