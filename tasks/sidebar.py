"""The lists, tags and counts on every page, by one query."""

import json
from functools import partial
from hashlib import sha256
from itertools import pairwise
from urllib.parse import urlencode

from django.db import OperationalError, connection, transaction
from django.db.models import Count, Value
from django.urls import reverse
from django.utils.functional import cached_property
from psycopg.errors import QueryCanceled

from accounts import text
from tasks import search
from tasks.addresses import address
from tasks.quickadd.search_days import days_at

# The SQL is written out since every page needs it: Django takes ten times as long to compile it as
# PostgreSQL takes to answer. Rows in the trash are always left out. There is no day in a WHERE:
# PostgreSQL would plan the query anew for each day, which takes longer than the answer. The latest
# act is searched in a range of one user, or PostgreSQL might search the acts of all users.
SQL = """
SELECT
    (SELECT json_agg(l) FROM (
        SELECT id AS pk, name, color, archived_at IS NOT NULL AS archived FROM tasks_tasklist
        WHERE user_id = %(user)s AND deleted_at IS NULL ORDER BY position = '', position, id
    ) AS l)::text,
    (SELECT json_agg(t) FROM (
        SELECT id AS pk, name FROM tasks_tag
        WHERE user_id = %(user)s AND deleted_at IS NULL ORDER BY lower(name)
    ) AS t)::text,
    (SELECT json_agg(c) FROM (
        SELECT list_id AS list, count(*) AS n,
            count(*) FILTER (WHERE due_date <= %(today)s) AS due
        FROM tasks_task
        WHERE user_id = %(user)s AND deleted_at IS NULL AND completed_at IS NULL GROUP BY list_id
    ) AS c)::text,
    (SELECT json_agg(s) FROM (
        SELECT id AS pk, name, q, completed,
            (SELECT id FROM tasks_act WHERE user_id BETWEEN %(user)s AND %(user)s
             ORDER BY user_id, id DESC LIMIT 1) AS latest_act
        FROM tasks_savedsearch WHERE user_id = %(user)s ORDER BY lower(name)
    ) AS s)::text,
    (SELECT json_agg(r) FROM (
        SELECT r.id AS pk, task_id AS task, title, extract(epoch FROM moment) AS at
        FROM tasks_reminder r JOIN tasks_task t ON t.id = task_id
        WHERE r.user_id = %(user)s AND moment > %(now)s AND moment < %(midnight)s
            AND state = 'waiting'
        ORDER BY moment LIMIT 20
    ) AS r)::text
"""

PATIENCE = "1s"  # the time limit for the numbers of saved searches; later there are none


