"""Accounts that are deleted permanently: nothing of their users is left, whatever interrupts it."""

import json
from datetime import timedelta
from hashlib import sha256
from io import StringIO
from unittest import mock
from uuid import uuid4

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import Client, TestCase
from django.utils import timezone

from accounts import leaving
from accounts.models import Adoption, Session, User
from accounts.sessions import SessionStore
from accounts.tests.people import PASSWORD, add_session, add_user, login_by_second_factor
from tasks.adoption.remains import remains_of
from tasks.history import UntrackedChanges
from tasks.management.commands.delete_left_users import Command
from tasks.models import ColumnMapping, ImportPlan, Task
from tasks.tests.legacy_data import load
from tasks.tests.test_isolation import give
from tasks.tests.test_personal_data import everything

MARK = "Zwoelfuhrmarkt"  # in all that Ann types
SESSION = "django_session"


def run(command, *arguments, **options):
    """Run a command. Return its output."""
    out = StringIO()
    call_command(command, *arguments, stdout=out, **options)
    return out.getvalue()


def add_everything(user):
    """Give a user rows in every table that can hold any."""
    give(user, MARK)
    ImportPlan.objects.keep(user, MARK.encode(), file_name=f"{MARK}.csv")
    ColumnMapping.objects.keep(user, "hash", {"fields": {MARK: "title"}})
    UntrackedChanges.objects.create(act=user.acts.latest("pk"), content={"name": MARK})
    user.let_support_look()
    user.make_admin_link()
    user.groups.add(Group.objects.get_or_create(name="Support")[0])
    address = EmailAddress.objects.create(user=user, email=f"new.{user.email}")
    EmailConfirmation.create(address)
    TOTP.activate(user, "A" * 32)
    RecoveryCodes.activate(user)
    client = Client(headers={"User-Agent": f"Firefox {MARK}"})
    client.force_login(user)
    client.get("/today/")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.get("/settings/export/")  # counted by a rate limit
    # A sign-in that stops at the second factor, one that fails there, and one that fails before.
    for password in [PASSWORD, "wrong"]:
        browser = Client()
        browser.post("/accounts/login/", {"login": user.email, "password": password})
        browser.post("/accounts/2fa/authenticate/", {"code": "000000"})
    cache.set(TOTP(user.authenticator_set.get(type="totp"))._get_used_cache_key("1"), "y")
    about = {"object_id": user.pk, "content_type": ContentType.objects.get_for_model(User)}
    staff, _ = User.objects.get_or_create(email="sam@example.org", is_staff=True)
    log = {"action_flag": 2, "object_repr": user.email, "change_message": MARK}
    LogEntry.objects.create(user=staff, **about, **log)
    LogEntry.objects.create(user=user, **log)


def rows_naming(*marks):
    """Return the rows of all tables that hold one of these texts, as {table: rows}."""
    tables = everything()
    with connection.cursor() as cursor:
        old = set(connection.introspection.table_names(cursor))
    old -= {*connection.introspection.django_table_names(), "cache"}
    tables |= {"django_session": sessions()}
    found = {}
    for table, rows in tables.items():
        named = [row for row in rows.splitlines() if any(mark in row for mark in marks)]
        if named and table not in old:
            found[table] = named
    return found


def sessions():
    """Return all sessions as text, with their data as JSON."""
    lines = []
    for session in Session.objects.order_by("pk"):
        data = json.dumps(session.get_decoded())
        lines.append(f"{session.user_id} {session.user_agent} {data}")
    return "\n".join(lines)


