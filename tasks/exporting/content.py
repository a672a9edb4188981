"""All data of a user, as JSON that declares its format: docs/export-format.md.

Each part yields its rows page by page, so that memory doesn't grow with their number.
"""

from django.db.models import Model
from django.utils import timezone

from accounts.models import User
from tasks.history import Change, as_json
from tasks.models import Step, TaskTag
from tasks.reminders import Reminder

FORMAT = "todosite"
VERSION = 1
PAGE = 1000  # rows that are in memory at a time

ACCOUNT = [
    *["id", "email", "name", "created_at", "last_login", "is_staff"],
    *["support_until", "signed_out_at", "leaves_at"],
    *["mail_marked", "mail_failures", "mail_stopped_at", "digest_offered"],
]
# A user's preferences, which an import may take over.
SETTINGS = [
    *["time_zone", "week_start", "date_format", "hours"],
    *["default_page", "shortcuts", "upcoming_repeats", "arrangements"],
    *["reminder_hour", "default_reminder", "reminder_mail", "daily_digest", "digest_hour"],
]
SESSION = ["created_at", "last_seen_at", "expire_date", "ip", "user_agent"]
LIST = ["id", "name", "color", "archived_at", "deleted_at"]
TAG = ["id", "name", "deleted_at"]
SEARCH = ["name", "q", "completed"]
TASK = {  # key: column
    "id": "id",
    "list": "list_id",
    "title": "title",
    "notes": "description",
    "priority": "priority",
    "due_date": "due_date",
    "due_time": "due_time",
    "repeat": "repeat",
    "repeat_from": "repeat_from",
    "repeat_anchor": "repeat_anchor",
    "missed": "missed",
    "series": "series_id",
    "typed": "typed",
    "completed_at": "completed_at",
    "created_at": "created_at",
    "updated_at": "updated_at",
    "deleted_at": "deleted_at",
}
STEP = ["title", "done", "deleted_at"]
REMINDER = [
    *["minutes_before", "on_date", "at_time", "snoozed_until"],
    *["moment", "state", "settled_at", "answer"],  # of its delivery
]
ACT = {"id": "id", "kind": "kind", "of": "of_id", "by_support": "by_staff", "at": "created_at"}
CHANGE = {
    "act": "act_id",
    "task": "task_id",
    "list": "list_id",
    "tag": "tag_id",
    "step": "step_id",
    "tagged_with": "tagged_with_id",
    "reminders": "reminders",
    "before": "before",
    "after": "after",
}

# Models with rows of a user that are in no file, each with the reason. A test makes sure that all
# others are exported (tasks/tests/test_export.py).
LEFT_OUT = {
    "account.EmailConfirmation": "a secret: its key confirms an address; allauth keeps none here",
    "accounts.AdminLink": "a secret, of staff: it opens the setting of a second factor",
    "accounts.Adoption": "whose account it was in the system before is said as `adopted_at`",
    "accounts.EndedSession": "hashes of sessions that were ended: they name nothing else",
    "admin.LogEntry": "what staff did in the admin, which is the site's; a user has `events`",
    "auth.Group": "of staff: what they may do in the admin",
    "auth.Permission": "of staff: what they may do in the admin",
    "mfa.Authenticator": "secrets; `secrets` says which there are",
    "tasks.UntrackedChanges": "what an import did to searches and settings, for its Undo",
    "tasks.ColumnMapping": "how the columns of a CSV file were read the last time; it has no task",
    "tasks.Digest": "when the next digest is due, which follows from the `settings`",
    "tasks.ImportPlan": "a file that its user has, and that waits for a day to be imported",
    "tasks.TaskTag": "the `tags` of a task",
}


def picked(row, keys):
    """Return some columns of a row as JSON; keys is a list of columns, or {key: column}."""
    columns = keys
    if not isinstance(keys, dict):
        columns = {key: key for key in keys}
    if isinstance(row, Model):
        return {key: as_json(getattr(row, column)) for key, column in columns.items()}
    return {key: as_json(row[column]) for key, column in columns.items()}


def columns(keys):
    """Return the columns of a row: keys is a list of them, or {key: column}."""
    if isinstance(keys, dict):
        return list(keys.values())
    return keys


def rows_of(queryset, keys):
    """Yield the rows of a queryset, sorted by id, page by page."""
    names = dict.fromkeys(["pk", *columns(keys)])
    rows = queryset.order_by("pk").values(*names)
    page = list(rows[:PAGE])
    while page:
        for row in page:
            yield picked(row, keys)
        last = page[-1]["pk"]
        page = list(rows.filter(pk__gt=last)[:PAGE])


