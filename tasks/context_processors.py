"""Template variables for every page: its own address, and the sidebar."""

from tasks.sidebar import sidebar_of


def place(request):
    """Add {{ path }}; {{ next }}, the page an act leads back to; and {{ listing }}, which is None.

    Views override them.
    """
    return {
        "path": request.path,
        "next": request.get_full_path(),
        "listing": None,
    }


def sidebar(request):
    """Add {{ sidebar }}, which makes its query only if the page shows it."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"sidebar": sidebar_of(request)}
