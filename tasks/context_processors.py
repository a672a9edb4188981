"""What the sidebar of every page shows."""

from django.utils.functional import SimpleLazyObject


def counts(request):
    """Give {{ counts }} of the user's tasks, asked of the database only if the page shows them."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"counts": SimpleLazyObject(user.tasks.counts)}