class WalkTests(TestCase):
    """After an account is deleted, nothing in our tables names its user."""

    @classmethod
    def setUpTestData(cls):
        cls.ann = add_user(password=PASSWORD, name=f"Ann {MARK}")
        cls.ben = add_user("ben@example.net", password=PASSWORD)
        cls.tasks = []
        add_everything(cls.ann)
        counted = [cls.ann.email, f"mfa-auth-user-{cls.ann.pk}"]
        hashes = [sha256(key.encode()).hexdigest() for key in counted]
        cls.hers = [cls.ann.pk, cls.ann.email, MARK, MARK.encode().hex(), *hashes]
        with mock.patch(f"{__name__}.MARK", "Other"):
            add_everything(cls.ben)

    def adopt(self):
        """Enter Ann and two of her tasks into the ledger, as adopted."""
        tasks = self.ann.tasks.values_list("pk", flat=True)[:2]
        rows = [("user", self.ann.pk), ("password", self.ann.pk)]
        rows += [("task", str(pk)) for pk in tasks]
        for kind, old_id in rows:
            email = self.ann.email if kind == "user" else ""
            Adoption.objects.create(
                kind=kind, old_id=old_id, fingerprint=uuid4(), version="7", email=email,
                reason="", adopted_at=timezone.now(),
            )  # fmt: skip
        return rows

    def leave(self, user):
        """Have the time of a user who leaves run out."""
        user.leave()
        User.objects.filter(pk=user.pk).update(leaves_at=timezone.now() - timedelta(minutes=1))

    def test_no_table_names_the_user_and_others_are_unchanged(self):
        before = rows_naming(*self.hers)
        expected = {"accounts_user", "tasks_task", "tasks_change", "django_session", "cache"}
        expected |= {"django_admin_log", "accounts_waitingform", "mfa_authenticator"}
        expected |= {"tasks_importplan", "tasks_untrackedchanges", "account_emailaddress"}
        self.assertLessEqual(expected, set(before))
        keys = "\n".join(before["cache"])
        self.assertTrue(all(mark in keys for mark in [f"user={self.ann.pk}", *self.hers[-2:]]))
        others = rows_naming(self.ben.pk, self.ben.email)
        self.leave(self.ann)
        said = run("delete_left_users")
        self.assertRegex(said, rf"^Deleted the account {self.ann.pk}, with \d+ rows\.\n$")
        self.assertEqual(rows_naming(*self.hers), {})
        self.assertEqual(rows_naming(self.ben.pk, self.ben.email), others)

    def test_ledger_keeps_only_the_ids_of_a_deleted_user(self):
        rows = self.adopt()
        other = Adoption.objects.create(
            kind="task", old_id="77", fingerprint=uuid4(), version="1", adopted_at=timezone.now()
        )
        self.leave(self.ann)
        run("delete_left_users")
        left = Adoption.objects.exclude(old_id="77")
        self.assertEqual(set(left.values_list("kind", "old_id")), set(rows))
        emptied = set(left.values_list("fingerprint", "version", "email", "reason"))
        self.assertEqual(emptied, {(None, "", "", "")})
        self.assertEqual(Adoption.objects.get(old_id="77").fingerprint, other.fingerprint)
        self.assertEqual(list(rows_naming(*self.hers)), ["accounts_adoption"])

    def test_every_model_that_leads_to_a_user_is_reached(self):
        """The database's keys on users, and on their rows, name no table beyond these."""
        tables = {model._meta.db_table for model in leaving.models_of_users()}
        with connection.cursor() as cursor:
            cursor.execute(
                "WITH RECURSIVE found (oid) AS (SELECT 'accounts_user'::regclass::oid UNION"
                " SELECT c.conrelid FROM pg_constraint c JOIN found f ON f.oid = c.confrelid"
                " WHERE c.contype = 'f') SELECT oid::regclass::text FROM found"
            )
            keyed = {name for (name,) in cursor.fetchall()} - {"accounts_user"}
        self.assertEqual(keyed - tables, set())

    def test_dry_run_deletes_nothing(self):
        self.leave(self.ann)
        before = everything()
        said = run("delete_left_users", dry_run=True)
        self.assertRegex(said, rf"^Would delete the account {self.ann.pk}, with \d+ rows\.\n$")
        self.assertEqual(everything(), before)

    def test_account_is_not_deleted_early(self):
        self.ann.leave()
        self.assertEqual(run("delete_left_users"), "No account is due for deletion.\n")
        self.assertIs(User.objects.filter(pk=self.ann.pk).exists(), True)

    def test_deletion_canceled_at_the_last_moment_deletes_nothing(self):
        self.leave(self.ann)
        before = leaving.count(self.ann)
        real = Command.delete

        def delete(command, users, **options):
            self.ann.stay()
            return real(command, users, **options)

        with mock.patch.object(Command, "delete", delete):
            said = run("delete_left_users")
        self.assertEqual(said, "No account is due for deletion.\n")
        self.assertEqual(leaving.count(self.ann), before + 1)  # the event
        self.ann.refresh_from_db()
        self.assertIs(self.ann.is_active, True)

    def test_interrupted_deletion_can_be_continued(self):
        self.leave(self.ann)
        whole = leaving.count(self.ann)
        real, batches = leaving.delete_batch, []

        def fail_at_the_fifth(rows):
            batches.append(rows)
            if len(batches) == 5:
                raise KeyboardInterrupt
            return real(rows)

        with (
            mock.patch.object(leaving, "BATCH", 1),
            mock.patch.object(leaving, "delete_batch", fail_at_the_fifth),
            self.assertRaises(KeyboardInterrupt),
        ):
            run("delete_left_users")
        self.ann.refresh_from_db()
        self.assertEqual((self.ann.is_active, self.ann.stay()), (False, False))
        self.assertLess(0, leaving.count(self.ann))
        self.assertLess(leaving.count(self.ann), whole)
        run("delete_left_users")
        self.assertEqual(rows_naming(*self.hers), {})

    def test_account_that_cannot_be_deleted_does_not_keep_the_others(self):
        for user in [self.ann, self.ben]:
            self.leave(user)
        real = leaving.delete

        def fail_for_ann(user):
            if user == self.ann:
                raise OperationalError("lock timeout")
            return real(user)

        told = StringIO()
        with (
            mock.patch.object(leaving, "delete", fail_for_ann),
            self.assertRaisesMessage(CommandError, "1 account could not be deleted."),
        ):
            run("delete_left_users", stderr=told)
        self.assertIn(f"The account {self.ann.pk} could not be deleted: lock", told.getvalue())
        self.assertEqual(list(User.objects.exclude(is_staff=True)), [self.ann])
        run("delete_left_users")
        self.assertEqual(rows_naming(*self.hers), {})

    def test_deletion_that_has_begun_early_is_due(self):
        """The command delete_user was interrupted before the three days were over."""
        self.ann.leave()
        User.objects.filter(pk=self.ann.pk).begin_deletion()
        run("delete_left_users")
        self.assertEqual(rows_naming(*self.hers), {})

    def test_rows_and_attempts_of_the_last_moment_go_too(self):
        """An adoption adds a task after its table was emptied, and someone tries to sign in."""
        self.leave(self.ann)
        real = leaving.finish

        def finish(user):
            task = Task.objects.create(user=user, title=MARK)
            Adoption.objects.create(
                kind="task", old_id=task.pk, fingerprint=uuid4(), version="1",
                adopted_at=timezone.now(),
            )  # fmt: skip
            Client().post("/accounts/login/", {"login": user.email, "password": PASSWORD})
            return real(user)

        with mock.patch.object(leaving, "finish", finish):
            run("delete_left_users")
        self.assertEqual(rows_naming(*self.hers), {})
        self.assertEqual(list(Adoption.objects.values_list("fingerprint", "version")), [(None, "")])

    def test_short_id_of_the_old_system_takes_no_counters_of_others(self):
        eve = add_user("n@example.org", id="1")
        session = add_session(None)
        Session.objects.filter(pk=session.pk).update(
            session_data=SessionStore().encode({"account_login": {"email": self.ann.email}})
        )
        kept = {name: rows_naming(":1:", self.ann.email)[name] for name in ["cache", SESSION]}
        self.leave(eve)
        run("delete_left_users")
        self.assertEqual({name: rows_naming(":1:", self.ann.email)[name] for name in kept}, kept)

    def test_admin_deletes_accounts_in_the_same_way(self):
        root = add_user("root@example.org", is_staff=True, is_superuser=True)
        login_by_second_factor(self.client, root)
        self.adopt()
        url = f"/admin/accounts/user/{self.ann.pk}/delete/"
        self.client.post(url, {"post": "yes"}, follow=True)
        chosen = {"action": "delete_selected", "_selected_action": [self.ben.pk], "post": "yes"}
        self.client.post("/admin/accounts/user/", chosen, follow=True)
        self.assertEqual(set(User.objects.values_list("is_staff", flat=True)), {True})
        named = rows_naming(*self.hers, self.ben.pk, self.ben.email)
        self.assertEqual(set(named), {"accounts_adoption"})
        emptied = set(Adoption.objects.values_list("fingerprint", "email"))
        self.assertEqual(emptied, {(None, "")})
        log = LogEntry.objects.filter(user=root).values_list("action_flag", "object_repr")
        self.assertEqual(list(log), [(DELETION, "An account")] * 2)

    def test_command_deletes_an_account_at_once(self):
        said = run("delete_user", "Ann@Example.org")
        self.assertIn(f"Deleted the account {self.ann.pk}", said)
        self.assertEqual(rows_naming(*self.hers), {})
        with self.assertRaisesMessage(CommandError, "There is no account with the email"):
            run("delete_user", "ann@example.org")


