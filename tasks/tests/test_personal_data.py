"""reset_personal_data leaves no personal data in a branch of the database."""

from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import TestCase, override_settings
from django.urls import reverse

from accounts.models import Session, User
from accounts.tests.people import PASSWORD, add_user
from tasks import personal_data
from tasks.models import Tag, Task, TaskList, TaskTag
from tasks.tests.legacy_data import load

SECRET = {"password", "accessToken", "refreshToken", "idToken", "token", "privateKey"}
MARK = "Zwoelfuhrmarkt"  # in all that people typed; must be nowhere afterwards


def host():
    """Return the host to type out for the database of the tests."""
    real = connection.connection.info.host
    return "localhost" if real.startswith("/") else real


def reset(typed=""):
    out = StringIO()
    with override_settings(BRANCH="dev/ann"):
        call_command("reset_personal_data", typed or host(), stdout=out)
    return out.getvalue()


def everything():
    """Return each table of the database with all its rows as text."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        rows = {}
        for table in tables:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM \"{table}\" t")
            rows[table] = cursor.fetchone()[0]
    return rows


def where(text):
    """Return the tables that contain a text, ignoring case."""
    return [name for name, rows in everything().items() if text.lower() in rows.lower()]


class ResetTests(TestCase):
    def add_ann(self):
        ann = add_user("ann@example.org", password=PASSWORD, name=f"Ann {MARK}")
        sign_in = {"login": ann.email, "password": PASSWORD}
        browser = {"User-Agent": f"Firefox {MARK}"}
        self.client.post(reverse("account_login"), sign_in, headers=browser)
        self.client.post("/tasks/add/", {"text": f"Call {MARK}"}, headers=browser)
        ann.tasks.create(title=f"{MARK}!", description=f"Line\n{MARK}\n\nend")
        ann.tasks.create(title="", description="")
        ann.tasks.create(title=f"Deleted {MARK}").delete_softly()
        home = ann.lists.create(name=f"Home {MARK}")
        task = ann.tasks.create(title="Bread", list=home)
        task.attach([ann.tags.create(name=f"tag-{MARK}")])
        task.steps.create(user=ann, title=f"Ask {MARK}")
        EmailAddress.objects.create(user=ann, email="pending.ann@example.org")
        Authenticator.objects.create(user=ann, type="totp", data={"secret": MARK})
        LogEntry.objects.create(user=ann, action_flag=1, object_repr=MARK, change_message=MARK)
        cache.set("reset", MARK)
        return ann

    def shape(self):
        """Return the remaining facts: counts, lengths and dates."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, length(name), is_active, is_staff, created_at, time_zone"
                " FROM accounts_user ORDER BY id"
            )
            people = cursor.fetchall()
            cursor.execute(
                "SELECT id, user_id, length(title), length(description), due_date, due_time,"
                " completed_at, deleted_at, created_at, updated_at, version, list_id, priority"
                " FROM tasks_task ORDER BY id"
            )
            tasks = cursor.fetchall()
            cursor.execute("SELECT id, task_id, length(title), done FROM tasks_step ORDER BY id")
            return people, tasks, cursor.fetchall(), list(TaskTag.objects.values_list())

    def test_reset_removes_all_typed_text_and_keeps_the_rest(self):
        self.add_ann()
        add_user("maximilian.mustermann@firma.example")
        before = self.shape()
        lengths = sorted(map(len, User.objects.values_list("email", flat=True)))
        self.assertEqual(
            set(where(MARK)),
            {"accounts_user", "django_admin_log", "mfa_authenticator", "tasks_task"}
            | {"django_session", "tasks_tasklist", "tasks_tag", "tasks_step"},
        )
        self.assertIs(Session.objects.exists(), True)
        reset()
        self.assertEqual(where(MARK), [])
        for address in ("ann@example.org", "mustermann", PASSWORD):
            self.assertEqual(where(address), [])
        self.assertEqual(self.shape(), before)
        emails = sorted(User.objects.values_list("email", flat=True), key=len)
        self.assertEqual(list(map(len, emails)), lengths)
        self.assertRegex(emails[0], r"^al\d@example\.net$")
        self.assertEqual(
            sorted(EmailAddress.objects.values_list("email", "verified", "primary")),
            sorted((email, True, True) for email in emails),
        )
        self.assertIs(User.objects.first().has_usable_password(), False)
        self.assertEqual((Session.objects.count(), cache.get("reset")), (0, None))
        self.assertEqual(self.client.get("/tasks/").status_code, 302)

    def test_titles_are_believable(self):
        self.add_ann().tasks.create(title="x" * 255)
        reset()
        titles = Task.everything.values_list("title", flat=True)
        self.assertTrue(all(title[:1].isupper() or not title for title in titles), titles)
        self.assertTrue(all(title == title.strip() for title in titles), titles)

    def test_lists_and_tags_are_named_by_their_numbers(self):
        ann = self.add_ann()
        last = ann.lists.latest("pk").pk
        swapped = [ann.lists.create(name=f"list {pk}").pk for pk in (last + 2, last + 1)]
        ann.lists.create(name="Gone").delete_softly()
        tag = ann.tags.get()
        ann.tags.create(name=f"TAG{tag.pk}")
        reset()
        lists = TaskList.everything.order_by("pk").values_list("pk", "name")
        self.assertEqual(swapped, [last + 1, last + 2])
        self.assertEqual(list(lists), [(pk, f"List {pk}") for pk in range(last, last + 4)])
        self.assertEqual(Tag.objects.get(pk=tag.pk).name, f"tag{tag.pk}")

    def test_second_reset_works(self):
        for number in range(30):
            add_user(f"person{number}@example.org")
        reset()
        reset()
        self.assertEqual(User.objects.filter(email__endswith="@example.net").count(), 30)

    def test_old_systems_tables_are_cleaned(self):
        for name in ("better_auth.sql", "variant_hybrid_tz.sql", "variant_old_auth.sql",
                     "sqlmodel_only.sql"):  # fmt: skip
            with self.subTest(name), connection.cursor() as cursor:
                load(cursor, name)
                call_command("adopt_sqlmodel", stdout=StringIO())
                told = self.told(cursor)
                self.assertGreater(len(told), 30)
                counts = self.counts(cursor)
                lines = reset().splitlines()
                self.assertIn("Cleaning the old system's task …", lines)
                now = "\n".join(everything().values())
                self.assertEqual([words for words in told if words in now], [])
                self.assertEqual(self.counts(cursor), counts)
                cursor.execute(
                    'SELECT count(*) FROM "user" o JOIN accounts_user u'
                    " ON u.id = o.id AND u.email = o.email"
                )
                self.assertEqual(cursor.fetchone(), (User.objects.count(),))
                call_command("adopt_sqlmodel", stdout=StringIO())  # still finds its way
                self.drop(cursor)

    def told(self, cursor):
        """Return the long, unique words of the old tables."""
        cursor.execute(
            """SELECT email FROM "user" UNION SELECT name FROM "user" WHERE length(name) > 11
            UNION SELECT title FROM task WHERE length(title) > 24
            UNION SELECT description FROM task WHERE length(description) > 24"""
        )
        told = {words for (words,) in cursor.fetchall()}
        for table in ("account", "session", "verification", "jwks"):
            if table in connection.introspection.table_names(cursor):
                cursor.execute(f"SELECT * FROM {table}")
                names = [column.name for column in cursor.description]
                secret = [n for n, name in enumerate(names) if name in SECRET]
                told |= {row[n] for row in cursor.fetchall() for n in secret if row[n]}
        return told

    def counts(self, cursor):
        cursor.execute(
            'SELECT (SELECT count(*) FROM "user"), (SELECT count(*) FROM task),'
            " (SELECT count(DISTINCT created_at) FROM task), (SELECT sum(length(title)) FROM task)"
        )
        return cursor.fetchone()

    def drop(self, cursor):
        cursor.execute(
            'DROP TABLE IF EXISTS task, "user", account, session, verification, jwks,'
            " alembic_version CASCADE"
        )
        cursor.execute("TRUNCATE accounts_user, accounts_adoption CASCADE")

    def test_unknown_columns_are_emptied(self):
        with connection.cursor() as cursor:
            load(cursor, "better_auth.sql")
            cursor.execute(
                'ALTER TABLE "user" ADD phone text, ADD found tsvector, ADD ip inet,'
                " ADD bio jsonb NOT NULL DEFAULT '{}', ADD tags text[] NOT NULL DEFAULT '{}',"
                " ADD paid numeric NOT NULL DEFAULT 7"
            )
            cursor.execute(
                "UPDATE \"user\" SET phone = %s, bio = jsonb_build_object('x', %s::text),"
                " tags = ARRAY[%s], found = to_tsvector('simple', %s), ip = '192.0.2.77'",
                [MARK] * 4,
            )
            reset()
            cursor.execute('SELECT DISTINCT paid FROM "user"')
            self.assertEqual(cursor.fetchall(), [(7,)])
        self.assertEqual((where(MARK), where("192.0.2.77")), ([], []))

    def test_unknown_table_is_named(self):
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE conversation (words text)")
        out, err = StringIO(), StringIO()
        with override_settings(BRANCH="dev/ann"):
            call_command("reset_personal_data", host(), stdout=out, stderr=err)
        self.assertEqual(
            err.getvalue(), "The table conversation is not known, so it was left as it is.\n"
        )
        self.assertNotIn("no longer has any personal data", out.getvalue())

    def test_earlier_versions_list_of_sessions_is_dropped(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TABLE usersessions_usersession ("
                "session_key varchar(40) REFERENCES django_session ON DELETE CASCADE)"
            )
        self.assertIn("no longer has any personal data", reset())
        self.assertNotIn("usersessions_usersession", everything())

    def test_reset_needs_a_branch_and_the_right_host(self):
        ann = self.add_ann()
        for branch in ("", "main", "Main", "production"):
            with override_settings(BRANCH=branch), self.assertRaises(CommandError) as caught:
                call_command("reset_personal_data", host())
            self.assertEqual(
                str(caught.exception),
                "BRANCH must name the branch of this database, and not main.",
            )
        with self.assertRaisesMessage(
            CommandError, "ep-a-1.neon.tech is not the host of this database. Nothing was changed."
        ):
            reset("ep-a-1.neon.tech")
        ann.refresh_from_db()
        self.assertEqual(ann.email, "ann@example.org")


@pytest.mark.django_db
def test_every_table_is_handled_by_the_reset():
    """A new table needs a decision: emptied, cleaned, or free of typed text."""
    harmless = {
        *["django_migrations", "django_content_type", "auth_permission", "auth_group"],
        *["auth_group_permissions", "accounts_user_groups", "accounts_user_user_permissions"],
        "tasks_tasktag",
    }
    cleaned = {"accounts_user", "account_emailaddress", "accounts_adoption", "tasks_task"}
    cleaned |= {"tasks_tasklist", "tasks_tag", "tasks_step"}
    known = harmless | cleaned | set(personal_data.EMPTIED)
    assert set(connection.introspection.table_names()) == known