class Content:
    """All data of a user. Read its parts in one transaction, so that they agree."""

    def __init__(self, user):
        """Read the user anew: the request's object may be older than the transaction."""
        self.user = User.objects.get(pk=user.pk)

    def head(self):
        """Return the fields before the parts, as {key: value}."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "exported_at": as_json(timezone.now()),
            "account": self.account(),
            "secrets": self.secrets(),
            "settings": picked(self.user, SETTINGS),
        }

    def parts(self):
        """Return the parts in their order, as {key: rows}."""
        user = self.user
        return {
            "addresses": self.addresses(),
            "sessions": self.sessions(),
            "events": self.events(),
            "unsent": self.unsent(),
            "lists": self.task_lists(),
            "tags": self.tags(),
            "searches": rows_of(user.searches, SEARCH),
            "tasks": self.tasks(),
            "acts": rows_of(user.acts, ACT),
            "changes": rows_of(Change.objects.filter(user=user), CHANGE),
        }

    def account(self):
        """Return the account, with the day of its adoption if it is of the system before."""
        account = picked(self.user, ACCOUNT)
        adoption = self.user.adoption
        return account | {"adopted_at": adoption and as_json(adoption.adopted_at)}

    def secrets(self):
        """Return which secrets exist. The file contains none of them."""
        factors = self.user.authenticator_set.order_by("pk")
        return {
            "password": self.user.has_usable_password(),
            "second_factors": list(factors.values_list("type", flat=True)),
            "sessions": self.user.sessions.live().count(),
        }

    def addresses(self):
        """Yield the addresses of the account."""
        for row in self.user.emailaddress_set.order_by("pk"):
            yield {
                "email": row.email,
                "confirmed": row.verified,
                "primary": row.primary,
            }

    def sessions(self):
        """Yield the sessions in which the user is signed in, without their keys."""
        for row in self.user.sessions.live().order_by("created_at"):
            yield picked(row, SESSION)

    def events(self):
        """Yield the events of the account, from the first."""
        for row in self.user.events.latest_first().reverse():
            yield {
                "kind": row.kind,
                "by_support": row.by_staff,
                "at": as_json(row.created_at),
            }

    def unsent(self):
        """Yield the waiting forms: text that couldn't be saved since the session had expired."""
        for row in self.user.waiting.order_by("kept_at", "pk"):
            yield {
                "page": row.path,
                "fields": row.posted,
                "kept_at": as_json(row.kept_at),
            }

    def task_lists(self):
        """Yield the lists in the user's order, including archived and deleted ones."""
        for row in self.user.lists(manager="everything").by_hand():
            yield picked(row, LIST)

    def tags(self):
        return rows_of(self.user.tags(manager="everything"), TAG)

    def tasks(self, manager="everything"):
        """Yield the tasks list by list, the Inbox last, in the order by hand; deleted ones too.

        `place` is the number of a task in the order of its list, None if it was never placed.
        `steps` are in their order.
        """
        places = self.places(manager)
        pks = list(places)
        for start in range(0, len(pks), PAGE):
            page = pks[start : start + PAGE]
            yield from self.page_of_tasks(page, places)

    def places(self, manager):
        """Return the places of tasks, {id: place or None}, in the order in which they are read."""
        rows = self.user.tasks(manager=manager).by_hand()
        places = {}
        last = {}
        for pk, task_list, position in rows.values_list("pk", "list", "position"):
            places[pk] = None
            if position:
                last[task_list] = last.get(task_list, 0) + 1
                places[pk] = last[task_list]
        return places

    def page_of_tasks(self, pks, places):
        """Yield the tasks with these ids, each with its tags, steps and reminders."""
        tasks = self.user.tasks(manager="everything").in_bulk(pks)
        tags = self.tags_of(pks)
        steps = self.steps_of(pks)
        reminders = self.reminders_of(pks)
        for pk in pks:
            row = picked(tasks[pk], TASK)
            yield row | {
                "place": places[pk],
                "tags": tags.get(pk, []),
                "steps": steps.get(pk, []),
                "reminders": reminders.get(pk, []),
            }

    def tags_of(self, pks):
        """Return the ids of the tags of tasks, {id of a task: [id]}."""
        pairs = TaskTag.objects.filter(task__in=pks).order_by("pk")
        tags = {}
        for task, tag in pairs.values_list("task", "tag"):
            tags.setdefault(task, []).append(tag)
        return tags

    def steps_of(self, pks):
        """Return the steps of the user's tasks with these ids, {id of a task: [step]}.

        They are asked for by their tasks alone. With the user as well, PostgreSQL may read all
        steps of the user for each page.
        """
        steps = {}
        for row in Step.everything.filter(task__in=pks).by_hand():
            steps.setdefault(row.task_id, []).append(picked(row, STEP))
        return steps

    def reminders_of(self, pks):
        """Return the reminders of the user's tasks with these ids, {id of a task: [reminder]}."""
        reminders = {}
        for row in Reminder.objects.filter(task__in=pks).order_by("pk"):
            reminders.setdefault(row.task_id, []).append(picked(row, REMINDER))
        return reminders
