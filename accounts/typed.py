"""The text that a user types into our forms, to be shown again if it couldn't be saved."""

from importlib import import_module

from django.conf import settings

from accounts.reading import read

# The fields of such text, each with its label. The apps' views fill this, see
# accounts.waiting.holds_words. No other field is shown again, since it may hold a password.
TYPED = {}


def typed(request):
    """Return the typed texts of a request, so that a page can give them back.

    The list is empty if the form couldn't be read.
    """
    # The views fill TYPED when they are imported, perhaps after a process's first request.
    import_module(settings.ROOT_URLCONF)
    read(request)
    texts = [request.POST.get(name, "").strip() for name in TYPED]
    return [text for text in texts if text]
