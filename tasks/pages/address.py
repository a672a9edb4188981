"""Which page an address is: the listing, the task beside it, and whether it is gone."""

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
    """Return the ResolverMatch and the query of an address of ours; (None, None) for any other."""
    try:
        parts = urlsplit(url)
        return resolve(parts.path), QueryDict(parts.query)
    except (ValueError, Resolver404):
        return None, None


def is_of_task(url):
    """Is this the address of a task's own page, or of one below it?"""
    match, _ = route(url)
    return bool(match) and "task_pk" in match.kwargs


def listing_at(user, url, sidebar):
    """Return the listing that the page at url shows, None where it shows none.

    A task's page stands beside the listing that its address names (`Listing.on`).
    """
    match, query = route(url)
    if match and "task_pk" in match.kwargs and "on" in query:
        return listing_at(user, query["on"], sidebar)
    if not match or match.url_name not in LISTINGS:
        return None
    listing = LISTINGS[match.url_name](user, query, sidebar, **match.kwargs)
    return listing if not listing.problem and listing.exists else None


def is_gone(user, url, sidebar):
    """Is this the address of a listing that was there once: of a list or tag that is deleted?"""
    match, _ = route(url)
    is_listing = match and match.url_name in LISTINGS and match.kwargs
    return bool(is_listing) and listing_at(user, url, sidebar) is None


def listing_of(task, sidebar):
    """Return the listing that a task is on, its list's or the Inbox."""
    if task.list_id in sidebar.all_lists:
        return ListPage(task.user, QueryDict(), sidebar, list_pk=task.list_id)
    return Inbox(task.user, QueryDict(), sidebar)