class Sidebar:
    """The lists, tags, counts and saved searches of a user, as pages show them.

    lists and archived hold {"pk", "name", "color", "archived", "url", "open"} in the user's order,
    open being the number of open tasks; lists also have "before" and "after", the ids of their
    neighbors, None at the ends. tags hold {"pk", "name", "url"}, sorted by name.
    """

    def __init__(self, user):
        self.user = user

    @cached_property
    def clock(self):
        return self.user.clock()

    @cached_property
    def row(self):
        """The lists, tags, counts by list, saved searches, and today's reminders to come."""
        values = {
            "user": self.user.pk,
            "today": self.clock.today,
            "now": self.clock.now,
            "midnight": self.clock.midnight,
        }
        (row,) = connection.rows(SQL, values)
        return [json.loads(part or "[]") for part in row]

    @cached_property
    def open(self):
        """The number of open tasks by list; None is the Inbox."""
        return {count["list"]: count["n"] for count in self.row[2]}

    @cached_property
    def all_lists(self):
        """All of the user's lists by id."""
        return {one["pk"]: self.shown(one) for one in self.row[0]}

    def shown(self, one):
        """Return a list as the sidebar shows it, without its neighbors."""
        return {
            **one,
            "url": address("list_detail", one["pk"]),
            "open": self.open.get(one["pk"], 0),
            "before": None,
            "after": None,
        }

    @cached_property
    def lists(self):
        """The lists that aren't archived, each with its neighbors."""
        lists = [one for one in self.all_lists.values() if not one["archived"]]
        for one, other in pairwise(lists):
            one["after"] = other["pk"]
            other["before"] = one["pk"]
        return lists

    @cached_property
    def archived(self):
        return [one for one in self.all_lists.values() if one["archived"]]

    @cached_property
    def tags(self):
        """The tags by id, sorted by name."""
        tags = [
            {
                **tag,
                "url": address("tag_detail", tag["pk"]),
            }
            for tag in self.row[1]
        ]
        return {tag["pk"]: tag for tag in tags}

    @property
    def inbox(self):
        return self.open.get(None, 0)

    @property
    def pending(self):
        return sum(self.open.values())

    @property
    def today(self):
        """The number of open tasks due today or earlier, except in archived lists."""
        archived = {one["pk"] for one in self.archived}
        counts = [count for count in self.row[2] if count["list"] not in archived]
        return sum(count["due"] for count in counts)

    def read(self, q):
        """Return a search of the user, parsed, as a tasks.search.Query."""
        return search.read(
            q,
            *self.names,
            partial(days_at, clock=self.clock),
        )

    @cached_property
    def names(self):
        """The user's lists, with the Inbox, and tags by name, as a search takes them."""
        lists = {"Inbox": None}
        for pk, one in self.all_lists.items():
            lists[one["name"]] = pk
        tags = {tag["name"]: pk for pk, tag in self.tags.items()}
        return search.folded_names(lists), search.folded_names(tags)

    @cached_property
    def saved(self):
        """The saved searches by name, as rows of the model."""
        model = self.user.searches.model
        found = []
        for one in self.row[3]:
            columns = {name: one[name] for name in ["pk", "name", "q", "completed"]}
            found.append(model(**columns))
        return found

    @cached_property
    def searches(self):
        """The saved searches as the sidebar shows them: {"pk", "name", "url"}."""
        return [
            {
                "pk": one.pk,
                "name": one.name,
                "url": one.get_absolute_url(),
            }
            for one in self.saved
        ]

    @cached_property
    def reminders(self):
        """Today's reminders to come as JSON for reminders.js, "" for none.

        Each is {"pk", "at", "title", "url"}, `at` in milliseconds since 1970.
        """
        found = [
            {
                "pk": one["pk"],
                "at": int(one["at"] * 1000),
                "title": text.legible(one["title"]) or "(untitled)",
                "url": address("task_detail", one["task"]),
            }
            for one in self.row[4]
        ]
        return json.dumps(found) if found else ""

    @property
    def numbers_url(self):
        """The address from which a page loads the numbers of its saved searches.

        The address changes with each act, with the searches, and with the day. While it stays the
        same, a page updated in place doesn't ask again, so a task that becomes overdue counts
        later.
        """
        state = json.dumps([self.row[3], self.clock.today.isoformat()])
        fingerprint = sha256(state.encode()).hexdigest()[:16]
        query = urlencode({"state": fingerprint})
        return f"{reverse('search_numbers')}?{query}"

    def numbers(self):
        """Return how many tasks each saved search finds, {id: number}, by one query for all.

        Return {} if that takes longer than PATIENCE.
        """
        if not self.saved:
            return {}
        counts = [
            self.user.tasks.found_by(self.read(one.q), self.user, self.clock.now, one.completed)
            .annotate(search=Value(one.pk))
            .values_list("search")
            .annotate(Count("pk"))
            for one in self.saved
        ]
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [PATIENCE])
                found = dict(counts[0].union(*counts[1:], all=True))
        except OperationalError as error:
            if isinstance(error.__cause__, QueryCanceled):
                return {}
            raise
        return {one.pk: found.get(one.pk, 0) for one in self.saved}


def sidebar_of(request):
    """Return the sidebar of a request, always the same one."""
    if not hasattr(request, "sidebar"):
        request.sidebar = Sidebar(request.user)
    return request.sidebar
