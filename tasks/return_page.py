"""The return page: the page that a form stands on, and that its act leads back to."""

from functools import partial
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property

from accounts.site import safe_path
from tasks.history import browser
from tasks.pages.address import LISTINGS, listing_at, listing_of, route
from tasks.sidebar import sidebar_of


class ReturnPage:
    """The page of ours that a request came from; for a GET, the requested page itself.

    Each form sends the address of its page as `next`. Each property is computed once for a request,
    on first use. A view reads `listing` after its act, so that the page shows the new state.
    """

    def __init__(self, request):
        self.request = request

    @cached_property
    def url(self):
        """The address of the page, a path of this site."""
        request = self.request
        # Anyone can send a `next`, so an address of another site is ignored (open redirect).
        said = request.POST.get("next") or request.GET.get("next") or ""
        if url := safe_path(request, said):
            return url
        if request.method == "POST":
            return reverse("home")
        return request.get_full_path()

    @property
    def path(self):
        return urlsplit(self.url).path

    @cached_property
    def match(self):
        """The ResolverMatch of the address, None if no page of ours has it."""
        match, _ = route(self.url)
        return match

    @cached_property
    def listing(self):
        """The listing on the page, or the listing of the page's task; None without one."""
        return listing_at(
            self.request.user,
            self.url,
            sidebar_of(self.request),
        )

    @property
    def is_gone(self):
        """Whether it was the page of a list or tag that has been deleted."""
        is_of_row = self.match and self.match.url_name in LISTINGS and self.match.kwargs
        return bool(is_of_row) and self.listing is None

    @property
    def is_of_task(self):
        """Whether this is the page of a task, or a page below it."""
        return self.match is not None and "task_pk" in self.match.kwargs

    @cached_property
    def task(self):
        """The task of the page, in the trash or not; None for any other page, or a purged task."""
        if not self.is_of_task:
            return None
        pk = self.match.kwargs["task_pk"]
        return self.request.user.tasks(manager="everything").filter(pk=pk).first()

    def is_page_of(self, task):
        """Return whether this is the page of the task, or a page below it."""
        return self.path.startswith(task.get_absolute_url())

    def listing_beside(self, task):
        """Return the listing next to a task's page: the one of this page, or the task's own."""
        return self.listing or listing_of(task, sidebar_of(self.request))


class ReturnPageMiddleware:
    """Give each request its return page, as request.return_page, and its acts their browser."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.return_page = ReturnPage(request)
        before = browser.set(partial(browser_of, request))
        try:
            return self.get_response(request)
        finally:
            browser.reset(before)


def browser_of(request):
    """Return a hash of a request's session, "" without one."""
    key = request.session.session_key
    if key:
        return salted_hmac("browser of an act", key).hexdigest()[:16]
    return ""
