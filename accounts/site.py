"""Where this site is: for links that leave it, and for addresses that have to stay on it."""

from types import SimpleNamespace
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.http import url_has_allowed_host_and_scheme

NAME = "Todosite"
LONGEST = 8000  # characters of an address: gunicorn and nginx take 8190 of a request's first line


def site_url():
    """Return how the addresses of this site begin, where no request says it."""
    return settings.SITE_URL or "http://127.0.0.1:8000"


def site_of(request):
    """Return the site as the templates of mails know it: its name, its host and how links begin.

    allauth's own has the Host header, which a stranger chooses, for both of the first two.
    """
    url = settings.SITE_URL or f"{request.scheme}://{request.get_host()}"
    return SimpleNamespace(name=NAME, domain=urlsplit(url).netloc, url=url)


def is_ours(request, url):
    """Is this the address of a page of this site, with or without its host?

    Django's check takes no more than 2,048 characters: with its words encoded, a search has more.
    But its query can't lead elsewhere, so Django need not look at it.
    """
    start = beginning_of(url)
    return url_has_allowed_host_and_scheme(start, {request.get_host()}, request.is_secure())


def safe_path(request, url):
    """Return an address if it is a path of this site, "" if it isn't: it may come from anyone."""
    return url if url.startswith("/") and is_ours(request, url) else ""


def path_of_page(request, address):
    """Return the path and query of a page's address, "" if the page isn't of this site."""
    if not is_ours(request, address):
        return ""
    return urlsplit(address)._replace(scheme="", netloc="").geturl()


def beginning_of(url):
    """Return an address up to its query; "" where it is too long to be one of ours."""
    if len(url) > LONGEST:
        return ""
    return url.partition("?")[0]
