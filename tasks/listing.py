"""One page of a user's tasks, as its address asks for it."""

from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils.functional import cached_property

from tasks.forms import ListingForm

LIMIT = 50


class Listing:
    """The tasks for ?status=&page=&limit= in query, a QueryDict. Asks nothing until it is shown.

    `problem` is a sentence if the address makes no sense; then there is nothing else.
    """

    def __init__(self, user, query):
        self.user = user
        form = ListingForm(query)
        self.problem = "" if form.is_valid() else form.reason()
        self.status = form.cleaned_data.get("status", "")
        self.number = form.cleaned_data.get("page") or 1
        self.limit = form.cleaned_data.get("limit") or LIMIT
        # What a link to another page or task carries along: only what differs from the default.
        self.query = {
            name: value
            for name, value in [("status", self.status), ("limit", self.limit)]
            if value not in ("", LIMIT)
        }

    @cached_property
    def counts(self):
        return self.user.tasks.counts()

    @cached_property
    def page(self):
        """A Page that may lie past the end; then it is empty."""
        tasks = self.user.tasks.with_status(self.status).newest_first()
        paginator = Paginator(tasks, self.limit)
        # The count is known: a cached_property is set like any attribute.
        paginator.count = self.counts[self.status] if self.status else sum(self.counts.values())
        start = (self.number - 1) * self.limit
        rows = list(tasks[start : start + self.limit]) if start < paginator.count else []
        return Page(rows, self.number, paginator)

    @property
    def title(self):
        return {"pending": "Open", "completed": "Completed", "": "All tasks"}[self.status]

    @property
    def takes_new(self):
        """Does a task that is added now belong at the top of this page?"""
        return self.status != "completed" and self.number == 1

    def url(self, **changes):
        """Return the address of this listing with another status, page or limit."""
        query = {k: v for k, v in (self.query | changes).items() if v and (k, v) != ("page", 1)}
        return reverse("task_list") + (f"?{urlencode(query)}" if query else "")

    @property
    def own_url(self):
        return self.url(page=self.number)

    @property
    def previous_url(self):
        """The page before, or the last one for whoever went past the end; None on the first."""
        if self.number == 1:
            return None
        return self.url(page=min(self.number - 1, self.page.paginator.num_pages))

    @property
    def next_url(self):
        return self.url(page=self.number + 1) if self.page.has_next() else None
