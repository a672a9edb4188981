"""What a person types into our forms: shown again where it could not be saved."""

from importlib import import_module

from django.conf import settings

from accounts.reading import read

# The fields that hold it, each with what a page calls it: the apps' views fill this, see
# accounts.waiting.holds_words. Nothing else is ever shown again: passwords!
TYPED = {}


def typed(request):
    """Return the texts that the request holds, so that a page can give them back.

    There are none where the form could not be read.
    """
    import_module(settings.ROOT_URLCONF)  # or the first request of a process would find no names
    read(request)
    texts = [request.POST.get(name, "").strip() for name in TYPED]
    return [text for text in texts if text]
