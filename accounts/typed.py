"""What a person types into our forms: shown again where it could not be saved."""

from django.core.exceptions import SuspiciousOperation
from django.http.multipartparser import MultiPartParserError

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
    """Return the texts that the request holds, so that a page can give them back."""
    try:
        return [text for name in TYPED if (text := request.POST.get(name, "").strip())]
    except (SuspiciousOperation, MultiPartParserError):  # too large, or no form at all
        return []
