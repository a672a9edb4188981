"""The page that a form stands on: an act on it changes it in place, or leads back to it."""

from urllib.parse import urlsplit

from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property

from accounts.site import safe_path
from tasks.history import browser
from tasks.pages.address import LISTINGS, listing_at, listing_of, route
from tasks.sidebar import sidebar_of


class ReturnPage:
    """The page of ours that a request came from; for a page that is only shown, this very page.

    Each form sends its address along as `next`. Everything else about it is worked out once for a
    request, when it is first asked for. A view that acts asks for `listing` after the act, so that
    the page is shown as it is now.
    """

    def __init__(self, request):
        self.request = request

    @cached_property
    def url(self):
        """Its address, a path of this site: `next` may come from anyone."""
        request = self.request
        said = request.POST.get("next") or request.GET.get("next") or ""
        if url := safe_path(request, said):
            return url
        return reverse("home") if request.method == "POST" else request.get_full_path()

    @property
    def path(self):
        return urlsplit(self.url).path

    @cached_property
    def match(self):
        """The ResolverMatch of its address, or None for an address that is none of ours."""
        match, _ = route(self.url)
        return match

    @cached_property
    def listing(self):
        """The listing that it shows, or that its task stands beside; None if there is none."""
        return listing_at(self.request.user, self.url, sidebar_of(self.request))

    @property
    def is_gone(self):
        """Whether it was the page of a list or tag that has been deleted."""
        is_of_row = self.match and self.match.url_name in LISTINGS and self.match.kwargs
        return bool(is_of_row) and self.listing is None

    @property
    def is_of_task(self):
        """Whether it is the page of a task, or one below it."""
        return self.match is not None and "task_pk" in self.match.kwargs

    @cached_property
    def task(self):
        """That task, in the trash or not; None for any other page, and if it was purged."""
        if not self.is_of_task:
            return None
        pk = self.match.kwargs["task_pk"]
        return self.request.user.tasks(manager="everything").filter(pk=pk).first()

    def is_page_of(self, task):
        """Return whether it is the task's own page, or one below it."""
        return self.path.startswith(task.get_absolute_url())

    def listing_beside(self, task):
        """Return the listing that the task's page stands beside: this page's, or the task's own."""
        return self.listing or listing_of(task, sidebar_of(self.request))


class ReturnPageMiddleware:
    """Give each request its return page, as request.return_page, and its acts their browser."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.return_page = ReturnPage(request)
        before = browser.set(browser_of(request))
        try:
            return self.get_response(request)
        finally:
            browser.reset(before)


def browser_of(request):
    """Return a hash of a request's session, "" where it has none."""
    key = request.session.session_key
    return salted_hmac("browser of an act", key).hexdigest()[:16] if key else ""
