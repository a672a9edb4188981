"""Access to the admin, and the acts of staff on accounts."""

from unittest import mock
from urllib.parse import unquote

from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.admin_site import CappedPaginator
from accounts.models import User
from accounts.tests.people import PASSWORD, add_user
from todosite.tests.html import hidden


class SiteTests(TestCase):
    def test_only_our_models_are_registered(self):
        labels = sorted(model._meta.label for model in admin.site._registry)
        ours = ["accounts.User", "tasks.Digest", "tasks.Reminder", "tasks.Task"]
        self.assertEqual(labels, ours)

    @override_settings(ADMIN_REQUIRES_MFA=False)
    def test_password_is_changed_on_the_account_page(self):
        root = add_user("root@example.org", password=PASSWORD, is_staff=True, is_superuser=True)
        self.client.force_login(root)
        new = "an0ther-Horse!"
        data = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
        for path in ["/admin/password_change/", "/admin/password_change/done/"]:
            response = self.client.post(path, data)
            self.assertRedirects(response, reverse("account_change_password"))
        root.refresh_from_db()
        self.assertIs(root.check_password(PASSWORD), True)


class DoorTests(TestCase):
    def setUp(self):
        cache.clear()  # the rate limits live there

    def test_strangers_are_sent_to_our_sign_in(self):
        for path in ["/admin/", "/admin/login/?next=/admin/tasks/task/"]:
            response = self.client.get(path, follow=True)
            url, _ = response.redirect_chain[-1]
            self.assertTrue(url.startswith("/accounts/login/?next=%2Fadmin%2F"), url)
            self.assertContains(response, "<h1>Sign in</h1>")
        data = {"username": "root@example.org", "password": PASSWORD}
        add_user("root@example.org", password=PASSWORD, is_staff=True, is_superuser=True)
        self.client.post("/admin/login/", data)  # Django's own form is not there
        self.assertNotIn("_auth_user_id", self.client.session)

    def test_users_who_are_not_staff_are_refused(self):
        self.client.force_login(add_user())
        self.assertEqual(self.client.get("/admin/", follow=True).status_code, 403)

    @override_settings(ADMIN_REQUIRES_MFA=True)
    def test_staff_without_a_second_factor_get_an_explanation(self):
        self.client.force_login(add_user("root@example.org", is_staff=True, is_superuser=True))
        response = self.client.get("/admin/tasks/task/", follow=True)
        self.assertContains(response, "Set up a second factor first", status_code=403)
        words = "manage.py admin_link root@example.org"  # test_first_factor.py has the rest
        self.assertContains(response, words, status_code=403)

    @override_settings(ADMIN_REQUIRES_MFA=True)
    def test_second_factor_has_to_be_used_in_this_session(self):
        root = add_user("root@example.org", password=PASSWORD, is_staff=True, is_superuser=True)
        self.client.force_login(root)
        self.client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        codes = RecoveryCodes.activate(root)
        TOTP.activate(root, generate_totp_secret())
        response = self.client.get("/admin/tasks/task/?q=milk", follow=True)
        url, _ = response.redirect_chain[-1]
        way_back = "?next=/admin/tasks/task/%3Fq%3Dmilk"
        self.assertEqual(unquote(url), unquote(reverse("mfa_reauthenticate") + way_back))
        data = {"code": codes.get_unused_codes()[0], "next": "/admin/tasks/task/?q=milk"}
        self.assertRedirects(self.client.post(url, data), "/admin/tasks/task/?q=milk")
        # What one session has shown says nothing about another.
        self.client.logout()
        self.client.force_login(root)
        self.assertEqual(self.client.get("/admin/").status_code, 302)


def addresses(user):
    return sorted(user.emailaddress_set.values_list("email", "verified", "primary"))