class AdoptedTests(TestCase):
    """A user of the old system, with its tables in the same database."""

    def setUp(self):
        with connection.cursor() as cursor:
            load(cursor, "better_auth.sql")
        run("adopt_sqlmodel")

    def old(self, sql, *values):
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall() if cursor.description else cursor.rowcount

    def test_confirmations_of_others_are_not_named(self):
        """In the old system a confirmation may name its user by the address alone."""
        ((pk, email),) = self.old('SELECT id, email FROM "user" ORDER BY length(email) LIMIT 1')
        rows = [
            ("1", f"sign-in-otp-{email}", "123456:0"),
            ("2", "token", json.dumps({"email": email, "name": "A"})),
            ("3", f"sign-in-otp-x.{email}", "123456:0"),
            ("4", "token", json.dumps({"email": f"x-{email}"})),
        ]
        for row in rows:
            self.old(
                "INSERT INTO verification (id, identifier, value, \"expiresAt\")"
                " VALUES (%s, %s, %s, now())", *row,
            )  # fmt: skip
        with connection.cursor() as cursor:
            found = {table: sql for table, _, sql in remains_of(cursor, pk)}
        self.old(found["verification"])
        left = self.old("SELECT id FROM verification WHERE length(id) = 1 ORDER BY id")
        self.assertEqual(left, [("3",), ("4",)])

    def test_deleted_user_is_not_adopted_again_and_old_rows_are_named(self):
        ((pk,),) = self.old(
            'SELECT u.id FROM "user" u JOIN verification v ON v.value = u.id'
            " WHERE u.id IN (SELECT user_id FROM task) LIMIT 1"
        )
        user = User.objects.get(pk=pk)
        tasks = self.old("SELECT count(*) FROM task WHERE user_id = %s", pk)[0][0]
        email = user.email
        lines = run("delete_user", email).splitlines()
        said = "The old system's tables still have rows of this account. To delete them, run:"
        self.assertEqual(lines[1], said)
        self.assertEqual(
            lines[2],
            f"""  DELETE FROM "task" WHERE "user_id"::text = '{pk}';\
  -- {tasks} row{"s" * (tasks != 1)} of task""",
        )
        self.assertEqual(self.old("SELECT count(*) FROM task WHERE user_id = %s", pk), [(tasks,)])
        self.assertEqual(list(rows_naming(pk, email)), ["accounts_adoption"])
        run("adopt_sqlmodel")
        self.assertEqual(list(rows_naming(pk, email)), ["accounts_adoption"])
        self.assertIs(Task.everything.filter(user=pk).exists(), False)
        for line in lines[2:]:
            self.old(line.partition("  -- ")[0])
        for table, rows in everything().items():
            if table != "accounts_adoption":
                self.assertNotIn(pk, rows, table)
