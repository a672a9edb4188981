"""The listing at an address, and the listing of a task."""

from urllib.parse import urlsplit

from django.http import QueryDict
from django.urls import Resolver404, resolve

from tasks.pages.listings import Completed, Everything, Inbox, ListPage, TagPage, Today, Upcoming
from tasks.pages.search import Search

LISTINGS = {
    listing.name: listing
    for listing in [Search, Everything, Today, Upcoming, Inbox, ListPage, TagPage, Completed]
}


def route(url):
    """Return the ResolverMatch and the query of an address of ours, or (None, None)."""
    try:
        parts = urlsplit(url)
        return resolve(parts.path), QueryDict(parts.query)
    except (ValueError, Resolver404):
        return None, None


def listing_at(user, url, sidebar):
    """Return the listing on the page at url, None if it shows none.

    A task's page shows the listing that its address names (`Listing.on`).
    """
    match, query = route(url)
    if match and "task_pk" in match.kwargs and "on" in query:
        return listing_at(user, query["on"], sidebar)
    if not match or match.url_name not in LISTINGS:
        return None
    listing = LISTINGS[match.url_name](
        user,
        query,
        sidebar,
        **match.kwargs,
    )
    return listing if not listing.problem and listing.exists else None


def listing_of(task, sidebar):
    """Return the listing that holds a task: its list's page, or the Inbox."""
    if task.list_id in sidebar.all_lists:
        return ListPage(
            task.user,
            QueryDict(),
            sidebar,
            list_pk=task.list_id,
        )
    return Inbox(task.user, QueryDict(), sidebar)
