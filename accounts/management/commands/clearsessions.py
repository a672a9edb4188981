"""Django's clearsessions, which comes with an app of its that we go without."""

from django.contrib.sessions.management.commands.clearsessions import Command

__all__ = ["Command"]
