"""Where this site is, for links that leave it: in mails and from commands."""

from types import SimpleNamespace
from urllib.parse import urlsplit

from django.conf import settings


def site_url():
    """Return how the addresses of this site begin, where no request says it."""
    return settings.SITE_URL or "http://127.0.0.1:8000"


def site_of(request):
    """Return the site as the templates of mails know it, which took it from the Host header."""
    beginning = settings.SITE_URL or f"{request.scheme}://{request.get_host()}"
    domain = urlsplit(beginning).netloc
    return SimpleNamespace(domain=domain, name=domain)
