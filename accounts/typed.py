"""What a person types into our forms: shown again where it could not be saved."""

from accounts.reading import read

# The fields that hold it, each with what a page calls it. Nothing else is ever shown again:
# passwords!
TYPED = {
    "text": "Task",
    "title": "Title",
    "step": "Step",
    "description": "Notes",
    "name": "Name",
    "tags": "Tags",
    "q": "Search",
}


def typed(request):
    """Return the texts that the request holds, so that a page can give them back.

    There are none where the form could not be read.
    """
    read(request)
    return [text for name in TYPED if (text := request.POST.get(name, "").strip())]