class ChangeEmailTests(TestCase):
    """User.change_email(), with which support gives a user another address."""

    def setUp(self):
        self.ann = add_user("ann@example.org")

    def test_new_address_is_unconfirmed_and_others_are_deleted(self):
        EmailAddress.objects.create(user=self.ann, email="pending@example.org")
        self.ann.change_email(" New@Example.org ")
        self.ann.refresh_from_db()
        self.assertEqual(self.ann.email, "new@example.org")
        self.assertEqual(addresses(self.ann), [("new@example.org", False, True)])

    def test_confirmed_address_stays_confirmed(self):
        EmailAddress.objects.create(user=self.ann, email="work@example.org", verified=True)
        self.ann.change_email("work@example.org")
        self.assertEqual(addresses(self.ann), [("work@example.org", True, True)])

    def test_invalid_address_or_one_of_another_user_is_refused(self):
        ben = add_user("ben@example.org")
        EmailAddress.objects.create(user=ben, email="ben@work.example", verified=True)
        there = "There is already an account with this email."
        for email, words in [
            ("BEN@example.org", there),
            ("ben@work.example", there),
            ("ben", "Enter a valid email address."),
            ("", "This field cannot be blank."),
            (f"{'a' * 320}@example.org", "Ensure this value has at most 320 characters"),
        ]:
            with self.assertRaisesMessage(ValidationError, words):
                self.ann.change_email(email)
        self.ann.refresh_from_db()
        self.assertEqual(self.ann.email, "ann@example.org")
        self.assertEqual(addresses(self.ann), [("ann@example.org", True, True)])


@override_settings(ADMIN_REQUIRES_MFA=False)
class UserPageTests(TestCase):
    def setUp(self):
        self.root = add_user("root@example.org", is_staff=True, is_superuser=True)
        self.ann = add_user("ann@example.org", name="Ann", time_zone="Asia/Kathmandu")
        self.client.force_login(self.root)

    def post(self, user=None, **changes):
        """Send the page of a user with changes; None unchecks a box. Refresh the user."""
        user = user or self.ann
        url = reverse("admin:accounts_user_change", args=[user.pk])
        form = self.client.get(url).context["adminform"].form
        data = {name: form[name].value() for name in form.fields} | changes
        ticked = {k: v for k, v in data.items() if v is not None and v is not False}
        response = self.client.post(url, ticked)
        user.refresh_from_db()
        return response

    def test_new_address_is_checked_and_stored_in_lower_case(self):
        self.assertRedirects(self.post(email="New@example.org"), "/admin/accounts/user/")
        self.assertEqual(self.ann.email, "new@example.org")
        self.assertEqual(addresses(self.ann), [("new@example.org", False, True)])

    def test_address_of_another_user_is_an_error_of_the_field(self):
        response = self.post(email="ROOT@example.org", name="Anna")
        errors = response.context["adminform"].form.errors
        self.assertEqual(errors, {"email": ["There is already an account with this email."]})
        self.assertEqual((self.ann.email, self.ann.name), ("ann@example.org", "Ann"))

    def test_profile_follows_the_rules_of_its_owners_page(self):
        response = self.post(name="Ann\x07", time_zone="Mars/Base")
        self.assertContains(response, "Choose a name of up to 60 characters")
        self.assertContains(response, "Mars/Base is not one of the available choices")
        self.assertRedirects(
            self.post(name=" Ann  Smith ", week_start="6"), "/admin/accounts/user/"
        )
        self.assertEqual((self.ann.name, self.ann.week_start), ("Ann Smith", 6))
        self.assertEqual(addresses(self.ann), [("ann@example.org", True, True)])

    def test_name_of_the_old_system_may_stay(self):
        User.objects.filter(pk=self.ann.pk).update(name="x" * 151, is_active=False)
        self.assertRedirects(self.post(is_active="on"), "/admin/accounts/user/")
        self.assertEqual((self.ann.name, self.ann.is_active), ("x" * 151, True))

    def test_unchecking_active_ends_all_sessions(self):
        there = self.client_class()
        there.force_login(self.ann)
        self.assertRedirects(self.post(is_active=None), "/admin/accounts/user/")
        self.assertIs(self.ann.is_active, False)
        self.post(is_active="on")
        self.assertIs(self.ann.is_active, True)
        self.assertEqual(there.get("/tasks/").status_code, 302)

    def test_stale_page_saves_only_edited_fields(self):
        page = self.client.get(reverse("admin:accounts_user_change", args=[self.ann.pk]))
        shown = hidden(page)
        seen = {name: value for name, value in shown.items() if name.startswith("initial-")}
        self.assertEqual(seen["initial-is_active"], "True")
        User.objects.filter(pk=self.ann.pk).update(is_active=False, email="anna@example.org")
        self.assertRedirects(
            self.post(name="Anna", email="ann@example.org", is_active="on", **seen),
            "/admin/accounts/user/",
        )
        self.assertEqual(
            (self.ann.name, self.ann.email, self.ann.is_active), ("Anna", "anna@example.org", False)
        )

    def test_only_changed_columns_are_written(self):
        there = self.client_class()
        there.force_login(self.ann)
        self.post(name="Anna")
        self.assertEqual((self.ann.name, self.ann.time_zone), ("Anna", "Asia/Kathmandu"))
        self.assertEqual(there.get("/tasks/").status_code, 200)


