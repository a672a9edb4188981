"""The lists, tags and counts that every page shows, asked of the database once."""

from datetime import datetime, time
from itertools import pairwise

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Count, ExpressionWrapper, Q, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject
from django.urls import reverse
from django.utils.functional import cached_property

from accounts.models import User


def count(tasks):
    """Return how many tasks these are, as a part of a larger query."""
    one = tasks.order_by().annotate(one=Value(1)).values("one")
    return Coalesce(Subquery(one.annotate(n=Count("pk")).values("n")), 0)


class Sidebar:
    """What a user has, as the sidebar and the rows of pages show it.

    lists and archived hold {"pk", "name", "color", "archived", "url", "open"} in the user's order,
    open being the number of open tasks; of lists also "before" and "after", the ids of those next
    to them. tags hold {"pk", "name", "url"} by name.
    """

    def __init__(self, user):
        self.user = user

    @cached_property
    def clock(self):
        return self.user.clock()

    @cached_property
    def row(self):
        tasks, today = self.user.tasks, self.clock.today
        midnight = datetime.combine(today, time(), self.clock.now.tzinfo)
        archived = ExpressionWrapper(~Q(archived_at=None), BooleanField())
        lists = self.user.lists.by_hand().annotate(archived=archived)
        shown = JSONObject(pk="pk", name="name", color="color", archived="archived")
        return User.objects.values_list(
            ArraySubquery(lists.values(json=shown)),
            ArraySubquery(self.user.tags.by_name().values(json=JSONObject(pk="pk", name="name"))),
            ArraySubquery(
                tasks.open()
                .order_by()
                .values("list")
                .annotate(n=Count("pk"))
                .values(json=JSONObject(list="list", n="n"))
            ),
            count(tasks.due_by(today).not_archived()),
            count(tasks.filter(completed_at__gte=midnight).not_archived()),
        ).get(pk=self.user.pk)

    @cached_property
    def open(self):
        """The number of open tasks by list, None being the Inbox."""
        return {count["list"]: count["n"] for count in self.row[2]}

    @cached_property
    def all_lists(self):
        """All of the user's lists by id."""
        return {one["pk"]: self.shown(one) for one in self.row[0]}

    def shown(self, one):
        url = reverse("list_detail", kwargs={"list_pk": one["pk"]})
        return one | {"url": url, "open": self.open.get(one["pk"], 0)}

    @cached_property
    def lists(self):
        lists = [one for one in self.all_lists.values() if not one["archived"]]
        for one, other in pairwise(lists):
            one["after"], other["before"] = other["pk"], one["pk"]
        return lists

    @cached_property
    def archived(self):
        return [one for one in self.all_lists.values() if one["archived"]]

    @cached_property
    def tags(self):
        return {
            tag["pk"]: tag | {"url": reverse("tag_detail", kwargs={"tag_pk": tag["pk"]})}
            for tag in self.row[1]
        }

    @property
    def inbox(self):
        return self.open.get(None, 0)

    @property
    def pending(self):
        return sum(self.open.values())

    @property
    def today(self):
        """The number of open tasks that are due today or were before."""
        return self.row[3]

    @property
    def done_today(self):
        return self.row[4]


def sidebar_of(request):
    """Return the sidebar of this request, one for all who need it."""
    if not hasattr(request, "sidebar"):
        request.sidebar = Sidebar(request.user)
    return request.sidebar
