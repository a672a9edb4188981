"""Django's clearsessions, which belongs to an app that isn't installed here."""

from django.contrib.sessions.management.commands.clearsessions import Command

__all__ = ["Command"]