@override_settings(ADMIN_REQUIRES_MFA=False)
class StaffTests(TestCase):
    """Staff who aren't superusers have only their own permissions, and can't gain more."""

    def setUp(self):
        self.root = add_user("root@example.org", is_staff=True, is_superuser=True)
        self.sam = add_user("sam@example.org", is_staff=True)
        self.ann = add_user("ann@example.org", is_active=False)
        self.client.force_login(self.sam)

    def allow(self, *codenames):
        permissions = Permission.objects.filter(codename__in=codenames)
        self.assertEqual(len(permissions), len(codenames))
        self.sam.user_permissions.set(permissions)

    def post(self, user, **changes):
        data = {"email": user.email, "name": "", "time_zone": "UTC", "week_start": "0"} | changes
        url = reverse("admin:accounts_user_change", args=[user.pk])
        return self.client.post(url, data).status_code

    def act(self, action, *users, page="accounts/user"):
        data = {"action": action, "_selected_action": [user.pk for user in users]}
        return self.client.post(f"/admin/{page}/", data, follow=True)

    def test_staff_cannot_make_a_user_staff(self):
        self.allow("change_user", "view_user")
        more = {"is_active": "on", "is_staff": "on", "is_superuser": "on", "name": "Ann"}
        self.assertEqual(self.post(self.ann, **more, user_permissions="1", groups="1"), 302)
        self.ann.refresh_from_db()
        self.assertEqual(
            (self.ann.name, self.ann.is_active, self.ann.is_staff, self.ann.is_superuser),
            ("Ann", True, False, False),
        )
        self.assertEqual(self.ann.get_all_permissions(), set())

    def test_staff_cannot_change_an_address(self):
        """A new address would get the link that resets the password, and so the user's tasks."""
        self.allow("change_user", "view_user")
        self.assertEqual(self.post(self.ann, email="sams@example.org", name="Anne"), 302)
        self.ann.refresh_from_db()
        self.assertEqual((self.ann.email, self.ann.name), ("ann@example.org", "Anne"))
        self.assertEqual(addresses(self.ann), [("ann@example.org", True, True)])
        page = self.client.get(reverse("admin:accounts_user_change", args=[self.ann.pk]))
        self.assertContains(page, '<div class="readonly">ann@example.org</div>', html=True)

    def test_staff_cannot_change_accounts_of_staff(self):
        self.allow("change_user", "view_user", "delete_user")
        for user in [self.sam, self.root]:
            self.assertEqual(self.post(user, email="mine@example.org", is_superuser="on"), 403)
            page = self.client.get(reverse("admin:accounts_user_change", args=[user.pk]))
            self.assertNotContains(page, 'name="email"')
            url = reverse("admin:accounts_user_delete", args=[user.pk])
            self.assertEqual(self.client.post(url, {"post": "yes"}).status_code, 403)
        page = self.act("deactivate", self.root, self.sam)
        self.assertContains(page, "Disabled 0 accounts.")
        data = {"action": "delete_selected", "_selected_action": [self.root.pk], "post": "yes"}
        self.client.post("/admin/accounts/user/", data)
        self.assertEqual(
            list(User.objects.order_by("email").values_list("email", "is_active", "is_superuser")),
            [
                ("ann@example.org", False, False),
                ("root@example.org", True, True),
                ("sam@example.org", True, False),
            ],
        )

    def test_actions_need_the_permission_to_change(self):
        task = self.ann.tasks.create(title="Milk")
        task.delete_softly()
        self.allow("view_user", "view_task")
        for action, obj, page in [
            ("activate", self.ann, "accounts/user"),
            ("restore", task, "tasks/task"),
        ]:
            self.act(action, obj, page=f"{page}")
            self.assertNotContains(self.client.get(f"/admin/{page}/"), f'value="{action}"')
        self.client.post(
            "/admin/tasks/task/?trash=1", {"action": "restore", "_selected_action": task.pk}
        )
        self.ann.refresh_from_db()
        task.refresh_from_db()
        self.assertEqual((self.ann.is_active, task.version), (False, 2))
        self.allow("view_user", "change_user")
        self.assertContains(self.act("activate", self.ann), "Enabled 1 account.")
        self.ann.refresh_from_db()
        self.assertIs(self.ann.is_active, True)

    def test_permission_to_view_changes_nothing(self):
        self.allow("view_user", "view_task")
        self.ann.let_support_look()
        task = self.ann.tasks.create(title="Milk")
        self.assertEqual(self.post(self.ann, name="Anna"), 403)
        urls = [
            reverse("admin:accounts_user_change", args=[self.ann.pk]),
            reverse("admin:tasks_task_change", args=[task.pk]),
        ]
        for url in urls:
            page = self.client.get(url)
            self.assertNotContains(page, 'name="_save"')
            self.assertNotContains(page, "<textarea")
        self.assertEqual(self.client.post(urls[1], {"title": "Bread"}).status_code, 403)
        self.assertContains(self.client.get(urls[1]), "Milk")


