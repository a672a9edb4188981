"""Names for every page: where it is, and the sidebar."""

from tasks.sidebar import sidebar_of


def place(request):
    """Give {{ path }} and {{ next }}, where an act leads back to; and {{ listing }}: none.

    Views that know better say so themselves.
    """
    return {"path": request.path, "next": request.get_full_path(), "listing": None}


def sidebar(request):
    """Give {{ sidebar }}, asked of the database only if the page shows it."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"sidebar": sidebar_of(request)}
