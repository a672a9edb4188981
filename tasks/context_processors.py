"""What the sidebar of every page shows."""

from tasks.sidebar import sidebar_of


def sidebar(request):
    """Give {{ sidebar }}, asked of the database only if the page shows it."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"sidebar": sidebar_of(request)}