@override_settings(ADMIN_REQUIRES_MFA=False)
class UserListTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.root = add_user("root@example.org", is_staff=True, is_superuser=True)
        cls.ann = add_user("ann@example.org", name="Ann Smith")

    def setUp(self):
        self.client.force_login(self.root)

    def rows(self, query):
        page = self.client.get(f"/admin/accounts/user/?{query}")
        return [user.email for user in page.context["cl"].result_list]

    def test_search_finds_part_of_a_name_or_address(self):
        self.assertEqual(self.rows("q=smi"), ["ann@example.org"])
        self.assertEqual(self.rows("q=ANN%40"), ["ann@example.org"])
        self.assertEqual(self.rows("q=smith+root"), [])

    def test_last_sign_in_is_shown(self):
        User.objects.filter(pk=self.ann.pk).update(last_login="2026-03-25T17:30:00Z")
        page = self.client.get("/admin/accounts/user/?q=ann")
        self.assertContains(
            page, '<td class="field-last_login nowrap">25 Mar 2026, 5:30 p.m.</td>', html=True
        )

    def test_counts_of_tasks_come_with_the_rows_by_one_query(self):
        self.ann.tasks.create(title="Open")
        self.ann.tasks.create(title="Done").complete()
        with CaptureQueriesContext(connection) as queries:
            page = self.client.get("/admin/accounts/user/")
        asked = [q["sql"] for q in queries if "tasks_task" in q["sql"]]
        self.assertEqual(len(asked), 1)
        counts = {
            user.email: (user.open_tasks, user.all_tasks) for user in page.context["cl"].result_list
        }
        self.assertEqual(counts, {"ann@example.org": (1, 2), "root@example.org": (0, 0)})
        self.assertContains(page, '<td class="field-open_tasks">1</td>', html=True)
        self.assertContains(page, '<td class="field-all_tasks">2</td>', html=True)

    def test_enabled_user_can_sign_in(self):
        User.objects.filter(pk=self.ann.pk).update(is_active=False)
        data = {"action": "activate", "_selected_action": [self.ann.pk, self.root.pk]}
        page = self.client.post("/admin/accounts/user/", data, follow=True)
        self.assertContains(page, "Enabled 1 account.")
        self.ann.refresh_from_db()
        self.assertIs(self.ann.is_active, True)
        there = self.client_class()
        there.force_login(self.ann)
        self.assertEqual(there.get("/tasks/").status_code, 200)

    def test_long_lists_are_counted_up_to_a_limit(self):
        for number in range(4):
            add_user(f"{number}@example.org")
        with mock.patch.object(CappedPaginator, "LIMIT", 5):
            paginator = CappedPaginator(User.objects.order_by("pk"), 2)
            self.assertEqual((paginator.count, paginator.num_pages), (5, 3))
            page = self.client.get("/admin/accounts/user/")
            self.assertContains(page, "5 users")
        self.assertEqual(CappedPaginator(User.objects.order_by("pk"), 2).count, 6)
